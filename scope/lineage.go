package scope

import (
	"fmt"
	"iter"
	"slices"
	"strings"
)

// A Lookup finds an entity by ID. It returns an error that wraps [ErrUnknown]
// where there is none.
type Lookup func(id string) (Entity, error)

// A Lineage is all that the scope rules ask about one object: the entities
// above it and those that it and they link to. It is a snapshot of the forest
// at the time of [Resolve] and is read-only; any number of goroutines may use
// it. The zero Lineage and a nil one lie in nobody's scope.
type Lineage struct {
	// chain holds the object itself, its parent, ... its root.
	chain []string
	kinds []string
	links []lineageLink
}

// A lineageLink is one link found on the chain.
type lineageLink struct {
	name   string
	holder int      // its holder's index in chain
	target []string // the linked entity, its parent, ... its root
}

// Resolve reads the chain of object, and the chains of everything that it
// links to. It fails with an error that wraps [ErrUnknown] where an entity on
// them is missing, and [ErrCycle], [ErrTooDeep] or [ErrForeignLink] where the
// stored forest is damaged; callers deny.
func Resolve(lookup Lookup, object string) (Lineage, error) {
	var l Lineage
	entities, err := ascend(lookup, object)
	if err != nil {
		return Lineage{}, err
	}
	l.chain = make([]string, len(entities))
	l.kinds = make([]string, len(entities))
	for i, e := range entities {
		l.chain[i], l.kinds[i] = e.ID, e.Kind
		if len(e.Links) > MaxLinks {
			return Lineage{}, fmt.Errorf("scope: entity %q: %d links, at most %d", e.ID, len(e.Links), MaxLinks)
		}
		for _, link := range e.Links {
			target, err := ascend(lookup, link.To)
			if err != nil {
				return Lineage{}, fmt.Errorf("scope: link %q of %q: %w", link.Name, e.ID, err)
			}
			ids := make([]string, len(target))
			for j, t := range target {
				ids[j] = t.ID
			}
			l.links = append(l.links, lineageLink{name: link.Name, holder: i, target: ids})
		}
	}
	for _, link := range l.links {
		if root := link.target[len(link.target)-1]; root != l.Root() {
			return Lineage{}, fmt.Errorf("%w: %q of %q names %q in the tree of %q, not %q",
				ErrForeignLink, link.name, l.chain[link.holder], link.target[0], root, l.Root())
		}
	}
	return l, nil
}

// ascend returns the entity id and everything above it, nearest first.
func ascend(lookup Lookup, id string) ([]Entity, error) {
	var chain []Entity
	for next := id; next != "" || len(chain) == 0; {
		for i := range chain {
			if chain[i].ID == next {
				return nil, fmt.Errorf("%w: %s", ErrCycle, printChain(chain[i:], next))
			}
		}
		if len(chain) == MaxDepth {
			return nil, fmt.Errorf("%w: %q has more than %d entities above it", ErrTooDeep, id, MaxDepth-1)
		}
		e, err := find(lookup, next)
		if err != nil {
			if len(chain) > 0 {
				return nil, fmt.Errorf("scope: parent of %q: %w", chain[len(chain)-1].ID, err)
			}
			return nil, err
		}
		chain = append(chain, e)
		next = e.Parent
	}
	return chain, nil
}

// find asks lookup for one entity. What cannot be an ID is unknown without
// being asked for, so a store never sees it and no error repeats it at length.
func find(lookup Lookup, id string) (Entity, error) {
	if lookup == nil {
		return Entity{}, fmt.Errorf("scope: entity %.128q: no Lookup to ask", id)
	}
	if err := CheckID(id); err != nil {
		return Entity{}, fmt.Errorf("%w: %w", ErrUnknown, err)
	}
	e, err := lookup(id)
	if err != nil {
		return Entity{}, fmt.Errorf("scope: entity %q: %w", id, err)
	}
	if e.ID != id {
		return Entity{}, fmt.Errorf("scope: asked for entity %q, the store answered %q", id, e.ID)
	}
	return e, nil
}

func printChain(chain []Entity, last string) string {
	var b strings.Builder
	for _, e := range chain {
		fmt.Fprintf(&b, "%q -> ", e.ID)
	}
	fmt.Fprintf(&b, "%q", last)
	return b.String()
}

// Object returns the ID that l was resolved for, "" for the zero Lineage.
func (l *Lineage) Object() string {
	if l == nil || len(l.chain) == 0 {
		return ""
	}
	return l.chain[0]
}

// Kind returns the object's kind, "" for the zero Lineage.
func (l *Lineage) Kind() string {
	if l == nil || len(l.kinds) == 0 {
		return ""
	}
	return l.kinds[0]
}

// Root returns the ID of the topmost entity, "" for the zero Lineage.
func (l *Lineage) Root() string {
	if l == nil || len(l.chain) == 0 {
		return ""
	}
	return l.chain[len(l.chain)-1]
}

// Chain yields the object, its parent and so on to its root: each one's ID and
// kind.
func (l *Lineage) Chain() iter.Seq2[string, string] {
	return func(yield func(id, kind string) bool) {
		if l == nil {
			return
		}
		for i := range l.chain {
			if !yield(l.chain[i], l.kinds[i]) {
				return
			}
		}
	}
}

// Below returns the lineage of something new that lies directly below the
// object and links to nothing: whoever reaches that reaches everything below
// the object, now and later. Its Object is "", which no list names. The zero
// Lineage has nothing below, nor has an object [MaxDepth] deep: the zero
// Lineage again.
func (l *Lineage) Below() Lineage {
	if l == nil || len(l.chain) == 0 || len(l.chain) >= MaxDepth {
		return Lineage{}
	}
	child := Lineage{chain: append([]string{""}, l.chain...), kinds: append([]string{""}, l.kinds...), links: slices.Clone(l.links)}
	for i := range child.links {
		child.links[i].holder++
	}
	return child
}

// Within reports whether the object is the entity id or lies below it.
func (l *Lineage) Within(id string) bool {
	return l != nil && id != "" && index(l.chain, id) >= 0
}

// Mentions reports whether the entity id is on the chain, or on the chain of
// anything linked: whether a change of that entity may change l.
func (l *Lineage) Mentions(id string) bool {
	if l == nil {
		return false
	}
	if l.Within(id) {
		return true
	}
	for i := range l.links {
		if index(l.links[i].target, id) >= 0 {
			return true
		}
	}
	return false
}

// index is slices.Index without its generic dictionary; it is on the hot path.
func index(ids []string, id string) int {
	for i := range ids {
		if ids[i] == id {
			return i
		}
	}
	return -1
}
