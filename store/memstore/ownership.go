package memstore

import (
	"context"
	"fmt"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

func organizationRevision(o individuals.Organization) uint64 { return o.Revision }
func entityRevision(e scope.Entity) uint64                   { return e.Revision }

// Organization implements [store.OrganizationReader].
func (t *tx) Organization(ctx context.Context, entity string) (individuals.Organization, error) {
	if err := t.ready(ctx); err != nil {
		return individuals.Organization{}, err
	}
	return t.state.organizations.get(entity, entity)
}

// Organizations implements [store.OrganizationReader].
func (t *tx) Organizations(ctx context.Context, f store.OrganizationFilter, p store.Page) ([]individuals.Organization, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	return t.state.organizations.list(p.After, p.Size(), func(o *individuals.Organization) bool {
		return f.Class == "" || o.Class == f.Class
	}), nil
}

// PutOrganization implements [store.OrganizationWriter].
func (t *tx) PutOrganization(ctx context.Context, o individuals.Organization) error {
	if err := t.ready(ctx); err != nil {
		return err
	}
	if err := o.Validate(); err != nil {
		return err
	}
	if _, err := t.state.organizations.current(o.Entity, o.Entity, o.Revision, organizationRevision); err != nil {
		return err
	}
	if _, err := t.state.entities.get(o.Entity, o.Entity); err != nil {
		return fmt.Errorf("memstore: organization %q: %w; write the entity first", o.Entity, err)
	}
	o.Revision = t.writes
	t.state.organizations.put(o.Entity, o)
	t.changed(store.Organizations, o.Entity, "")
	return nil
}

// DeleteOrganization implements [store.OrganizationWriter].
func (t *tx) DeleteOrganization(ctx context.Context, entity string, revision uint64) error {
	if err := t.ready(ctx); err != nil {
		return err
	}
	if _, err := t.state.organizations.existing(entity, entity, revision, organizationRevision); err != nil {
		return err
	}
	if held := t.grantsAfter("", 1, store.GrantFilter{Organization: entity}); len(held) > 0 {
		return fmt.Errorf("memstore: organization %q: %q holds a grant in it: %w", entity, held[0].Individual, store.ErrInUse)
	}
	t.state.organizations.rows.Delete(entity)
	t.deleteTokensOf(organizationOwner, entity)
	t.changed(store.Organizations, entity, "")
	return nil
}

// Entity implements [store.EntityReader].
func (t *tx) Entity(ctx context.Context, id string) (scope.Entity, error) {
	if err := t.ready(ctx); err != nil {
		return scope.Entity{}, err
	}
	return t.state.entities.get(id, id)
}

// Entities implements [store.EntityReader].
func (t *tx) Entities(ctx context.Context, f store.EntityFilter, p store.Page) ([]scope.Entity, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	return t.state.entities.list(p.After, p.Size(), func(e *scope.Entity) bool {
		return (f.Parent == "" || e.Parent == f.Parent) && (f.Kind == "" || e.Kind == f.Kind)
	}), nil
}

// PutEntity implements [store.EntityWriter].
func (t *tx) PutEntity(ctx context.Context, e scope.Entity) error {
	if err := t.ready(ctx); err != nil {
		return err
	}
	old, err := t.state.entities.current(e.ID, e.ID, e.Revision, entityRevision)
	if err != nil {
		return err
	}
	if err := scope.CheckPlacement(store.EntityLookup(ctx, t), e); err != nil {
		return err
	}
	t.depend(old, -1)
	t.depend(e, 1)
	e.Revision = t.writes
	t.state.entities.put(e.ID, e)
	t.changed(store.Entities, e.ID, "")
	return nil
}

// depend counts what e needs up or down.
func (t *tx) depend(e scope.Entity, by int) {
	add := func(id string) {
		n, _ := t.state.dependents.Get(id)
		if n+by == 0 {
			t.state.dependents.Delete(id)
		} else {
			t.state.dependents.Set(id, n+by)
		}
	}
	if e.Parent != "" {
		add(e.Parent)
	}
	for _, l := range e.Links {
		add(l.To)
	}
}

// DeleteEntity implements [store.EntityWriter].
func (t *tx) DeleteEntity(ctx context.Context, id string, revision uint64) error {
	if err := t.ready(ctx); err != nil {
		return err
	}
	e, err := t.state.entities.existing(id, id, revision, entityRevision)
	if err != nil {
		return err
	}
	if n, _ := t.state.dependents.Get(id); n > 0 {
		return fmt.Errorf("memstore: entity %q: %d others lie below or link to it: %w", id, n, store.ErrInUse)
	}
	if _, err := t.state.organizations.get(id, id); err == nil {
		return fmt.Errorf("memstore: entity %q: it has an organization: %w", id, store.ErrInUse)
	}
	t.depend(e, -1)
	t.state.entities.rows.Delete(id)
	t.changed(store.Entities, id, "")
	return nil
}
