package individuals

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/durward-go/durward/otp"
	"github.com/durward-go/durward/scope"
)

// MaxSealedKeyBytes bounds a sealed key: otp's own seal has some 80 bytes, that
// of a key service a few hundred.
const MaxSealedKeyBytes = 4096

// A Credential is what an individual proves with: the password and the second
// factor, as they are stored. One credential serves in every organization in
// which the person holds a grant.
//
// It is kept apart from [Individual], so that whoever reads a person does not
// read these. It prints as whose it is and nothing else, and it does not
// marshal: a store names its fields. An individual without one has neither
// password nor second factor, and so has the zero Credential, but that is not
// valid.
type Credential struct {
	// Individual is whose it is.
	Individual string
	// Password is the hash of the password; zero when none is set.
	Password PasswordHash
	// MeetsAlone says that the password met the policy without a second factor
	// when it was set; false for imported hashes. See
	// [CheckSecondFactorOff].
	MeetsAlone bool
	// MustChange says that the password must be changed at the next sign-in.
	MustChange bool
	// PasswordOff says that too many failures in a row switched the password
	// off. It ends no session. Binding a new password switches it on again.
	PasswordOff bool
	// SecondFactorOff says the same of the second factor.
	SecondFactorOff bool
	// SealedKey is the key of the one-time codes as [otp.SealKey] sealed it for
	// the individual; empty when none is set up.
	SealedKey []byte
	// Recovery holds the recovery codes that go with the key.
	Recovery otp.RecoverySet
	// Revision is the commit that last wrote the record; 0 before the first.
	Revision uint64
}

// Copy returns a credential equal to c that shares nothing with it.
func (c Credential) Copy() Credential {
	c.SealedKey = bytes.Clone(c.SealedKey)
	return c
}

// Validate reports what is wrong with the record on its own. No error holds
// anything secret.
func (c Credential) Validate() error {
	if err := scope.CheckID(c.Individual); err != nil {
		return fmt.Errorf("individuals: credential: %w", err)
	}
	fail := func(format string, args ...any) error {
		return fmt.Errorf("individuals: credential of %q: %w", c.Individual, fmt.Errorf(format, args...))
	}
	switch {
	case len(c.SealedKey) > MaxSealedKeyBytes:
		return fail("sealed key: %d bytes, at most %d", len(c.SealedKey), MaxSealedKeyBytes)
	case len(c.SealedKey) == 0 && !c.Recovery.IsZero():
		return fail("recovery codes without a key; they stand in for one, so wipe both")
	case c.Password.IsZero() && c.MeetsAlone:
		return fail("MeetsAlone without a password")
	}
	return nil
}

// String returns whose credential it is: `Credential(of "bob", hidden)`.
func (c Credential) String() string { return fmt.Sprintf("Credential(of %q, hidden)", c.Individual) }

// GoString is [Credential.String].
func (c Credential) GoString() string { return c.String() }

// Format writes [Credential.String] for every verb that fmt leaves to a type.
func (c Credential) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, c.String()) }

// LogValue gives package slog the same as String.
func (c Credential) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalText always fails, and with it encoding/json and its like, so that a
// credential neither gets into an answer nor is stored as a placeholder.
func (c Credential) MarshalText() ([]byte, error) {
	return nil, errors.New("individuals: a credential is not marshaled: store its fields by name")
}
