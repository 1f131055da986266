package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/store"
)

func (t batch) putOrganizations(ctx context.Context, all []individuals.Organization) error {
	if len(all) == 0 {
		return nil
	}
	ids, entities := make(wanted, len(all)), make(wanted, len(all))
	for _, o := range all {
		ids.add(o.Entity)
		entities.add(o.Entity)
	}
	err := t.find(ctx, "SELECT entity FROM durward_organizations WHERE entity", ids)
	if err == nil {
		err = t.find(ctx, "SELECT id FROM durward_entities WHERE id", entities)
	}
	if err != nil {
		return explain("organizations", err)
	}
	rows, allowed := make([][]any, len(all)), [][]any(nil)
	for i, o := range all {
		r, err := organizationRecord(o.Entity), o.Validate()
		switch {
		case err != nil:
		case ids[o.Entity]:
			err = exists(r)
		case !entities[o.Entity]:
			err = r.needs("entity", entityRecord(o.Entity).missing())
		}
		if err != nil {
			return &store.BatchError{List: "organizations", Index: i, Err: err}
		}
		ids[o.Entity] = true
		o.Revision = t.revision(o.Revision)
		rows[i] = organizationRow(o)
		allowed = append(allowed, named(o.AllowedRoles, o.Entity)...)
		t.created(store.Organizations, o.Entity, "", len(o.AllowedRoles) > 0)
	}
	return errors.Join(
		explain("organizations", t.insertMany(ctx, "durward_organizations", organizationColumns, rows)),
		explain("organizations", t.insertMany(ctx, "durward_allowed_roles", "organization, place, role", allowed)))
}

// A realm is where a login is unique.
type realm struct{ provider, name string }

func (t batch) putIndividuals(ctx context.Context, all []individuals.Individual) error {
	if len(all) == 0 {
		return nil
	}
	ids, logins, canonical := make(wanted, len(all)), make(map[realm]wanted), make([]string, len(all))
	for i, p := range all {
		ids.add(p.ID)
		if canonical[i] = p.CanonicalLogin(); canonical[i] == "" {
			continue
		}
		in := realm{p.Provider, p.Realm}
		if logins[in] == nil {
			logins[in] = make(wanted)
		}
		logins[in].add(canonical[i])
	}
	if err := t.find(ctx, "SELECT id FROM durward_individuals WHERE id", ids); err != nil {
		return explain("individuals", err)
	}
	for in, some := range logins {
		if err := t.findLogins(ctx, in, some); err != nil {
			return explain("individuals", err)
		}
	}
	rows, lists := make([][]any, len(all)), [][]any(nil)
	for i, p := range all {
		err, taken := p.Validate(), canonical[i] != "" && logins[realm{p.Provider, p.Realm}][canonical[i]]
		switch {
		case err != nil:
		case ids[p.ID]:
			err = exists(individualRecord(p.ID))
		case taken:
			err = fmt.Errorf("sqlstore: individual %q: login %q is taken in realm %q: %w", p.ID, p.Login, p.Realm, store.ErrConflict)
		}
		if err != nil {
			return &store.BatchError{List: "individuals", Index: i, Err: err}
		}
		ids[p.ID] = true
		if canonical[i] != "" {
			logins[realm{p.Provider, p.Realm}][canonical[i]] = true
		}
		p.Revision = t.revision(p.Revision)
		rows[i] = individualRow(p, canonical[i])
		list := allowListRows(p)
		lists = append(lists, list...)
		t.created(store.Individuals, p.ID, "", len(list) > 0)
	}
	return errors.Join(
		explain("individuals", t.insertMany(ctx, "durward_individuals", individualColumns, rows)),
		explain("individuals", t.insertMany(ctx, "durward_allow_list", "individual, place, entry", lists)))
}

// findLogins looks for logins of one realm.
func (t *tx) findLogins(ctx context.Context, in realm, logins wanted) error {
	if !plain(in.provider) || !plain(in.name) {
		return nil // refused later
	}
	if !t.store.traits.numbered {
		return t.find(ctx, "SELECT canonical_login FROM durward_individuals WHERE provider = ? AND realm = ? AND canonical_login", logins, in.provider, in.name)
	}
	// With a list of logins PostgreSQL would read all those of the realm and compare
	// each with the list, since it expects few. One at a time it takes the index.
	keys := slices.Sorted(maps.Keys(logins))
	for some := range slices.Chunk(keys, maxArrayRows) {
		array, err := textArray(some)
		if err != nil {
			return err
		}
		query := "SELECT u.login FROM unnest(?::text::text[]) AS u (login) WHERE (SELECT count(*) FROM durward_individuals i " +
			"WHERE i.provider = ? AND i.realm = ? AND i.canonical_login = u.login) > 0"
		err = t.each(ctx, query, []any{array, in.provider, in.name}, func(r row) error {
			var login string
			err := r.Scan(&login)
			logins[login] = true
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (t batch) putCredentials(ctx context.Context, all []individuals.Credential) error {
	if len(all) == 0 {
		return nil
	}
	ids, people := make(wanted, len(all)), make(wanted, len(all))
	for _, c := range all {
		ids.add(c.Individual)
		people.add(c.Individual)
	}
	err := t.find(ctx, "SELECT individual FROM durward_credentials WHERE individual", ids)
	if err == nil {
		err = t.find(ctx, "SELECT id FROM durward_individuals WHERE id", people)
	}
	if err != nil {
		return explain("credentials", err)
	}
	rows := make([][]any, len(all))
	for i, c := range all {
		r, err := credentialRecord(c.Individual), c.Validate()
		switch {
		case err != nil:
		case ids[c.Individual]:
			err = exists(r)
		case !people[c.Individual]:
			err = r.needs("individual", individualRecord(c.Individual).missing())
		default:
			c.Revision = t.revision(c.Revision)
			rows[i], err = credentialRow(c)
		}
		if err != nil {
			return &store.BatchError{List: "credentials", Index: i, Err: err}
		}
		ids[c.Individual] = true
	}
	t.wrote = true
	return explain("credentials", t.insertMany(ctx, "durward_credentials", credentialColumns, rows))
}

func (t batch) putGrants(ctx context.Context, all []individuals.Grant) error {
	if len(all) == 0 {
		return nil
	}
	type key struct{ individual, organization string }
	held, people, organizations := make(map[key]bool), make(wanted, len(all)), make(wanted)
	keys := make([]string, 0, len(all))
	for _, g := range all {
		if _, twice := people[g.Individual]; !twice && g.Individual != "" && plain(g.Individual) {
			keys = append(keys, g.Individual)
		}
		people.add(g.Individual)
		organizations.add(g.Organization)
	}
	err := t.with(ctx, "SELECT individual, organization FROM durward_grants WHERE individual", keys, nil, func(r row) error {
		var k key
		err := r.Scan(&k.individual, &k.organization)
		held[k] = true
		return err
	})
	if err == nil {
		err = t.find(ctx, "SELECT id FROM durward_individuals WHERE id", people)
	}
	if err == nil {
		err = t.find(ctx, "SELECT entity FROM durward_organizations WHERE entity", organizations)
	}
	if err != nil {
		return explain("grants", err)
	}
	rows, listed := make([][]any, len(all)), [][]any(nil)
	for i, g := range all {
		r, err := grantRecord(g.Individual, g.Organization), g.Validate()
		k := key{g.Individual, g.Organization}
		switch {
		case err != nil:
		case held[k]:
			err = exists(r)
		case !people[g.Individual]:
			err = r.needs("individual", individualRecord(g.Individual).missing())
		case !organizations[g.Organization]:
			err = r.needs("organization", organizationRecord(g.Organization).missing())
		case !t.verbatim:
			g, err = g.Stamp(individuals.Grant{}, t.writes, t.by.ID, t.by.System)
		}
		if err != nil {
			return &store.BatchError{List: "grants", Index: i, Err: err}
		}
		held[k] = true
		rows[i] = grantRow(g)
		listed = append(listed, named(g.Listed, g.Individual, g.Organization)...)
		t.created(store.Grants, g.Individual, g.Organization, len(g.Listed) > 0)
	}
	return errors.Join(
		explain("grants", t.insertMany(ctx, "durward_grants", grantColumns, rows)),
		explain("grants", t.insertMany(ctx, "durward_grant_scope", "individual, organization, place, entity", listed)))
}
