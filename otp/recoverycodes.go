package otp

import (
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
)

// RecoveryCodeCount is how many recovery codes a person gets at once.
const RecoveryCodeCount = 10

const (
	// recoveryCodeSize is the randomness of a recovery code: 120 bits. From 112
	// bits on, NIST SP 800-63B §5.1.2.2 lets a verifier store a plain one-way
	// hash instead of a slow one, since nobody can try that many.
	recoveryCodeSize = 15
	// recoveryGroup is how many characters stand between two hyphens.
	recoveryGroup = 4
	// maxRecoveryText bounds what is looked at: a code, generously spaced.
	maxRecoveryText = 128
)

// recoveryEncoding is Crockford's base32 (crockford.com/base32.html), made to be
// copied by hand: no I, L, O or U.
var recoveryEncoding = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// RecoveryCodes are the codes a person keeps for the day the authenticator is
// lost, each good for one sign-in. They are shown once, by [RecoveryCodes.Reveal],
// and never stored; a [RecoverySet] is.
//
// They print as "(hidden)" and do not encode. The value is safe to copy and for
// concurrent use. The zero RecoveryCodes holds none.
type RecoveryCodes struct{ hidden[[]string] }

// GenerateRecoveryCodes makes [RecoveryCodeCount] codes of 120 bits each from
// random, which should be crypto/rand.Reader: the codes to show, and the set to
// store. Errors are those of reading random, and a source that repeats itself.
func GenerateRecoveryCodes(random io.Reader) (RecoveryCodes, RecoverySet, error) {
	var set recoveryHashes
	secrets := make([]byte, RecoveryCodeCount*recoveryCodeSize)
	if err := readRandom(random, set.salt[:], secrets); err != nil {
		return RecoveryCodes{}, RecoverySet{}, fmt.Errorf("otp: generate recovery codes: %w", err)
	}
	texts := make([]string, 0, RecoveryCodeCount)
	for secret := range slices.Chunk(secrets, recoveryCodeSize) {
		text := groupRecoveryCode(recoveryEncoding.EncodeToString(secret))
		if slices.Contains(texts, text) {
			return RecoveryCodes{}, RecoverySet{}, errors.New("otp: generate recovery codes: the randomness repeats itself")
		}
		set.hashes[len(texts)] = set.hash(secret)
		texts = append(texts, text)
	}
	return RecoveryCodes{hide(texts)}, RecoverySet{hide(set)}, nil
}

// Reveal returns the codes in the order of their indexes, each as
// six groups of four with dashes between them. The slice is the caller's.
func (c RecoveryCodes) Reveal() []string { return slices.Clone(c.value()) }

func groupRecoveryCode(letters string) string {
	var groups []string
	for group := range slices.Chunk([]byte(letters), recoveryGroup) {
		groups = append(groups, string(group))
	}
	return strings.Join(groups, "-")
}

// parseRecoveryCode returns the bytes of a code as people type it: in either
// case, with or without hyphens and spaces (also those that word processors put
// in their place), and with O for 0, I or L for 1.
func parseRecoveryCode(text string) (secret []byte, ok bool) {
	if len(text) > maxRecoveryText {
		return nil, false
	}
	letters := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.Is(unicode.Pd, r), r == '\u2212':
			return -1
		case 'a' <= r && r <= 'z':
			r += 'A' - 'a'
		}
		switch r {
		case 'O':
			return '0'
		case 'I', 'L':
			return '1'
		}
		return r
	}, text)
	// The decoder drops a lone last character, so the length is checked first.
	if len(letters) != recoveryEncoding.EncodedLen(recoveryCodeSize) {
		return nil, false
	}
	secret, err := recoveryEncoding.DecodeString(letters)
	return secret, err == nil
}
