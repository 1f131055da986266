package individuals

import (
	"errors"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// MaxPasswordBytes is the most bytes that a password may have, as typed and in
// NFKC. SP 800-63B-4 §3.1.1.2 asks for at least 64 characters to be permitted;
// this permits any passphrase and bounds the work that a stranger can ask for.
const MaxPasswordBytes = 1024

var (
	errPasswordEmpty   = errors.New("individuals: invalid password: it is empty")
	errPasswordTooLong = errors.New("individuals: invalid password: it has over 1,024 bytes")
	errPasswordNotText = errors.New("individuals: invalid password: it is not valid UTF-8")
)

// preparePassword returns the form of a password that is hashed: NFKC, so that
// the same keys give the same hash whichever way a device composes them
// (SP 800-63B-4 §3.1.1.2, UAX #15 §12.1). Nothing is trimmed, mapped or cut.
func preparePassword(password string) (string, error) {
	switch {
	case password == "":
		return "", errPasswordEmpty
	case len(password) > MaxPasswordBytes:
		return "", errPasswordTooLong
	case !utf8.ValidString(password):
		return "", errPasswordNotText
	}
	prepared := norm.NFKC.String(password)
	if len(prepared) > MaxPasswordBytes {
		return "", errPasswordTooLong
	}
	return prepared, nil
}

// passwordLength counts code points in NFC and in NFKC and takes the smaller
// number. A letter counts once, however a device composes it; a ligature that
// NFKC writes out in 18 code points counts once too, for it is one key to type
// and one to guess.
func passwordLength(prepared, password string) int {
	return min(utf8.RuneCountInString(prepared), utf8.RuneCountInString(norm.NFC.String(password)))
}

// foldPassword returns the form in which a prepared password is compared with
// words: without case.
func foldPassword(prepared string) string {
	return norm.NFKC.String(cases.Fold().String(prepared))
}

// hasUnassigned reports whether s has code points to which this version of
// Unicode assigns no character. Their normal form may change when it does, and
// the password would stop matching its hash (UAX #15 §12.1).
func hasUnassigned(s string) bool {
	for _, r := range s {
		if unicode.Is(unicode.Cn, r) {
			return true
		}
	}
	return false
}
