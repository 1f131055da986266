package signin

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"time"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/otp"
)

// A ticket says how far somebody has come. Between two steps it is sealed into
// the token of a challenge.
type ticket struct {
	Version      int            `json:"version"`
	Need         Need           `json:"need"`
	Individual   string         `json:"individual"`
	Provider     string         `json:"provider,omitempty"`
	Realm        string         `json:"realm"`
	Organization string         `json:"organization,omitempty"`
	Epoch        uint64         `json:"epoch"`
	Credential   uint64         `json:"credential"` // its revision
	Network      netip.Prefix   `json:"network"`
	Surface      access.Surface `json:"surface"`
	Via          string         `json:"via,omitempty"`
	Factor       string         `json:"factor,omitempty"`
	SecondFactor time.Time      `json:"second_factor,omitzero"`
	Expires      time.Time      `json:"expires"`
	// Key is what is being enrolled.
	Key string `json:"key,omitempty"`
	// Start and End are the session of somebody who is signed in already and sets
	// up an authenticator.
	Start time.Time `json:"start,omitzero"`
	End   time.Time `json:"end,omitzero"`

	cannotAsk bool // of a door: no token is made there
}

const ticketVersion = 1

// MaxTokenBytes bounds the token of a challenge: four IDs of the longest kind,
// escaped, and a seal.
const MaxTokenBytes = 8192

// challengeContext is what tokens are sealed for.
func challengeContext() []byte { return otp.SealingContext("durward/signin challenge", "1") }

// seal makes the token.
func (f *Flow) seal(t ticket) (hidden[string], error) {
	t.Version = ticketVersion
	plain, err := json.Marshal(t)
	if err != nil {
		return hidden[string]{}, fmt.Errorf("signin: challenge: %w", err)
	}
	sealed, err := f.options.Sealer.Seal(plain, challengeContext())
	if err != nil {
		return hidden[string]{}, fmt.Errorf("signin: challenge: %w", err)
	}
	return hide(base64.RawURLEncoding.EncodeToString(sealed)), nil
}

// open reads a token. Whatever seal did not make is a refusal.
func (f *Flow) open(token string) (ticket, error) {
	unknown := &Refusal{Reason: ChallengeUnknown}
	if len(token) > MaxTokenBytes {
		return ticket{}, unknown
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil {
		return ticket{}, unknown
	}
	plain, err := f.options.Sealer.Open(sealed, challengeContext())
	if err != nil {
		return ticket{}, unknown
	}
	var t ticket
	d := json.NewDecoder(bytes.NewReader(plain))
	d.DisallowUnknownFields()
	if err := d.Decode(&t); err != nil {
		return ticket{}, unknown
	}
	if _, err := d.Token(); err != io.EOF || t.Version != ticketVersion {
		return ticket{}, unknown
	}
	return t, nil
}

// usable reports why a ticket cannot be continued now, from there.
func (t *ticket) usable(now time.Time, from netip.Addr) *Refusal {
	switch {
	case !now.Before(t.Expires):
		return &Refusal{Reason: ChallengeExpired}
	case network(from) != t.Network:
		return &Refusal{Reason: ChallengeElsewhere}
	default:
		return nil
	}
}

func (t *ticket) report(origin Origin) report {
	return report{individual: t.Individual, organization: t.Organization, realm: t.Realm, origin: origin, via: t.Via, factor: t.Factor}
}

// renews reports whether the ticket is of somebody who is signed in already.
func (t *ticket) renews() bool { return !t.Start.IsZero() }
