package acl

import (
	"fmt"
	"strings"

	"github.com/durward-go/durward/roles"
)

// An Operation is one thing that the older system does to an object. The zero
// Operation is none and is never permitted.
type Operation uint8

// The four operations. Each is the action of the same meaning on a node.
const (
	Select = Operation(roles.View)
	Insert = Operation(roles.Create)
	Update = Operation(roles.Update)
	Delete = Operation(roles.Delete)
)

var (
	operationOrder = [4]Operation{Select, Insert, Update, Delete}
	operationNames = [4]string{"select", "insert", "update", "delete"}
)

// Valid reports whether o is exactly one of the four operations.
func (o Operation) Valid() bool {
	return o == Select || o == Insert || o == Update || o == Delete
}

// Action returns the action on a node that o stands for, 0 for none.
func (o Operation) Action() roles.Action {
	if !o.Valid() {
		return 0
	}
	return roles.Action(o)
}

// String returns "select", "insert", "update" or "delete".
func (o Operation) String() string {
	for i, known := range operationOrder {
		if o == known {
			return operationNames[i]
		}
	}
	return fmt.Sprintf("Operation(%d)", uint8(o))
}

// ParseOperation reads what [Operation.String] writes, in any letter case.
func ParseOperation(s string) (Operation, error) {
	lower := strings.ToLower(s) // and not EqualFold, to which the long s of Unicode is an s
	for i, name := range operationNames {
		if lower == name {
			return operationOrder[i], nil
		}
	}
	return 0, fmt.Errorf("acl: operation %.40q: want select, insert, update or delete", s)
}

// Operations is a set of operations. Its zero value is empty.
type Operations uint8

// AllOperations is the set of all four.
const AllOperations = Operations(Select | Insert | Update | Delete)

// Permit returns the set that holds exactly the given operations.
func Permit(operations ...Operation) Operations {
	var set Operations
	for _, o := range operations {
		set |= Operations(o)
	}
	return set
}

// Valid reports whether the set holds nothing beside the four operations.
func (s Operations) Valid() bool { return s&^AllOperations == 0 }

// Has reports whether the set holds o. The zero Operation is never held.
func (s Operations) Has(o Operation) bool {
	return o.Valid() && s&Operations(o) != 0
}

// Permission returns the same set as actions on a node.
func (s Operations) Permission() roles.Permission { return roles.Permission(s & AllOperations) }

// String joins the names in their fixed order: "select+update". It is "" for
// the empty set.
func (s Operations) String() string {
	if !s.Valid() {
		return fmt.Sprintf("Operations(%d)", uint8(s))
	}
	var names []string
	for i, o := range operationOrder {
		if s.Has(o) {
			names = append(names, operationNames[i])
		}
	}
	return strings.Join(names, "+")
}

// ParseOperations reads what [Operations.String] writes, in any letter case
// and in any order, each operation once. The empty set has no text to read:
// whoever means nothing leaves the permission out.
func ParseOperations(s string) (Operations, error) {
	set, err := parseOperations(s)
	if err != nil {
		return 0, fmt.Errorf("acl: %w", err)
	}
	return set, nil
}

func parseOperations(s string) (Operations, error) {
	var set Operations
	for name := range strings.SplitSeq(s, "+") {
		o, err := ParseOperation(name)
		if err != nil {
			return 0, fmt.Errorf("operations %.80q: want select, insert, update, delete, joined by '+'", s)
		}
		if set.Has(o) {
			return 0, fmt.Errorf("operations %.80q: %s is named twice", s, o)
		}
		set |= Operations(o)
	}
	return set, nil
}
