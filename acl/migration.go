package acl

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/durward-go/durward/roles"
)

// Existing is what an upgrade finds. Nothing of it is changed.
type Existing struct {
	// Levels are all access levels, components included.
	Levels []Level
	// Roles are all roles.
	Roles []roles.Role
	// Matching names the role of each system default level, by the level's
	// ID.
	Matching map[string]string
	// Holders are all who hold a level. Who holds none is left out.
	Holders []Holder
}

// A Holder is an individual who holds a level in an organization.
type Holder struct {
	Individual, Organization string
	// Type is the individual's role type.
	Type string
	// Level is the ID of the level held.
	Level string
	// Role is the ID of the role held beside it, empty for none.
	Role string
}

// PlanOptions adjust [PlanMigration].
type PlanOptions struct {
	// RoleID gives the ID of the role made of a custom level. The same level
	// must always have the same, by which a later plan knows the role again,
	// and no two levels one. Default: "acl-" and the level's ID.
	RoleID func(Level) string
	// RoleName gives the role's name. Default: the level's.
	RoleName func(Level) string
}

// PlanMigration plans how levels become roles, and changes nothing:
//
//   - the holders of a system default level get its matching role;
//   - of a custom level a role is made that an administrator must assign;
//   - of a custom level of a [Type.SelfCare] type a role is made and assigned.
//
// A role made here belongs to its level's owner, and never permits more than
// the level at any node. One that exists already under its ID is left as it is;
// it is not assigned without an administrator once it permits more than the
// level. A holder of another role keeps that.
//
// Levels that do not compile, system defaults without a matching role, holders
// of components or of unknown levels, and holders whose role type is not their
// level's are the plan's problems: nothing is written for them. An error
// means that the input is no state of an installation, such as two levels of
// one ID. opts may be nil.
func PlanMigration(system *System, existing Existing, opts *PlanOptions) (*Plan, error) {
	p, err := newPlanner(system, existing, opts)
	if err != nil {
		return nil, err
	}
	for _, id := range slices.Sorted(maps.Keys(p.levels)) {
		p.addLevel(p.levels[id])
	}
	for _, id := range slices.Sorted(maps.Keys(existing.Matching)) {
		if level, ok := p.levels[id]; !ok {
			p.problem(id, Holder{}, fmt.Errorf("%w %q: Existing.Matching names it", ErrUnknown, id))
		} else if !level.System {
			p.problem(id, Holder{}, fmt.Errorf("acl: level %q: it is no system default, and only those have a matching role; take it out of Existing.Matching", id))
		}
	}
	if err := p.checkMade(); err != nil {
		return nil, err
	}
	holders := slices.Clone(existing.Holders)
	slices.SortFunc(holders, func(a, b Holder) int {
		return cmp.Or(cmp.Compare(a.Organization, b.Organization), cmp.Compare(a.Individual, b.Individual))
	})
	for i, h := range holders {
		if i > 0 && h.Organization == holders[i-1].Organization && h.Individual == holders[i-1].Individual {
			return nil, fmt.Errorf("acl: migration: holder %q of %q is given twice", h.Individual, h.Organization)
		}
		p.addHolder(h)
	}
	return p.finish(), nil
}
