package links

import (
	"encoding/json"
	"fmt"

	"github.com/durward-go/durward/otp"
	"github.com/durward-go/durward/store"
)

// The contexts that sealed forms are bound to: what they are and where they
// stand. Moved to another row they do not open.
const (
	tokenSealing   = "durward/links token"
	messageSealing = "durward/links message"
)

// keptWithToken is what is sealed beside a token's hash.
type keptWithToken struct {
	// Text is the token of a standing link, which later mails carry.
	Text string `json:"text,omitempty"`
	// Realm is where a standing link leads.
	Realm string `json:"realm,omitempty"`
	// From is the address that an e-mail change takes the place of.
	From string `json:"from,omitempty"`
}

func tokenContext(t store.Token) []byte {
	return otp.SealingContext(tokenSealing, t.Selector, t.Purpose, t.Individual, t.Organization)
}

func (l *Links) seal(t store.Token, kept keptWithToken) ([]byte, error) {
	plain, err := json.Marshal(kept)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return l.sealer.Seal(plain, tokenContext(t))
}

// open returns what was kept with a token.
func (l *Links) open(t store.Token) (keptWithToken, error) {
	plain, err := l.sealer.Open(t.Sealed, tokenContext(t))
	if err != nil {
		return keptWithToken{}, fmt.Errorf("links: token %q: what is kept with it: %w", t.Selector, err)
	}
	var kept keptWithToken
	if err := json.Unmarshal(plain, &kept); err != nil {
		// Not wrapped: the decoder quotes what it read.
		return keptWithToken{}, fmt.Errorf("links: token %q: what is kept with it is not in the form of this version", t.Selector)
	}
	return kept, nil
}
