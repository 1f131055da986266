package otp

import (
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"golang.org/x/crypto/chacha20poly1305"
)

// HostKeySize is the length of a host key in bytes: 256 bits.
const HostKeySize = 32

// HostKey is a key that the host keeps outside its database and seals others
// with, by a [Keyring].
//
// It prints as "(hidden)" and does not encode. It is safe to copy and for
// concurrent use. The zero HostKey is refused by [NewKeyring].
type HostKey struct{ hidden[hostKeyParts] }

// hostKeyParts are a host key and what is derived from it: a key for each use
// (RFC 5869), so that the public ID tells nothing of the one that encrypts.
type hostKeyParts struct {
	secret  []byte
	id      hostKeyID
	sealing []byte
}

// hostKeyID is a host key's ID in bytes. Sixty-four bits keep any number of keys
// that a host will ever have apart.
type hostKeyID [8]byte

// GenerateHostKey makes a host key from random, which should be
// crypto/rand.Reader. Its errors are those of reading random.
func GenerateHostKey(random io.Reader) (HostKey, error) {
	secret := make([]byte, HostKeySize)
	if err := readRandom(random, secret); err != nil {
		return HostKey{}, fmt.Errorf("otp: generate host key: %w", err)
	}
	key, err := newHostKey(secret)
	if err != nil {
		return HostKey{}, fmt.Errorf("otp: generate host key: %w", err)
	}
	return key, nil
}

// ParseHostKey reads a host key in base64 (RFC 4648 §4), as [HostKey.Base64]
// and "openssl rand -base64 32" write it. White space around it is ignored. A
// key of one byte repeated, such as only zeros, is refused: it was never
// random. No error quotes the text: it is the secret.
func ParseHostKey(text string) (HostKey, error) {
	secret, err := base64.StdEncoding.Strict().DecodeString(strings.TrimSpace(text))
	if err != nil || len(secret) != HostKeySize {
		return HostKey{}, fmt.Errorf("otp: parse host key: want %d bytes in base64, as \"openssl rand -base64 %d\" prints", HostKeySize, HostKeySize)
	}
	key, err := newHostKey(secret)
	if err != nil {
		return HostKey{}, fmt.Errorf("otp: parse host key: %w", err)
	}
	return key, nil
}

// newHostKey keeps secret, which must not change afterwards.
func newHostKey(secret []byte) (HostKey, error) {
	if repeatsOneByte(secret) {
		return HostKey{}, errNotRandom
	}
	id, err := hkdf.Key(sha256.New, secret, nil, "durward/otp host key 1: id", len(hostKeyID{}))
	if err != nil {
		return HostKey{}, err
	}
	sealing, err := hkdf.Key(sha256.New, secret, nil, "durward/otp host key 1: seal", chacha20poly1305.KeySize)
	if err != nil {
		return HostKey{}, err
	}
	return HostKey{hide(hostKeyParts{secret: secret, id: hostKeyID(id), sealing: sealing})}, nil
}

// Base64 reveals the key in base64, for the host's secret store. It is "" for
// the zero HostKey.
func (k HostKey) Base64() string { return base64.StdEncoding.EncodeToString(k.value().secret) }

// ID names the key without revealing it: 16 hexadecimal digits that stand in
// everything it seals and in errors about a key that is missing. It is derived
// from the key, so no two keys can be given the same name by mistake. It is ""
// for the zero HostKey.
func (k HostKey) ID() string {
	if k.IsZero() {
		return ""
	}
	return k.value().id.String()
}

func (id hostKeyID) String() string { return hex.EncodeToString(id[:]) }
