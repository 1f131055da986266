package manage_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/access/manage"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/ipallow"
	"github.com/durward-go/durward/roles/billing"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// Of their own record people change the name and the language, and no more.
func TestOwnRecord(t *testing.T) {
	w := newWorld(t)
	bob := w.role("bob")
	p := w.individual("bob")
	p.Name, p.Language = "Robert", "de"
	require.NoError(t, errOf(bob.UpdateIndividual(w.ctx, p)))
	for what, change := range map[string]func(p *individuals.Individual){
		"login": func(p *individuals.Individual) { p.Login = "robert@abc.example" }, "e-mail": func(p *individuals.Individual) { p.Email = "b@abc.example" },
		"contact": func(p *individuals.Individual) { p.Contact = "c1" }, "allow-list": func(p *individuals.Individual) { p.AllowList = ipallow.List{} },
		"expiration": func(p *individuals.Individual) {
			p.Window = individuals.Window{Expiration: date("2030-01-01"), Zone: "UTC"}
		},
		"second factor": func(p *individuals.Individual) { p.SecondFactor = individuals.SecondFactorNo },
		"state":         func(p *individuals.Individual) { p.Disabled = true },
	} {
		p := w.individual("bob")
		change(&p)
		err := w.refusedWhole(func() error { return errOf(bob.UpdateIndividual(w.ctx, p)) })
		require.ErrorIs(t, err, manage.ErrOwn, what)
	}
	for what, attempt := range map[string]func() error{
		"delete":     func() error { return errOf(bob.DeleteIndividual(w.ctx, "bob")) },
		"disable":    func() error { return errOf(bob.Disable(w.ctx, "bob")) },
		"password":   func() error { return errOf(bob.SetPassword(w.ctx, "bob", canaryPassword)) },
		"reset":      func() error { return errOf(bob.ResetSecondFactor(w.ctx, "bob")) },
		"grant":      func() error { return errOf(bob.GrantRole(w.ctx, "bob", "abc", billing.RoleCustomer)) },
		"clear":      func() error { return errOf(bob.ClearRole(w.ctx, "bob", "abc")) },
		"narrow":     func() error { return errOf(bob.Narrow(w.ctx, "bob", "abc", []string{"abc-1"})) },
		"remove":     func() error { return errOf(bob.RemoveGrant(w.ctx, "bob", "abc")) },
		"older desk": func() error { return errOf(w.acl("bob").GrantACL(w.ctx, "bob", "abc", levelBig)) },
	} {
		require.ErrorIs(t, w.refusedWhole(attempt), manage.ErrOwn, what)
	}
}

// Who acts on another's behalf changes neither record: both are their own.
func TestOwnRecordOnBehalf(t *testing.T) {
	w := newWorld(t)
	desk := w.manager.Roles(w.principal("bob", func(id *access.Identity) {
		id.OnBehalf = &access.OnBehalf{Actor: w.principal("alice"), Start: w.clock.now()}
	}))
	// Individuals are for a person's own hands: nothing of the kind is borrowed.
	err := w.refusedWhole(func() error { return errOf(desk.Disable(w.ctx, "steve")) })
	require.ErrorIs(t, err, store.ErrNotFound)
}

// Someone whom one may not see is answered like someone who is not there, at
// every method; only the name that was asked for differs.
func TestUnseenIsNotFound(t *testing.T) {
	w := newWorld(t)
	linkAll(w)
	zoe, older := w.role("zoe"), w.acl("zoe")
	attempts := func(person, organization, entity, role string) map[string]func() error {
		p := individuals.Individual{ID: person, RoleType: billing.TypeCustomer, Organization: organization}
		return map[string]func() error{
			"Individual":  func() error { _, err := zoe.Individual(w.ctx, person); return err },
			"Individuals": func() error { _, err := zoe.Individuals(w.ctx, organization, store.Page{}); return err },
			"CreateIndividual": func() error {
				return errOf(zoe.CreateIndividual(w.ctx, someone("new", billing.TypeCustomer, organization, "")))
			},
			"UpdateIndividual":  func() error { return errOf(zoe.UpdateIndividual(w.ctx, p)) },
			"Disable":           func() error { return errOf(zoe.Disable(w.ctx, person)) },
			"Enable":            func() error { return errOf(zoe.Enable(w.ctx, person)) },
			"DeleteIndividual":  func() error { return errOf(zoe.DeleteIndividual(w.ctx, person)) },
			"SetPassword":       func() error { return errOf(zoe.SetPassword(w.ctx, person, canaryPassword)) },
			"ResetSecondFactor": func() error { return errOf(zoe.ResetSecondFactor(w.ctx, person)) },
			"Invite":            func() error { return errOf(zoe.Invite(w.ctx, person)) },
			"SendReset":         func() error { return errOf(zoe.SendReset(w.ctx, person)) },
			"RevokeLinks":       func() error { return errOf(zoe.RevokeLinks(w.ctx, person)) },
			"GrantRole":         func() error { return errOf(zoe.GrantRole(w.ctx, person, organization, role)) },
			"GrantRole there":   func() error { return errOf(zoe.GrantRole(w.ctx, "zed", organization, role)) },
			"GrantBoth":         func() error { return errOf(zoe.GrantBoth(w.ctx, person, organization, role, levelCare)) },
			"ClearRole":         func() error { return errOf(zoe.ClearRole(w.ctx, person, organization)) },
			"GrantACL":          func() error { return errOf(older.GrantACL(w.ctx, person, organization, levelCare)) },
			"ClearACL":          func() error { return errOf(older.ClearACL(w.ctx, person, organization)) },
			"Narrow":            func() error { return errOf(zoe.Narrow(w.ctx, person, organization, []string{entity})) },
			"Narrow to":         func() error { return errOf(zoe.Narrow(w.ctx, "zed", "xyz", []string{entity})) },
			"RemoveGrant":       func() error { return errOf(zoe.RemoveGrant(w.ctx, person, organization)) },
			"Grants":            func() error { _, err := zoe.Grants(w.ctx, organization, store.GrantPage{}); return err },
			"Organization":      func() error { _, err := zoe.Organization(w.ctx, organization); return err },
			"PutOrganization": func() error {
				return errOf(zoe.PutOrganization(w.ctx, individuals.Organization{Entity: organization, Closed: true}))
			},
			"PutOrganization lists": func() error {
				o := w.organization("abc")
				o.Entity, o.AllowedRoles = organization, nil
				return errOf(zoe.PutOrganization(w.ctx, o))
			},
			"ReplaceRole": func() error { return errOf(zoe.ReplaceRole(w.ctx, organization, role, billing.RoleCustomer)) },
			"RotateLink":  func() error { _, _, err := zoe.RotateLink(w.ctx, organization, billing.TypeCustomer, ""); return err },
			"Entity":      func() error { _, err := zoe.Entity(w.ctx, entity); return err },
			"UpdateEntity": func() error {
				return errOf(zoe.UpdateEntity(w.ctx, scope.Entity{ID: entity, Kind: billing.KindAccount, Parent: "abc"}))
			},
			"DeleteEntity": func() error { return errOf(zoe.DeleteEntity(w.ctx, entity)) },
			"CreateEntity": func() error {
				return errOf(zoe.CreateEntity(w.ctx, scope.Entity{ID: "e", Kind: billing.KindAccount, Parent: entity}))
			},
			"Role":          func() error { _, err := zoe.Role(w.ctx, role); return err },
			"CloneRole":     func() error { return errOf(zoe.CloneRole(w.ctx, role, "copy", "Copy", "xyz")) },
			"DeleteRole":    func() error { return errOf(zoe.DeleteRole(w.ctx, role)) },
			"Roles":         func() error { _, err := zoe.Roles(w.ctx, entity, store.Page{}); return err },
			"Events":        func() error { return listed(zoe.Events(w.ctx, changesOf(organization))) },
			"Revealed":      func() error { return listed(zoe.RevealedEvents(w.ctx, changesOf(organization))) },
			"older reading": func() error { return listed(older.Events(w.ctx, changesOf(organization))) },
		}
	}
	require.NoError(t, errOf(w.role("zoe").CreateIndividual(w.ctx, someone("zed", billing.TypeCustomer, "xyz", billing.RolePBXAdmin))))
	w.write(func(tx store.Tx) error {
		r := w.storedRole(billing.RolePBXAdmin).Clone("theirs", "Theirs")
		r.Owner = "north"
		return tx.PutRole(w.ctx, r)
	})
	there, nowhere := attempts("steve", "abc", "abc-1", "theirs"), attempts("stove", "abd", "abd-1", "thoirs")
	for what, attempt := range there {
		err, other := w.refusedWhole(attempt), w.refusedWhole(nowhere[what])
		require.ErrorIs(t, err, store.ErrNotFound, what)
		text := strings.NewReplacer("stove", "steve", "abd", "abc", "thoirs", "theirs").Replace(other.Error())
		require.Equal(t, text, err.Error(), what)
	}
}

// linkAll gives abc a standing link.
func linkAll(w *world) {
	w.t.Helper()
	o := w.organization("abc")
	o.Link.Role = billing.RoleNonPortal
	require.NoError(w.t, errOf(w.role("alice").PutOrganization(w.ctx, o)))
}

func TestUpdateConflicts(t *testing.T) {
	w := newWorld(t)
	bob := w.role("bob")
	p := w.individual("steve")
	p.Name = "Stephen"
	require.NoError(t, errOf(bob.UpdateIndividual(w.ctx, p)))
	p.Name = "Stefan"
	err := w.refusedWhole(func() error { return errOf(bob.UpdateIndividual(w.ctx, p)) })
	require.ErrorIs(t, err, store.ErrConflict)
	require.ErrorContains(t, err, `"steve"`)

	alice := w.role("alice")
	r := w.storedRole(billing.RolePBXAdmin)
	r.Name = "Telephony"
	require.NoError(t, errOf(alice.UpdateRole(w.ctx, r)))
	require.ErrorIs(t, w.refusedWhole(func() error { return errOf(alice.UpdateRole(w.ctx, r)) }), store.ErrConflict)

	e := w.entity("abc-1")
	e.Title = "First"
	require.NoError(t, errOf(alice.UpdateEntity(w.ctx, e)))
	require.ErrorIs(t, w.refusedWhole(func() error { return errOf(alice.UpdateEntity(w.ctx, e)) }), store.ErrConflict)

	o := w.organization("abc")
	o.DefaultRole = billing.RolePBXAdmin
	require.NoError(t, errOf(alice.PutOrganization(w.ctx, o)))
	o.DefaultRole = billing.RoleCustomer
	require.ErrorIs(t, w.refusedWhole(func() error { return errOf(alice.PutOrganization(w.ctx, o)) }), store.ErrConflict)

	require.NoError(t, errOf(alice.PutClass(w.ctx, individuals.Class{ID: "gold"})))
	require.ErrorIs(t, w.refusedWhole(func() error { return errOf(alice.PutClass(w.ctx, individuals.Class{ID: "gold", Name: "Gold"})) }), store.ErrConflict)

	// An ID or a login that is taken.
	err = w.refusedWhole(func() error {
		return errOf(bob.CreateIndividual(w.ctx, someone("steve", billing.TypeCustomer, "abc", billing.RolePBXAdmin)))
	})
	require.ErrorIs(t, err, store.ErrConflict)
	taken := someone("stefan", billing.TypeCustomer, "abc", billing.RolePBXAdmin)
	taken.Individual.Login = "STEVE@abc.example"
	require.ErrorIs(t, w.refusedWhole(func() error { return errOf(bob.CreateIndividual(w.ctx, taken)) }), store.ErrConflict)
	again := roleAnew(w, billing.RolePBXAdmin)
	require.ErrorIs(t, w.refusedWhole(func() error { return errOf(alice.CreateRole(w.ctx, again)) }), store.ErrConflict)
	require.ErrorIs(t, w.refusedWhole(func() error {
		return errOf(alice.CreateEntity(w.ctx, scope.Entity{ID: "abc-1", Kind: billing.KindAccount, Parent: "abc"}))
	}), store.ErrConflict)
}

// What stays as it was at creation is not the caller's to change.
func TestUpdateKeepsWhatIsFixed(t *testing.T) {
	w := newWorld(t)
	alice := w.role("alice")
	for what, change := range map[string]func(p *individuals.Individual){
		"provider": func(p *individuals.Individual) { p.Provider = "north" }, "realm": func(p *individuals.Individual) { p.Realm = "admin" },
		"role type":    func(p *individuals.Individual) { p.RoleType = billing.TypeHuntGroupSupervisor },
		"organization": func(p *individuals.Individual) { p.Organization = "xyz" },
		"enrolled":     func(p *individuals.Individual) { p.Enrolled = true }, "epoch": func(p *individuals.Individual) { p.Epoch++ },
	} {
		p := w.individual("steve")
		change(&p)
		err := w.refusedWhole(func() error { return errOf(alice.UpdateIndividual(w.ctx, p)) })
		require.ErrorContains(t, err, `"steve"`, what)
		require.ErrorContains(t, err, "not for the caller to change", what)
	}
	e := w.entity("abc-1")
	e.Kind = billing.KindGroup
	require.ErrorContains(t, w.refusedWhole(func() error { return errOf(alice.UpdateEntity(w.ctx, e)) }), `"account"`)
	r := w.storedRole(billing.RolePBXAdmin)
	r.Owner = "north"
	require.ErrorContains(t, w.refusedWhole(func() error { return errOf(alice.UpdateRole(w.ctx, r)) }), "clone it")
	r = w.storedRole(billing.RolePBXAdmin)
	r.Type = billing.TypeReseller
	require.ErrorContains(t, w.refusedWhole(func() error { return errOf(alice.UpdateRole(w.ctx, r)) }), `"reseller"`)
	o := w.organization("abc")
	o.Link.Epoch++
	require.ErrorContains(t, w.refusedWhole(func() error { return errOf(alice.PutOrganization(w.ctx, o)) }), "rotate the link")
}

// What cannot be written is quoted, with the way out.
func TestInvalidInputIsQuoted(t *testing.T) {
	w := newWorld(t)
	alice, bob := w.role("alice"), w.role("bob")
	create := func(change func(s *manage.Someone)) func() error {
		return func() error {
			s := someone("new", billing.TypeCustomer, "abc", billing.RolePBXAdmin)
			change(&s)
			return errOf(bob.CreateIndividual(w.ctx, s))
		}
	}
	for _, test := range []struct {
		what    string
		attempt func() error
		says    []string
	}{
		{"an ID", create(func(s *manage.Someone) { s.Individual.ID = "a\nb" }), []string{`"a\nb"`}},
		{"no ID", create(func(s *manage.Someone) { s.Individual.ID = "" }), []string{"individual"}},
		{"a login", create(func(s *manage.Someone) { s.Individual.Login = "two words" }), []string{`"two words"`}},
		{"an e-mail", create(func(s *manage.Someone) { s.Individual.Email = "nobody" }), []string{`"nobody"`}},
		{"a role type", create(func(s *manage.Someone) { s.Individual.RoleType = "clerk" }), []string{`"clerk"`}},
		{"a type of others", create(func(s *manage.Someone) { s.Individual.RoleType = billing.TypeReseller }), []string{`"reseller"`, `"abc"`, `"customer"`}},
		{"a realm", create(func(s *manage.Someone) { s.Individual.Realm = "admin" }), []string{`"admin"`, "leave it out"}},
		{"a provider", create(func(s *manage.Someone) { s.Individual.Provider = "north" }), []string{`"north"`, "leave it out"}},
		{"a role that is not allowed", create(func(s *manage.Someone) { s.Role = billing.RoleNonPortal }), []string{`"non_portal"`, `"abc"`, `"pbx_admin"`}},
		{"a role of another type", create(func(s *manage.Someone) { s.Role = billing.RoleHuntGroupSupervisor }), []string{`"hunt_group_supervisor"`, `"customer"`}},
		{"an access level", create(func(s *manage.Someone) { s.ACL = "none" }), []string{`"none"`}},
		{"an access level of others", create(func(s *manage.Someone) { s.ACL = levelHidden }), []string{`"hidden"`, "no such ACL"}},
		{"a component", create(func(s *manage.Someone) { s.ACL = levelPart }), []string{`"part"`}},
		{"an entity to narrow to", create(func(s *manage.Someone) { s.Listed = []string{"abc-9"} }), []string{`"abc-9"`, "not found"}},
		{"enrolled", create(func(s *manage.Someone) { s.Individual.Enrolled = true }), []string{`"new"`, "Enrolled"}},
		{"an epoch", create(func(s *manage.Someone) { s.Individual.Epoch = 3 }), []string{`"new"`, "Epoch"}},
		{"a password without a login", create(func(s *manage.Someone) { s.Individual.Login, s.Password = "", canaryPassword }), []string{`"new"`, "set Login"}},
		{"a short password", create(func(s *manage.Someone) { s.Password = "short" }), []string{"too_short"}},
		{"no role", func() error { return errOf(bob.GrantRole(w.ctx, "steve", "abc", "")) }, []string{`"steve"`, "no role"}},
		{"no ACL", func() error { return errOf(w.acl("bob").GrantACL(w.ctx, "steve", "abc", "")) }, []string{`"steve"`, "no ACL"}},
		{"half of both", func() error { return errOf(bob.GrantBoth(w.ctx, "steve", "abc", billing.RolePBXAdmin, "")) }, []string{`"steve"`, "no ACL"}},
		{"nothing to clear", func() error { return errOf(w.acl("bob").ClearACL(w.ctx, "steve", "abc")) }, []string{`"steve"`, "no ACL"}},
		{"no second factor", func() error { return errOf(bob.ResetSecondFactor(w.ctx, "steve")) }, []string{`"steve"`, "no second factor"}},
		{"a node", func() error {
			r := roleAnew(w, billing.RolePBXAdmin).Clone("new", "New")
			r.Permissions["customer/bbx"] = r.Permissions["customer/pbx"]
			return errOf(alice.CreateRole(w.ctx, r))
		}, []string{`"customer/bbx"`, "did you mean"}},
		{"a revision", func() error { return errOf(alice.CreateRole(w.ctx, w.storedRole(billing.RolePBXAdmin))) }, []string{`"pbx_admin"`, "revision"}},
		{"a list", func() error {
			o := w.organization("abc")
			o.AllowedRoles = append(o.AllowedRoles, billing.RoleReseller)
			return errOf(alice.PutOrganization(w.ctx, o))
		}, []string{`"reseller"`, `"customer"`}},
		{"a default role", func() error {
			o := w.organization("abc")
			o.DefaultRole = billing.RoleNonPortal
			return errOf(alice.PutOrganization(w.ctx, o))
		}, []string{`"non_portal"`, "not among the allowed roles"}},
		{"a class", func() error {
			o := w.organization("abc")
			o.Class = "none"
			return errOf(alice.PutOrganization(w.ctx, o))
		}, []string{`"none"`, "not found"}},
		{"no link", func() error { _, _, err := alice.RotateLink(w.ctx, "abc", billing.TypeCustomer, ""); return err }, []string{`"abc"`, "set Link.Role"}},
		{"no organization", func() error { return listed(bob.Events(w.ctx, changesOf(""))) }, []string{"set Filter.Organization"}},
		{"a parent", func() error {
			return errOf(alice.CreateEntity(w.ctx, scope.Entity{ID: "new", Kind: billing.KindCustomer, Parent: "norht"}))
		}, []string{`"norht"`, "not found"}},
		{"a root", func() error {
			return errOf(alice.CreateEntity(w.ctx, scope.Entity{ID: "new", Kind: billing.KindProvider}))
		}, []string{`"new"`, "set Parent"}},
		{"a cycle", func() error {
			e := w.entity("north")
			e.Parent = "abc"
			return errOf(alice.UpdateEntity(w.ctx, e))
		}, []string{`"north"`}},
	} {
		err := w.refusedWhole(test.attempt)
		require.ErrorContains(t, err, "manage: ", test.what)
		for _, text := range test.says {
			require.ErrorContains(t, err, text, test.what)
		}
	}
}

// Passwords that do not meet the policy: every rule that is not met.
func TestSetPasswordListsWhatIsNotMet(t *testing.T) {
	w := newWorld(t)
	err := w.refusedWhole(func() error { return errOf(w.role("bob").SetPassword(w.ctx, "steve", "steve")) })
	unmet := new(individuals.PasswordError)
	require.ErrorAs(t, err, &unmet)
	require.Len(t, unmet.Unmet, 3, "too short, common and the person's own word")
	require.NotContains(t, fmt.Sprintf("%+v %#v", err, err), "\"steve\"", "what was typed is not told")
}

// A person without an address gets no invitation, and that is no error.
func TestCreateWithoutAddress(t *testing.T) {
	w := newWorld(t)
	s := someone("new", billing.TypeCustomer, "abc", "")
	s.Individual.Login = "new"
	mails := len(w.outbox())
	require.NoError(t, errOf(w.role("bob").CreateIndividual(w.ctx, s)))
	assert.Len(t, w.outbox(), mails)
	assert.Empty(t, w.individual("new").Email)
	// Such a person cannot ask for a reset: an administrator sets the password.
	require.ErrorContains(t, w.refusedWhole(func() error { return errOf(w.role("bob").SendReset(w.ctx, "new")) }), "new")
	require.NoError(t, errOf(w.role("bob").SetPassword(w.ctx, "new", canaryPassword)))
}

// Deleting takes the grants of every organization.
func TestDeleteTakesAllGrants(t *testing.T) {
	w := newWorld(t)
	alice := w.role("alice")
	require.NoError(t, errOf(alice.GrantRole(w.ctx, "steve", "xyz", billing.RolePBXAdmin)))
	err := w.refusedWhole(func() error { return errOf(w.role("bob").DeleteIndividual(w.ctx, "steve")) })
	require.ErrorIs(t, err, manage.ErrBeyond, "what steve holds in xyz is beyond bob")
	require.ErrorIs(t, w.refusedWhole(func() error { return errOf(w.role("bob").Disable(w.ctx, "steve")) }), manage.ErrBeyond)
	require.NoError(t, errOf(alice.DeleteIndividual(w.ctx, "steve")))
	w.read(func(r store.Reader) error {
		grants, err := r.Grants(w.ctx, store.GrantFilter{Individual: "steve"}, store.GrantPage{})
		assert.Empty(t, grants)
		return err
	})
}

// The switch that a page shows sends the record that it read.
func TestUpdateThatChangesNothingIsNone(t *testing.T) {
	w := newWorld(t)
	revision, sequence := w.revision(), w.sequence()
	got, err := w.role("bob").UpdateIndividual(w.ctx, w.individual("steve"))
	require.NoError(t, err)
	require.Equal(t, revision, got)
	require.Equal(t, revision, w.revision())
	require.Equal(t, sequence, w.sequence())
}

// Who cannot use an invitation yet is sent none, and asking for one says why not.
func TestInviteWhoCannotUseIt(t *testing.T) {
	w := newWorld(t)
	bob := w.role("bob")
	s := someone("new", billing.TypeCustomer, "abc", "")
	s.Individual.Disabled = true
	mails := len(w.outbox())
	require.NoError(t, errOf(bob.CreateIndividual(w.ctx, s)))
	require.Len(t, w.outbox(), mails)
	err := w.refusedWhole(func() error { return errOf(bob.Invite(w.ctx, "new")) })
	require.ErrorContains(t, err, `manage: send an invitation: no link of purpose "invitation" for "new": disabled`)
	require.NoError(t, errOf(bob.Enable(w.ctx, "new")))
	require.NoError(t, errOf(bob.Invite(w.ctx, "new")))
	require.Len(t, w.outbox(), mails+1)
	require.NoError(t, w.organizationWith("abc", func(o *individuals.Organization) { o.Closed = true }))
	require.NoError(t, errOf(w.role("rita").CreateIndividual(w.ctx, someone("later", billing.TypeCustomer, "abc", ""))))
	require.Len(t, w.outbox(), mails+1)
}
