package sqlstore

import (
	"context"
	"fmt"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/store"
)

func organizationRevision(o individuals.Organization) uint64 { return o.Revision }

func organizationRecord(entity string) record { return record{"organization", entity} }

func selectOrganizations() *query {
	return selectFrom("entity, class, default_role, closed, link_role, link_epoch, link_open, revision", "durward_organizations")
}

func (w *session) organizations(ctx context.Context, q *query) ([]individuals.Organization, error) {
	all, err := list(ctx, w, q, func(r row, into *individuals.Organization) error {
		return r.Scan(&into.Entity, &into.Class, &into.DefaultRole, &into.Closed,
			&into.Link.Role, epochColumn{&into.Link.Epoch}, &into.Link.Open, &into.Revision)
	})
	if err != nil {
		return nil, err
	}
	byEntity := make(map[string]*individuals.Organization, len(all))
	keys := make([]any, len(all))
	for i := range all {
		byEntity[all[i].Entity], keys[i] = &all[i], all[i].Entity
	}
	err = w.names(ctx, "SELECT organization, role FROM durward_allowed_roles WHERE organization", keys, "organization, place", func(id, role string) {
		if o := byEntity[id]; o != nil {
			o.AllowedRoles = append(o.AllowedRoles, role)
		}
	})
	return all, err
}

// Organization implements [store.OrganizationReader].
func (t *tx) Organization(ctx context.Context, entity string) (individuals.Organization, error) {
	if err := t.ready(ctx); err != nil {
		return individuals.Organization{}, err
	}
	found, err := t.organizations(ctx, selectOrganizations().where("entity = ?", entity))
	return one(organizationRecord(entity), found, err)
}

// Organizations implements [store.OrganizationReader].
func (t *tx) Organizations(ctx context.Context, f store.OrganizationFilter, p store.Page) ([]individuals.Organization, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	q := selectOrganizations().equal("class", f.Class)
	if f.Role != "" {
		q.where("entity IN (SELECT organization FROM durward_allowed_roles WHERE role = ? UNION SELECT entity FROM durward_organizations WHERE link_role = ?)", f.Role, f.Role)
	}
	all, err := t.organizations(ctx, q.page("entity", p))
	return all, explain("organizations", err)
}

var putOrganization = upsert("durward_organizations", "entity", "class, default_role, closed, link_role, link_epoch, link_open, revision")

// PutOrganization implements [store.OrganizationWriter].
func (t *tx) PutOrganization(ctx context.Context, o individuals.Organization) error {
	if err := t.ready(ctx); err != nil {
		return err
	}
	if err := o.Validate(); err != nil {
		return err
	}
	r := organizationRecord(o.Entity)
	found, err := t.organizations(ctx, selectOrganizations().where("entity = ?", o.Entity))
	old, err := current(r, found, err, o.Revision, organizationRevision)
	if err != nil {
		return err
	}
	if err := t.exists(ctx, entityRecord(o.Entity), "SELECT id FROM durward_entities WHERE id = ?"); err != nil {
		return r.needs("entity", err)
	}
	t.note(store.Organizations, o.Entity, "", o.Revision > 0, len(old.AllowedRoles)+len(o.AllowedRoles) > 0)
	if _, err := t.exec(ctx, putOrganization, o.Entity, o.Class, o.DefaultRole, o.Closed, o.Link.Role, int64(o.Link.Epoch), o.Link.Open, int64(t.writes)); err != nil {
		return r.wrap(err)
	}
	if err := t.clear(ctx, o.Revision, "DELETE FROM durward_allowed_roles WHERE organization = ?", o.Entity); err != nil {
		return r.wrap(err)
	}
	return r.wrap(t.insert(ctx, "durward_allowed_roles", "organization, place, role", named(o.AllowedRoles, o.Entity)))
}

// exists reports a record that is not there. The query has its ID as the only
// parameter.
func (t *tx) exists(ctx context.Context, r record, query string) error {
	_, there, err := t.some(ctx, query, r.id)
	if err != nil {
		return r.wrap(err)
	}
	if !there {
		return r.missing()
	}
	return nil
}

// DeleteOrganization implements [store.OrganizationWriter].
func (t *tx) DeleteOrganization(ctx context.Context, entity string, revision uint64) error {
	if err := t.ready(ctx); err != nil {
		return err
	}
	r := organizationRecord(entity)
	found, err := t.revisions(ctx, "SELECT revision FROM durward_organizations WHERE entity = ?", entity)
	if _, err := existing(r, found, err, revision, itself); err != nil {
		return err
	}
	holder, held, err := t.some(ctx, "SELECT individual FROM durward_grants WHERE organization = ? LIMIT 1", entity)
	if err != nil {
		return r.wrap(err)
	}
	if held {
		return fmt.Errorf("sqlstore: organization %q: %q holds a grant in it: %w", entity, holder, store.ErrInUse)
	}
	t.changed(store.Organizations, entity, "")
	return r.wrap(t.remove(ctx, entity,
		"DELETE FROM durward_tokens WHERE organization = ?",
		"DELETE FROM durward_allowed_roles WHERE organization = ?",
		"DELETE FROM durward_organizations WHERE entity = ?"))
}
