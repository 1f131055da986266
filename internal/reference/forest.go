package reference

import (
	"slices"

	"github.com/durward-go/durward/scope"
)

// chain is the entity and those above it up to the root. It is not sound where one is
// missing, comes twice, or there are more than package scope follows.
func (w *World) chain(id string) (chain []scope.Entity, sound bool) {
	for id != "" {
		e, ok := w.Entities[id]
		if !ok || slices.ContainsFunc(chain, func(below scope.Entity) bool { return below.ID == id }) {
			return chain, false
		}
		chain = append(chain, e)
		id = e.Parent
	}
	return chain, len(chain) > 0 && len(chain) <= scope.MaxDepth
}

// sound reports whether the entity exists and nothing is wrong with its chain, nor with
// those of the entities that the chain links to, which lie in the same tree.
func (w *World) sound(id string) bool {
	chain, ok := w.chain(id)
	if !ok {
		return false
	}
	for _, e := range chain {
		for _, link := range e.Links {
			other, ok := w.chain(link.To)
			if !ok || other[len(other)-1].ID != chain[len(chain)-1].ID {
				return false
			}
		}
	}
	return true
}

// within reports whether the entity is the one above, or lies below it.
func (w *World) within(id, above string) bool {
	chain, _ := w.chain(id)
	return slices.ContainsFunc(chain, func(e scope.Entity) bool { return e.ID == above })
}

// descend adds everything that the entity owns, at any depth.
func (w *World) descend(id string, set map[string]bool) {
	for _, e := range w.Entities {
		if e.Parent == id && !set[e.ID] {
			set[e.ID] = true
			w.descend(e.ID, set)
		}
	}
}

// reached is the set of all entities in the scope of a person of the organization.
func (w *World) reached(r scope.Rule, organization string, listed []string) map[string]bool {
	// Where the rule starts.
	owned := make(map[string]bool)
	if r.Listed {
		for _, id := range listed {
			if w.within(id, organization) {
				owned[id] = true
			}
		}
	} else {
		owned[organization] = true
	}
	// What lies below.
	if r.Below {
		for _, id := range keys(owned) {
			w.descend(id, owned)
		}
	}
	// What links there, and lies below that.
	all := make(map[string]bool)
	for id := range owned {
		all[id] = true
	}
	if r.Link != "" {
		linked := make(map[string]bool)
		for _, e := range w.Entities {
			for _, link := range e.Links {
				if link.Name == r.Link && owned[link.To] {
					linked[e.ID] = true
				}
			}
		}
		if r.LinkedBelow {
			for _, id := range keys(linked) {
				w.descend(id, linked)
			}
		}
		for id := range linked {
			all[id] = true
		}
	}
	// What is taken away.
	scoped := make(map[string]bool)
	for id := range all {
		if w.sound(id) && (!r.Listed || w.within(id, organization)) {
			scoped[id] = true
		}
	}
	if r.Listed || len(listed) == 0 {
		return scoped
	}
	narrowed := make(map[string]bool)
	for id := range scoped {
		for _, l := range listed {
			if scoped[l] && w.within(id, l) {
				narrowed[id] = true
			}
		}
	}
	return narrowed
}

// keys are the members of a set at this moment.
func keys(set map[string]bool) []string {
	var ids []string
	for id := range set {
		ids = append(ids, id)
	}
	return ids
}
