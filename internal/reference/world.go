package reference

import (
	"fmt"
	"maps"
	"slices"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// A World is everything that a decision can depend on but the request itself: the
// declarations that an engine is made with, and all records by ID. Reading it is safe
// for concurrent use.
type World struct {
	// Tree holds the resources, Types the role types by name.
	Tree  *Tree
	Types map[string]roles.Type
	// LevelTypes are the types of access levels by name, Mapping what stands for
	// the nodes, HiddenFrom the kinds of entity that hidden levels are hidden from.
	LevelTypes map[string]acl.Type
	Mapping    []acl.Mapping
	HiddenFrom []string
	// NoLevels says that there is no system of access levels at all.
	NoLevels bool
	// PerSurface says that the preferred slot governs, not the last write.
	PerSurface bool
	// Systems are the host's own jobs by name.
	Systems map[string]System
	// Now is the instant of requests that name none.
	Now time.Time

	// Revision is that of the last commit.
	Revision      uint64
	Entities      map[string]scope.Entity
	Roles         map[string]roles.Role
	Levels        map[string]acl.Level
	Individuals   map[string]Person
	Organizations map[string]individuals.Organization
	Classes       map[string]individuals.Class
	Grants        map[GrantKey]individuals.Grant
	// Unanswered are the records that the store fails to give; of grants all that
	// an individual has.
	Unanswered map[Record]bool
	// Silent says that nothing was heard of changes for too long.
	Silent bool
}

// A Person is the record of an individual, with its allow-list as text; the record's
// own is not looked at.
type Person struct {
	individuals.Individual
	// Allowed are the entries of the allow-list as typed; "any" alone admits every
	// address, and no entry none.
	Allowed []string
}

// A GrantKey says whose grant, and where.
type GrantKey struct{ Individual, Organization string }

// A Record names something stored. A grant has the ID of its individual.
type Record struct {
	Kind             store.Kind
	ID, Organization string
}

// A System is one of the host's own jobs.
type System struct {
	// Type is the role type whose ceilings apply.
	Type string
	// Permissions are set as in a role.
	Permissions map[string]roles.Permission
	// Below bounds the scope to an entity and what it owns; empty: everything.
	Below string
}

// answers reports whether the store gives the record, or says that there is none.
func (w *World) answers(kind store.Kind, id string) bool {
	return !w.Unanswered[Record{Kind: kind, ID: id}]
}

// ownerKind is the kind of entity that people of the type belong to.
func ownerKind(t roles.Type) string {
	if t.OwnerKind == "" {
		return t.Name
	}
	return t.OwnerKind
}

// checkID reports whether id can name anything (package scope, CheckID).
func checkID(id string) error {
	if len(id) < 1 || len(id) > 128 {
		return fmt.Errorf("reference: ID %q: not 1 to 128 bytes", id)
	}
	if !utf8.ValidString(id) {
		return fmt.Errorf("reference: ID %q: not UTF-8", id)
	}
	for _, r := range id {
		if unicode.Is(unicode.Cc, r) {
			return fmt.Errorf("reference: ID %q: control character", id)
		}
	}
	return nil
}

// Records names all records of the world in an order in which a store can take them:
// owners before what they own, and individuals and organizations before grants.
func (w *World) Records() []Record {
	var all []Record
	for _, id := range sorted(w.Roles) {
		all = append(all, Record{Kind: store.Roles, ID: id})
	}
	for _, id := range sorted(w.Levels) {
		all = append(all, Record{Kind: store.ACLs, ID: id})
	}
	for _, id := range sorted(w.Classes) {
		all = append(all, Record{Kind: store.Classes, ID: id})
	}
	placed := make(map[string]bool)
	var place func(id string)
	place = func(id string) {
		e, ok := w.Entities[id]
		if placed[id] || !ok {
			return
		}
		placed[id] = true
		place(e.Parent)
		for _, link := range e.Links {
			place(link.To)
		}
		all = append(all, Record{Kind: store.Entities, ID: id})
	}
	for _, id := range sorted(w.Entities) {
		place(id)
	}
	for _, id := range sorted(w.Organizations) {
		all = append(all, Record{Kind: store.Organizations, ID: id})
	}
	for _, id := range sorted(w.Individuals) {
		all = append(all, Record{Kind: store.Individuals, ID: id})
	}
	for _, key := range slices.SortedFunc(maps.Keys(w.Grants), compareKeys) {
		all = append(all, Record{store.Grants, key.Individual, key.Organization})
	}
	return all
}
