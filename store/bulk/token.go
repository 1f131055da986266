package bulk

import (
	"errors"
	"fmt"
	"time"

	"github.com/durward-go/durward/store"
)

type tokenLine struct {
	Selector     string    `json:"selector"`
	VerifierHash []byte    `json:"verifier_hash"`
	Purpose      string    `json:"purpose"`
	Individual   string    `json:"individual,omitempty"`
	Organization string    `json:"organization,omitempty"`
	Email        string    `json:"email,omitempty"`
	Epoch        uint64    `json:"epoch,omitempty"`
	Created      time.Time `json:"created,omitzero"`
	Expires      time.Time `json:"expires,omitzero"`
	Sealed       []byte    `json:"sealed,omitempty"`
	Revision     uint64    `json:"revision,omitempty"`
}

func lineOfToken(t store.Token) *tokenLine {
	return &tokenLine{Selector: t.Selector, VerifierHash: t.VerifierHash[:], Purpose: t.Purpose, Individual: t.Individual, Organization: t.Organization,
		Email: t.Email, Epoch: t.Epoch, Created: t.Created, Expires: t.Expires, Sealed: t.Sealed, Revision: t.Revision}
}

func (l *tokenLine) record() (store.Token, error) {
	t := store.Token{Selector: l.Selector, Purpose: l.Purpose, Individual: l.Individual, Organization: l.Organization,
		Email: l.Email, Epoch: l.Epoch, Created: store.Instant(l.Created), Expires: store.Instant(l.Expires), Sealed: l.Sealed, Revision: l.Revision}
	if copy(t.VerifierHash[:], l.VerifierHash) != len(l.VerifierHash) || len(l.VerifierHash) != len(t.VerifierHash) {
		return t, at("verifier_hash", errors.New("want 32 bytes in base64"))
	}
	return t, nil
}

// String keeps secrets out of whatever prints a line.
func (l *tokenLine) String() string { return fmt.Sprintf("token %q, hidden", l.Selector) }

// GoString is String.
func (l *tokenLine) GoString() string { return l.String() }
