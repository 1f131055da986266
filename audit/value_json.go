package audit

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
)

// valueJSON has one member for each kind of value; pointers tell an empty text
// from none.
type valueJSON struct {
	Plain    *string `json:"plain,omitempty"`
	Personal *string `json:"personal,omitempty"`
	Salt     *string `json:"salt,omitempty"`
	Masked   *string `json:"masked,omitempty"`
	Digest   *Hash   `json:"digest,omitempty"`
	Secret   *string `json:"secret,omitempty"`
}

// MarshalJSON writes the value with its personal text in clear: it is how events
// are kept. For a viewer who may not see that, take [Value.Masked] or
// [Event.Masked] first.
//
//	{}                                           none
//	{"plain": "…"}                               plain
//	{"personal": "…", "salt": "…", "digest": "…"} personal
//	{"digest": "…"}                              erased
//	{"masked": "…", "digest": "…"}               masked
//	{"secret": "changed"}                        secret
func (v Value) MarshalJSON() ([]byte, error) {
	var out valueJSON
	switch v.kind {
	case ValuePlain:
		out.Plain = &v.text
	case ValuePersonal:
		salt := hex.EncodeToString(v.salt[:])
		out.Personal, out.Salt, out.Digest = &v.text, &salt, &v.digest
	case ValueErased:
		out.Digest = &v.digest
	case ValueMasked:
		out.Masked, out.Digest = &v.text, &v.digest
	case ValueSecret:
		out.Secret = &v.text
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads what [Value.MarshalJSON] wrote and refuses any other
// combination of members.
func (v *Value) UnmarshalJSON(data []byte) error {
	var in valueJSON
	if err := decodeJSON(data, &in); err != nil {
		return fmt.Errorf("audit: value: %w", err)
	}
	read, err := in.value()
	if err != nil {
		return fmt.Errorf("audit: value: %w", err)
	}
	*v = read
	return nil
}

func (in valueJSON) value() (Value, error) {
	var read Value
	switch {
	case in.Plain != nil:
		read = Plain(*in.Plain)
	case in.Personal != nil:
		if in.Salt == nil || in.Digest == nil {
			return Value{}, errors.New("personal without salt and digest")
		}
		read = Value{kind: ValuePersonal, text: *in.Personal, digest: *in.Digest}
		if err := decodeHex(read.salt[:], []byte(*in.Salt)); err != nil {
			return Value{}, fmt.Errorf("salt: %w", err)
		}
	case in.Masked != nil:
		if in.Digest == nil {
			return Value{}, errors.New("masked without digest")
		}
		read = Value{kind: ValueMasked, text: *in.Masked, digest: *in.Digest}
	case in.Secret != nil:
		read = Secret(SecretState(*in.Secret))
		if err := read.validateSecret(); err != nil {
			return Value{}, err
		}
	case in.Digest != nil:
		read = Value{kind: ValueErased, digest: *in.Digest}
	}
	if !in.only(read.kind) {
		return Value{}, errors.New("members of more than one kind of value")
	}
	return read, nil
}

// only reports whether no member is there that a value of the kind lacks.
func (in valueJSON) only(kind ValueKind) bool {
	digest := kind == ValuePersonal || kind == ValueErased || kind == ValueMasked
	return (in.Plain == nil || kind == ValuePlain) &&
		(in.Personal == nil || kind == ValuePersonal) &&
		(in.Salt == nil || kind == ValuePersonal) &&
		(in.Masked == nil || kind == ValueMasked) &&
		(in.Secret == nil || kind == ValueSecret) &&
		(in.Digest == nil || digest)
}
