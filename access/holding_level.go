package access

import (
	"context"
	"errors"
	"fmt"

	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// LevelHolding returns what someone of the role type of an access level would
// hold who had the level in the organization, on every surface. One that does
// not exist, does not compile, is a component or cannot be used there is
// [ErrNoHolding].
func (s *State) LevelHolding(ctx context.Context, level, organization string) (Holding, error) {
	fail := func(err error) (Holding, error) {
		return Holding{}, fmt.Errorf("%w: ACL %q in %q: %w", ErrNoHolding, level, organization, err)
	}
	ctx, err := s.ready(ctx)
	if err != nil {
		return Holding{}, err
	}
	defer s.leave()
	for _, id := range []string{level, organization} {
		if err := scope.CheckID(id); err != nil {
			return Holding{}, fmt.Errorf("access: %w", err)
		}
	}
	org, err := s.alone.organization(ctx, organization)
	if err != nil {
		return Holding{}, err
	}
	if org.fault != nil {
		return fail(org.fault)
	}
	snapshot := s.alone.snapshot.Load()
	if err := s.records.level(snapshot, level); err != nil {
		if failed := (failedRead{}); errors.As(err, &failed) {
			return Holding{}, failed.error
		}
		return Holding{}, err
	}
	found, ok := snapshot.levels[level]
	switch {
	case !ok:
		return fail(store.ErrNotFound)
	case found.fault != nil:
		return fail(found.fault)
	case found.table == nil:
		return fail(errors.New("it is a component, which nobody can hold"))
	}
	t, err := s.alone.model.Type(found.table.Type())
	if err != nil {
		return fail(err)
	}
	if org.lineage.Kind() != t.OwnerKind {
		return fail(fmt.Errorf("type %q belongs to a %q, and it is a %q", t.Name, t.OwnerKind, org.lineage.Kind()))
	}
	if err := s.alone.acls.Usable(found.record, &org.lineage); err != nil {
		return fail(err)
	}
	packed := found.table.Packed()
	return Holding{of: s.by, organization: organization, rule: t.Scope, packed: [2]string{packed, packed},
		slots: [2]Slot{ACLSlot, ACLSlot}}, nil
}
