package otp

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// Sealer encrypts small secrets for keeping in a store. [Keyring] is one; a host
// may put its own key service in its place.
type Sealer interface {
	// Seal encrypts plaintext so that Open gives it back only with the same
	// context. The context is authenticated, not kept: it says where the sealed
	// form belongs (see SealingContext) and must not be empty. Sealing the same
	// twice gives different results.
	Seal(plaintext, context []byte) (sealed []byte, err error)
	// Open decrypts what Seal returned. Anything altered, and any other
	// context, is an error, and then plaintext is nil. No error holds a secret.
	Open(sealed, context []byte) (plaintext []byte, err error)
}

// SealingContext joins a purpose and the IDs of what is sealed into a context
// for a [Sealer]. Each part is preceded by its length, so that no two different
// lists of parts give the same context.
func SealingContext(purpose string, ids ...string) []byte {
	var context []byte
	for _, part := range append([]string{purpose}, ids...) {
		context = binary.AppendUvarint(context, uint64(len(part)))
		context = append(context, part...)
	}
	return context
}

// keyPurpose keeps a sealed key from opening as anything else that the same host
// key seals for the same person.
const keyPurpose = "durward/otp key"

// keyContext checks what SealKey and OpenKey share and returns their context.
func keyContext(sealer Sealer, owner string) ([]byte, error) {
	if sealer == nil {
		return nil, errors.New("no sealer; use NewKeyring")
	}
	if owner == "" {
		return nil, errors.New("no owner; pass the individual's ID")
	}
	return SealingContext(keyPurpose, owner), nil
}

// SealKey seals a key for the person whose ID is owner. Moved to another
// person's row, the sealed form does not open.
func SealKey(sealer Sealer, key Key, owner string) ([]byte, error) {
	if key.IsZero() {
		return nil, fmt.Errorf("otp: seal key: %w", errNoKey)
	}
	context, err := keyContext(sealer, owner)
	if err != nil {
		return nil, fmt.Errorf("otp: seal key: %w", err)
	}
	// A sealer may encrypt in place.
	sealed, err := sealer.Seal(bytes.Clone(key.value()), context)
	if err != nil {
		return nil, fmt.Errorf("otp: seal key of %q: %w", owner, err)
	}
	return sealed, nil
}

// OpenKey opens what [SealKey] sealed for the same owner. Its errors are those
// of the sealer, wrapped.
func OpenKey(sealer Sealer, sealed []byte, owner string) (Key, error) {
	context, err := keyContext(sealer, owner)
	if err != nil {
		return Key{}, fmt.Errorf("otp: open key: %w", err)
	}
	secret, err := sealer.Open(sealed, context)
	if err != nil {
		return Key{}, fmt.Errorf("otp: open key of %q: %w", owner, err)
	}
	key, err := newKey(bytes.Clone(secret))
	if err != nil {
		return Key{}, fmt.Errorf("otp: open key of %q: %w", owner, err)
	}
	return key, nil
}
