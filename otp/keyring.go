package otp

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"golang.org/x/crypto/chacha20poly1305"
)

var (
	// ErrNotSealed means that the bytes are no sealed form: cut short, or of a
	// version that this code does not know.
	ErrNotSealed = errors.New("not a sealed form")
	// ErrUnknownHostKey means that the sealed form names a host key that the
	// keyring does not hold.
	ErrUnknownHostKey = errors.New("unknown host key")
	// ErrDoesNotOpen means that the sealed form was altered, or sealed for
	// another context: another person or purpose.
	ErrDoesNotOpen = errors.New("altered, or sealed for another context")
)

// The sealed form: one byte of version, the host key's ID, the nonce, and the
// ciphertext with its tag. The version and the ID are authenticated with the
// context.
const (
	sealedVersion = 1
	sealedHeader  = 1 + len(hostKeyID{})
	sealedMinimum = sealedHeader + chacha20poly1305.NonceSizeX + chacha20poly1305.Overhead
)

// Keyring is a [Sealer] over host keys: it seals with the primary one and opens
// with any, so that a host key can be replaced without a flag day. To rotate,
// make the new key primary, keep the old one as older, and seal again what
// [Keyring.NeedsReseal] reports; then the old one can go.
//
// It seals with XChaCha20-Poly1305, whose 192-bit nonces can be drawn at random
// for any number of sealed forms.
//
// It prints as "(hidden)" and does not encode. It is safe for concurrent use if
// its randomness is, as crypto/rand.Reader is. The zero Keyring seals and opens
// nothing.
type Keyring struct{ hidden[keyringParts] }

var _ Sealer = (*Keyring)(nil)

type keyringParts struct {
	random  io.Reader
	primary hostKeyID
	keys    map[hostKeyID]HostKey
}

// NewKeyring returns a keyring that draws nonces from random, which should be
// crypto/rand.Reader, seals with primary and opens with all. A zero key and a
// key listed twice are errors.
func NewKeyring(random io.Reader, primary HostKey, older ...HostKey) (*Keyring, error) {
	if random == nil {
		return nil, fmt.Errorf("otp: new keyring: randomness: %w", errNoRandomness)
	}
	keys := make(map[hostKeyID]HostKey, 1+len(older))
	for i, key := range append([]HostKey{primary}, older...) {
		if key.IsZero() {
			return nil, fmt.Errorf("otp: new keyring: key %d of %d is empty; use GenerateHostKey or ParseHostKey", i+1, 1+len(older))
		}
		id := key.value().id
		if _, twice := keys[id]; twice {
			return nil, fmt.Errorf("otp: new keyring: key %q is listed twice", id)
		}
		keys[id] = key
	}
	return &Keyring{hide(keyringParts{random: random, primary: primary.value().id, keys: keys})}, nil
}

var (
	errNoKeyring = errors.New("the keyring is empty; use NewKeyring")
	errNoContext = errors.New("no context; pass whose and what it is, as by SealingContext")
)

// Seal implements [Sealer] with the primary host key. An empty context is an
// error, and so is failing randomness.
func (k *Keyring) Seal(plaintext, context []byte) ([]byte, error) {
	if k.IsZero() {
		return nil, fmt.Errorf("otp: seal: %w", errNoKeyring)
	}
	if len(context) == 0 {
		return nil, fmt.Errorf("otp: seal: %w", errNoContext)
	}
	parts := k.value()
	sealed := make([]byte, 0, sealedMinimum+len(plaintext))
	sealed = append(sealed, sealedVersion)
	sealed = append(sealed, parts.primary[:]...)
	sealed = sealed[:sealedHeader+chacha20poly1305.NonceSizeX]
	header, nonce := sealed[:sealedHeader], sealed[sealedHeader:]
	if err := readRandom(parts.random, nonce); err != nil {
		return nil, fmt.Errorf("otp: seal: %w", err)
	}
	aead, err := chacha20poly1305.NewX(parts.keys[parts.primary].value().sealing)
	if err != nil {
		return nil, fmt.Errorf("otp: seal: %w", err)
	}
	return aead.Seal(sealed, nonce, plaintext, associatedData(header, context)), nil
}

// Open implements [Sealer] with whichever host key sealed. Its errors are
// [ErrNotSealed], [ErrUnknownHostKey], which names the missing key's ID, and
// [ErrDoesNotOpen].
func (k *Keyring) Open(sealed, context []byte) ([]byte, error) {
	if k.IsZero() {
		return nil, fmt.Errorf("otp: open: %w", errNoKeyring)
	}
	if len(context) == 0 {
		return nil, fmt.Errorf("otp: open: %w", errNoContext)
	}
	id, err := sealedBy(sealed)
	if err != nil {
		return nil, fmt.Errorf("otp: open: %w", err)
	}
	key, ok := k.value().keys[id]
	if !ok {
		return nil, fmt.Errorf("otp: open: %w: %q; add it to the keyring's older keys", ErrUnknownHostKey, id)
	}
	aead, err := chacha20poly1305.NewX(key.value().sealing)
	if err != nil {
		return nil, fmt.Errorf("otp: open: %w", err)
	}
	header, rest := sealed[:sealedHeader], sealed[sealedHeader:]
	nonce, ciphertext := rest[:chacha20poly1305.NonceSizeX], rest[chacha20poly1305.NonceSizeX:]
	plaintext, err := aead.Open(nil, nonce, ciphertext, associatedData(header, context))
	if err != nil {
		return nil, fmt.Errorf("otp: open: %w", ErrDoesNotOpen)
	}
	return plaintext, nil
}

// NeedsReseal reports whether a sealed form should be opened and sealed again:
// another host key than the primary sealed it. Of bytes that are no sealed form
// it reports false; Open says what is wrong with them.
func (k *Keyring) NeedsReseal(sealed []byte) bool {
	id, err := sealedBy(sealed)
	return err == nil && id != k.value().primary
}

// sealedBy returns the ID of the host key that a sealed form names.
func sealedBy(sealed []byte) (hostKeyID, error) {
	if len(sealed) < sealedMinimum {
		return hostKeyID{}, fmt.Errorf("%w: %d bytes: fewer than %d", ErrNotSealed, len(sealed), sealedMinimum)
	}
	if sealed[0] != sealedVersion {
		return hostKeyID{}, fmt.Errorf("%w: version %d: want %d", ErrNotSealed, sealed[0], sealedVersion)
	}
	return hostKeyID(sealed[1:sealedHeader]), nil
}

// associatedData binds a sealed form to its header and context. The header's
// length is fixed, so the two cannot be shifted against each other.
func associatedData(header, context []byte) []byte {
	return bytes.Join([][]byte{header, context}, nil)
}
