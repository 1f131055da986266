package reference

import "github.com/durward-go/durward/store"

// Broken names the roles and access levels that do not compile, roles first, by ID.
func (w *World) Broken() []Record {
	// Whether a role or level compiles does not depend on the node asked for.
	path := w.Tree.paths()[0]
	var broken []Record
	for _, id := range sorted(w.Roles) {
		if _, err := w.roleValue(w.Roles[id], path); err != nil {
			broken = append(broken, Record{Kind: store.Roles, ID: id})
		}
	}
	for _, id := range sorted(w.Levels) {
		if _, err := w.levelValue(w.Levels[id], path); err != nil {
			broken = append(broken, Record{Kind: store.ACLs, ID: id})
		}
	}
	return broken
}
