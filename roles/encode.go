package roles

import (
	"slices"
	"strings"

	"github.com/durward-go/durward/internal/canonical"
)

// encodingVersion is that of the form below. A form that says more and leaves what
// it says out where nothing is said keeps the version.
const encodingVersion = 1

// Encode returns the model's canonical form, which [DecodeModel] reads: JSON in
// UTF-8. Everything that was declared is in it, and nothing else: a model holds no
// code. It is the same in every process, and whatever the order of types, aliases
// and choices in the declaration, which means nothing. The order of nodes is that
// of menus, and counts.
//
// What has several names has one here: nodes in ceilings are named by their paths,
// and what is left out stands for its default. In titles, what is not UTF-8 is
// replaced by U+FFFD. A nil Model and the zero one have no encoding: nil.
func (m *Model) Encode() []byte {
	if m == nil || m.tree == nil {
		return nil
	}
	form := modelForm{Version: encodingVersion, Narrowing: m.tree.narrowing}
	for i := range m.tree.nodes {
		form.Nodes = append(form.Nodes, m.tree.formOf(&m.tree.nodes[i]))
	}
	for _, c := range m.types {
		form.Types = append(form.Types, m.tree.typeForm(c.Type))
	}
	slices.SortFunc(form.Types, func(a, b typeForm) int { return strings.Compare(a.Name, b.Name) })
	return form.encode()
}

type modelForm struct {
	Version   int        `json:"version"`
	Narrowing bool       `json:"narrowing,omitempty"`
	Nodes     []nodeForm `json:"nodes"` // parents before their children
	Types     []typeForm `json:"types"` // by name
}

type nodeForm struct {
	Path       string                  `json:"path"`
	Kind       string                  `json:"kind,omitempty"`  // where it is not that of the depth
	Title      string                  `json:"title,omitempty"` // where it is not the name
	Aliases    []string                `json:"aliases,omitempty"`
	Choices    []Permission            `json:"choices,omitempty"` // where they are not the standard ones
	ChoicesFor map[string][]Permission `json:"choicesFor,omitempty"`
	Explicit   bool                    `json:"explicit,omitempty"`
	Marks      string                  `json:"marks,omitempty"` // beyond those from above
}

type typeForm struct {
	Name      string       `json:"name"`
	Realm     string       `json:"realm,omitempty"`     // where it is not the name
	OwnerKind string       `json:"ownerKind,omitempty"` // where it is not the name
	Ceiling   ceilingForm  `json:"ceiling"`
	Below     *ceilingForm `json:"below,omitempty"`
	Scope     scopeForm    `json:"scope,omitzero"`
	Borrow    *ceilingForm `json:"borrow,omitempty"`
}

type ceilingForm struct {
	Base Permission            `json:"base"`
	At   map[string]Permission `json:"at,omitempty"`
}

// scopeForm is a scope.Rule.
type scopeForm struct {
	Below       bool   `json:"below,omitempty"`
	Link        string `json:"link,omitempty"`
	LinkedBelow bool   `json:"linkedBelow,omitempty"`
	Listed      bool   `json:"listed,omitempty"`
}

// encode never fails: permissions were found valid, and the rest is text.
func (f *modelForm) encode() []byte {
	return canonical.Encode(f)
}

func (t *Tree) formOf(n *node) nodeForm {
	f := nodeForm{Path: n.path, Aliases: slices.Sorted(slices.Values(n.aliases)), Explicit: n.explicit, Title: strings.ToValidUTF8(n.title, "\ufffd")}
	if n.kind != kindAt(int(n.depth)) {
		f.Kind = n.kind.String()
	}
	if f.Title == n.name {
		f.Title = ""
	}
	if !slices.Equal(n.choices.chain, standardChoices.chain) {
		f.Choices = n.choices.chain
	}
	for name, c := range n.choicesFor {
		if f.ChoicesFor == nil {
			f.ChoicesFor = make(map[string][]Permission)
		}
		f.ChoicesFor[name] = c.chain
	}
	marks := n.marks
	if n.parent >= 0 {
		marks &^= t.nodes[n.parent].marks
	}
	f.Marks = marks.String()
	return f
}

// kindAt is the kind of a node that does not say its own.
func kindAt(depth int) Kind { return min(Kind(depth), KindItem) }

func (t *Tree) typeForm(of Type) typeForm {
	f := typeForm{Name: of.Name, Ceiling: t.ceilingForm(of.Ceiling), Scope: scopeForm(of.Scope)}
	if of.Realm != of.Name {
		f.Realm = of.Realm
	}
	if of.OwnerKind != of.Name {
		f.OwnerKind = of.OwnerKind
	}
	for _, c := range []struct {
		from *Ceiling
		to   **ceilingForm
	}{{of.Below, &f.Below}, {of.Borrow, &f.Borrow}} {
		if c.from != nil {
			form := t.ceilingForm(*c.from)
			*c.to = &form
		}
	}
	return f
}

func (t *Tree) ceilingForm(c Ceiling) ceilingForm {
	f := ceilingForm{Base: c.Base}
	for path, p := range c.At {
		if f.At == nil {
			f.At = make(map[string]Permission)
		}
		n, _ := t.Lookup(path) // which NewModel found
		f.At[n.Path()] = p
	}
	return f
}
