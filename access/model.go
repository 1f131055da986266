package access

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/internal/canonical"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/store"
)

// Digest identifies by what the engine decides beside what is stored: its model,
// the mapping of access levels, how slots coexist and the system principals. Two
// engines of the same digest decide alike over the same store.
func (e *Engine) Digest() roles.Digest { return e.digest }

// keepModel says to the store that the engine's model is in force.
func (e *Engine) keepModel(ctx context.Context) error {
	encoding := e.encode()
	e.digest = roles.DigestOf(encoding)
	k, ok := e.store.(store.ModelKeeper)
	if !ok || e.options.ReadOnly {
		return nil
	}
	if err := k.KeepModel(ctx, e.digest, encoding); err != nil {
		return fmt.Errorf("access: keeping the model, by which the past is to be judged: %w; over a store that is only read set Options.ReadOnly", err)
	}
	return nil
}

// encodingVersion is that of the form below. A form that says more and leaves what
// it says out where nothing is said keeps the version.
const encodingVersion = 1

// An engineForm is all that decides beside what is stored.
type engineForm struct {
	Version     int             `json:"version"`
	Model       json.RawMessage `json:"model"`
	ACLs        json.RawMessage `json:"acls,omitempty"`
	Coexistence string          `json:"coexistence,omitempty"` // where it is not LastWrite
	Systems     []systemForm    `json:"systems,omitempty"`     // by name
}

type systemForm struct {
	Name        string                      `json:"name"`
	Type        string                      `json:"type"`
	Permissions map[string]roles.Permission `json:"permissions,omitempty"`
	Below       string                      `json:"below,omitempty"`
}

const perSurface = "per surface"

// encode never fails: what is encoded was found valid.
func (e *Engine) encode() []byte {
	form := engineForm{Version: encodingVersion, Model: e.model.Encode(), ACLs: e.acls.Encode()}
	if e.coexistence == PerSurface {
		form.Coexistence = perSurface
	}
	for _, s := range e.options.Systems {
		f := systemForm{Name: s.Name, Type: s.Type, Below: s.Below}
		for path, p := range s.Permissions {
			if f.Permissions == nil {
				f.Permissions = make(map[string]roles.Permission)
			}
			n, _ := e.tree.Lookup(path)
			f.Permissions[n.Path()] = p
		}
		form.Systems = append(form.Systems, f)
	}
	slices.SortFunc(form.Systems, func(a, b systemForm) int { return cmp.Compare(a.Name, b.Name) })
	return canonical.Encode(form)
}

// decode makes an engine of what another one encoded. It has no store and decides
// nothing by itself; states decide by its model.
func decode(encoding []byte) (*Engine, error) {
	var form engineForm
	if err := canonical.Decode(encoding, encodingVersion, &form); err != nil {
		return nil, err
	}
	model, err := roles.DecodeModel(form.Model)
	if err != nil {
		return nil, err
	}
	opts := Options{}
	if form.ACLs != nil {
		if opts.ACLs, err = acl.DecodeSystem(model, form.ACLs); err != nil {
			return nil, err
		}
	}
	if form.Coexistence == perSurface {
		opts.Coexistence = PerSurface
	}
	for _, f := range form.Systems {
		opts.Systems = append(opts.Systems, System(f))
	}
	if opts, err = opts.withDefaults(model); err != nil {
		return nil, err
	}
	e := &Engine{
		model: model, tree: model.Tree(), acls: opts.ACLs, coexistence: opts.Coexistence, options: opts,
		systems: make(map[string]*standing), nothing: string(make([]byte, model.Tree().Len())),
		digest: roles.DigestOf(encoding),
	}
	for _, s := range opts.Systems {
		if e.systems[s.Name] != nil {
			return nil, fmt.Errorf("access: system principal %q: given twice", s.Name)
		}
		if e.systems[s.Name], err = e.compileSystem(s); err != nil {
			return nil, err
		}
	}
	if !bytes.Equal(e.encode(), encoding) {
		return nil, fmt.Errorf("not the form in which models are kept")
	}
	e.snapshot.Store(new(snapshot))
	return e, nil
}
