package otp

import (
	"crypto/subtle"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"strings"
)

// KeySize is the length of a generated key in bytes: the 160 bits that
// RFC 4226 §4 R6 recommends.
const KeySize = 20

const (
	// minKeySize is the 128 bits below which RFC 4226 §4 R6 allows no key.
	minKeySize = 16
	// maxKeySize is the block of HMAC-SHA-1. A longer key would be hashed down
	// to 20 bytes first (RFC 2104 §2), so more bytes add nothing.
	maxKeySize = 64
	// maxKeyText bounds what ParseKey looks at: the longest key, generously
	// spaced.
	maxKeyText = 256
)

// Key is the secret that an authenticator and Durward share for one person.
//
// It is a value, safe to copy and for concurrent use. It never shows itself:
// printing, logging and encoding give "(hidden)" or an error. It leaves by
// [Key.Base32], [Key.URI], [Key.QR] or [SealKey].
//
// The zero Key verifies no code and is refused by every function that needs
// one. Keys do not compare with ==; see [Key.Equal].
type Key struct{ hidden[[]byte] }

// GenerateKey makes a key of [KeySize] bytes from random, which should be
// crypto/rand.Reader. Its errors are those of reading random.
func GenerateKey(random io.Reader) (Key, error) {
	secret := make([]byte, KeySize)
	if err := readRandom(random, secret); err != nil {
		return Key{}, fmt.Errorf("otp: generate key: %w", err)
	}
	return Key{hide(secret)}, nil
}

// keyEncoding is the base32 of RFC 4648 §6 that authenticators take, without
// padding.
var keyEncoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// ParseKey reads a key in base32 (RFC 4648 §6), as authenticators show it and
// [Key.Base32] writes it. Case, spaces, hyphens and trailing padding do not
// matter. A key of fewer than 16 bytes (RFC 4226 §4 R6) or more than 64 is
// refused, and so is one whose last character carries bits that belong to no
// byte, since a character was then lost. No error quotes the text: it is the
// secret.
func ParseKey(text string) (Key, error) {
	if len(text) > maxKeyText {
		return Key{}, fmt.Errorf("otp: parse key: %d characters: longer than %d", len(text), maxKeyText)
	}
	letters, err := keyLetters(text)
	if err != nil {
		return Key{}, fmt.Errorf("otp: parse key: %w", err)
	}
	secret, err := keyEncoding.DecodeString(letters)
	if err != nil || keyEncoding.EncodeToString(secret) != letters {
		return Key{}, errors.New("otp: parse key: not whole bytes: a character is missing or wrong at the end")
	}
	key, err := newKey(secret)
	if err != nil {
		return Key{}, fmt.Errorf("otp: parse key: %w", err)
	}
	return key, nil
}

// keyLetters returns the base32 letters of text in upper case.
func keyLetters(text string) (string, error) {
	text = strings.TrimRight(text, " \t\r\n")
	text = strings.TrimRight(text, "=")
	var letters strings.Builder
	for position, r := range text {
		switch {
		case 'a' <= r && r <= 'z':
			letters.WriteByte(byte(r) - 'a' + 'A')
		case 'A' <= r && r <= 'Z', '2' <= r && r <= '7':
			letters.WriteByte(byte(r))
		case r == ' ', r == '\t', r == '\r', r == '\n', r == '-':
		default:
			return "", fmt.Errorf("byte %d is not base32: want A-Z and 2-7", position)
		}
	}
	return letters.String(), nil
}

// newKey keeps secret, which must not change afterwards.
func newKey(secret []byte) (Key, error) {
	if len(secret) < minKeySize || len(secret) > maxKeySize {
		return Key{}, fmt.Errorf("%d bytes: want %d to %d", len(secret), minKeySize, maxKeySize)
	}
	return Key{hide(secret)}, nil
}

// Base32 reveals the key in base32 without padding, for typing into an
// authenticator that cannot scan. It is "" for the zero Key.
func (k Key) Base32() string { return keyEncoding.EncodeToString(k.value()) }

// Equal reports whether both keys hold the same secret, in a time that does not
// depend on where they differ.
func (k Key) Equal(other Key) bool {
	return subtle.ConstantTimeCompare(k.value(), other.value()) == 1
}

var errNoKey = errors.New("the key is empty; use GenerateKey, ParseKey or OpenKey")
