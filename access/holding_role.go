package access

import (
	"context"
	"fmt"

	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
)

// RoleHolding returns what someone of the role's type would hold who had the role
// in the organization, on every surface: what a standing link gives, or what
// assigning the role would. The role need not be stored. One that does not
// compile or cannot be used there is [ErrNoHolding].
func (s *State) RoleHolding(ctx context.Context, r roles.Role, organization string) (Holding, error) {
	fail := func(err error) (Holding, error) {
		return Holding{}, fmt.Errorf("%w: role %q in %q: %w", ErrNoHolding, r.ID, organization, err)
	}
	ctx, err := s.ready(ctx)
	if err != nil {
		return Holding{}, err
	}
	defer s.leave()
	if err := scope.CheckID(organization); err != nil {
		return Holding{}, fmt.Errorf("access: organization: %w", err)
	}
	org, err := s.alone.organization(ctx, organization)
	if err != nil {
		return Holding{}, err
	}
	table, err := s.alone.model.Compile(r)
	if err != nil {
		return fail(err)
	}
	t, err := s.alone.model.Type(r.Type)
	if err != nil {
		return fail(err)
	}
	switch {
	case org.fault != nil:
		return fail(org.fault)
	case org.lineage.Kind() != t.OwnerKind:
		return fail(fmt.Errorf("type %q belongs to a %q, and it is a %q", r.Type, t.OwnerKind, org.lineage.Kind()))
	case r.Owner != "" && !org.lineage.Within(r.Owner):
		return fail(fmt.Errorf("the role belongs to %q, and the organization does not lie below it", r.Owner))
	}
	return Holding{of: s.by, organization: organization, rule: t.Scope, packed: [2]string{table.Packed(), table.Packed()},
		slots: [2]Slot{RoleSlot, RoleSlot}}, nil
}
