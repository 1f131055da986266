package roles

import (
	"fmt"
	"strings"
)

// An Action is one thing that a person does to a resource. The zero Action is
// none and is never permitted. Other operations are nodes of the tree:
// downloading a recording asks [View] on its node, paying asks [Create].
type Action uint8

// The four actions.
const (
	View Action = 1 << iota
	Create
	Update
	Delete
)

// Actions lists the four actions in their fixed order.
func Actions() [4]Action { return [4]Action{View, Create, Update, Delete} }

var actionNames = [4]string{"view", "create", "update", "delete"}

// Valid reports whether a is exactly one of the four actions.
func (a Action) Valid() bool {
	return a != 0 && a&(a-1) == 0 && a <= Delete
}

// String returns "view", "create", "update" or "delete".
func (a Action) String() string {
	for i, known := range Actions() {
		if a == known {
			return actionNames[i]
		}
	}
	return fmt.Sprintf("Action(%d)", uint8(a))
}

// ParseAction reads what [Action.String] writes, in any letter case.
func ParseAction(s string) (Action, error) {
	for i, name := range actionNames {
		if equalFold(s, name) {
			return Actions()[i], nil
		}
	}
	return 0, fmt.Errorf("roles: action %.80q: want view, create, update or delete", s)
}

// equalFold is strings.EqualFold for ASCII alone: no other letter, such as the
// long s, stands for one of a name.
func equalFold(s, name string) bool {
	return len(s) == len(name) && strings.EqualFold(s, name)
}

// A Permission is a set of actions. Its zero value is [Restrict].
type Permission uint8

// The three standard permissions. Any other set of actions is a permission
// too; access levels of an older system need them.
const (
	Restrict Permission = 0
	Read     Permission = Permission(View)
	Modify   Permission = Permission(View | Create | Update | Delete)
)

// Permit returns the permission that holds exactly the given actions.
func Permit(actions ...Action) Permission {
	var p Permission
	for _, a := range actions {
		p |= Permission(a)
	}
	return p
}

// Valid reports whether p holds nothing beside the four actions.
func (p Permission) Valid() bool { return p&^Modify == 0 }

// Allows reports whether p holds a. The zero Action is never held.
func (p Permission) Allows(a Action) bool {
	return a != 0 && p&Permission(a) == Permission(a)
}

// Contains reports whether every action of q is in p.
func (p Permission) Contains(q Permission) bool { return q&^p == 0 }

// String returns "Restrict", "Read", "Modify", or the actions: "view+create".
func (p Permission) String() string {
	switch {
	case p == Restrict:
		return "Restrict"
	case p == Read:
		return "Read"
	case p == Modify:
		return "Modify"
	case !p.Valid():
		return fmt.Sprintf("Permission(%d)", uint8(p))
	}
	var names []string
	for i, a := range Actions() {
		if p.Allows(a) {
			names = append(names, actionNames[i])
		}
	}
	return strings.Join(names, "+")
}

// ParsePermission reads what [Permission.String] writes, in any letter case
// and with the actions in any order, each once.
func ParsePermission(s string) (Permission, error) {
	for _, p := range [...]Permission{Restrict, Read, Modify} {
		if equalFold(s, p.String()) {
			return p, nil
		}
	}
	var p Permission
	for name := range strings.SplitSeq(s, "+") {
		a, err := ParseAction(name)
		if err != nil {
			return 0, fmt.Errorf("roles: permission %.80q: want Restrict, Read, Modify or actions joined by '+' such as view+create", s)
		}
		if p.Allows(a) {
			return 0, fmt.Errorf("roles: permission %.80q: %s is named twice", s, a)
		}
		p |= Permission(a)
	}
	return p, nil
}

// MarshalText writes the form of [Permission.String].
func (p Permission) MarshalText() ([]byte, error) {
	if !p.Valid() {
		return nil, fmt.Errorf("roles: permission %d: not a set of actions", uint8(p))
	}
	return []byte(p.String()), nil
}

// UnmarshalText reads the form of [ParsePermission].
func (p *Permission) UnmarshalText(text []byte) error {
	q, err := ParsePermission(string(text))
	if err != nil {
		return err
	}
	*p = q
	return nil
}
