package reference

import (
	"fmt"

	"github.com/durward-go/durward/scope"
)

// randomForest draws two trees of entities, sometimes damaged.
func (w *World) randomForest(d *Draw) {
	kinds := []string{"group"}
	for _, name := range sorted(w.Types) {
		kinds = append(kinds, ownerKind(w.Types[name]))
	}
	for i := range 12 + d.Below(14) {
		e := scope.Entity{ID: fmt.Sprintf(pick(d, "e%d", "E%d", "é %d"), i), Kind: "provider"}
		if i > 0 && !d.Chance(8) {
			e.Kind = pick(d, kinds...)
			if i < len(kinds) {
				e.Kind = kinds[i]
			}
			e.Parent = pick(d, sorted(w.Entities)...)
			if chain, _ := w.chain(e.Parent); len(chain) > 5 {
				e.Parent = chain[len(chain)-1].ID
			}
			if d.Chance(50) {
				e.Links = w.randomLinks(d, e.Parent)
			}
		}
		w.Entities[e.ID] = e
	}
	if d.Chance(20) {
		w.damage(d)
	}
}

// randomLinks draws links into the tree that the entity above is in.
func (w *World) randomLinks(d *Draw, parent string) []scope.Link {
	chain, _ := w.chain(parent)
	root := chain[len(chain)-1].ID
	var links []scope.Link
	for _, id := range sorted(w.Entities) {
		if w.within(id, root) && d.Chance(20) && len(links) < 3 {
			name := pick(d, "distributor", "representative", "group")
			if kind := w.Entities[id].Kind; kind == "distributor" || kind == "representative" || kind == "group" {
				name = kind
			}
			links = append(links, scope.Link{Name: name, To: id})
		}
	}
	return links
}

// damage breaks one entity in a way that no store would take.
func (w *World) damage(d *Draw) {
	e := w.Entities[pick(d, sorted(w.Entities)...)]
	switch d.Below(5) {
	case 0:
		e.Parent = "gone"
	case 1: // often a cycle
		e.Parent = pick(d, sorted(w.Entities)...)
	case 2:
		e.Links = []scope.Link{{Name: "group", To: "gone"}}
	case 3: // often into another tree
		e.Links = []scope.Link{{Name: "group", To: pick(d, sorted(w.Entities)...)}}
	case 4: // a chain about as long as allowed
		for i := range scope.MaxDepth - 4 + d.Below(5) {
			next := scope.Entity{ID: fmt.Sprintf("deep%d", i), Kind: "customer", Parent: e.ID}
			w.Entities[next.ID] = next
			e = next
		}
		return
	}
	w.Entities[e.ID] = e
}
