package memstore

import (
	"context"
	"fmt"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/store"
)

func individualRevision(p individuals.Individual) uint64 { return p.Revision }
func classRevision(c individuals.Class) uint64           { return c.Revision }
func grantRevision(g individuals.Grant) uint64           { return g.Revision }

// No ID holds a control character, so no two keys are alike.
const separator = "\x00"

func loginKey(provider, realm, login string) string {
	return provider + separator + realm + separator + login
}

func grantKey(individual, organization string) string { return individual + separator + organization }

// Individual implements [store.IndividualReader].
func (t *tx) Individual(ctx context.Context, id string) (individuals.Individual, error) {
	if err := t.ready(ctx); err != nil {
		return individuals.Individual{}, err
	}
	return t.state.individuals.get(id, id)
}

// Individuals implements [store.IndividualReader].
func (t *tx) Individuals(ctx context.Context, f store.IndividualFilter, p store.Page) ([]individuals.Individual, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	match := func(p *individuals.Individual) bool { return f.RoleType == "" || p.RoleType == f.RoleType }
	if f.Organization != "" {
		return t.state.individuals.pick(t.state.named.keys(personOf, f.Organization, p.After), p.Size(), match), nil
	}
	return t.state.individuals.list(p.After, p.Size(), match), nil
}

// IndividualByLogin implements [store.IndividualReader].
func (t *tx) IndividualByLogin(ctx context.Context, provider, realm, login string) (individuals.Individual, error) {
	if err := t.ready(ctx); err != nil {
		return individuals.Individual{}, err
	}
	id, ok := t.state.logins.Get(loginKey(provider, realm, login))
	if !ok {
		return individuals.Individual{}, fmt.Errorf("memstore: login %q in realm %q: %w", login, realm, store.ErrNotFound)
	}
	return t.state.individuals.get(id, id)
}

// PutIndividual implements [store.IndividualWriter].
func (t *tx) PutIndividual(ctx context.Context, p individuals.Individual) error {
	if err := t.ready(ctx); err != nil {
		return err
	}
	if err := p.Validate(); err != nil {
		return err
	}
	old, err := t.state.individuals.current(p.ID, p.ID, p.Revision, individualRevision)
	if err != nil {
		return err
	}
	if old.RoleType != "" && old.RoleType != p.RoleType {
		return fmt.Errorf("memstore: individual %q: role type %q: it is %q since its creation; make another individual", p.ID, p.RoleType, old.RoleType)
	}
	if p.Login != "" {
		if other, taken := t.state.logins.Get(keyOf(p)); taken && other != p.ID {
			return fmt.Errorf("memstore: individual %q: login %q is taken in realm %q: %w", p.ID, p.Login, p.Realm, store.ErrConflict)
		}
	}
	if old.Login != "" {
		t.state.logins.Delete(keyOf(old))
	}
	if p.Login != "" {
		t.state.logins.Set(keyOf(p), p.ID)
	}
	t.state.named.remove(personOf, old.Organization, p.ID)
	t.state.named.add(personOf, p.Organization, p.ID)
	p.Revision = t.writes
	t.state.individuals.put(p.ID, p)
	t.changed(store.Individuals, p.ID, "")
	return nil
}

func keyOf(p individuals.Individual) string {
	return loginKey(p.Provider, p.Realm, p.CanonicalLogin())
}

// DeleteIndividual implements [store.IndividualWriter].
func (t *tx) DeleteIndividual(ctx context.Context, id string, revision uint64) error {
	if err := t.ready(ctx); err != nil {
		return err
	}
	p, err := t.state.individuals.existing(id, id, revision, individualRevision)
	if err != nil {
		return err
	}
	if held := t.grantsAfter(grantKey(id, ""), 1, store.GrantFilter{Individual: id}); len(held) > 0 {
		return fmt.Errorf("memstore: individual %q holds a grant in %q: %w", id, held[0].Organization, store.ErrInUse)
	}
	if p.Login != "" {
		t.state.logins.Delete(keyOf(p))
	}
	t.state.individuals.rows.Delete(id)
	t.state.credentials.rows.Delete(id)
	t.state.named.remove(personOf, p.Organization, id)
	t.deleteTokensOf(tokenOf, id)
	t.changed(store.Individuals, id, "")
	return nil
}

// Class implements [store.ClassReader].
func (t *tx) Class(ctx context.Context, id string) (individuals.Class, error) {
	if err := t.ready(ctx); err != nil {
		return individuals.Class{}, err
	}
	return t.state.classes.get(id, id)
}

// Classes implements [store.ClassReader].
func (t *tx) Classes(ctx context.Context, p store.Page) ([]individuals.Class, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	return t.state.classes.list(p.After, p.Size(), all), nil
}

// PutClass implements [store.ClassWriter].
func (t *tx) PutClass(ctx context.Context, c individuals.Class) error {
	if err := t.ready(ctx); err != nil {
		return err
	}
	if err := c.Validate(); err != nil {
		return err
	}
	if _, err := t.state.classes.current(c.ID, c.ID, c.Revision, classRevision); err != nil {
		return err
	}
	c.Revision = t.writes
	t.state.classes.put(c.ID, c)
	t.changed(store.Classes, c.ID, "")
	return nil
}

// DeleteClass implements [store.ClassWriter].
func (t *tx) DeleteClass(ctx context.Context, id string, revision uint64) error {
	if err := t.ready(ctx); err != nil {
		return err
	}
	if _, err := t.state.classes.existing(id, id, revision, classRevision); err != nil {
		return err
	}
	for user := range t.state.named.keys(organizationOf, id, nothing) {
		return fmt.Errorf("memstore: class %q: organization %q has it: %w", id, user, store.ErrInUse)
	}
	t.state.classes.rows.Delete(id)
	t.changed(store.Classes, id, "")
	return nil
}

// Grant implements [store.GrantReader].
func (t *tx) Grant(ctx context.Context, individual, organization string) (individuals.Grant, error) {
	if err := t.ready(ctx); err != nil {
		return individuals.Grant{}, err
	}
	return t.state.grants.get(grantKey(individual, organization), individual+" in "+organization)
}

// Grants implements [store.GrantReader].
func (t *tx) Grants(ctx context.Context, f store.GrantFilter, p store.GrantPage) ([]individuals.Grant, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	after := ""
	if p.AfterIndividual != "" {
		after = grantKey(p.AfterIndividual, p.AfterOrganization)
	}
	if f.Individual != "" {
		after = max(after, grantKey(f.Individual, ""))
	}
	return t.grantsAfter(after, store.Page{Limit: p.Limit}.Size(), f), nil
}

func (t *tx) grantsAfter(after key, limit int, f store.GrantFilter) []individuals.Grant {
	match := func(g *individuals.Grant) bool {
		return (f.Organization == "" || g.Organization == f.Organization) &&
			(f.Role == "" || g.Role.ID == f.Role) && (f.ACL == "" || g.ACL.ID == f.ACL)
	}
	named := &t.state.named
	switch {
	case f.Individual != "": // keys begin with it
	case f.Organization != "":
		return t.state.grants.pick(named.keys(grantIn, f.Organization, after), limit, match)
	case f.Role != "":
		return t.state.grants.pick(named.keys(grantOfRole, f.Role, after), limit, match)
	case f.ACL != "":
		return t.state.grants.pick(named.keys(grantOfACL, f.ACL, after), limit, match)
	default:
		return t.state.grants.list(after, limit, match)
	}
	var out []individuals.Grant
	t.state.grants.rows.Ascend(after, func(k key, g *individuals.Grant) bool {
		if k == after {
			return true
		}
		if g.Individual != f.Individual {
			return false
		}
		if match(g) {
			out = append(out, g.Copy())
		}
		return len(out) < limit
	})
	return out
}

// relateGrant tells the index what g names.
func (t *tx) relateGrant(k key, g individuals.Grant, tell func(relation, owner string, k key)) {
	tell(grantIn, g.Organization, k)
	tell(grantOfRole, g.Role.ID, k)
	tell(grantOfACL, g.ACL.ID, k)
}

// PutGrant implements [store.GrantWriter].
func (t *tx) PutGrant(ctx context.Context, g individuals.Grant) error {
	if err := t.ready(ctx); err != nil {
		return err
	}
	if err := g.Validate(); err != nil {
		return err
	}
	key, shown := grantKey(g.Individual, g.Organization), g.Individual+" in "+g.Organization
	old, err := t.state.grants.current(key, shown, g.Revision, grantRevision)
	if err != nil {
		return err
	}
	if _, err := t.state.individuals.get(g.Individual, g.Individual); err != nil {
		return fmt.Errorf("memstore: grant %q: %w; write the individual first", shown, err)
	}
	if _, err := t.state.organizations.get(g.Organization, g.Organization); err != nil {
		return fmt.Errorf("memstore: grant %q: %w; write the organization first", shown, err)
	}
	if g, err = g.Stamp(old, t.writes, t.by.ID, t.by.System); err != nil {
		return err
	}
	t.relateGrant(key, old, t.state.named.remove)
	t.relateGrant(key, g, t.state.named.add)
	t.state.grants.put(key, g)
	t.changed(store.Grants, g.Individual, g.Organization)
	return nil
}

// DeleteGrant implements [store.GrantWriter].
func (t *tx) DeleteGrant(ctx context.Context, individual, organization string, revision uint64) error {
	if err := t.ready(ctx); err != nil {
		return err
	}
	key := grantKey(individual, organization)
	g, err := t.state.grants.existing(key, individual+" in "+organization, revision, grantRevision)
	if err != nil {
		return err
	}
	t.relateGrant(key, g, t.state.named.remove)
	t.state.grants.rows.Delete(key)
	t.changed(store.Grants, individual, organization)
	return nil
}
