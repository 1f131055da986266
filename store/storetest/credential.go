package storetest

import (
	"context"
	"encoding/hex"
	"fmt"
	"math/rand/v2"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/otp"
	"github.com/durward-go/durward/store"
)

// passwordHashes are of nothing in particular.
var passwordHashes = [...]string{
	"$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$gy5SuVm5Z7Vw7keB9se9p87QGcomaseB/S2U1OhTsM0",
	"$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy",
}

func passwordHash(n int) individuals.PasswordHash {
	hash, err := individuals.ParsePasswordHash(passwordHashes[n%len(passwordHashes)])
	if err != nil {
		panic(err)
	}
	return hash
}

func recoverySet(seed int) otp.RecoverySet {
	_, set, err := otp.GenerateRecoveryCodes(rand.NewChaCha8([32]byte{byte(seed)}))
	if err != nil {
		panic(err)
	}
	return set
}

// A credential hides itself, so rules compare it in this form.
type revealedCredential struct {
	Individual, Password, SealedKey, Recovery                   string
	MeetsAlone, MustChange, PasswordOff, SecondFactorOff, NoKey bool
}

func revealCredential(c individuals.Credential) revealedCredential {
	recovery, err := c.Recovery.MarshalText()
	if err != nil {
		panic(err)
	}
	return revealedCredential{Individual: c.Individual, Password: c.Password.Encoded(), SealedKey: hex.EncodeToString(c.SealedKey), Recovery: string(recovery),
		MeetsAlone: c.MeetsAlone, MustChange: c.MustChange, PasswordOff: c.PasswordOff, SecondFactorOff: c.SecondFactorOff, NoKey: len(c.SealedKey) == 0}
}

func person(n int) individuals.Individual {
	return individuals.Individual{ID: number(n), Organization: "abc", RoleType: "customer"}
}

func people(n int) func(ctx context.Context, tx store.Tx) error {
	return func(ctx context.Context, tx store.Tx) error {
		for i := range n {
			if err := tx.PutIndividual(ctx, person(i)); err != nil {
				return err
			}
		}
		return nil
	}
}

func credentialKind() kind {
	return kind{
		name: "credential", need: people(3),
		make: func(n, v int) any {
			c := individuals.Credential{Individual: number(n), Password: passwordHash(v), MeetsAlone: v%2 == 0, MustChange: v%2 == 1,
				PasswordOff: v%3 == 1, SecondFactorOff: v%3 == 2}
			if v != 3 {
				c.SealedKey, c.Recovery = []byte(fmt.Sprintf("\x00sealed\xff %d", v)), recoverySet(v)
			}
			return c
		},
		put: func(ctx context.Context, tx store.Tx, r any) error {
			return tx.PutCredential(ctx, r.(individuals.Credential))
		},
		get: func(ctx context.Context, r store.Reader, n int) (any, error) { return r.Credential(ctx, number(n)) },
		remove: func(ctx context.Context, tx store.Tx, n int, revision uint64) error {
			return tx.DeleteCredential(ctx, number(n), revision)
		},
		revised: func(r any, revision uint64) any {
			c := r.(individuals.Credential).Copy()
			c.Revision = revision
			return c
		},
		spoil:  func(r any) { r.(individuals.Credential).SealedKey[0] = 'X' },
		broken: individuals.Credential{Individual: number(0), MeetsAlone: true},
	}
}

// credentialRules are about what individuals prove with.
func credentialRules() []rule {
	k := credentialKind()
	return []rule{
		{"credential needs its individual", "a credential of an individual who does not exist is refused", func(s *suite) {
			s.refuse(store.ErrNotFound, func(tx store.Tx) error { return k.put(s.ctx, tx, k.make(1, 1)) })
		}},
		{"credential spent", "a recovery code that is spent stays spent, and of many who spend codes of one revision one wins", func(s *suite) {
			s.need(k)
			revision := s.put(k, k.make(1, 1))
			var spent individuals.Credential
			s.view(func(r store.Reader) (err error) {
				if spent, err = r.Credential(s.ctx, number(1)); err == nil {
					spent.Recovery, err = spent.Recovery.Spend(4)
				}
				return err
			})
			s.equal("revision read", spent.Revision, revision)
			s.oneWins(func() error {
				_, err := s.store.Update(s.ctx, author, func(tx store.Tx) error { return tx.PutCredential(s.ctx, spent) })
				return err
			})
			s.view(func(r store.Reader) error {
				c, err := r.Credential(s.ctx, number(1))
				s.equal("codes left", c.Recovery.Remaining(), otp.RecoveryCodeCount-1)
				return err
			})
		}},
		{"credential goes with its individual", "deleting an individual deletes the credential in the same commit, and another individual of that ID has none", func(s *suite) {
			revision := s.update(func(tx store.Tx) error { return people(3)(s.ctx, tx) })
			s.put(k, k.make(1, 1))
			s.put(k, k.make(2, 1))
			s.update(func(tx store.Tx) error {
				if err := tx.DeleteIndividual(s.ctx, number(1), revision); err != nil {
					return err
				}
				_, err := tx.Credential(s.ctx, number(1))
				s.wraps("reading it in the commit", err, store.ErrNotFound)
				return nil
			})
			s.update(func(tx store.Tx) error { return tx.PutIndividual(s.ctx, person(1)) })
			s.view(func(r store.Reader) error {
				_, err := r.Credential(s.ctx, number(1))
				s.wraps("reading it afterwards", err, store.ErrNotFound)
				_, err = r.Credential(s.ctx, number(2))
				return err
			})
		}},
	}
}
