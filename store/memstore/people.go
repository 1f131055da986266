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
	return t.state.individuals.list(p.After, p.Size(), func(p *individuals.Individual) bool {
		return (f.Organization == "" || p.Organization == f.Organization) && (f.RoleType == "" || p.RoleType == f.RoleType)
	}), nil
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
	t.deleteTokensOf(individualOwner, id)
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
	return t.state.classes.list(p.After, p.Size(), func(*individuals.Class) bool { return true }), nil
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
	users := t.state.organizations.list("", 1, func(o *individuals.Organization) bool { return o.Class == id })
	if len(users) > 0 {
		return fmt.Errorf("memstore: class %q: organization %q has it: %w", id, users[0].Entity, store.ErrInUse)
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

func (t *tx) grantsAfter(after string, limit int, f store.GrantFilter) []individuals.Grant {
	var out []individuals.Grant
	t.state.grants.rows.Ascend(after, func(key string, g *individuals.Grant) bool {
		if key == after {
			return true
		}
		if f.Individual != "" && g.Individual != f.Individual {
			return false // keys begin with the individual: nothing more of it
		}
		if (f.Organization == "" || g.Organization == f.Organization) &&
			(f.Role == "" || g.Role.ID == f.Role) && (f.ACL == "" || g.ACL.ID == f.ACL) {
			out = append(out, g.Copy())
		}
		return len(out) < limit
	})
	return out
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
	if _, err := t.state.grants.existing(key, individual+" in "+organization, revision, grantRevision); err != nil {
		return err
	}
	t.state.grants.rows.Delete(key)
	t.changed(store.Grants, individual, organization)
	return nil
}
