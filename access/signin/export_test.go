package signin

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/durward-go/durward/individuals"
)

// Hashes counts how many passwords were hashed or compared.
type Hashes struct{ verified, made atomic.Int64 }

// Verified is how many comparisons there were since it was asked last.
func (h *Hashes) Verified() int { return int(h.verified.Swap(0)) }

// Made is how many new hashes there were since it was asked last.
func (h *Hashes) Made() int { return int(h.made.Swap(0)) }

// CountHashes counts what the flow computes. fast puts a hash in the place of
// argon2id that costs nothing, in the same stored form, so that it goes through
// every store and limit.
func (f *Flow) CountHashes(fast bool) *Hashes {
	h, earnest := new(Hashes), f.hashing
	f.hashing.verify = func(hash individuals.PasswordHash, password string, params individuals.Argon2Params) (bool, bool, error) {
		h.verified.Add(1)
		if !fast {
			return earnest.verify(hash, password, params)
		}
		return FastVerify(hash, password), false, nil
	}
	f.hashing.hash = func(random io.Reader, password string, params individuals.Argon2Params) (individuals.PasswordHash, error) {
		h.made.Add(1)
		if !fast {
			return earnest.hash(random, password, params)
		}
		return FastHash(random, password)
	}
	return h
}

// DuringHash has fn called once while a password is compared.
func (f *Flow) DuringHash(fn func()) {
	verify := f.hashing.verify
	var once sync.Once
	f.hashing.verify = func(hash individuals.PasswordHash, password string, params individuals.Argon2Params) (bool, bool, error) {
		once.Do(fn)
		return verify(hash, password, params)
	}
}

// DuringNewHash has fn called while a new password is hashed.
func (f *Flow) DuringNewHash(fn func()) {
	hash := f.hashing.hash
	f.hashing.hash = func(random io.Reader, password string, params individuals.Argon2Params) (individuals.PasswordHash, error) {
		fn()
		return hash(random, password, params)
	}
}

// FastHash looks like argon2id and is SHA-256.
func FastHash(random io.Reader, password string) (individuals.PasswordHash, error) {
	salt := make([]byte, 16)
	if _, err := io.ReadFull(random, salt); err != nil {
		return individuals.PasswordHash{}, err
	}
	if password == "" {
		return individuals.PasswordHash{}, errors.New("no password")
	}
	encoded := base64.RawStdEncoding.EncodeToString(salt)
	tag := sha256.Sum256([]byte(encoded + password))
	return individuals.ParsePasswordHash(fmt.Sprintf("$argon2id$v=19$m=19456,t=2,p=1$%s$%s", encoded, base64.RawStdEncoding.EncodeToString(tag[:])))
}

// FastVerify compares with what FastHash made.
func FastVerify(hash individuals.PasswordHash, password string) bool {
	parts := strings.Split(hash.Encoded(), "$")
	if len(parts) != 6 {
		return false
	}
	tag := sha256.Sum256([]byte(parts[4] + password))
	return base64.RawStdEncoding.EncodeToString(tag[:]) == parts[5]
}

// Network is what attempts from the address are counted for.
func Network(a netip.Addr) netip.Prefix { return network(a) }

// Wait is how long a network waits after so many failures.
func (t Throttle) Wait(failures int) time.Duration {
	t, err := t.withDefaults()
	if err != nil {
		panic(err)
	}
	return t.wait(failures)
}

// AllReasons are the reasons that there are.
var AllReasons = []Reason{
	UnknownLogin, WrongPassword, AuthenticatorDisabled, Disabled, OrganizationClosed, Throttled, Busy, NotYetActive, Expired, NoGrant,
	AddressNotAllowed, SecondFactorRequired, EnrolmentRequired, PasswordChangeRequired, SecondFactorDisabled, WrongCode, UsedCode,
	PasswordRefused, PasswordUnchanged, ChallengeUnknown, ChallengeExpired, ChallengeElsewhere, CredentialsChanged, SessionEnded,
	LinkRefused, LinkClosed, NotOwnHands, TooSoon,
}
