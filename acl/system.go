package acl

import (
	"fmt"
	"iter"
	"slices"

	"github.com/durward-go/durward/roles"
)

// A System is all that access levels need beside what is stored: the tree with
// its role types, what stands for each node, and the types of levels. It is
// immutable and safe for concurrent use.
type System struct {
	model      *roles.Model
	coverage   *coverage
	types      []Type
	hiddenFrom []string
}

// Options adjust [NewSystem].
type Options struct {
	// Types are the types of levels. Default: [DefaultTypes], less those whose
	// role type the model does not have.
	Types []Type
	// HiddenFrom are the kinds of entity that levels of a [Type.Hidden] type
	// are hidden from; empty but not nil: from none. Default: "reseller".
	HiddenFrom []string
}

// NewSystem joins a model and the mapping of attributes onto its tree. It
// refuses unknown paths, naming the closest ones, and nodes mapped twice. opts
// may be nil.
func NewSystem(model *roles.Model, mapping []Mapping, opts *Options) (*System, error) {
	if model == nil {
		return nil, fmt.Errorf("acl: system: no model; build one with roles.NewModel")
	}
	if opts == nil {
		opts = &Options{}
	}
	s := &System{model: model, types: slices.Clone(opts.Types), hiddenFrom: slices.Clone(opts.HiddenFrom)}
	if opts.Types == nil {
		s.types = typesFor(model)
	}
	if err := checkTypes(model, s.types); err != nil {
		return nil, err
	}
	if opts.HiddenFrom == nil {
		s.hiddenFrom = []string{"reseller"}
	}
	for _, kind := range s.hiddenFrom {
		if err := checkTypeName(kind); err != nil {
			return nil, fmt.Errorf("acl: system: hidden from: entity %w", err)
		}
	}
	c, err := newCoverage(model.Tree(), mapping)
	if err != nil {
		return nil, err
	}
	s.coverage = c
	return s, nil
}

// MustSystem is [NewSystem] for systems written in the program: it panics on
// error.
func MustSystem(model *roles.Model, mapping []Mapping, opts *Options) *System {
	s, err := NewSystem(model, mapping, opts)
	if err != nil {
		panic(err)
	}
	return s
}

// Model returns the model that levels compile for.
func (s *System) Model() *roles.Model { return s.model }

// Types yields the types of levels in their order.
func (s *System) Types() iter.Seq[Type] { return slices.Values(s.types) }

// Type returns the type of levels of that name.
func (s *System) Type(name string) (Type, error) {
	var known string
	for _, t := range s.types {
		if t.Name == name {
			return t, nil
		}
		known += fmt.Sprintf(" %q", t.Name)
	}
	return Type{}, fmt.Errorf("acl: type %.80q: unknown; the system has%s", name, known)
}

// Needs returns the permissions that a level must hold, all of them, for the
// action on n; the choices of n and the ceilings of the role type still apply.
// None: no level ever holds it, since nothing maps to n.
func (s *System) Needs(n roles.Node, a roles.Action) []Permission {
	if n.IsZero() || n.Tree() != s.model.Tree() || !a.Valid() {
		return nil
	}
	needs := s.coverage.at(n)
	out := make([]Permission, len(needs))
	for i, t := range needs {
		out[i] = Permission{Operations: Operations(a), Object: t.object, Attribute: t.attribute}
	}
	return out
}

// check reports what is wrong with a level on its own, whatever it includes.
func (s *System) check(level Level) (Type, error) {
	if err := level.Validate(); err != nil {
		return Type{}, err
	}
	t, err := s.Type(level.Type)
	if err != nil {
		return Type{}, fmt.Errorf("acl: level %q: %w", level.ID, err)
	}
	if len(level.VisibleTo) > 0 && !t.Hidden {
		return Type{}, fmt.Errorf("acl: level %q: visible to %q: levels of type %q are hidden from nobody, so the list limits nothing; set Owner to limit where it is used",
			level.ID, level.VisibleTo[0], t.Name)
	}
	return t, nil
}
