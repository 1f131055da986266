package acl

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Limits of what one level is built from. They bound what compiling costs,
// whatever a store holds.
const (
	// MaxNesting is the number of components one below another.
	MaxNesting = 16
	// MaxFlattenedComponents bounds all components of one level, direct and
	// nested.
	MaxFlattenedComponents = 4096
	// MaxFlattenedPermissions bounds all attributes that one level and its
	// components name.
	MaxFlattenedPermissions = 262_144
)

// Errors that callers branch on. They are wrapped with the IDs involved.
var (
	// ErrUnknown is returned by a [Lookup] for a level that does not exist.
	ErrUnknown = errors.New("acl: unknown level")
	// ErrCycle says that a level includes itself.
	ErrCycle = errors.New("acl: cycle")
)

// A Lookup finds a level by ID. It returns an error that wraps [ErrUnknown]
// where there is none.
type Lookup func(id string) (Level, error)

// A flattening gathers what a level and all its components permit. Each is read
// once, and all of them before the nesting is judged, so that the limit does not
// depend on the order in which components are listed, and a cycle of any length
// is told as one.
type flattening struct {
	system *System
	lookup Lookup
	chain  []string           // the level, a component of it, ... the one being read
	done   map[string]longest // what has been read in full
	held   map[target]Operations
}

// A longest is the longest chain from a level down: how many it has with the
// level itself, and the component that comes next.
type longest struct {
	height int
	next   string
}

// flatten returns the union of the permissions and the sorted IDs of all
// components.
func (s *System) flatten(level Level, lookup Lookup) (map[target]Operations, []string, error) {
	f := flattening{system: s, lookup: lookup, done: make(map[string]longest), held: make(map[target]Operations)}
	down, err := f.add(level)
	if err != nil {
		return nil, nil, err
	}
	if down.height-1 > MaxNesting {
		chain := []string{down.next}
		for len(chain) <= MaxNesting {
			chain = append(chain, f.done[chain[len(chain)-1]].next)
		}
		return nil, nil, fmt.Errorf("acl: level %q: components nested deeper than %d: %s", level.ID, MaxNesting, printChain(chain...))
	}
	return f.held, slices.Sorted(maps.Keys(f.done)), nil
}

// add takes in a level and everything below it.
func (f *flattening) add(level Level) (longest, error) {
	f.chain = append(f.chain, level.ID)
	defer func() { f.chain = f.chain[:len(f.chain)-1] }()
	for _, p := range level.Permissions {
		f.held[p.target()] |= p.Operations
	}
	if len(f.held) > MaxFlattenedPermissions {
		return longest{}, fmt.Errorf("acl: level %q: more than %d permissions with those of its components", f.chain[0], MaxFlattenedPermissions)
	}
	down := longest{height: 1}
	for _, id := range level.Components {
		if at := slices.Index(f.chain, id); at >= 0 {
			return longest{}, fmt.Errorf("%w: level %q: %s", ErrCycle, f.chain[0], printChain(append(f.chain[at:], id)...))
		}
		below, ok := f.done[id]
		if !ok {
			component, err := f.read(id)
			if err != nil {
				return longest{}, fmt.Errorf("acl: level %q: component %s: %w", f.chain[0], printChain(append(f.chain[1:], id)...), err)
			}
			if below, err = f.add(component); err != nil {
				return longest{}, err
			}
			f.done[id] = below
		}
		if below.height+1 > down.height {
			down = longest{height: below.height + 1, next: id}
		}
	}
	return down, nil
}

// read finds a component and refuses what cannot be one.
func (f *flattening) read(id string) (Level, error) {
	if f.lookup == nil {
		return Level{}, fmt.Errorf("%w %q: there is no lookup", ErrUnknown, id)
	}
	if len(f.done)+len(f.chain) > MaxFlattenedComponents {
		return Level{}, fmt.Errorf("more than %d components in all", MaxFlattenedComponents)
	}
	component, err := f.lookup(id)
	if err != nil {
		return Level{}, err
	}
	if component.ID != id {
		return Level{}, fmt.Errorf("asked for it, the store answered %q", component.ID)
	}
	t, err := f.system.check(component)
	if err != nil {
		return Level{}, err
	}
	if !t.Component() {
		return Level{}, fmt.Errorf("its type is %q, and only components can be included; move what both need into one", t.Name)
	}
	return component, nil
}

// printChain joins IDs by arrows: in full as far as people build chains by
// hand, and by its ends beyond that.
func printChain(ids ...string) string {
	const ends = 2 * MaxNesting
	quoted := quote(ids)
	if more := len(quoted) - 2*ends; more > 0 {
		quoted = slices.Replace(quoted, ends, ends+more, fmt.Sprintf("(%d more)", more))
	}
	return strings.Join(quoted, " -> ")
}
