package audit

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"unicode/utf8"
)

// ErrInvalidEvent is wrapped by every error about an event that [Append] cannot
// take. The message names the field and what it wants, never its content.
var ErrInvalidEvent = errors.New("audit: invalid event")

// Validate reports what is wrong with the content of an event that is to be
// recorded, its place aside. [Append] calls it.
func (e Event) Validate() error {
	for _, field := range []struct {
		name string
		err  error
	}{
		{"revision", checkNumber(e.Revision)},
		{"at", checkInstant(e)},
		{"actor", e.Actor.validateActor()},
		{"on behalf of", e.OnBehalfOf.validateOnBehalfOf()},
		{"organization", optional(e.Organization, checkID)},
		{"subject", optional(e.Subject, checkID)},
		{"action", checkName(string(e.Action))},
		{"realm", optional(e.Realm, checkName)},
		{"node", optional(e.Node, checkPath)},
		{"object", optional(e.Object, checkID)},
		{"address", e.validateAddress()},
		{"surface", optional(e.Surface, checkName)},
		{"outcome", e.Outcome.validate()},
		{"reason", optional(e.Reason, checkName)},
		{"changes", e.validateChanges()},
		{"attributes", e.validateAttributes()},
		{"note", e.Note.validate()},
		{"size", e.validateSize()},
	} {
		if field.err != nil {
			return fmt.Errorf("%w: %s: %w", ErrInvalidEvent, field.name, field.err)
		}
	}
	return nil
}

func (o Outcome) validate() error {
	switch o {
	case Succeeded, Refused, Failed:
		return nil
	}
	return fmt.Errorf("%s: want succeeded, refused or failed", quote(string(o)))
}

func (e *Event) validateAddress() error {
	text, ok := e.Address.Text()
	if !ok {
		return e.Address.validate()
	}
	address, err := netip.ParseAddr(text)
	if err != nil || address.String() != text {
		return errors.New("not the text of a netip.Addr")
	}
	return e.Address.validate()
}

func (e *Event) validateChanges() error {
	if len(e.Changes) > MaxChanges {
		return fmt.Errorf("%d, at most %d; split them over several events of the revision", len(e.Changes), MaxChanges)
	}
	seen := make(map[string]bool, len(e.Changes))
	for _, c := range e.Changes {
		if err := checkField(c.Field); err != nil {
			return err
		}
		if seen[c.Field] {
			return fmt.Errorf("%s: given twice", quote(c.Field))
		}
		seen[c.Field] = true
		if c.Before.IsZero() && c.After.IsZero() {
			return fmt.Errorf("%s: neither a value before nor one after", quote(c.Field))
		}
		for _, v := range []Value{c.Before, c.After} {
			if err := v.validateNamed(c.Field); err != nil {
				return err
			}
		}
	}
	return nil
}

func (e *Event) validateAttributes() error {
	if len(e.Attributes) > MaxAttributes {
		return fmt.Errorf("%d, at most %d", len(e.Attributes), MaxAttributes)
	}
	seen := make(map[string]bool, len(e.Attributes))
	for _, a := range e.Attributes {
		if err := checkName(a.Name); err != nil {
			return err
		}
		if seen[a.Name] {
			return fmt.Errorf("%s: given twice", quote(a.Name))
		}
		seen[a.Name] = true
		if a.Value.IsZero() {
			return fmt.Errorf("%s: no value", quote(a.Name))
		}
		if err := a.Value.validateNamed(a.Name); err != nil {
			return err
		}
	}
	return nil
}

func (e *Event) validateSize() error {
	size := len(e.appendFields(nil))
	for _, v := range e.values() {
		if v.kind == ValuePersonal {
			size += len(v.text)
		}
	}
	if size > MaxEventBytes {
		return fmt.Errorf("%d bytes, at most %d; split the changes over several events of the revision", size, MaxEventBytes)
	}
	return nil
}

// validateNamed adds what the name tells: under that of a secret only the
// secret's fate may stand.
func (v Value) validateNamed(name string) error {
	if _, shown := v.Text(); shown && namesSecret(name) {
		return fmt.Errorf("%s: the name of a secret; use audit.Secret, or another name if it is none", quote(name))
	}
	if err := v.validate(); err != nil {
		return fmt.Errorf("%s: %w", quote(name), err)
	}
	return nil
}

// validate says whether the value may enter a chain.
func (v Value) validate() error {
	switch v.kind {
	case ValueNone:
		return nil
	case ValueSecret:
		return v.validateSecret()
	case ValueErased, ValueMasked:
		return errors.New("erased or masked; record the value itself")
	}
	switch {
	case len(v.text) > MaxTextBytes:
		return fmt.Errorf("%d bytes, at most %d", len(v.text), MaxTextBytes)
	case !utf8.ValidString(v.text):
		return errors.New("not valid UTF-8; audit.Sanitize makes it so")
	case strings.ContainsRune(v.text, 0):
		return errors.New("a NUL character, which databases do not keep; audit.Sanitize replaces it")
	case !v.authentic():
		return errors.New("the personal text does not give its digest")
	case v.kind == ValuePlain && looksSecret(v.text):
		return errors.New("looks like a secret or a hash of one; use audit.Secret")
	}
	return nil
}

func (v Value) validateSecret() error {
	if v.text == "" {
		return errors.New("secret: want set, changed or cleared")
	}
	return nil
}

func checkNumber(n uint64) error {
	if n > MaxSequence {
		return fmt.Errorf("%d, at most %d", n, uint64(MaxSequence))
	}
	return nil
}

func checkInstant(e Event) error {
	switch year := e.At.UTC().Year(); {
	case e.At.IsZero():
		return errors.New("missing")
	case year < 1 || year > 9999:
		return fmt.Errorf("year %d: want 1 to 9999 (RFC 3339 §1)", year)
	}
	return nil
}

// optional checks a text that may be empty.
func optional(text string, check func(string) error) error {
	if text == "" {
		return nil
	}
	return check(text)
}

// checkID is the rule for IDs everywhere in Durward: 1 to MaxIDBytes bytes of
// valid UTF-8 without control characters.
func checkID(id string) error { return checkText(id, MaxIDBytes) }

func checkText(text string, limit int) error {
	if text == "" || len(text) > limit {
		return fmt.Errorf("%s: %d bytes, want 1 to %d", quote(text), len(text), limit)
	}
	if !utf8.ValidString(text) {
		return fmt.Errorf("%s: not valid UTF-8", quote(text))
	}
	for _, c := range []byte(text) {
		if c < 0x20 || c == 0x7f {
			return fmt.Errorf("%s: a control character", quote(text))
		}
	}
	return nil
}

// checkName is the rule for words that programs choose.
func checkName(name string) error {
	if name == "" || len(name) > MaxNameBytes {
		return fmt.Errorf("%s: %d bytes, want 1 to %d", quote(name), len(name), MaxNameBytes)
	}
	for _, c := range []byte(name) {
		switch {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '-', c == '_', c == '.':
		default:
			return fmt.Errorf("%s: want lower-case letters, digits, '-', '_' and '.'", quote(name))
		}
	}
	return nil
}

func checkPath(path string) error {
	for part := range strings.SplitSeq(path, "/") {
		if part == "" {
			return fmt.Errorf("%s: an empty part; want a path such as customer/pbx", quote(path))
		}
	}
	return checkField(path)
}

func checkField(field string) error { return checkText(field, MaxNodeBytes) }
