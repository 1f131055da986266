package manage_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/access/manage"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/roles/billing"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// foiled holds that the attempt is an error and leaves nothing: no commit, no
// event, no mail.
func (w *world) foiled(attempt func() error) error {
	w.t.Helper()
	revision, sequence, mails := w.revision(), w.sequence(), len(w.outbox())
	err := attempt()
	require.Error(w.t, err)
	require.Equal(w.t, revision, w.revision(), "something was written")
	require.Equal(w.t, sequence, w.sequence(), "something was recorded")
	require.Len(w.t, w.outbox(), mails, "something was mailed")
	return err
}

func only(_ uint64, err error) error { return err }

// andrewsRole gives andrew a role with these permissions, past the desks.
func (w *world) andrewsRole(permissions map[string]roles.Permission) {
	w.t.Helper()
	w.write(func(tx store.Tx) error {
		r := roles.NewRole("andrews", "Andrew's", billing.TypeAdmin, permissions)
		r.Owner = "isp"
		if old, err := tx.Role(w.ctx, r.ID); err == nil {
			r.Revision = old.Revision
		}
		if err := tx.PutRole(w.ctx, r); err != nil {
			return err
		}
		g, err := tx.Grant(w.ctx, "andrew", "isp")
		if err != nil {
			return err
		}
		return tx.PutGrant(w.ctx, g.WithRole(r.ID))
	})
}

func TestAttackTogetherWithAnErrorThatIsSwallowed(t *testing.T) {
	w := newWorld(t)
	before := w.grant("steve", "abc")
	err := w.foiled(func() error {
		return only(w.role("bob").Together(w.ctx, func(d *manage.RoleDesk) error {
			o := w.organization("abc")
			require.Contains(t, o.AllowedRoles, billing.RoleCustomerAdmin)
			_, err := w.role("bob").Role(w.ctx, "no such role") // by another desk: nobody's business
			require.Error(t, err)
			_, err = d.GrantRole(w.ctx, "bob", "abc", billing.RoleCustomerAdmin)
			require.ErrorIs(t, err, manage.ErrOwn)
			_, err = d.Narrow(w.ctx, "steve", "abc", []string{"xyz"}) // beyond bob's scope
			_ = err
			return nil
		}))
	})
	require.ErrorIs(t, err, manage.ErrOwn)
	require.Equal(t, before, w.grant("steve", "abc"))
}

// What is refused after it was written must not be kept because somebody did not
// look at the error.
func TestAttackTogetherKeepsWhatWasRefused(t *testing.T) {
	w := newWorld(t)
	w.andrewsRole(map[string]roles.Permission{"user": roles.Modify, "user/grants": roles.Modify, "role": roles.Modify})
	require.NoError(t, only(w.role("alice").CreateIndividual(w.ctx, someone("anna", billing.TypeAdmin, "isp", billing.RoleAdmin))))
	w.write(func(tx store.Tx) error {
		g, err := tx.Grant(w.ctx, "anna", "isp")
		if err != nil {
			return err
		}
		return tx.PutGrant(w.ctx, g.WithRole("andrews"))
	})
	before := w.grant("anna", "isp")
	err := w.foiled(func() error {
		return only(w.role("andrew").Together(w.ctx, func(d *manage.RoleDesk) error {
			_, err := d.GrantRole(w.ctx, "anna", "isp", billing.RoleRoot)
			require.ErrorIs(t, err, manage.ErrBeyond)
			return nil
		}))
	})
	require.ErrorIs(t, err, manage.ErrBeyond)
	require.Equal(t, before, w.grant("anna", "isp"))
	_, err = w.role("andrew").Preview(w.ctx, func(d *manage.RoleDesk) error {
		_, _ = d.GrantRole(w.ctx, "anna", "isp", billing.RoleRoot)
		return nil
	})
	require.ErrorIs(t, err, manage.ErrBeyond, "a preview is refused where the change would be")
}

// Whoever rotates a standing link is given the new one.
func TestAttackRotateALinkToGetWhatItGives(t *testing.T) {
	w := newWorld(t)
	alice := w.role("alice")
	o := w.organization("abc")
	o.Link.Role = billing.RoleCustomerAdmin
	require.NoError(t, only(alice.PutOrganization(w.ctx, o)))
	_, _, err := alice.RotateLink(w.ctx, "abc", billing.TypeCustomer, "")
	require.NoError(t, err)
	require.True(t, w.organization("abc").Link.Open)
	w.andrewsRole(map[string]roles.Permission{"entity": roles.Modify})
	err = w.foiled(func() error {
		_, _, err := w.role("andrew").RotateLink(w.ctx, "abc", billing.TypeCustomer, "")
		return err
	})
	require.ErrorIs(t, err, manage.ErrBeyond)
	_, _, err = alice.RotateLink(w.ctx, "abc", billing.TypeCustomer, "")
	require.NoError(t, err)
}

// Opening an organization opens its standing link too.
func TestAttackOpenAnOrganizationToOpenItsLink(t *testing.T) {
	w := newWorld(t)
	alice := w.role("alice")
	require.NoError(t, only(alice.CreateEntity(w.ctx, scope.Entity{ID: "new", Kind: billing.KindCustomer, Parent: "north"})))
	o := individuals.Organization{Entity: "new", AllowedRoles: []string{billing.RoleCustomerAdmin}, Closed: true}
	o.Link = individuals.StandingLink{Role: billing.RoleCustomerAdmin, Open: true}
	require.NoError(t, only(alice.PutOrganization(w.ctx, o)))
	w.andrewsRole(map[string]roles.Permission{"entity": roles.Modify})
	o = w.organization("new")
	o.Closed = false
	err := w.foiled(func() error { return only(w.role("andrew").PutOrganization(w.ctx, o)) })
	require.ErrorIs(t, err, manage.ErrBeyond)
	require.NoError(t, only(alice.PutOrganization(w.ctx, o)))
}

// Moving an organization can make a role usable that its link names.
func TestAttackMoveAnOrganizationToWakeItsLink(t *testing.T) {
	w := newWorld(t)
	alice := w.role("alice")
	require.NoError(t, only(alice.CreateEntity(w.ctx, scope.Entity{ID: "new", Kind: billing.KindCustomer, Parent: "north"})))
	norths := roles.NewRole("norths", "North's", billing.TypeCustomer, map[string]roles.Permission{"customer": roles.Modify})
	norths.Owner = "north"
	require.NoError(t, only(alice.CreateRole(w.ctx, norths)))
	require.NoError(t, only(alice.PutOrganization(w.ctx, individuals.Organization{Entity: "new", Link: individuals.StandingLink{Role: "norths", Open: true}})))
	move := func(who, to string) error {
		e := w.entity("new")
		e.Parent = to
		return only(w.role(who).UpdateEntity(w.ctx, e))
	}
	require.NoError(t, move("alice", "south"))
	w.andrewsRole(map[string]roles.Permission{"entity": roles.Modify})
	require.ErrorIs(t, w.foiled(func() error { return move("andrew", "north") }), manage.ErrBeyond)
	require.NoError(t, move("alice", "north"))
	require.ErrorIs(t, w.foiled(func() error { return move("andrew", "south") }), manage.ErrBeyond)
}

// Only a job of the host's plants a tree, and only one that may create entities.
func TestAttackPlantATree(t *testing.T) {
	idle := access.System{Name: "idle", Type: billing.TypeAdmin, Permissions: map[string]roles.Permission{"user": roles.Modify}}
	gardener := access.System{Name: "gardener", Type: billing.TypeAdmin, Permissions: map[string]roles.Permission{"entity": roles.Modify}}
	bound := gardener
	bound.Name, bound.Below = "bound", "isp"
	w := newWorld(t, func(s *setup) { s.systems = []access.System{idle, gardener, bound} })
	other := newWorld(t, func(s *setup) { s.systems = []access.System{gardener} })
	plant := func(w *world, p *access.Principal, id string) error {
		return only(w.manager.Roles(p).CreateEntity(w.ctx, scope.Entity{ID: id, Kind: billing.KindProvider}))
	}
	for _, name := range []string{"idle", "bound"} {
		p, err := w.engine.System(name)
		require.NoError(t, err)
		require.ErrorIs(t, w.foiled(func() error { return plant(w, p, "mine") }), manage.ErrDenied, name)
	}
	p, err := w.engine.System("gardener")
	require.NoError(t, err)
	require.ErrorIs(t, other.foiled(func() error { return plant(other, p, "mine") }), manage.ErrDenied, "of another engine")
	require.ErrorIs(t, w.foiled(func() error { return plant(w, w.principal("alice"), "mine") }), manage.ErrDenied)
	require.NoError(t, plant(w, p, "mine"))
}

// An answer to somebody who may not ask names no role.
func TestAttackLearnRolesByReplacingThem(t *testing.T) {
	w := newWorld(t)
	for _, fn := range []func(d *manage.RoleDesk) error{
		func(d *manage.RoleDesk) error { return only(d.ReplaceRole(w.ctx, "abc", "x", "y")) },
		func(d *manage.RoleDesk) error {
			_, _, err := d.RotateLink(w.ctx, "abc", billing.TypeCustomer, "")
			return err
		},
		func(d *manage.RoleDesk) error { return only(d.GrantRole(w.ctx, "bob", "abc", "x")) },
	} {
		err := w.foiled(func() error { return fn(w.role("zoe")) })
		require.NotContains(t, err.Error(), billing.RolePBXAdmin)
		require.ErrorIs(t, err, store.ErrNotFound)
	}
}

// What a person signed in under ends with the person, whoever has the ID next.
func TestAttackASessionOfADeletedPersonInTheNextOfThatID(t *testing.T) {
	w := newWorld(t)
	bob := w.role("bob")
	require.NoError(t, only(bob.CreateIndividual(w.ctx, someone("dave", billing.TypeCustomer, "abc", billing.RolePBXAdmin))))
	p, err := w.engine.Principal(w.ctx, access.Identity{Individual: "dave", Surface: access.NewInterface, Address: office,
		Epoch: w.individual("dave").Epoch, Factors: access.Factors{SecondFactor: w.clock.now()}})
	require.NoError(t, err)
	asks := access.Query{Action: roles.View, Path: "customer/pbx/extensions", Object: "abc"}
	require.Equal(t, access.Granted, p.Check(w.ctx, asks).Reason())
	require.NoError(t, only(bob.DeleteIndividual(w.ctx, "dave")))
	require.Equal(t, access.UnknownIndividual, p.Check(w.ctx, asks).Reason())
	again := someone("dave", billing.TypeCustomer, "abc", billing.RoleCustomer)
	again.Individual.Login = "another@abc.example"
	require.NoError(t, only(bob.CreateIndividual(w.ctx, again)))
	require.Equal(t, access.CredentialsChanged, p.Check(w.ctx, asks).Reason())
	require.Empty(t, w.grant("dave", "abc").Listed)
	require.Len(t, w.tokens("dave"), 1, "the invitation of the new one alone")
}

// So does whoever came by the standing link of an entity that is gone.
func TestAttackALinkOfADeletedOrganization(t *testing.T) {
	w := newWorld(t)
	alice := w.role("alice")
	asks := access.Query{Action: roles.View, Path: "customer/pbx/extensions", Object: "new"}
	open := func() *access.Principal {
		require.NoError(t, only(alice.CreateEntity(w.ctx, scope.Entity{ID: "new", Kind: billing.KindCustomer, Parent: "north"})))
		require.NoError(t, only(alice.PutOrganization(w.ctx, individuals.Organization{Entity: "new", Link: individuals.StandingLink{Role: billing.RoleCustomerAdmin}})))
		_, _, err := alice.RotateLink(w.ctx, "new", billing.TypeCustomer, "")
		require.NoError(t, err)
		p, err := w.engine.LinkPrincipal(w.ctx, access.LinkIdentity{Organization: "new", Surface: access.NewInterface, Epoch: w.organization("new").Link.Epoch})
		require.NoError(t, err)
		require.Equal(t, access.Granted, p.Check(w.ctx, asks).Reason())
		return p
	}
	p := open()
	require.NoError(t, only(alice.DeleteEntity(w.ctx, "new")))
	open()
	require.Equal(t, access.CredentialsChanged, p.Check(w.ctx, asks).Reason())
}

// To be given nothing is no grant.
func TestAttackGrantNothing(t *testing.T) {
	w := newWorld(t)
	d, a := w.role("alice"), w.acl("alice")
	for name, attempt := range map[string]func() error{
		"role":          func() error { return only(d.GrantRole(w.ctx, "steve", "abc", "")) },
		"ACL":           func() error { return only(d.GrantACL(w.ctx, "steve", "abc", "")) },
		"ACL by ACLs":   func() error { return only(a.GrantACL(w.ctx, "steve", "abc", "")) },
		"both":          func() error { return only(d.GrantBoth(w.ctx, "steve", "abc", "", "")) },
		"both but role": func() error { return only(d.GrantBoth(w.ctx, "steve", "abc", "", levelBig)) },
		"both but ACL":  func() error { return only(d.GrantBoth(w.ctx, "steve", "abc", billing.RolePBXAdmin, "")) },
	} {
		require.Error(t, w.foiled(attempt), name)
	}
}

// What changes nothing is no commit, and none is without an event.
func TestAttackChangeNothing(t *testing.T) {
	w := newWorld(t)
	alice := w.role("alice")
	revision, sequence := w.revision(), w.sequence()
	for name, attempt := range map[string]func() error{
		"organization": func() error { return only(alice.PutOrganization(w.ctx, w.organization("abc"))) },
		"person":       func() error { return only(alice.UpdateIndividual(w.ctx, w.individual("steve"))) },
		"scope":        func() error { return only(alice.Narrow(w.ctx, "greg", "abc", []string{"abc-sales"})) },
		"enabled":      func() error { return only(alice.Enable(w.ctx, "steve")) },
	} {
		require.NoError(t, attempt(), name)
		require.Equal(t, revision, w.revision(), name)
		require.Equal(t, sequence, w.sequence(), name)
	}
	stale := w.organization("abc")
	stale.Revision--
	require.ErrorIs(t, w.foiled(func() error { return only(alice.PutOrganization(w.ctx, stale)) }), store.ErrConflict)
}

// A list of what somebody may reach is given with the grants' guard alone.
func TestAttackListWithoutTheGuardOfGrants(t *testing.T) {
	w := newWorld(t)
	w.andrewsRole(map[string]roles.Permission{"user": roles.Modify, "user/grants": roles.Restrict})
	s := someone("anna", billing.TypeAdmin, "isp", "")
	s.Listed = []string{"abc"}
	var denied *manage.DeniedError
	require.ErrorAs(t, w.foiled(func() error { return only(w.role("andrew").CreateIndividual(w.ctx, s)) }), &denied)
	require.Equal(t, "user/grants", denied.Guard)
}

// Nobody writes the grant of somebody who holds more, even where nothing comes of
// it for now.
func TestAttackGrantTheSameAgainToWhoHoldsMore(t *testing.T) {
	w := newWorld(t)
	w.andrewsRole(map[string]roles.Permission{"user": roles.Modify, "user/grants": roles.Modify})
	require.NoError(t, only(w.role("alice").CreateIndividual(w.ctx, someone("anna", billing.TypeAdmin, "isp", billing.RoleRoot))))
	require.ErrorIs(t, w.foiled(func() error { return only(w.role("andrew").GrantRole(w.ctx, "anna", "isp", billing.RoleRoot)) }), manage.ErrBeyond)
}

// A person who is not seen is not named by what a role would give to them.
func TestAttackLearnWhoHoldsARole(t *testing.T) {
	w := newWorld(t)
	w.andrewsRole(map[string]roles.Permission{"role": roles.Modify, "customer/personal": roles.Modify})
	r := w.storedRole(billing.RolePBXAdmin)
	require.Equal(t, "isp", r.Owner)
	r.Permissions["customer/billing"] = roles.Setting{Permission: roles.Modify}
	err := w.foiled(func() error { return only(w.role("andrew").UpdateRole(w.ctx, r)) })
	require.ErrorIs(t, err, manage.ErrBeyond)
	require.NotContains(t, err.Error(), "steve")
	require.NotContains(t, err.Error(), "nothing more")
	// Nor where what they hold is within, and only what they would get is beyond.
	w.andrewsRole(map[string]roles.Permission{"role": roles.Modify, "customer": roles.Modify, "customer/billing": roles.Restrict,
		"customer/individuals": roles.Restrict})
	err = w.foiled(func() error { return only(w.role("andrew").UpdateRole(w.ctx, r)) })
	var beyond *manage.BeyondError
	require.ErrorAs(t, err, &beyond)
	require.NotContains(t, err.Error(), "steve")
	require.Empty(t, beyond.Individual)
	require.NotContains(t, err.Error(), "nothing more")
}

// A failing store says nothing of whose people make a change.
func TestAttackLastManagerWhileTheStoreFails(t *testing.T) {
	failing := &failsOnce{}
	w := newWorld(t, func(s *setup) { failing.Store = newMemory(); s.store = failing })
	failing.grants = func(individual, organization string) error {
		if individual == "bob" && organization == "abc" {
			return errors.New("no answer")
		}
		return nil
	}
	defer func() { failing.grants = nil }()
	err := w.foiled(func() error { return only(w.role("bob").Disable(w.ctx, "steve")) })
	require.ErrorContains(t, err, "no answer")
}

// The principals that nobody should be.
func TestAttackPrincipalsThatAreNobody(t *testing.T) {
	w, other := newWorld(t), newWorld(t)
	link, err := w.engine.LinkPrincipal(w.ctx, access.LinkIdentity{Organization: "abc", Epoch: access.CurrentEpoch})
	require.NoError(t, err)
	for name, p := range map[string]*access.Principal{
		"nil": nil, "zero": new(access.Principal), "of another engine": other.principal("alice"), "link": link,
		"unknown": w.principalOf(access.Identity{Individual: "nobody", Surface: access.NewInterface}),
	} {
		err := w.foiled(func() error { return only(w.manager.Roles(p).Disable(w.ctx, "steve")) })
		require.Error(t, err, name)
		require.Error(t, w.foiled(func() error { return only(w.manager.ACLs(p).Disable(w.ctx, "steve")) }), name)
	}
	require.Error(t, w.foiled(func() error { return only(new(manage.RoleDesk).Disable(w.ctx, "steve")) }))
}

func (w *world) principalOf(id access.Identity) *access.Principal {
	w.t.Helper()
	p, err := w.engine.Principal(w.ctx, id)
	require.NoError(w.t, err)
	return p
}

// A link's principal edits nothing, whatever its role permits.
func TestAttackByALinkThatMayManage(t *testing.T) {
	w := newWorld(t)
	w.write(func(tx store.Tx) error {
		o, err := tx.Organization(w.ctx, "isp")
		if err != nil {
			return err
		}
		o.Link = individuals.StandingLink{Role: billing.RoleRoot, Open: true, Epoch: 7}
		return tx.PutOrganization(w.ctx, o)
	})
	link, err := w.engine.LinkPrincipal(w.ctx, access.LinkIdentity{Organization: "isp", Epoch: access.CurrentEpoch, Surface: access.NewInterface})
	require.NoError(t, err)
	require.Equal(t, access.Granted, link.Check(w.ctx, access.Query{Action: roles.Update, Path: "entity", Object: "abc"}).Reason())
	d := w.manager.Roles(link)
	e := w.entity("abc")
	e.Title = "Mine"
	err = w.foiled(func() error { return only(d.UpdateEntity(w.ctx, e)) })
	require.ErrorIs(t, err, manage.ErrDenied)
	require.ErrorIs(t, w.foiled(func() error {
		return only(d.CreateRole(w.ctx, roles.NewRole("mine", "Mine", billing.TypeAdmin, nil)))
	}), manage.ErrDenied)
}

// failsOnce is a store whose reads fail as told.
type failsOnce struct {
	store.Store
	grants func(individual, organization string) error
}

func (f *failsOnce) Update(ctx context.Context, by store.Author, fn func(store.Tx) error) (uint64, error) {
	return f.Store.Update(ctx, by, func(tx store.Tx) error { return fn(failingTx{tx, f}) })
}

type failingTx struct {
	store.Tx
	of *failsOnce
}

func (t failingTx) Grant(ctx context.Context, individual, organization string) (individuals.Grant, error) {
	if t.of.grants != nil {
		if err := t.of.grants(individual, organization); err != nil {
			return individuals.Grant{}, err
		}
	}
	return t.Tx.Grant(ctx, individual, organization)
}

// Nobody reads a role by allowing it where they may see what is allowed.
func TestAttackAllowARoleToReadIt(t *testing.T) {
	w := newWorld(t)
	hidden := roles.NewRole("hidden", "Hidden", billing.TypeCustomer, map[string]roles.Permission{"customer/pbx": roles.Read})
	hidden.Owner = "north"
	require.NoError(t, only(w.role("alice").CreateRole(w.ctx, hidden)))
	w.andrewsRole(map[string]roles.Permission{"customer": roles.Modify, "customer/allowed-roles": roles.Modify, "entity": roles.Modify})
	o := w.organization("abc")
	o.AllowedRoles = append(o.AllowedRoles, "hidden")
	for _, id := range []string{"hidden", "no such role"} {
		o.AllowedRoles[len(o.AllowedRoles)-1] = id
		require.ErrorIs(t, w.foiled(func() error { return only(w.role("andrew").PutOrganization(w.ctx, o)) }), store.ErrNotFound)
		link := w.organization("abc")
		link.Link.Role = id
		require.ErrorIs(t, w.foiled(func() error { return only(w.role("andrew").PutOrganization(w.ctx, link)) }), store.ErrNotFound)
	}
	// What one organization allows may be allowed in another by who sees both.
	require.NoError(t, only(w.role("alice").CreateEntity(w.ctx, scope.Entity{ID: "new", Kind: billing.KindCustomer, Parent: "north"})))
	require.NoError(t, only(w.role("rita").PutOrganization(w.ctx, individuals.Organization{Entity: "new", AllowedRoles: []string{billing.RoleCustomerAdmin}})))
	require.Error(t, w.foiled(func() error { return only(w.role("rita").UpdateRole(w.ctx, w.storedRole(billing.RoleCustomerAdmin))) }))
}

// Whoever comes by a standing link has its role, so editing that gives rights too.
func TestAttackEditTheRoleOfALink(t *testing.T) {
	w := newWorld(t)
	alice := w.role("alice")
	made := roles.NewRole("visitor", "Visitor", billing.TypeCustomer, map[string]roles.Permission{"customer/pbx": roles.Read})
	made.Owner = "isp"
	require.NoError(t, only(alice.CreateRole(w.ctx, made)))
	o := w.organization("abc")
	o.Link.Role = "visitor"
	require.NoError(t, only(alice.PutOrganization(w.ctx, o)))
	w.andrewsRole(map[string]roles.Permission{"role": roles.Modify, "customer/pbx": roles.Read})
	r := w.storedRole("visitor")
	r.Permissions["customer/billing"] = roles.Setting{Permission: roles.Read}
	require.ErrorIs(t, w.foiled(func() error { return only(w.role("andrew").UpdateRole(w.ctx, r)) }), manage.ErrBeyond)
	r = w.storedRole("visitor")
	r.Description = "For visitors"
	require.NoError(t, only(w.role("andrew").UpdateRole(w.ctx, r)), "what it permits stays")
	require.NoError(t, only(alice.UpdateRole(w.ctx, func() roles.Role {
		r := w.storedRole("visitor")
		r.Permissions["customer/billing"] = roles.Setting{Permission: roles.Read}
		return r
	}())))
	r = w.storedRole("visitor")
	delete(r.Permissions, "customer/billing")
	require.ErrorIs(t, w.foiled(func() error { return only(w.role("andrew").UpdateRole(w.ctx, r)) }), manage.ErrBeyond, "nor is it taken away")
}
