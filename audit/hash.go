package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// A Hash is a SHA-256 digest (FIPS 180-4): of an event and all before it. As
// text it is 64 lower-case hexadecimal digits. The zero Hash is no event's.
type Hash [sha256.Size]byte

// ParseHash reads 64 lower-case hexadecimal digits.
func ParseHash(text string) (Hash, error) {
	var h Hash
	err := h.UnmarshalText([]byte(text))
	return h, err
}

// IsZero reports whether h is the zero Hash.
func (h Hash) IsZero() bool { return h == Hash{} }

// String returns 64 lower-case hexadecimal digits.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// MarshalText returns what [Hash.String] does.
func (h Hash) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, h[:]), nil }

// UnmarshalText reads what [Hash.MarshalText] wrote and nothing else: one hash
// has one spelling.
func (h *Hash) UnmarshalText(text []byte) error {
	var read Hash
	if err := decodeHex(read[:], text); err != nil {
		return fmt.Errorf("audit: hash %s: %w", quote(string(text)), err)
	}
	*h = read
	return nil
}

// decodeHex fills into from exactly as many lower-case digits as it takes.
func decodeHex(into, text []byte) error {
	if len(text) != hex.EncodedLen(len(into)) {
		return fmt.Errorf("%d characters, want %d hexadecimal digits", len(text), hex.EncodedLen(len(into)))
	}
	for i, c := range text {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return fmt.Errorf("character %d is no lower-case hexadecimal digit", i+1)
		}
	}
	_, err := hex.Decode(into, text)
	return err
}
