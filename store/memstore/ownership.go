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
	match := func(o *individuals.Organization) bool { return f.Class == "" || o.Class == f.Class }
	switch {
	case f.Role != "":
		return t.state.organizations.pick(t.state.named.keys(organizationFor, f.Role, p.After), p.Size(), match), nil
	case f.Class != "":
		return t.state.organizations.pick(t.state.named.keys(organizationOf, f.Class, p.After), p.Size(), match), nil
	default:
		return t.state.organizations.list(p.After, p.Size(), match), nil
	}
}

// PutOrganization implements [store.OrganizationWriter].
func (t *tx) PutOrganization(ctx context.Context, o individuals.Organization) error {
	if err := t.ready(ctx); err != nil {
		return err
	}
	if err := o.Validate(); err != nil {
		return err
	}
	old, err := t.state.organizations.current(o.Entity, o.Entity, o.Revision, organizationRevision)
	if err != nil {
		return err
	}
	if _, err := t.state.entities.get(o.Entity, o.Entity); err != nil {
		return fmt.Errorf("memstore: organization %q: %w; write the entity first", o.Entity, err)
	}
	relateOrganization(old, t.state.named.remove)
	relateOrganization(o, t.state.named.add)
	o.Revision = t.writes
	t.state.organizations.put(o.Entity, o)
	t.changed(store.Organizations, o.Entity, "")
	return nil
}

// relateOrganization tells the index what o names.
func relateOrganization(o individuals.Organization, tell func(relation, owner string, k key)) {
	tell(organizationOf, o.Class, o.Entity)
	tell(organizationFor, o.Link.Role, o.Entity)
	for _, role := range o.AllowedRoles {
		tell(organizationFor, role, o.Entity)
	}
}

// DeleteOrganization implements [store.OrganizationWriter].
func (t *tx) DeleteOrganization(ctx context.Context, entity string, revision uint64) error {
	if err := t.ready(ctx); err != nil {
		return err
	}
	o, err := t.state.organizations.existing(entity, entity, revision, organizationRevision)
	if err != nil {
		return err
	}
	if held := t.grantsAfter("", 1, store.GrantFilter{Organization: entity}); len(held) > 0 {
		return fmt.Errorf("memstore: organization %q: %q holds a grant in it: %w", entity, held[0].Individual, store.ErrInUse)
	}
	t.state.organizations.rows.Delete(entity)
	relateOrganization(o, t.state.named.remove)
	t.deleteTokensOf(tokenIn, entity)
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
	match := func(e *scope.Entity) bool {
		return (f.Parent == "" || e.Parent == f.Parent) && (f.Kind == "" || e.Kind == f.Kind)
	}
	switch {
	case f.LinkedTo != "":
		return t.state.entities.pick(t.state.named.keys(linkedTo, f.LinkedTo, p.After), p.Size(), match), nil
	case f.Parent != "":
		return t.state.entities.pick(t.state.named.keys(childOf, f.Parent, p.After), p.Size(), match), nil
	default:
		return t.state.entities.list(p.After, p.Size(), match), nil
	}
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
	t.relate(old, t.state.named.remove)
	t.relate(e, t.state.named.add)
	e.Revision = t.writes
	t.state.entities.put(e.ID, e)
	t.changed(store.Entities, e.ID, "")
	return nil
}

// relate tells the index what e names.
func (t *tx) relate(e scope.Entity, tell func(relation, owner string, k key)) {
	tell(childOf, e.Parent, e.ID)
	for _, l := range e.Links {
		tell(linkedTo, l.To, e.ID)
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
	for _, relation := range []string{childOf, linkedTo} {
		for other := range t.state.named.keys(relation, id, nothing) {
			return fmt.Errorf("memstore: entity %q: %q lies below it or links to it: %w", id, other, store.ErrInUse)
		}
	}
	if _, err := t.state.organizations.get(id, id); err == nil {
		return fmt.Errorf("memstore: entity %q: it has an organization: %w", id, store.ErrInUse)
	}
	t.relate(e, t.state.named.remove)
	t.state.entities.rows.Delete(id)
	t.changed(store.Entities, id, "")
	return nil
}
