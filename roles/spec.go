package roles

import "strings"

// A Kind says what a node stands for.
type Kind uint8

// The kinds of nodes. In a [NodeSpec] the zero Kind means: by depth, so that
// roots are entities, their children panels and everything below items.
const (
	KindByDepth Kind = iota
	KindEntity       // what data is about: customer, account, product
	KindPanel        // a group of an entity's parameters: billing
	KindItem         // one parameter or operation: the BCC field
)

// String returns "entity", "panel" or "item".
func (k Kind) String() string {
	switch k {
	case KindEntity:
		return "entity"
	case KindPanel:
		return "panel"
	case KindItem:
		return "item"
	default:
		return "by depth"
	}
}

// Marks are properties of a node that decisions ask for. A mark holds for the
// node and everything below it, so that no item escapes its panel's mark.
type Marks uint8

// The marks.
const (
	// Moved says that the component is already in the new interface: for
	// requests through the API its preferred slot is the role.
	Moved Marks = 1 << iota
	// SecondFactor asks for a proven second factor, whatever the person's
	// own setting is.
	SecondFactor
	// OwnHands keeps the node from anyone who acts on behalf of another:
	// credentials, grants, payment methods.
	OwnHands
	allMarks = Moved | SecondFactor | OwnHands
)

// String lists the marks: "moved+second factor".
func (m Marks) String() string {
	var names []string
	for i, name := range [...]string{"moved", "second factor", "own hands"} {
		if m&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, "+")
}

// A NodeSpec declares one node of a tree and what is below it. Only Name is
// required. [Entity], [Panel] and [Item] make the usual ones.
type NodeSpec struct {
	// Name is the last part of the path: 1 to 64 lower-case letters, digits,
	// '-' and '_'.
	Name string
	// Kind defaults to the depth's.
	Kind Kind
	// Title is for people to read. Default: the name.
	Title string
	// Aliases are full paths that the node had before. What is below the node
	// is found below them too. Aliases of a node and of one above it do not
	// combine: a node that was renamed after, or before, the one above it names
	// each path that it had. An alias may not be the path or an alias of
	// another node.
	Aliases []string
	// Choices are the permissions that a role can set here: Restrict and
	// others, each containing the one before. Default: Restrict, Read, Modify.
	Choices []Permission
	// ChoicesFor replaces Choices for the role types named.
	ChoicesFor map[string][]Permission
	// Explicit nodes do not inherit: unset means Restrict. For sensitive or
	// newly added nodes.
	Explicit bool
	// Marks hold here and below.
	Marks Marks
	// Children are the nodes below, in the order in which they are listed.
	Children []NodeSpec
}

// Entity declares a root node.
func Entity(name string, children ...NodeSpec) NodeSpec {
	return NodeSpec{Name: name, Kind: KindEntity, Children: children}
}

// Panel declares a panel of an entity.
func Panel(name string, children ...NodeSpec) NodeSpec {
	return NodeSpec{Name: name, Kind: KindPanel, Children: children}
}

// Item declares an item of a panel.
func Item(name string, children ...NodeSpec) NodeSpec {
	return NodeSpec{Name: name, Kind: KindItem, Children: children}
}
