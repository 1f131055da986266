package links

import (
	"bytes"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
)

// The text of a token is the selector and then the verifier, each in base32
// (RFC 4648 §6) in lower case without padding: letters and digits only, so that
// no mail program takes a character at its end for the end of the sentence.
const (
	selectorBytes  = 16 // never met twice by chance
	verifierBytes  = 32
	selectorLength = 26
	textLength     = 78
)

var textEncoding = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// A token is the text that was given out, taken apart.
type token struct {
	selector string
	verifier [verifierBytes]byte
}

// newToken draws a token from random.
func newToken(random io.Reader) (token, error) {
	drawn, err := draw(random, selectorBytes+verifierBytes)
	if err != nil {
		return token{}, err
	}
	return token{
		selector: textEncoding.EncodeToString(drawn[:selectorBytes]),
		verifier: [verifierBytes]byte(drawn[selectorBytes:]),
	}, nil
}

// parseToken takes exactly what text writes: nothing around it, no capitals, no
// bits that the decoder would drop. It keeps no part of the text in an error.
func parseToken(text string) (token, bool) {
	if len(text) != textLength {
		return token{}, false
	}
	selector, err := textEncoding.DecodeString(text[:selectorLength])
	if err != nil || len(selector) != selectorBytes {
		return token{}, false
	}
	verifier, err := textEncoding.DecodeString(text[selectorLength:])
	if err != nil || len(verifier) != verifierBytes {
		return token{}, false
	}
	t := token{selector: text[:selectorLength], verifier: [verifierBytes]byte(verifier)}
	if textEncoding.EncodeToString(selector) != t.selector || t.text() != text {
		return token{}, false
	}
	return t, true
}

func (t token) text() string { return t.selector + textEncoding.EncodeToString(t.verifier[:]) }

// hash is what is stored of the verifier.
func (t token) hash() [sha256.Size]byte { return sha256.Sum256(t.verifier[:]) }

// String keeps the verifier out of whatever prints a token by mistake.
func (t token) String() string { return fmt.Sprintf("token(%q, hidden)", t.selector) }

// draw reads n bytes from random, wholly or with an error. A source that gives
// one byte over and over, as a forgotten stub does, is an error.
func draw(random io.Reader, n int) ([]byte, error) {
	out := make([]byte, n)
	if _, err := io.ReadFull(random, out); err != nil {
		return nil, fmt.Errorf("read randomness: %w", err)
	}
	if bytes.Count(out, out[:1]) == len(out) {
		return nil, errors.New("read randomness: one byte repeated: not random")
	}
	return out, nil
}
