package roles

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/durward-go/durward/internal/canonical"
	"github.com/durward-go/durward/scope"
)

// MaxEncodingBytes bounds what [DecodeModel] reads: a thousand bytes for each of
// as many nodes as a tree can have.
const MaxEncodingBytes = 64 << 20

// DecodeModel makes the model again that [Model.Encode] wrote: it has the same
// digest and decides alike, but is another one, as two trees of the same
// declaration are two trees. Whatever Encode would not have written is refused,
// so that a model has one encoding.
func DecodeModel(encoding []byte) (*Model, error) {
	m, err := decodeModel(encoding)
	if err != nil {
		return nil, fmt.Errorf("roles: encoded model: %w", err)
	}
	return m, nil
}

func decodeModel(encoding []byte) (*Model, error) {
	if len(encoding) > MaxEncodingBytes {
		return nil, fmt.Errorf("%d bytes, at most %d", len(encoding), MaxEncodingBytes)
	}
	var form modelForm
	if err := canonical.Decode(encoding, encodingVersion, &form); err != nil {
		return nil, err
	}
	at := 0
	specs, err := form.specs(&at, "", 1)
	if err != nil {
		return nil, err
	}
	tree, err := NewTree(specs, &TreeOptions{Narrowing: form.Narrowing})
	if err != nil {
		return nil, err
	}
	types := make([]Type, len(form.Types))
	for i, f := range form.Types {
		types[i] = Type{Name: f.Name, Realm: f.Realm, OwnerKind: f.OwnerKind, Ceiling: *f.Ceiling.ceiling(), Below: f.Below.ceiling(),
			Scope: scope.Rule(f.Scope), Borrow: f.Borrow.ceiling()}
	}
	m, err := NewModel(tree, types...)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(m.Encode(), encoding) {
		return nil, fmt.Errorf("not the form that Encode writes: a name twice, an order, a space or a default that is spelt out")
	}
	return m, nil
}

// specs declares the nodes below a path again, from the one at index on.
func (f *modelForm) specs(at *int, above string, depth int) ([]NodeSpec, error) {
	if depth > MaxDepth+1 {
		return nil, fmt.Errorf("node %.200q: deeper than %d", above, MaxDepth)
	}
	var out []NodeSpec
	for *at < len(f.Nodes) {
		n := &f.Nodes[*at]
		name, below := strings.CutPrefix(n.Path, above)
		if !below {
			break
		}
		*at++
		spec := NodeSpec{Name: name, Title: n.Title, Aliases: n.Aliases, Choices: n.Choices, ChoicesFor: n.ChoicesFor, Explicit: n.Explicit}
		var err error
		if spec.Kind, err = parseKind(n.Kind); err != nil {
			return nil, fmt.Errorf("node %.200q: %w", n.Path, err)
		}
		if spec.Marks, err = parseMarks(n.Marks); err != nil {
			return nil, fmt.Errorf("node %.200q: %w", n.Path, err)
		}
		if spec.Children, err = f.specs(at, n.Path+"/", depth+1); err != nil {
			return nil, err
		}
		out = append(out, spec)
	}
	return out, nil
}

func parseKind(s string) (Kind, error) {
	if s == "" {
		return KindByDepth, nil
	}
	for k := KindEntity; k <= KindItem; k++ {
		if s == k.String() {
			return k, nil
		}
	}
	return 0, fmt.Errorf("unknown kind %.80q", s)
}

func parseMarks(s string) (Marks, error) {
	for m := range allMarks + 1 {
		if s == m.String() {
			return m, nil
		}
	}
	return 0, fmt.Errorf("unknown marks %.80q", s)
}

func (f *ceilingForm) ceiling() *Ceiling {
	if f == nil {
		return nil
	}
	return &Ceiling{Base: f.Base, At: f.At}
}
