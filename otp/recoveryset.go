package otp

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
)

// RecoverySet is the stored form of one person's recovery codes: a salt, the
// hash of each code under it, and which are used. Each code is
// HMAC-SHA-256(salt, code); the codes have 120 random bits, so the hash need not
// be slow (NIST SP 800-63B §5.1.2.2).
//
// It is stored as text, which encoding/json uses too, and prints as "(hidden)".
// The value never changes but by UnmarshalText; [RecoverySet.Spend] returns
// another. It is safe to copy and, left unchanged, for concurrent use. The zero
// RecoverySet holds no code, verifies none and is stored as "".
type RecoverySet struct{ hidden[recoveryHashes] }

type recoveryHashes struct {
	salt   [16]byte
	used   uint16 // bit i is code i
	hashes [RecoveryCodeCount][sha256.Size]byte
}

func (h *recoveryHashes) hash(secret []byte) (sum [sha256.Size]byte) {
	mac := hmac.New(sha256.New, h.salt[:])
	mac.Write(secret)
	mac.Sum(sum[:0])
	return sum
}

// Verify checks a recovery code and returns its index, 0 to
// [RecoveryCodeCount]-1. The caller then stores [RecoverySet.Spend] of that
// index by compare-and-set, and refuses the code when that fails.
//
// Case, hyphens and spaces do not matter, and O counts as 0, I and L as 1. A
// code that is spent is [ErrUsedCode], any other [ErrWrongCode], both with
// index -1. All hashes are compared, each in constant time. No error holds the
// code.
func (s RecoverySet) Verify(code string) (index int, err error) {
	if s.IsZero() {
		return -1, fmt.Errorf("otp: verify recovery code: %w: the set is empty", ErrWrongCode)
	}
	secret, ok := parseRecoveryCode(code)
	if !ok {
		return -1, fmt.Errorf("otp: verify recovery code: %w: not of its form", ErrWrongCode)
	}
	set := s.value()
	sum := set.hash(secret)
	index = -1
	for i := range set.hashes {
		match := subtle.ConstantTimeCompare(set.hashes[i][:], sum[:])
		index = subtle.ConstantTimeSelect(match, i, index)
	}
	switch {
	case index < 0:
		return -1, fmt.Errorf("otp: verify recovery code: %w", ErrWrongCode)
	case set.spent(index):
		return -1, fmt.Errorf("otp: verify recovery code: %w", ErrUsedCode)
	}
	return index, nil
}

func (h *recoveryHashes) spent(index int) bool { return h.used&(1<<index) != 0 }

// Spend returns the set with the code of that index used up. An index that no
// code has and one already used are errors, the latter [ErrUsedCode].
func (s RecoverySet) Spend(index int) (RecoverySet, error) {
	if s.IsZero() || index < 0 || index >= RecoveryCodeCount {
		return RecoverySet{}, fmt.Errorf("otp: spend recovery code: index %d: no such code", index)
	}
	set := s.value()
	if set.spent(index) {
		return RecoverySet{}, fmt.Errorf("otp: spend recovery code: index %d: %w", index, ErrUsedCode)
	}
	set.used |= 1 << index
	return RecoverySet{hide(set)}, nil
}

// Remaining returns how many codes are not used up.
func (s RecoverySet) Remaining() int {
	if s.IsZero() {
		return 0
	}
	return RecoveryCodeCount - bits.OnesCount16(s.value().used)
}

// Equal reports whether both sets hold the same codes, used up alike.
func (s RecoverySet) Equal(other RecoverySet) bool {
	return s.IsZero() == other.IsZero() && s.value() == other.value()
}

// recoveryVersion begins the stored form, so that another hash can follow.
const recoveryVersion = "recovery1."

// recoveryText is the encoding of the stored form, without the second way to
// write the same bytes.
var recoveryText = base64.RawURLEncoding.Strict()

// MarshalText returns the stored form: one line of ASCII, the same for equal
// sets, so that it can be compared and set. It holds no code, but it is not for
// a log.
func (s RecoverySet) MarshalText() ([]byte, error) {
	if s.IsZero() {
		return []byte{}, nil
	}
	set := s.value()
	raw := bytes.Clone(set.salt[:])
	raw = binary.BigEndian.AppendUint16(raw, set.used)
	for i := range set.hashes {
		raw = append(raw, set.hashes[i][:]...)
	}
	return recoveryText.AppendEncode([]byte(recoveryVersion), raw), nil
}

var errRecoveryText = errors.New("otp: read recovery set: not the stored form of recovery codes, or cut short")

// UnmarshalText reads what MarshalText wrote and nothing else. On an error s is
// left as it was. No error quotes the text.
func (s *RecoverySet) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*s = RecoverySet{}
		return nil
	}
	encoded, ok := bytes.CutPrefix(text, []byte(recoveryVersion))
	// The decoder would skip line breaks.
	if !ok || bytes.ContainsAny(encoded, "\r\n") {
		return errRecoveryText
	}
	raw, err := recoveryText.DecodeString(string(encoded))
	var set recoveryHashes
	if err != nil || binary.Size(set) != len(raw) {
		return errRecoveryText
	}
	rest := raw[copy(set.salt[:], raw):]
	set.used = binary.BigEndian.Uint16(rest)
	rest = rest[2:]
	for i := range set.hashes {
		rest = rest[copy(set.hashes[i][:], rest):]
	}
	if set.used >= 1<<RecoveryCodeCount {
		return errRecoveryText
	}
	*s = RecoverySet{hide(set)}
	return nil
}
