package acl

import (
	"fmt"
	"strings"
)

// AnyAttribute stands for every attribute of an object, those that the object
// gains later included.
const AnyAttribute = "*any*"

// A Permission is the unit that levels are made of: operations on one
// attribute of one object, or on [AnyAttribute] of it. Levels only permit:
// there is no permission that takes another away. The zero Permission is not
// valid.
type Permission struct {
	// Operations is what is permitted; never empty.
	Operations Operations
	// Object is the host's own name: "Customers". 1 to 64 letters, digits,
	// '_' and '-'; case counts.
	Object string
	// Attribute is one attribute's name, of the same form, or [AnyAttribute].
	Attribute string
}

// Validate reports what is wrong with p.
func (p Permission) Validate() error {
	if err := p.validate(); err != nil {
		return fmt.Errorf("acl: %w", err)
	}
	return nil
}

func (p Permission) validate() error {
	if p.Operations == 0 || !p.Operations.Valid() {
		return fmt.Errorf("permission on %.160q: operations %d: want at least one of select, insert, update, delete",
			p.target().String(), uint8(p.Operations))
	}
	if err := p.target().validate(); err != nil {
		return fmt.Errorf("permission %.200q: %w", p.String(), err)
	}
	return nil
}

// String returns the text form: "select+update Customers.*any*".
func (p Permission) String() string {
	return p.Operations.String() + " " + p.target().String()
}

// ParsePermission reads what [Permission.String] writes. Operations may come
// in any letter case and order; the names of objects and attributes are taken
// as they are.
func ParsePermission(s string) (Permission, error) {
	operations, on, ok := strings.Cut(s, " ")
	if !ok {
		return Permission{}, fmt.Errorf("acl: permission %.200q: want operations, a space, object.attribute, such as %q",
			s, "select+update Customers."+AnyAttribute)
	}
	set, err := parseOperations(operations)
	if err != nil {
		return Permission{}, fmt.Errorf("acl: permission %.200q: %w", s, err)
	}
	t, err := parseTarget(on)
	if err != nil {
		return Permission{}, fmt.Errorf("acl: permission %.200q: %w", s, err)
	}
	return Permission{Operations: set, Object: t.object, Attribute: t.attribute}, nil
}

// MustPermissions is [ParsePermission] for levels written in the program: it
// panics on error.
func MustPermissions(texts ...string) []Permission {
	list := make([]Permission, len(texts))
	for i, s := range texts {
		p, err := ParsePermission(s)
		if err != nil {
			panic(err)
		}
		list[i] = p
	}
	return list
}

// MarshalText writes the form of [Permission.String].
func (p Permission) MarshalText() ([]byte, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	return []byte(p.String()), nil
}

// UnmarshalText reads the form of [ParsePermission].
func (p *Permission) UnmarshalText(text []byte) error {
	parsed, err := ParsePermission(string(text))
	if err != nil {
		return err
	}
	*p = parsed
	return nil
}

func (p Permission) target() target { return target{p.Object, p.Attribute} }

// A target is what operations are permitted on.
type target struct{ object, attribute string }

func (t target) String() string { return t.object + "." + t.attribute }

// whole is the target that covers t and all other attributes of its object.
func (t target) whole() target { return target{t.object, AnyAttribute} }

func (t target) validate() error {
	if err := checkName("object", t.object); err != nil {
		return err
	}
	if t.attribute == AnyAttribute {
		return nil
	}
	if err := checkName("attribute", t.attribute); err != nil {
		return fmt.Errorf("%w, or %s", err, AnyAttribute)
	}
	return nil
}

// parseTarget reads "Customers.name" or "Customers.*any*".
func parseTarget(s string) (target, error) {
	object, attribute, ok := strings.Cut(s, ".")
	if !ok {
		return target{}, fmt.Errorf("%.160q: want object.attribute, or %.160q for the whole object", s, object+"."+AnyAttribute)
	}
	t := target{object, attribute}
	return t, t.validate()
}
