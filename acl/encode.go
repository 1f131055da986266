package acl

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/durward-go/durward/internal/canonical"
	"github.com/durward-go/durward/roles"
)

// encodingVersion is that of the form below. A form that says more and leaves what
// it says out where nothing is said keeps the version.
const encodingVersion = 1

// Encode returns the canonical form of what the system adds to its model, which
// [DecodeSystem] reads: JSON in UTF-8. It says for each node what it needs, so it
// is the same whether a subtree was mapped at once or node by node, and whatever
// the order of types, entries and attributes. It is nil for a nil System and the
// zero one.
func (s *System) Encode() []byte {
	if s == nil || s.model == nil {
		return nil
	}
	form := systemForm{Version: encodingVersion, HiddenFrom: slices.Compact(slices.Sorted(slices.Values(s.hiddenFrom)))}
	for _, t := range s.types {
		form.Types = append(form.Types, typeForm(t))
	}
	slices.SortFunc(form.Types, func(a, b typeForm) int { return cmp.Compare(a.Name, b.Name) })
	entries := make(map[string]int) // by what they need
	for n := range s.model.Tree().Nodes() {
		needs := s.coverage.at(n)
		if needs == nil {
			continue
		}
		texts := make([]string, len(needs))
		for i, t := range needs {
			texts[i] = t.String()
		}
		slices.Sort(texts)
		key := strings.Join(texts, " ")
		at, known := entries[key]
		if !known {
			at = len(form.Covered)
			entries[key] = at
			form.Covered = append(form.Covered, coveredForm{Needs: texts})
		}
		form.Covered[at].Nodes = append(form.Covered[at].Nodes, n.Path())
	}
	return form.encode()
}

// Digest identifies what the system adds to its model: two of the same digest over
// models of the same digest decide alike. It is that of [System.Encode], and the
// zero Digest for a nil System and the zero one.
func (s *System) Digest() roles.Digest {
	encoding := s.Encode()
	if encoding == nil {
		return roles.Digest{}
	}
	return roles.DigestOf(encoding)
}

type systemForm struct {
	Version    int           `json:"version"`
	Types      []typeForm    `json:"types"` // by name
	HiddenFrom []string      `json:"hiddenFrom,omitempty"`
	Covered    []coveredForm `json:"covered,omitempty"` // by their first nodes
}

type typeForm struct {
	Name     string `json:"name"`
	RoleType string `json:"roleType,omitempty"`
	Hidden   bool   `json:"hidden,omitempty"`
	SelfCare bool   `json:"selfCare,omitempty"`
}

// coveredForm names all nodes that need the same.
type coveredForm struct {
	Nodes []string `json:"nodes"` // in the order of the tree
	Needs []string `json:"needs"` // sorted
}

// encode never fails: all is text.
func (f *systemForm) encode() []byte {
	return canonical.Encode(f)
}

// DecodeSystem makes the system again that [System.Encode] wrote, over the model
// that it had or one of the same digest. Whatever Encode would not have written for
// this model is refused. At most [roles.MaxEncodingBytes] are read.
func DecodeSystem(model *roles.Model, encoding []byte) (*System, error) {
	s, err := decodeSystem(model, encoding)
	if err != nil {
		return nil, fmt.Errorf("acl: encoded system: %w", err)
	}
	return s, nil
}

func decodeSystem(model *roles.Model, encoding []byte) (*System, error) {
	if len(encoding) > roles.MaxEncodingBytes {
		return nil, fmt.Errorf("%d bytes, at most %d", len(encoding), roles.MaxEncodingBytes)
	}
	var form systemForm
	if err := canonical.Decode(encoding, encodingVersion, &form); err != nil {
		return nil, err
	}
	opts := Options{Types: make([]Type, len(form.Types)), HiddenFrom: form.HiddenFrom}
	if opts.HiddenFrom == nil {
		opts.HiddenFrom = []string{} // from none
	}
	for i, t := range form.Types {
		opts.Types[i] = Type(t)
	}
	var mapping []Mapping
	for _, c := range form.Covered {
		for _, path := range c.Nodes {
			mapping = append(mapping, Mapping{Node: path, Needs: c.Needs})
		}
	}
	s, err := NewSystem(model, mapping, &opts)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(s.Encode(), encoding) {
		return nil, fmt.Errorf("not the form that Encode writes: a name twice, an order, a space or a default that is spelt out")
	}
	return s, nil
}
