package individuals

import (
	"fmt"
	"math"
	"slices"

	"github.com/durward-go/durward/scope"
)

// ThisCommit stands for the revision of the commit that will write a record.
// Stores replace it. A record read from a store never holds it.
const ThisCommit uint64 = math.MaxUint64

// MaxListed bounds the entities that one grant narrows its scope to.
const MaxListed = 1024

// A System is where a grant or another change was made.
type System uint8

// The systems.
const (
	// HostSystem is the application itself, neither of the two desks.
	HostSystem System = iota
	// RoleSystem may write roles and access levels into a grant.
	RoleSystem
	// ACLSystem is the older one; it may write access levels only.
	ACLSystem
)

// String returns "host", "roles" or "ACLs".
func (s System) String() string {
	switch s {
	case HostSystem:
		return "host"
	case RoleSystem:
		return "roles"
	case ACLSystem:
		return "ACLs"
	default:
		return fmt.Sprintf("System(%d)", uint8(s))
	}
}

// A Grant gives one individual a role, an access level, or both, in one
// organization. Which of the two decides is told by their revisions. The
// methods With… and Without… return changed copies; a store's write of one
// fills in where [ThisCommit] stands, see [Grant.Stamp].
type Grant struct {
	// Individual and Organization are the key.
	Individual   string
	Organization string
	// Role and ACL are the two slots.
	Role Slot
	ACL  Slot
	// Listed narrows the scope to these entities and what is below them;
	// empty: not narrowed. See [scope.Rule.Reaches].
	Listed []string
	// Revision is the commit that last wrote the record; 0 before the first.
	Revision uint64
}

// A Slot holds the ID of a role or an access level, and its last grant. A
// cleared slot has no ID but keeps the rest, so that an older slot never comes
// back to life by clearing.
type Slot struct {
	// ID names the role or access level; empty when nothing is granted.
	ID string
	// Revision is the commit of the last grant into the slot; 0 for never.
	Revision uint64
	// By is who granted last.
	By string
	// System is where.
	System System
}

// WithRole returns g with the role granted by this commit. Granting the same
// role again is a grant. The store refuses it to a commit of the ACL system,
// which sees no roles.
func (g Grant) WithRole(id string) Grant {
	g.Role = Slot{ID: id, Revision: ThisCommit}
	return g.Copy()
}

// WithACL returns g with the access level granted by this commit.
func (g Grant) WithACL(id string) Grant {
	g.ACL = Slot{ID: id, Revision: ThisCommit}
	return g.Copy()
}

// WithoutRole returns g with the role slot cleared. Its revision stays.
func (g Grant) WithoutRole() Grant {
	g.Role.ID = ""
	return g.Copy()
}

// WithoutACL returns g with the ACL slot cleared. Its revision stays.
func (g Grant) WithoutACL() Grant {
	g.ACL.ID = ""
	return g.Copy()
}

// Copy returns a grant equal to g that shares nothing with it.
func (g Grant) Copy() Grant {
	g.Listed = slices.Clone(g.Listed)
	return g
}

// Stamp returns g as the commit of the given revision, made by the given
// author in the given system, writes it over old (the zero Grant when it is
// new). A slot with [ThisCommit] is granted by this commit. Any other must be
// old's, or old's cleared: nobody rewrites when, by whom and where a slot was
// granted. Stores call it in PutGrant.
func (g Grant) Stamp(old Grant, revision uint64, by string, in System) (Grant, error) {
	for _, s := range []struct {
		what     string
		now, was *Slot
	}{{"role", &g.Role, &old.Role}, {"ACL", &g.ACL, &old.ACL}} {
		cleared := *s.was
		cleared.ID = ""
		switch {
		case s.now.Revision == ThisCommit:
			*s.now = Slot{ID: s.now.ID, Revision: revision, By: by, System: in}
		case *s.now != *s.was && *s.now != cleared:
			return g, fmt.Errorf("individuals: grant to %q in %q: the %s slot is neither as it was nor granted by this commit; change it by With%s or Without%s",
				g.Individual, g.Organization, s.what, title(s.what), title(s.what))
		}
	}
	if in == ACLSystem && g.Role != old.Role {
		return g, fmt.Errorf("individuals: grant to %q in %q: the ACL system cannot assign or clear a role", g.Individual, g.Organization)
	}
	g.Revision = revision
	return g.Copy(), nil
}

func title(slot string) string {
	if slot == "role" {
		return "Role"
	}
	return slot
}

// Validate reports what is wrong with the record on its own.
func (g Grant) Validate() error {
	for _, id := range []struct{ what, id string }{{"individual", g.Individual}, {"organization", g.Organization}} {
		if err := scope.CheckID(id.id); err != nil {
			return fmt.Errorf("individuals: grant: %s: %w", id.what, err)
		}
	}
	fail := func(err error) error {
		return fmt.Errorf("individuals: grant to %q in %q: %w", g.Individual, g.Organization, err)
	}
	for _, s := range []struct {
		what string
		Slot
	}{{"role", g.Role}, {"ACL", g.ACL}} {
		if s.ID == "" {
			continue
		}
		if err := scope.CheckID(s.ID); err != nil {
			return fail(fmt.Errorf("%s: %w", s.what, err))
		}
		if s.Revision == 0 {
			return fail(fmt.Errorf("%s %q without a revision; grant it by With%s", s.what, s.ID, title(s.what)))
		}
	}
	if len(g.Listed) > MaxListed {
		return fail(fmt.Errorf("narrowed to %d entities, at most %d", len(g.Listed), MaxListed))
	}
	for i, id := range g.Listed {
		if err := scope.CheckID(id); err != nil {
			return fail(fmt.Errorf("narrowed to: %w", err))
		}
		if slices.Contains(g.Listed[:i], id) {
			return fail(fmt.Errorf("narrowed to %q twice", id))
		}
	}
	return nil
}
