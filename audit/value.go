package audit

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
)

// A ValueKind says what a [Value] holds.
type ValueKind uint8

// The kinds of values.
const (
	// ValueNone is the zero Value: there was nothing, or there is none.
	ValueNone ValueKind = iota
	// ValuePlain is text that everybody who may read the event may read.
	ValuePlain
	// ValuePersonal is a person's data: in the chain as a digest, the text beside it.
	ValuePersonal
	// ValueErased is a personal value whose text and salt are gone.
	ValueErased
	// ValueMasked is a copy of a personal value for those who may not see it.
	ValueMasked
	// ValueSecret is a secret, of which only its fate is known.
	ValueSecret
)

// A SecretState is all that an event may tell about a secret.
type SecretState string

// What can happen to a secret.
const (
	SecretSet     SecretState = "set"
	SecretChanged SecretState = "changed"
	SecretCleared SecretState = "cleared"
)

// SaltBytes is the length of the salt of a personal value. 128 random bits
// cannot be guessed, so a digest without its salt tells nothing about the text.
const SaltBytes = 16

// A Value is what something was before or after a change. The zero Value is
// none: nothing there. Values are comparable with ==. Printing one, with any
// verb, never shows personal text unmasked; [Value.Text] does.
type Value struct {
	kind   ValueKind
	text   string // the secret's state, for a secret
	salt   [SaltBytes]byte
	digest Hash
}

// Plain returns a value that is kept and shown as it is. It is for what is
// neither a secret nor a person's data.
func Plain(text string) Value { return Value{kind: ValuePlain, text: text} }

// Personal returns a value of a person's data, with a salt of [SaltBytes] read
// from random, which is crypto/rand.Reader outside of tests. The only errors
// are those of reading.
func Personal(random io.Reader, text string) (Value, error) {
	v := Value{kind: ValuePersonal, text: text}
	if random == nil {
		return Value{}, errors.New("audit: personal value: no source of randomness; pass crypto/rand.Reader")
	}
	if _, err := io.ReadFull(random, v.salt[:]); err != nil {
		return Value{}, fmt.Errorf("audit: personal value: reading the salt: %w", err)
	}
	v.digest = v.commitment()
	return v, nil
}

// Secret returns a value that says what happened to a secret. The secret itself
// never enters an event: of a state that is none of the three, nothing is kept,
// and [Append] refuses the value.
func Secret(state SecretState) Value {
	switch state {
	case SecretSet, SecretChanged, SecretCleared:
		return Value{kind: ValueSecret, text: string(state)}
	}
	return Value{kind: ValueSecret}
}

// Kind says what the value holds.
func (v Value) Kind() ValueKind { return v.kind }

// Equal is ==, for packages that compare by method.
func (v Value) Equal(other Value) bool { return v == other }

// IsZero reports whether there is no value.
func (v Value) IsZero() bool { return v == Value{} }

// Text returns the text of a plain value, or of a personal one in clear. It
// reports false for all others.
func (v Value) Text() (string, bool) {
	if v.kind == ValuePlain || v.kind == ValuePersonal {
		return v.text, true
	}
	return "", false
}

// Secret returns what happened to the secret, if the value is one.
func (v Value) Secret() (SecretState, bool) {
	if v.kind == ValueSecret {
		return SecretState(v.text), true
	}
	return "", false
}

// Erase returns the value without its text and salt, if it is personal or a
// masked copy, and otherwise the value itself. The digest stays, and with it
// the hash of the event. Without the salt nobody can confirm a guess of the
// text by the digest.
func (v Value) Erase() Value {
	if v.kind == ValuePersonal || v.kind == ValueMasked {
		return Value{kind: ValueErased, digest: v.digest}
	}
	return v
}

// Masked returns a copy for those who may not see personal data: of a personal
// value only what [Mask] leaves of it. A masked value is for showing, never for
// keeping: [Verify] refuses it, since the mask is not in the chain.
func (v Value) Masked() Value {
	if v.kind == ValuePersonal {
		return Value{kind: ValueMasked, text: Mask(v.text), digest: v.digest}
	}
	return v
}

// String returns the text, masked if it is personal, "[erased]" if it was, the
// state of a secret, and nothing for none.
func (v Value) String() string {
	switch v.kind {
	case ValuePersonal:
		return Mask(v.text)
	case ValueErased:
		return "[erased]"
	default:
		return v.text
	}
}

// GoString keeps %#v from printing what [Value.String] masks.
func (v Value) GoString() string { return fmt.Sprintf("audit.Value(%q)", v.String()) }

// LogValue keeps a log from printing what [Value.String] masks.
func (v Value) LogValue() slog.Value { return slog.StringValue(v.String()) }

// commitment is the digest that the text and the salt give.
func (v Value) commitment() Hash {
	in := make([]byte, 0, len(domainValue)+SaltBytes+len(v.text))
	in = append(in, domainValue...)
	in = append(in, v.salt[:]...)
	in = append(in, v.text...)
	return Hash(sha256.Sum256(in))
}

// authentic reports whether a personal value's text is the one in the chain.
func (v Value) authentic() bool {
	return v.kind != ValuePersonal || v.digest == v.commitment()
}
