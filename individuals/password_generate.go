package individuals

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

const (
	// The 32 symbols of Crockford's Base32: no i, l, o or u, so that nothing
	// read aloud or copied by hand is taken for something else. Thirty-two
	// divides 256, so five bits of a random byte choose one without bias.
	generatedAlphabet = "0123456789abcdefghjkmnpqrstvwxyz"

	generatedGroup = 5 // symbols between hyphens

	// Four groups are 20 symbols of 5 bits: 100 bits.
	minGeneratedGroups = 4

	generateAttempts = 10
)

var errRandomNotRandom = errors.New("individuals: cannot generate a password: what the random source gave makes no password that meets the policy")

// Generate makes a password that meets the policy with and without a second
// factor, for a person with these words (see [PasswordPolicy.Check]): groups of
// five letters and digits joined by hyphens, such as "x7k2m-9qwtr-...". It has
// five bits of entropy a symbol, 100 bits in 20 symbols; a policy that asks for
// more than 23 characters gets more groups.
//
// random is a cryptographic source, crypto/rand.Reader but in tests. Each
// attempt takes a byte a symbol from it. A source that keeps giving passwords
// that the policy refuses is an error: from a sound one that does not happen.
func (p *PasswordPolicy) Generate(random io.Reader, words ...string) (string, error) {
	groups := minGeneratedGroups
	for groups*(generatedGroup+1)-1 < p.MinLength(false) {
		groups++
	}
	bytes := make([]byte, groups*generatedGroup)
	for range generateAttempts {
		if _, err := io.ReadFull(random, bytes); err != nil {
			return "", fmt.Errorf("individuals: cannot generate a password: reading the random source: %w", err)
		}
		var b strings.Builder
		for i, value := range bytes {
			if i > 0 && i%generatedGroup == 0 {
				b.WriteByte('-')
			}
			b.WriteByte(generatedAlphabet[value%byte(len(generatedAlphabet))])
		}
		if password := b.String(); len(p.Check(password, false, words...)) == 0 {
			return password, nil
		}
	}
	return "", errRandomNotRandom
}
