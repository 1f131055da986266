package access

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
)

// A standing is what stored records say of a person in an organization: the
// half of a decision that does not depend on the request. It holds for one
// generation of the engine, and is stamped for the next one where nothing that
// it was made of changed.
type standing struct {
	generation atomic.Uint64

	person   *person // nil for a system principal
	org      *organization
	snapshot *snapshot
	always   bool // a system principal: gates 1 to 5 do not apply

	fault        error // gate 0: a record does not compile
	typeName     string
	rule         scope.Rule
	organization string
	listed       []string
	secondFactor bool
	sides        [2]side // by the preferred slot, see sideOf
}

// A side is the slot that governs for one preferred slot.
type side struct {
	governing Governing
	table     *roles.Table
	packed    string
	fault     error // gate 0: the governing record cannot be used
}

func sideOf(preferred Slot) int {
	if preferred == RoleSlot {
		return 0
	}
	return 1
}

// standing returns that of the membership, made anew where the generation
// passed it by.
func (e *Engine) standing(ctx context.Context, generation uint64, p *person, m *membership) (*standing, error) {
	old := m.standing.Load()
	if old != nil && old.generation.Load() == generation {
		return old, nil
	}
	org, err := e.organization(ctx, m.grant.Organization)
	if err != nil {
		return nil, err
	}
	snap := e.snapshot.Load()
	if old != nil && old.org == org && old.snapshot == snap {
		old.generation.Store(generation)
		return old, nil
	}
	s := e.newStanding(p, m.grant, org, snap)
	s.generation.Store(generation)
	m.standing.Store(s)
	return s, nil
}

func (e *Engine) newStanding(p *person, g individuals.Grant, org *organization, snap *snapshot) *standing {
	s := &standing{person: p, org: org, snapshot: snap, typeName: p.record.RoleType, rule: p.rule,
		organization: g.Organization, listed: g.Listed,
		secondFactor: p.record.SecondFactor.Required(org.secondFactor)}
	switch {
	case p.fault != nil:
		s.fault = p.fault
	case org.fault != nil:
		s.fault = org.fault
	case org.lineage.Kind() != p.ownerKind:
		s.fault = fmt.Errorf("access: individual %q is of type %q, which belongs to a %q; %q is a %q",
			p.record.ID, p.record.RoleType, p.ownerKind, g.Organization, org.lineage.Kind())
	}
	if s.fault != nil {
		return s
	}
	for i, preferred := range [...]Slot{RoleSlot, ACLSlot} {
		s.sides[i] = snap.side(e.coexistence.Govern(g, preferred), p.record.RoleType, &org.lineage, e.acls)
	}
	return s
}

// side finds the table of what governs.
func (s *snapshot) side(g Governing, typeName string, in *scope.Lineage, acls *acl.System) side {
	out := side{governing: g}
	if g.Reason != Granted {
		return out
	}
	if g.Slot == RoleSlot {
		out.table, out.fault = s.role(g.ID, typeName, in)
	} else {
		out.table, out.fault = s.level(g.ID, typeName, in, acls)
	}
	out.packed = out.table.Packed()
	return out
}
