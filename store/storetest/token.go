package storetest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// noon is an instant as stores keep it.
var noon = time.Date(2026, time.April, 20, 12, 0, 0, 123456000, time.UTC)

// A token hides itself, so rules compare it in this form.
type revealedToken struct {
	Selector, Hash, Purpose, Individual, Organization, Email, Sealed string
	Epoch                                                            uint64
	Created, Expires                                                 time.Time
}

func revealToken(t store.Token) revealedToken {
	return revealedToken{Selector: t.Selector, Hash: hex.EncodeToString(t.VerifierHash[:]), Purpose: t.Purpose, Individual: t.Individual,
		Organization: t.Organization, Email: t.Email, Sealed: hex.EncodeToString(t.Sealed), Epoch: t.Epoch, Created: t.Created, Expires: t.Expires}
}

// token is one with what it must have.
func token(selector, individual, organization string) store.Token {
	return store.Token{Selector: selector, VerifierHash: sha256.Sum256([]byte(selector)), Purpose: "reset", Individual: individual, Organization: organization}
}

// tokenNeeds writes individuals 0 to 2 and organizations "abc" and "xyz".
func tokenNeeds(ctx context.Context, tx store.Tx) error {
	for _, id := range []string{"abc", "xyz"} {
		if err := tx.PutEntity(ctx, scope.Entity{ID: id, Kind: "customer"}); err != nil {
			return err
		}
		if err := tx.PutOrganization(ctx, individuals.Organization{Entity: id}); err != nil {
			return err
		}
	}
	return people(3)(ctx, tx)
}

func tokenKind() kind {
	return kind{
		name: "token", need: tokenNeeds,
		make: func(n, v int) any {
			t := token(number(n), number(v%3), "abc")
			t.VerifierHash[0], t.Purpose, t.Email, t.Epoch = byte(v), fmt.Sprintf("purpose-%d", v), "bob@abc.example", uint64(v)
			t.Sealed, t.Created = []byte(fmt.Sprintf("\x00sealed\xff %d", v)), noon
			if v%2 == 1 {
				t.Expires = noon.Add(time.Duration(v) * time.Hour)
			}
			return t
		},
		put: func(ctx context.Context, tx store.Tx, r any) error { return tx.PutToken(ctx, r.(store.Token)) },
		get: func(ctx context.Context, r store.Reader, n int) (any, error) { return r.Token(ctx, number(n)) },
		remove: func(ctx context.Context, tx store.Tx, n int, revision uint64) error {
			return tx.DeleteToken(ctx, number(n), revision)
		},
		list: func(ctx context.Context, r store.Reader, after, limit int) ([]any, error) {
			return every(r.Tokens(ctx, store.TokenFilter{}, page(after, limit)))
		},
		revised: func(r any, revision uint64) any {
			t := r.(store.Token).Copy()
			t.Revision = revision
			return t
		},
		spoil:  func(r any) { r.(store.Token).Sealed[0] = 'X' },
		broken: store.Token{Selector: number(0), Purpose: "reset", Individual: number(1)},
	}
}

func (s *suite) selectors(filter store.TokenFilter, page store.Page) (selectors []string) {
	s.Helper()
	s.view(func(r store.Reader) error {
		tokens, err := r.Tokens(s.ctx, filter, page)
		for _, t := range tokens {
			selectors = append(selectors, t.Selector)
		}
		return err
	})
	return selectors
}

// tokenRules are about links that were given out.
func tokenRules() []rule {
	put := func(s *suite, tokens ...store.Token) uint64 {
		return s.update(func(tx store.Tx) error {
			for _, t := range tokens {
				if err := tx.PutToken(s.ctx, t); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return []rule{
		{"token needs whom it is for", "a token for an individual or an organization that does not exist is refused", func(s *suite) {
			s.update(func(tx store.Tx) error { return tokenNeeds(s.ctx, tx) })
			for _, t := range []store.Token{token("a", "nobody", ""), token("a", number(1), "nowhere"), token("a", "", "nowhere")} {
				s.refuse(store.ErrNotFound, func(tx store.Tx) error { return tx.PutToken(s.ctx, t) })
			}
		}},
		{"token filters", "a token filter selects by every field that it sets, page by page, also after a token changed hands", func(s *suite) {
			s.update(func(tx store.Tx) error { return tokenNeeds(s.ctx, tx) })
			invitation, expired, expires := token("t2", number(1), ""), token("t3", number(2), "abc"), token("t4", number(1), "abc")
			invitation.Purpose, expired.Expires, expires.Expires = "invitation", noon, noon.Add(time.Microsecond)
			revision := put(s, token("t1", number(1), "abc"), invitation, expired, expires, token("t5", "", "xyz"))
			for _, c := range []struct {
				what   string
				filter store.TokenFilter
				page   store.Page
				want   []string
			}{
				{"all", store.TokenFilter{}, store.Page{}, []string{"t1", "t2", "t3", "t4", "t5"}},
				{"of an individual", store.TokenFilter{Individual: number(1)}, store.Page{}, []string{"t1", "t2", "t4"}},
				{"of an individual, first page", store.TokenFilter{Individual: number(1)}, store.Page{Limit: 2}, []string{"t1", "t2"}},
				{"of an individual, next page", store.TokenFilter{Individual: number(1)}, store.Page{After: "t2", Limit: 2}, []string{"t4"}},
				{"of an individual, after another's", store.TokenFilter{Individual: number(1)}, store.Page{After: "t3"}, []string{"t4"}},
				{"in an organization", store.TokenFilter{Organization: "abc"}, store.Page{}, []string{"t1", "t3", "t4"}},
				{"of both", store.TokenFilter{Individual: number(1), Organization: "abc"}, store.Page{}, []string{"t1", "t4"}},
				{"of a purpose", store.TokenFilter{Purpose: "invitation"}, store.Page{}, []string{"t2"}},
				{"of a purpose and an individual", store.TokenFilter{Purpose: "reset", Individual: number(1)}, store.Page{After: "t1"}, []string{"t4"}},
				{"expired", store.TokenFilter{ExpiredBy: noon}, store.Page{}, []string{"t3"}},
				{"of nobody", store.TokenFilter{Individual: "record-000"}, store.Page{}, nil},
			} {
				s.equal(c.what, s.selectors(c.filter, c.page), c.want)
			}
			moved := token("t1", number(2), "xyz")
			moved.Revision = revision
			put(s, moved)
			s.equal("the former's", s.selectors(store.TokenFilter{Individual: number(1)}, store.Page{}), []string{"t2", "t4"})
			s.equal("the new one's", s.selectors(store.TokenFilter{Individual: number(2)}, store.Page{}), []string{"t1", "t3"})
			s.equal("the new organization's", s.selectors(store.TokenFilter{Organization: "xyz"}, store.Page{}), []string{"t1", "t5"})
		}},
		{"token instants", "the instants of a token come back in UTC and cut to microseconds, and the zero one as zero", func(s *suite) {
			s.update(func(tx store.Tx) error { return tokenNeeds(s.ctx, tx) })
			t := token("a", number(1), "")
			t.Created = noon.Add(789 * time.Nanosecond).In(time.FixedZone("east", 3600))
			put(s, t)
			s.view(func(r store.Reader) error {
				got, err := r.Token(s.ctx, "a")
				s.equal("instants", []time.Time{got.Created, got.Expires}, []time.Time{noon, {}})
				return err
			})
		}},
		{"token goes with whom it is for", "deleting an individual or an organization deletes the tokens that are its own by then in the same commit, and nobody else's", func(s *suite) {
			revision := s.update(func(tx store.Tx) error { return tokenNeeds(s.ctx, tx) })
			moved := token("t3", number(1), "xyz")
			moved.Revision = put(s, moved, token("t1", number(1), ""), token("t2", number(1), "abc"), token("t4", "", "xyz"), token("t5", number(2), "xyz"))
			moved.Individual, moved.Organization = number(2), "abc"
			put(s, moved)
			s.update(func(tx store.Tx) error { return tx.DeleteIndividual(s.ctx, number(1), revision) })
			s.equal("after the individual", s.selectors(store.TokenFilter{}, store.Page{}), []string{"t3", "t4", "t5"})
			s.update(func(tx store.Tx) error { return tx.DeleteOrganization(s.ctx, "xyz", revision) })
			s.equal("after the organization", s.selectors(store.TokenFilter{}, store.Page{}), []string{"t3"})
			s.equal("of the other individual", s.selectors(store.TokenFilter{Individual: number(2)}, store.Page{}), []string{"t3"})
		}},
		{"token once", "of many who use one token at once, in commits that delete it, exactly one commits its change", func(s *suite) {
			s.update(func(tx store.Tx) error { return tokenNeeds(s.ctx, tx) })
			revision := put(s, token("a", number(1), ""))
			s.oneWins(func() error {
				_, err := s.store.Update(s.ctx, author, func(tx store.Tx) error {
					p, err := tx.Individual(s.ctx, number(1))
					if err != nil {
						return err
					}
					p.Epoch++
					if err := tx.PutIndividual(s.ctx, p); err != nil {
						return err
					}
					return tx.DeleteToken(s.ctx, "a", revision)
				})
				return err
			})
			s.view(func(r store.Reader) error {
				p, err := r.Individual(s.ctx, number(1))
				s.equal("changes made", p.Epoch, uint64(1))
				return err
			})
		}},
	}
}
