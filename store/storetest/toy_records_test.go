package storetest_test

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// either reports whether a filter's field selects.
func either(want, is string) bool { return want == "" || want == is }

func (t *toyTx) Role(ctx context.Context, id string) (roles.Role, error) {
	return get(ctx, t, key("role", id), roles.Role.Copy)
}

func (t *toyTx) Roles(ctx context.Context, f store.RoleFilter, p store.Page) ([]roles.Role, error) {
	return list(ctx, t, "role", key("role", p.After), p.Limit, roles.Role.Copy, func(r roles.Role) bool { return either(f.Type, r.Type) && either(f.Owner, r.Owner) })
}

func (t *toyTx) PutRole(ctx context.Context, r roles.Role) error {
	old, err := current(ctx, t, key("role", r.ID), r.Revision, func(r roles.Role) uint64 { return r.Revision })
	if err := errors.Join(err, r.Validate(), fixed(old.Type, r.Type)); err != nil {
		return err
	}
	t.put(key("role", r.ID), store.StampRole(old, r, t.by, t.writes))
	t.change(store.Roles, r.ID, "")
	return nil
}

// fixed reports a type that is not the one of the record's creation.
func fixed(was, is string) error {
	if was != "" && was != is {
		return fmt.Errorf("toy: type %q: it is %q since its creation", is, was)
	}
	return nil
}

func (t *toyTx) DeleteRole(ctx context.Context, id string, revision uint64) error {
	_, err := remove(ctx, t, key("role", id), revision, func(r roles.Role) uint64 { return r.Revision })
	if err == nil {
		t.change(store.Roles, id, "")
	}
	return err
}

func (t *toyTx) ACL(ctx context.Context, id string) (acl.Level, error) {
	return get(ctx, t, key("acl", id), acl.Level.Copy)
}

func (t *toyTx) ACLs(ctx context.Context, f store.ACLFilter, p store.Page) ([]acl.Level, error) {
	return list(ctx, t, "acl", key("acl", p.After), p.Limit, acl.Level.Copy, func(l acl.Level) bool { return either(f.Type, l.Type) && either(f.Owner, l.Owner) })
}

func (t *toyTx) PutACL(ctx context.Context, l acl.Level) error {
	old, err := current(ctx, t, key("acl", l.ID), l.Revision, func(l acl.Level) uint64 { return l.Revision })
	if err := errors.Join(err, l.Validate(), fixed(old.Type, l.Type)); err != nil {
		return err
	}
	l = l.Copy()
	l.Revision = t.writes
	t.put(key("acl", l.ID), l)
	t.change(store.ACLs, l.ID, "")
	return nil
}

func (t *toyTx) DeleteACL(ctx context.Context, id string, revision uint64) error {
	_, err := remove(ctx, t, key("acl", id), revision, func(l acl.Level) uint64 { return l.Revision })
	if err == nil {
		t.change(store.ACLs, id, "")
	}
	return err
}

func (t *toyTx) Individual(ctx context.Context, id string) (individuals.Individual, error) {
	return get(ctx, t, key("individual", id), same[individuals.Individual])
}

func (t *toyTx) Individuals(ctx context.Context, f store.IndividualFilter, p store.Page) ([]individuals.Individual, error) {
	return list(ctx, t, "individual", key("individual", p.After), p.Limit, same[individuals.Individual], func(p individuals.Individual) bool {
		return either(f.Organization, p.Organization) && either(f.RoleType, p.RoleType)
	})
}

// IndividualByLogin looks at everyone. A real store has an index: unique, and
// compared byte by byte.
func (t *toyTx) IndividualByLogin(ctx context.Context, provider, realm, login string) (individuals.Individual, error) {
	for _, row := range t.rows {
		if p, ok := row.(individuals.Individual); ok && login != "" && p.Provider == provider && p.Realm == realm && p.CanonicalLogin() == login {
			return p, t.ready(ctx)
		}
	}
	return individuals.Individual{}, errors.Join(t.ready(ctx), fmt.Errorf("toy: login: %w", store.ErrNotFound))
}

func (t *toyTx) PutIndividual(ctx context.Context, p individuals.Individual) error {
	old, err := current(ctx, t, key("individual", p.ID), p.Revision, func(p individuals.Individual) uint64 { return p.Revision })
	if err := errors.Join(err, p.Validate(), fixed(old.RoleType, p.RoleType)); err != nil {
		return err
	}
	if other, err := t.IndividualByLogin(ctx, p.Provider, p.Realm, p.CanonicalLogin()); err == nil && other.ID != p.ID {
		return fmt.Errorf("toy: login of %q is taken: %w", p.ID, store.ErrConflict)
	}
	p.Revision = t.writes
	t.put(key("individual", p.ID), p)
	t.change(store.Individuals, p.ID, "")
	return nil
}

func (t *toyTx) DeleteIndividual(ctx context.Context, id string, revision uint64) error {
	if err := unused(t, func(g individuals.Grant) bool { return g.Individual == id }); err != nil {
		return err
	}
	if _, err := remove(ctx, t, key("individual", id), revision, func(p individuals.Individual) uint64 { return p.Revision }); err != nil {
		return err
	}
	delete(t.rows, key("credential", id))
	t.deleteTokens(func(token store.Token) bool { return token.Individual == id })
	t.change(store.Individuals, id, "")
	return nil
}

func (t *toyTx) Organization(ctx context.Context, entity string) (individuals.Organization, error) {
	return get(ctx, t, key("organization", entity), individuals.Organization.Copy)
}

func (t *toyTx) Organizations(ctx context.Context, f store.OrganizationFilter, p store.Page) ([]individuals.Organization, error) {
	return list(ctx, t, "organization", key("organization", p.After), p.Limit, individuals.Organization.Copy, func(o individuals.Organization) bool {
		return either(f.Class, o.Class) && (either(f.Role, o.Link.Role) || slices.Contains(o.AllowedRoles, f.Role))
	})
}

func (t *toyTx) PutOrganization(ctx context.Context, o individuals.Organization) error {
	_, err := current(ctx, t, key("organization", o.Entity), o.Revision, func(o individuals.Organization) uint64 { return o.Revision })
	if err := errors.Join(err, o.Validate(), t.needs(key("entity", o.Entity))); err != nil {
		return err
	}
	o = o.Copy()
	o.Revision = t.writes
	t.put(key("organization", o.Entity), o)
	t.change(store.Organizations, o.Entity, "")
	return nil
}

func (t *toyTx) DeleteOrganization(ctx context.Context, entity string, revision uint64) error {
	if err := unused(t, func(g individuals.Grant) bool { return g.Organization == entity }); err != nil {
		return err
	}
	if _, err := remove(ctx, t, key("organization", entity), revision, func(o individuals.Organization) uint64 { return o.Revision }); err != nil {
		return err
	}
	t.deleteTokens(func(token store.Token) bool { return token.Organization == entity })
	t.change(store.Organizations, entity, "")
	return nil
}

func (t *toyTx) Class(ctx context.Context, id string) (individuals.Class, error) {
	return get(ctx, t, key("class", id), same[individuals.Class])
}

func (t *toyTx) Classes(ctx context.Context, p store.Page) ([]individuals.Class, error) {
	return list(ctx, t, "class", key("class", p.After), p.Limit, same[individuals.Class], func(individuals.Class) bool { return true })
}

func (t *toyTx) PutClass(ctx context.Context, c individuals.Class) error {
	_, err := current(ctx, t, key("class", c.ID), c.Revision, func(c individuals.Class) uint64 { return c.Revision })
	if err := errors.Join(err, c.Validate()); err != nil {
		return err
	}
	c.Revision = t.writes
	t.put(key("class", c.ID), c)
	t.change(store.Classes, c.ID, "")
	return nil
}

func (t *toyTx) DeleteClass(ctx context.Context, id string, revision uint64) error {
	if err := unused(t, func(o individuals.Organization) bool { return o.Class == id }); err != nil {
		return err
	}
	_, err := remove(ctx, t, key("class", id), revision, func(c individuals.Class) uint64 { return c.Revision })
	if err == nil {
		t.change(store.Classes, id, "")
	}
	return err
}

func (t *toyTx) Grant(ctx context.Context, individual, organization string) (individuals.Grant, error) {
	return get(ctx, t, key("grant", individual, organization), individuals.Grant.Copy)
}

func (t *toyTx) Grants(ctx context.Context, f store.GrantFilter, p store.GrantPage) ([]individuals.Grant, error) {
	return list(ctx, t, "grant", key("grant", p.AfterIndividual, p.AfterOrganization), p.Limit, individuals.Grant.Copy, func(g individuals.Grant) bool {
		return either(f.Individual, g.Individual) && either(f.Organization, g.Organization) && either(f.Role, g.Role.ID) && either(f.ACL, g.ACL.ID)
	})
}

func (t *toyTx) PutGrant(ctx context.Context, g individuals.Grant) error {
	k := key("grant", g.Individual, g.Organization)
	old, err := current(ctx, t, k, g.Revision, func(g individuals.Grant) uint64 { return g.Revision })
	if err := errors.Join(err, g.Validate(), t.needs(key("individual", g.Individual)), t.needs(key("organization", g.Organization))); err != nil {
		return err
	}
	if g, err = g.Stamp(old, t.writes, t.by.ID, t.by.System); err != nil {
		return err
	}
	t.put(k, g)
	t.change(store.Grants, g.Individual, g.Organization)
	return nil
}

func (t *toyTx) DeleteGrant(ctx context.Context, individual, organization string, revision uint64) error {
	_, err := remove(ctx, t, key("grant", individual, organization), revision, func(g individuals.Grant) uint64 { return g.Revision })
	if err == nil {
		t.change(store.Grants, individual, organization)
	}
	return err
}

func (t *toyTx) Entity(ctx context.Context, id string) (scope.Entity, error) {
	return get(ctx, t, key("entity", id), scope.Entity.Clone)
}

func links(e scope.Entity, to string) bool {
	return slices.ContainsFunc(e.Links, func(l scope.Link) bool { return l.To == to })
}

func (t *toyTx) Entities(ctx context.Context, f store.EntityFilter, p store.Page) ([]scope.Entity, error) {
	return list(ctx, t, "entity", key("entity", p.After), p.Limit, scope.Entity.Clone, func(e scope.Entity) bool {
		return either(f.Parent, e.Parent) && either(f.Kind, e.Kind) && (f.LinkedTo == "" || links(e, f.LinkedTo))
	})
}

func (t *toyTx) PutEntity(ctx context.Context, e scope.Entity) error {
	_, err := current(ctx, t, key("entity", e.ID), e.Revision, func(e scope.Entity) uint64 { return e.Revision })
	if err := errors.Join(err, scope.CheckPlacement(store.EntityLookup(ctx, t), e)); err != nil {
		return err
	}
	e = e.Clone()
	e.Revision = t.writes
	t.put(key("entity", e.ID), e)
	t.change(store.Entities, e.ID, "")
	return nil
}

func (t *toyTx) DeleteEntity(ctx context.Context, id string, revision uint64) error {
	err := errors.Join(
		unused(t, func(e scope.Entity) bool { return e.Parent == id || links(e, id) }),
		unused(t, func(o individuals.Organization) bool { return o.Entity == id }))
	if err != nil {
		return err
	}
	_, err = remove(ctx, t, key("entity", id), revision, func(e scope.Entity) uint64 { return e.Revision })
	if err == nil {
		t.change(store.Entities, id, "")
	}
	return err
}

func (t *toyTx) Credential(ctx context.Context, individual string) (individuals.Credential, error) {
	return get(ctx, t, key("credential", individual), individuals.Credential.Copy)
}

func (t *toyTx) PutCredential(ctx context.Context, c individuals.Credential) error {
	_, err := current(ctx, t, key("credential", c.Individual), c.Revision, func(c individuals.Credential) uint64 { return c.Revision })
	if err := errors.Join(err, c.Validate(), t.needs(key("individual", c.Individual))); err != nil {
		return err
	}
	c = c.Copy()
	c.Revision = t.writes
	t.put(key("credential", c.Individual), c)
	return nil
}

func (t *toyTx) DeleteCredential(ctx context.Context, individual string, revision uint64) error {
	_, err := remove(ctx, t, key("credential", individual), revision, func(c individuals.Credential) uint64 { return c.Revision })
	return err
}

func (t *toyTx) Token(ctx context.Context, selector string) (store.Token, error) {
	return get(ctx, t, key("token", selector), store.Token.Copy)
}

func (t *toyTx) Tokens(ctx context.Context, f store.TokenFilter, p store.Page) ([]store.Token, error) {
	return list(ctx, t, "token", key("token", p.After), p.Limit, store.Token.Copy, f.Match)
}

func (t *toyTx) PutToken(ctx context.Context, token store.Token) error {
	_, err := current(ctx, t, key("token", token.Selector), token.Revision, func(t store.Token) uint64 { return t.Revision })
	if token.Individual != "" {
		err = errors.Join(err, t.needs(key("individual", token.Individual)))
	}
	if token.Organization != "" {
		err = errors.Join(err, t.needs(key("organization", token.Organization)))
	}
	if err := errors.Join(err, token.Validate()); err != nil {
		return err
	}
	t.put(key("token", token.Selector), token.Stamp(t.writes))
	return nil
}

func (t *toyTx) DeleteToken(ctx context.Context, selector string, revision uint64) error {
	_, err := remove(ctx, t, key("token", selector), revision, func(t store.Token) uint64 { return t.Revision })
	return err
}

func (t *toyTx) deleteTokens(match func(store.Token) bool) {
	for k, row := range t.rows {
		if token, ok := row.(store.Token); ok && match(token) {
			delete(t.rows, k)
		}
	}
}
