package roles

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// A Digest is the SHA-256 (FIPS 180-4) of a canonical encoding. What is made of
// the same declaration has the same digest in every process. The zero Digest is
// that of nothing.
type Digest [sha256.Size]byte

// DigestOf returns the digest of an encoding.
func DigestOf(encoding []byte) Digest { return sha256.Sum256(encoding) }

// Digest identifies the model: two of the same digest decide alike. It is that of
// [Model.Encode], and the zero Digest for a nil Model and the zero one.
func (m *Model) Digest() Digest {
	encoding := m.Encode()
	if encoding == nil {
		return Digest{}
	}
	return DigestOf(encoding)
}

// IsZero reports whether d is the zero Digest.
func (d Digest) IsZero() bool { return d == Digest{} }

// String returns 64 hexadecimal digits.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// ParseDigest reads what [Digest.String] writes.
func ParseDigest(s string) (Digest, error) {
	var d Digest
	b, err := hex.DecodeString(s)
	if err != nil || copy(d[:], b) != len(d) || len(b) != len(d) || d.String() != s {
		return Digest{}, fmt.Errorf("roles: digest %.80q: want 64 hexadecimal digits, in lower case", s)
	}
	return d, nil
}
