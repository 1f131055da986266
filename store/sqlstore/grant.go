package sqlstore

import (
	"context"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/store"
)

func grantRevision(g individuals.Grant) uint64 { return g.Revision }

func grantRecord(individual, organization string) record {
	return record{"grant", individual + " in " + organization}
}

func selectGrants() *query {
	return selectFrom("individual, organization, role, role_revision, role_by, role_system, acl, acl_revision, acl_by, acl_system, revision, "+
		"EXISTS (SELECT 1 FROM durward_grant_scope WHERE individual = durward_grants.individual AND organization = durward_grants.organization)", "durward_grants")
}

func (q *query) key(individual, organization string) *query {
	return q.where("individual = ?", individual).where("organization = ?", organization)
}

func (w *session) grants(ctx context.Context, q *query) ([]individuals.Grant, error) {
	type key struct{ individual, organization string }
	var narrowed []key // few are
	all, err := list(ctx, w, q, func(r row, into *individuals.Grant) error {
		some := false
		err := r.Scan(&into.Individual, &into.Organization,
			&into.Role.ID, &into.Role.Revision, &into.Role.By, systemColumn{&into.Role.System},
			&into.ACL.ID, &into.ACL.Revision, &into.ACL.By, systemColumn{&into.ACL.System}, &into.Revision, &some)
		if some {
			narrowed = append(narrowed, key{into.Individual, into.Organization})
		}
		return err
	})
	if err != nil || len(narrowed) == 0 {
		return all, err
	}
	byKey := make(map[key]*individuals.Grant, len(all))
	for i, g := range all {
		byKey[key{g.Individual, g.Organization}] = &all[i]
	}
	var keys []any
	for i, k := range narrowed {
		if i == 0 || narrowed[i-1].individual != k.individual {
			keys = append(keys, k.individual)
		}
	}
	// Those in other organizations come along.
	err = w.parts(ctx, "SELECT individual, organization, entity FROM durward_grant_scope WHERE individual", keys, "individual, organization, place", func(r row) error {
		var k key
		var entity string
		if err := r.Scan(&k.individual, &k.organization, &entity); err != nil {
			return err
		}
		if g := byKey[k]; g != nil {
			g.Listed = append(g.Listed, entity)
		}
		return nil
	})
	return all, err
}

// Grant implements [store.GrantReader].
func (t *tx) Grant(ctx context.Context, individual, organization string) (individuals.Grant, error) {
	if err := t.ready(ctx); err != nil {
		return individuals.Grant{}, err
	}
	found, err := t.grants(ctx, selectGrants().key(individual, organization))
	return one(grantRecord(individual, organization), found, err)
}

// Grants implements [store.GrantReader].
func (t *tx) Grants(ctx context.Context, f store.GrantFilter, p store.GrantPage) ([]individuals.Grant, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	q := selectGrants().equal("individual", f.Individual).equal("organization", f.Organization).equal("role", f.Role).equal("acl", f.ACL)
	if p.AfterIndividual != "" {
		q.where("(individual, organization) > (?, ?)", p.AfterIndividual, p.AfterOrganization)
	}
	all, err := t.grants(ctx, q.order("individual, organization", p.Limit))
	return all, explain("grants", err)
}

var putGrant = upsert("durward_grants", "individual, organization",
	"role, role_revision, role_by, role_system, acl, acl_revision, acl_by, acl_system, revision")

// PutGrant implements [store.GrantWriter].
func (t *tx) PutGrant(ctx context.Context, g individuals.Grant) error {
	if err := t.ready(ctx); err != nil {
		return err
	}
	if err := g.Validate(); err != nil {
		return err
	}
	r := grantRecord(g.Individual, g.Organization)
	var found []individuals.Grant
	var lack, err error
	if g.Revision == 0 {
		found, lack, err = t.newGrant(ctx, g)
	} else { // as long as it is there, so are the individual and the organization
		found, err = t.grants(ctx, selectGrants().key(g.Individual, g.Organization))
	}
	old, err := current(r, found, err, g.Revision, grantRevision)
	if err == nil {
		err = lack
	}
	if err != nil {
		return err
	}
	if g, err = g.Stamp(old, t.writes, t.by.ID, t.by.System); err != nil {
		return err
	}
	t.note(store.Grants, g.Individual, g.Organization, g.Revision > 0, len(old.Listed)+len(g.Listed) > 0)
	_, err = t.exec(ctx, putGrant, g.Individual, g.Organization,
		g.Role.ID, int64(g.Role.Revision), g.Role.By, g.Role.System.String(),
		g.ACL.ID, int64(g.ACL.Revision), g.ACL.By, g.ACL.System.String(), int64(g.Revision))
	if err != nil {
		return r.wrap(err)
	}
	if len(old.Listed) > 0 {
		if err := t.removeGrantScope(ctx, g.Individual, g.Organization); err != nil {
			return r.wrap(err)
		}
	}
	return r.wrap(t.insert(ctx, "durward_grant_scope", "individual, organization, place, entity", named(g.Listed, g.Individual, g.Organization)))
}

// newGrant returns the revision of a grant that is there, and what a new one
// lacks.
func (t *tx) newGrant(ctx context.Context, g individuals.Grant) (found []individuals.Grant, lack, err error) {
	const query = "SELECT (SELECT count(*) FROM durward_individuals WHERE id = ?), (SELECT count(*) FROM durward_organizations WHERE entity = ?), " +
		"coalesce((SELECT revision FROM durward_grants WHERE individual = ? AND organization = ?), 0)"
	var people, organizations int
	var revision uint64
	err = t.each(ctx, query, []any{g.Individual, g.Organization, g.Individual, g.Organization}, func(r row) error {
		return r.Scan(&people, &organizations, &revision)
	})
	r := grantRecord(g.Individual, g.Organization)
	switch {
	case err != nil:
	case revision > 0:
		found = []individuals.Grant{{Revision: revision}}
	case people == 0:
		lack = r.needs("individual", individualRecord(g.Individual).missing())
	case organizations == 0:
		lack = r.needs("organization", organizationRecord(g.Organization).missing())
	}
	return found, lack, err
}

func (t *tx) removeGrantScope(ctx context.Context, individual, organization string) error {
	_, err := t.exec(ctx, "DELETE FROM durward_grant_scope WHERE individual = ? AND organization = ?", individual, organization)
	return err
}

// DeleteGrant implements [store.GrantWriter].
func (t *tx) DeleteGrant(ctx context.Context, individual, organization string, revision uint64) error {
	if err := t.ready(ctx); err != nil {
		return err
	}
	r := grantRecord(individual, organization)
	found, err := t.grants(ctx, selectGrants().key(individual, organization))
	if _, err := existing(r, found, err, revision, grantRevision); err != nil {
		return err
	}
	t.changed(store.Grants, individual, organization)
	if err := t.removeGrantScope(ctx, individual, organization); err != nil {
		return r.wrap(err)
	}
	_, err = t.exec(ctx, "DELETE FROM durward_grants WHERE individual = ? AND organization = ?", individual, organization)
	return r.wrap(err)
}
