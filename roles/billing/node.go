package billing

import (
	"slices"

	"github.com/durward-go/durward/roles"
)

// The declarations below are roles.Entity, Panel and Item with a title, and
// the two kinds of leaves that have choices of their own.

func entity(name, title string, children ...roles.NodeSpec) roles.NodeSpec {
	return roles.NodeSpec{Name: name, Title: title, Kind: roles.KindEntity, Children: children}
}

func panel(name, title string, children ...roles.NodeSpec) roles.NodeSpec {
	return roles.NodeSpec{Name: name, Title: title, Kind: roles.KindPanel, Children: children}
}

func item(name, title string, children ...roles.NodeSpec) roles.NodeSpec {
	return roles.NodeSpec{Name: name, Title: title, Kind: roles.KindItem, Children: children}
}

// record declares what the application writes and people only look at:
// histories, statistics, downloads. It is an item unless made a panel.
func record(name, title string, children ...roles.NodeSpec) roles.NodeSpec {
	return readOnly(item(name, title, children...))
}

// readOnly leaves Restrict and Read to choose from.
func readOnly(n roles.NodeSpec) roles.NodeSpec {
	n.Choices = []roles.Permission{roles.Restrict, roles.Read}
	return n
}

// operation declares something that one does rather than edits: pay, transfer
// a call. Whoever only reads the panel does not get it, so Read is no choice.
func operation(name, title string) roles.NodeSpec {
	n := item(name, title)
	n.Choices = []roles.Permission{roles.Restrict, roles.Modify}
	return n
}

func isOperation(n roles.NodeSpec) bool {
	return slices.Equal(n.Choices, []roles.Permission{roles.Restrict, roles.Modify})
}

// asPanel makes a panel of a node declared as an item.
func asPanel(n roles.NodeSpec) roles.NodeSpec {
	n.Kind = roles.KindPanel
	return n
}

// explicit keeps a node from inheriting.
func explicit(n roles.NodeSpec) roles.NodeSpec {
	n.Explicit = true
	return n
}

// marked adds marks.
func marked(m roles.Marks, n roles.NodeSpec) roles.NodeSpec {
	n.Marks |= m
	return n
}
