package manage_test

import (
	"errors"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access/manage"
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/roles/billing"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// A need is one guard that an operation asks.
type need struct {
	action roles.Action
	path   string
	object string
	// hidden says that who does not pass it is told that there is no such thing.
	hidden bool
}

// An operation is one change that a desk offers, with all that must come of it.
type operation struct {
	// method is that of RoleDesk or ACLDesk.
	method string
	// variant tells operations of one method apart.
	variant string
	prepare func(w *world)
	// do makes the change at ann's desks.
	do    func(w *world, d *manage.RoleDesk, older *manage.ACLDesk) error
	needs []need
	// events are what the audit says, without instant and revision.
	events []string
	// mails are the purposes of the messages in the outbox.
	mails []string
	// epoch says that steve's credential epoch moves.
	epoch bool
	// older says that it is made at the desk of the older system.
	older bool
	check func(t *testing.T, w *world)
}

// The operations of the role desk on people and organizations stand in the
// tables below; operationsOfOthers names methods that other tests hold.
func operations() []operation {
	return slices.Concat(peopleOperations(), grantOperations(), roleOperations(), organizationOperations(), entityOperations())
}

const inIndividuals, inCredentials, inGrants = "customer/individuals", "customer/individuals/credentials", "customer/individuals/grants"

func peopleOperations() []operation {
	see := need{roles.View, inIndividuals, "abc", true}
	change := need{roles.Update, inIndividuals, "abc", false}
	credentials := need{roles.Update, inCredentials, "abc", false}
	return []operation{
		{
			method: "CreateIndividual",
			do: func(w *world, d *manage.RoleDesk, _ *manage.ACLDesk) error {
				s := someone("new", billing.TypeCustomer, "abc", billing.RolePBXAdmin)
				s.Listed = []string{"abc-1"}
				return errOf(d.CreateIndividual(w.ctx, s))
			},
			needs: []need{{roles.Create, inIndividuals, "abc", false}, {roles.Update, inGrants, "abc", false}},
			events: []string{
				`ann created individual new: role-type set to customer, login set to new@abc.example, name set to "Name of new", email set to new@abc.example,` +
					` allow-list set to any, second-factor-mode set to "as the class defines", role set to pbx_admin, listed set to abc-1 at customer/individuals from 10.1.2.3 by interface new, system roles`,
				`ann made link SELECTOR for new from 10.1.2.3 by interface new, purpose invitation, system roles`,
			},
			mails: []string{"invitation"},
			check: func(t *testing.T, w *world) {
				p, g := w.individual("new"), w.grant("new", "abc")
				assert.Equal(t, "isp", p.Provider)
				assert.Equal(t, billing.TypeCustomer, p.Realm)
				assert.Equal(t, "new@abc.example", p.Email, "the login is an address")
				assert.Equal(t, billing.RolePBXAdmin, g.Role.ID)
				assert.Equal(t, "ann", g.Role.By)
				assert.Equal(t, individuals.RoleSystem, g.Role.System)
				assert.Equal(t, []string{"abc-1"}, g.Listed)
				require.Len(t, w.tokens("new"), 1)
				assert.Equal(t, "invitation", w.tokens("new")[0].Purpose)
			},
		},
		{
			method: "CreateIndividual", variant: "with a password",
			do: func(w *world, d *manage.RoleDesk, _ *manage.ACLDesk) error {
				s := someone("new", billing.TypeCustomer, "abc", "")
				s.Password = canaryPassword
				return errOf(d.CreateIndividual(w.ctx, s))
			},
			needs: []need{{roles.Create, inIndividuals, "abc", false}, {roles.Update, inGrants, "abc", false}, credentials},
			events: []string{
				`ann created individual new: role-type set to customer, login set to new@abc.example, name set to "Name of new", email set to new@abc.example,` +
					` allow-list set to any, second-factor-mode set to "as the class defines", role set to customer, password set at customer/individuals from 10.1.2.3 by interface new, system roles`,
			},
			check: func(t *testing.T, w *world) {
				assert.Equal(t, billing.RoleCustomer, w.grant("new", "abc").Role.ID, "the default role, written")
				c := w.credential("new")
				assert.False(t, c.Password.IsZero())
				assert.True(t, c.MustChange)
				assert.True(t, c.MeetsAlone)
				assert.Empty(t, w.tokens("new"))
			},
		},
		{
			method: "CreateIndividual", variant: "of the older system", older: true,
			do: func(w *world, _ *manage.RoleDesk, older *manage.ACLDesk) error {
				s := someone("new", billing.TypeCustomer, "abc", "")
				s.ACL, s.WithoutInvitation = levelBig, true
				return errOf(older.CreateIndividual(w.ctx, s))
			},
			needs: []need{{roles.Create, inIndividuals, "abc", false}, {roles.Update, inGrants, "abc", false}},
			events: []string{
				`ann created individual new: role-type set to customer, login set to new@abc.example, name set to "Name of new", email set to new@abc.example,` +
					` allow-list set to any, second-factor-mode set to "as the class defines", acl set to big at customer/individuals from 10.1.2.3 by interface new, system ACLs`,
			},
			check: func(t *testing.T, w *world) {
				g := w.grant("new", "abc")
				assert.Empty(t, g.Role, "no role, the default role neither")
				assert.Equal(t, levelBig, g.ACL.ID)
				assert.Equal(t, individuals.ACLSystem, g.ACL.System)
				assert.Empty(t, w.tokens("new"))
			},
		},
		{
			method: "UpdateIndividual",
			do: func(w *world, d *manage.RoleDesk, _ *manage.ACLDesk) error {
				p := w.individual("steve")
				p.Name, p.Email, p.Window = "Stephen", "stephen@abc.example", individuals.Window{Expiration: date("2027-01-01"), Zone: "Europe/Prague"}
				return errOf(d.UpdateIndividual(w.ctx, p))
			},
			needs: []need{see, change},
			events: []string{`ann changed individual steve: name "Name of steve" → Stephen, email steve@abc.example → stephen@abc.example,` +
				` expiration set to 2027-01-01, zone set to Europe/Prague at customer/individuals from 10.1.2.3 by interface new, system roles`},
			mails: []string{"email-changed"},
		},
		{
			method: "UpdateIndividual", variant: "disables",
			do: func(w *world, d *manage.RoleDesk, _ *manage.ACLDesk) error {
				p := w.individual("steve")
				p.Disabled = true
				return errOf(d.UpdateIndividual(w.ctx, p))
			},
			needs:  []need{see, change},
			events: []string{`ann disabled individual steve: disabled set to yes at customer/individuals from 10.1.2.3 by interface new, system roles`},
			epoch:  true,
		},
		{
			method: "Disable",
			do: func(w *world, d *manage.RoleDesk, _ *manage.ACLDesk) error {
				return errOf(d.Disable(w.ctx, "steve"))
			},
			needs:  []need{see, change},
			events: []string{`ann disabled individual steve: disabled set to yes at customer/individuals from 10.1.2.3 by interface new, system roles`},
			epoch:  true,
			check:  func(t *testing.T, w *world) { assert.True(t, w.individual("steve").Disabled) },
		},
		{
			method: "Enable",
			prepare: func(w *world) {
				require.NoError(w.t, errOf(w.role("ann").Disable(w.ctx, "steve")))
			},
			do: func(w *world, d *manage.RoleDesk, _ *manage.ACLDesk) error {
				return errOf(d.Enable(w.ctx, "steve"))
			},
			needs:  []need{see, change},
			events: []string{`ann enabled individual steve: disabled yes removed at customer/individuals from 10.1.2.3 by interface new, system roles`},
			check: func(t *testing.T, w *world) {
				assert.False(t, w.individual("steve").Disabled)
			},
		},
		{
			method: "DeleteIndividual",
			do: func(w *world, d *manage.RoleDesk, _ *manage.ACLDesk) error {
				return errOf(d.DeleteIndividual(w.ctx, "steve"))
			},
			needs: []need{see, {roles.Delete, inIndividuals, "abc", false}},
			events: []string{`ann deleted individual steve: role-type customer removed, login steve@abc.example removed, name "Name of steve" removed,` +
				` email steve@abc.example removed, allow-list any removed, second-factor-mode "as the class defines" removed` +
				` at customer/individuals from 10.1.2.3 by interface new, system roles`},
			check: func(t *testing.T, w *world) {
				w.read(func(r store.Reader) error {
					_, err := r.Individual(w.ctx, "steve")
					assert.ErrorIs(t, err, store.ErrNotFound)
					_, err = r.Grant(w.ctx, "steve", "abc")
					assert.ErrorIs(t, err, store.ErrNotFound)
					return nil
				})
				assert.Empty(t, w.tokens("steve"))
			},
		},
		{
			method: "SetPassword",
			prepare: func(w *world) {
				w.write(func(tx store.Tx) error {
					return tx.PutCredential(w.ctx, individuals.Credential{Individual: "steve", PasswordOff: true, SecondFactorOff: true})
				})
			},
			do: func(w *world, d *manage.RoleDesk, _ *manage.ACLDesk) error {
				return errOf(d.SetPassword(w.ctx, "steve", canaryPassword))
			},
			needs:  []need{see, credentials},
			events: []string{`ann set the password of steve: password set at customer/individuals/credentials from 10.1.2.3 by interface new, system roles`},
			mails:  []string{"password-changed"},
			check: func(t *testing.T, w *world) {
				c := w.credential("steve")
				assert.True(t, c.MustChange)
				assert.False(t, c.PasswordOff, "a new password switches it on again")
				assert.True(t, c.SecondFactorOff, "the second factor is another matter")
				ok, _, err := c.Password.Verify(canaryPassword, individuals.Argon2Params{})
				require.NoError(t, err)
				assert.True(t, ok)
			},
			epoch: true,
		},
		{
			method: "ResetSecondFactor",
			prepare: func(w *world) {
				w.write(func(tx store.Tx) error {
					p, err := tx.Individual(w.ctx, "steve")
					require.NoError(w.t, err)
					p.Enrolled = true
					require.NoError(w.t, tx.PutIndividual(w.ctx, p))
					return tx.PutCredential(w.ctx, individuals.Credential{Individual: "steve", SealedKey: []byte(canaryKey), PasswordOff: true, SecondFactorOff: true})
				})
			},
			do: func(w *world, d *manage.RoleDesk, _ *manage.ACLDesk) error {
				return errOf(d.ResetSecondFactor(w.ctx, "steve"))
			},
			needs:  []need{see, credentials},
			events: []string{`ann reset the second factor of steve: second-factor cleared at customer/individuals/credentials from 10.1.2.3 by interface new, system roles`},
			mails:  []string{"second-factor-reset"},
			check: func(t *testing.T, w *world) {
				c := w.credential("steve")
				assert.Empty(t, c.SealedKey)
				assert.False(t, c.SecondFactorOff)
				assert.True(t, c.PasswordOff, "the password is another matter")
				assert.False(t, w.individual("steve").Enrolled)
			},
			epoch: true,
		},
		{
			method: "Invite",
			do: func(w *world, d *manage.RoleDesk, _ *manage.ACLDesk) error {
				return errOf(d.Invite(w.ctx, "steve"))
			},
			needs:  []need{see, change},
			events: []string{`ann made link SELECTOR for steve from 10.1.2.3 by interface new, purpose invitation, system roles`},
			mails:  []string{"invitation"},
			check: func(t *testing.T, w *world) {
				assert.Len(t, w.tokens("steve"), 1, "the older one ended")
			},
		},
		{
			method: "SendReset",
			do: func(w *world, d *manage.RoleDesk, _ *manage.ACLDesk) error {
				return errOf(d.SendReset(w.ctx, "steve"))
			},
			needs:  []need{see, credentials},
			events: []string{`ann made link SELECTOR for steve at customer/individuals/credentials from 10.1.2.3 by interface new, purpose password-reset, system roles`},
			mails:  []string{"password-reset"},
		},
		{
			method: "RevokeLinks",
			do: func(w *world, d *manage.RoleDesk, _ *manage.ACLDesk) error {
				return errOf(d.RevokeLinks(w.ctx, "steve"))
			},
			needs:  []need{see, credentials},
			events: []string{`ann revoked link of steve at customer/individuals/credentials from 10.1.2.3 by interface new, links 1, system roles`},
			check:  func(t *testing.T, w *world) { assert.Empty(t, w.tokens("steve")) },
		},
	}
}

func grantOperations() []operation {
	needs := []need{{roles.View, inIndividuals, "abc", true}, {roles.Update, inGrants, "abc", false}}
	const from = ` at customer/individuals/grants from 10.1.2.3 by interface new, system roles`
	return []operation{
		{
			method: "GrantRole",
			do: func(w *world, d *manage.RoleDesk, _ *manage.ACLDesk) error {
				return errOf(d.GrantRole(w.ctx, "steve", "abc", billing.RoleOperationsManager))
			},
			needs:  needs,
			events: []string{`ann granted role operations_manager to steve: role pbx_admin → operations_manager` + from},
			check: func(t *testing.T, w *world) {
				assert.Equal(t, billing.RoleOperationsManager, w.grant("steve", "abc").Role.ID)
				assert.Equal(t, "ann", w.grant("steve", "abc").Role.By)
			},
		},
		{
			method: "GrantRole", variant: "the same again",
			prepare: func(w *world) { require.NoError(w.t, errOf(w.acl("ann").GrantACL(w.ctx, "steve", "abc", levelCare))) },
			do: func(w *world, d *manage.RoleDesk, _ *manage.ACLDesk) error {
				return errOf(d.GrantRole(w.ctx, "steve", "abc", billing.RolePBXAdmin))
			},
			needs:  needs,
			events: []string{`ann granted role pbx_admin to steve: role pbx_admin → pbx_admin` + from},
			check: func(t *testing.T, w *world) {
				g := w.grant("steve", "abc")
				assert.Greater(t, g.Role.Revision, g.ACL.Revision, "it governs again")
			},
		},
		{
			method: "GrantBoth",
			do: func(w *world, d *manage.RoleDesk, _ *manage.ACLDesk) error {
				return errOf(d.GrantBoth(w.ctx, "steve", "abc", billing.RoleOperationsManager, levelCare))
			},
			needs: needs,
			events: []string{
				`ann granted role operations_manager to steve: role pbx_admin → operations_manager` + from,
				`ann granted ACL care to steve` + from,
			},
			check: func(t *testing.T, w *world) {
				g := w.grant("steve", "abc")
				assert.Equal(t, g.Role.Revision, g.ACL.Revision)
				assert.Equal(t, levelCare, g.ACL.ID)
			},
		},
		{
			method: "ClearRole",
			do: func(w *world, d *manage.RoleDesk, _ *manage.ACLDesk) error {
				return errOf(d.ClearRole(w.ctx, "steve", "abc"))
			},
			needs:  needs,
			events: []string{`ann took role pbx_admin from steve` + from},
			check:  func(t *testing.T, w *world) { assert.Empty(t, w.grant("steve", "abc").Role.ID) },
		},
		{
			method: "GrantACL", older: true,
			do: func(w *world, _ *manage.RoleDesk, older *manage.ACLDesk) error {
				return errOf(older.GrantACL(w.ctx, "steve", "abc", levelCare))
			},
			needs:  needs,
			events: []string{`ann granted ACL care to steve at customer/individuals/grants from 10.1.2.3 by interface new, system ACLs`},
			check: func(t *testing.T, w *world) {
				g := w.grant("steve", "abc")
				assert.Equal(t, individuals.ACLSystem, g.ACL.System)
				assert.Equal(t, billing.RolePBXAdmin, g.Role.ID, "superseded, and still there")
			},
		},
		{
			method: "ClearACL", older: true,
			prepare: func(w *world) {
				require.NoError(w.t, errOf(w.role("ann").GrantBoth(w.ctx, "steve", "abc", billing.RolePBXAdmin, levelCare)))
			},
			do: func(w *world, _ *manage.RoleDesk, older *manage.ACLDesk) error {
				return errOf(older.ClearACL(w.ctx, "steve", "abc"))
			},
			needs:  needs,
			events: []string{`ann took ACL care from steve at customer/individuals/grants from 10.1.2.3 by interface new, system ACLs`},
			check:  func(t *testing.T, w *world) { assert.Empty(t, w.grant("steve", "abc").ACL.ID) },
		},
		{
			method: "Narrow",
			do: func(w *world, d *manage.RoleDesk, _ *manage.ACLDesk) error {
				return errOf(d.Narrow(w.ctx, "steve", "abc", []string{"abc-1", "abc-2"}))
			},
			needs:  needs,
			events: []string{`ann did grant.listed for steve: listed set to "abc-1, abc-2"` + from},
			check: func(t *testing.T, w *world) {
				assert.Equal(t, []string{"abc-1", "abc-2"}, w.grant("steve", "abc").Listed)
			},
		},
		{
			method: "RemoveGrant",
			do: func(w *world, d *manage.RoleDesk, _ *manage.ACLDesk) error {
				return errOf(d.RemoveGrant(w.ctx, "steve", "abc"))
			},
			needs:  needs,
			events: []string{`ann took role pbx_admin from steve` + from},
			check: func(t *testing.T, w *world) {
				w.read(func(r store.Reader) error {
					_, err := r.Grant(w.ctx, "steve", "abc")
					assert.ErrorIs(t, err, store.ErrNotFound)
					return nil
				})
			},
		},
	}
}

func roleOperations() []operation {
	const from = ` at role from 10.1.2.3 by interface new, system roles`
	made := roles.NewRole("made", "Made", billing.TypeCustomer, map[string]roles.Permission{"customer": roles.Read, "customer/pbx": roles.Modify})
	made.Owner = "isp"
	makeIt := func(w *world) { require.NoError(w.t, errOf(w.role("ann").CreateRole(w.ctx, made))) }
	return []operation{
		{
			method: "CreateRole",
			do: func(w *world, d *manage.RoleDesk, _ *manage.ACLDesk) error {
				r := made
				r.Owner = ""
				return errOf(d.CreateRole(w.ctx, r))
			},
			needs:  []need{{roles.Create, "role", "isp", false}},
			events: []string{`ann created role made: name set to Made, type set to customer, "node customer" set to Read, "node customer/pbx" set to Modify` + from},
			check: func(t *testing.T, w *world) {
				r := w.storedRole("made")
				assert.Equal(t, "isp", r.Owner, "without an owner: the provider's")
				assert.Equal(t, "ann", r.Permissions["customer"].By)
			},
		},
		{
			method: "CloneRole", prepare: makeIt,
			do: func(w *world, d *manage.RoleDesk, _ *manage.ACLDesk) error {
				return errOf(d.CloneRole(w.ctx, "made", "copy", "Copy", "north"))
			},
			needs:  []need{{roles.View, "role", "isp", true}, {roles.Create, "role", "north", false}},
			events: []string{`ann created role copy: name set to Copy, type set to customer, "node customer" set to Read, "node customer/pbx" set to Modify` + from},
			check: func(t *testing.T, w *world) {
				r := w.storedRole("copy")
				assert.Equal(t, "north", r.Owner)
				assert.Equal(t, roles.Modify, r.Permissions["customer/pbx"].Permission)
			},
		},
		{
			method: "UpdateRole", prepare: makeIt,
			do: func(w *world, d *manage.RoleDesk, _ *manage.ACLDesk) error {
				r := w.storedRole("made")
				delete(r.Permissions, "customer")
				r.Permissions["customer/pbx"] = roles.Setting{Permission: roles.Read}
				r.Permissions["customer/billing"] = roles.Setting{Permission: roles.Read}
				return errOf(d.UpdateRole(w.ctx, r))
			},
			needs: []need{{roles.View, "role", "isp", true}, {roles.Update, "role", "isp", false}},
			events: []string{`ann changed role made: "node customer" Read removed, "node customer/pbx" Modify → Read, "node customer/billing" set to Read` +
				from},
			check: func(t *testing.T, w *world) { assert.Len(t, w.storedRole("made").Permissions, 2) },
		},
		{
			method: "DeleteRole", prepare: makeIt,
			do: func(w *world, d *manage.RoleDesk, _ *manage.ACLDesk) error {
				return errOf(d.DeleteRole(w.ctx, "made"))
			},
			needs:  []need{{roles.View, "role", "isp", true}, {roles.Delete, "role", "isp", false}},
			events: []string{`ann deleted role made: name Made removed, type customer removed, "node customer" Read removed, "node customer/pbx" Modify removed` + from},
			check: func(t *testing.T, w *world) {
				w.read(func(r store.Reader) error {
					_, err := r.Role(w.ctx, "made")
					assert.ErrorIs(t, err, store.ErrNotFound)
					return nil
				})
			},
		},
	}
}

func organizationOperations() []operation {
	settings := need{roles.Update, "entity", "abc", false}
	lists := need{roles.Update, "customer/allowed-roles", "abc", false}
	const from, fromLists = ` at entity from 10.1.2.3 by interface new, system roles`, ` at customer/allowed-roles from 10.1.2.3 by interface new, system roles`
	return []operation{
		{
			method: "PutOrganization", variant: "lists",
			do: func(w *world, d *manage.RoleDesk, _ *manage.ACLDesk) error {
				o := w.organization("abc")
				o.AllowedRoles, o.DefaultRole = append(o.AllowedRoles, billing.RoleNonPortal), billing.RolePBXAdmin
				return errOf(d.PutOrganization(w.ctx, o))
			},
			needs: []need{lists},
			events: []string{`ann changed the allowed roles of abc: allowed-roles "customer, customer_admin, pbx_admin, operations_manager, hunt_group_supervisor" → ` +
				`"customer, customer_admin, pbx_admin, operations_manager, hunt_group_supervisor, non_portal", default-role customer → pbx_admin` + fromLists},
		},
		{
			method: "PutOrganization", variant: "settings",
			prepare: func(w *world) {
				require.NoError(w.t, errOf(w.role("ann").PutClass(w.ctx, individuals.Class{ID: "gold"})))
			},
			do: func(w *world, d *manage.RoleDesk, _ *manage.ACLDesk) error {
				o := w.organization("abc")
				o.Class, o.Link.Role, o.Closed = "gold", billing.RoleNonPortal, true
				return errOf(d.PutOrganization(w.ctx, o))
			},
			needs:  []need{settings},
			events: []string{`ann changed the settings of organization abc: class set to gold, closed set to yes, link-role set to non_portal` + from},
		},
		{
			method: "PutOrganization", variant: "new",
			prepare: func(w *world) {
				require.NoError(w.t, errOf(w.role("ann").CreateEntity(w.ctx, scope.Entity{ID: "fresh", Kind: billing.KindCustomer, Parent: "north"})))
			},
			do: func(w *world, d *manage.RoleDesk, _ *manage.ACLDesk) error {
				return errOf(d.PutOrganization(w.ctx, individuals.Organization{Entity: "fresh"}))
			},
			needs:  []need{{roles.Update, "entity", "fresh", false}},
			events: []string{`ann changed the settings of organization fresh` + from},
		},
		{
			method: "ReplaceRole",
			do: func(w *world, d *manage.RoleDesk, _ *manage.ACLDesk) error {
				return errOf(d.ReplaceRole(w.ctx, "abc", billing.RolePBXAdmin, billing.RoleNonPortal))
			},
			needs: []need{lists, {roles.Update, inGrants, "abc", false}},
			events: []string{
				`ann changed the allowed roles of abc: allowed-roles "customer, customer_admin, pbx_admin, operations_manager, hunt_group_supervisor" → ` +
					`"customer, customer_admin, pbx_admin, operations_manager, hunt_group_supervisor, non_portal"` + fromLists,
				`ann granted role non_portal to steve: role pbx_admin → non_portal at customer/individuals/grants from 10.1.2.3 by interface new, system roles`,
				`ann changed the allowed roles of abc: allowed-roles "customer, customer_admin, pbx_admin, operations_manager, hunt_group_supervisor, non_portal" → ` +
					`"customer, customer_admin, operations_manager, hunt_group_supervisor, non_portal"` + fromLists,
			},
			check: func(t *testing.T, w *world) {
				assert.Equal(t, billing.RoleNonPortal, w.grant("steve", "abc").Role.ID)
				assert.NotContains(t, w.organization("abc").AllowedRoles, billing.RolePBXAdmin)
			},
		},
		{
			method: "RotateLink", prepare: linkOfABC,
			do: func(w *world, d *manage.RoleDesk, _ *manage.ACLDesk) error {
				_, _, err := d.RotateLink(w.ctx, "abc", billing.TypeCustomer, "info@abc.example")
				return err
			},
			needs: []need{settings},
			events: []string{
				`ann changed the settings of organization abc: link-open set to yes` + from,
				`ann rotated link SELECTOR at entity from 10.1.2.3 by interface new, system roles`,
			},
			mails: []string{"standing"},
			check: func(t *testing.T, w *world) {
				assert.True(t, w.organization("abc").Link.Open)
				assert.NotZero(t, w.organization("abc").Link.Epoch)
			},
		},
		{
			method: "PutClass",
			prepare: func(w *world) {
				require.NoError(w.t, errOf(w.role("ann").PutClass(w.ctx, individuals.Class{ID: "gold", Name: "Gold"})))
				o := w.organization("abc")
				o.Class = "gold"
				require.NoError(w.t, errOf(w.role("ann").PutOrganization(w.ctx, o)))
			},
			do: func(w *world, d *manage.RoleDesk, _ *manage.ACLDesk) error {
				return errOf(d.PutClass(w.ctx, individuals.Class{ID: "gold", Name: "Golden", SecondFactor: true, Revision: w.class("gold").Revision}))
			},
			needs:  []need{{roles.Update, "entity", "isp", false}},
			events: []string{`ann did class.update on gold: name Gold → Golden, second-factor set to yes` + from},
		},
		{
			method: "DeleteClass",
			prepare: func(w *world) {
				require.NoError(w.t, errOf(w.role("ann").PutClass(w.ctx, individuals.Class{ID: "gold"})))
			},
			do: func(w *world, d *manage.RoleDesk, _ *manage.ACLDesk) error {
				return errOf(d.DeleteClass(w.ctx, "gold"))
			},
			needs:  []need{{roles.Delete, "entity", "isp", false}},
			events: []string{`ann did class.delete on gold` + from},
		},
	}
}

func entityOperations() []operation {
	const from = ` at entity from 10.1.2.3 by interface new, system roles`
	see := need{roles.View, "entity", "abc-1", true}
	return []operation{
		{
			method: "CreateEntity",
			do: func(w *world, d *manage.RoleDesk, _ *manage.ACLDesk) error {
				return errOf(d.CreateEntity(w.ctx, scope.Entity{ID: "abc-3", Kind: billing.KindAccount, Parent: "abc", Title: "Third",
					Links: []scope.Link{{Name: billing.LinkGroup, To: "abc-sales"}}}))
			},
			needs:  []need{{roles.Create, "entity", "abc", false}},
			events: []string{`ann created entity abc-3: kind set to account, parent set to abc, title set to Third, links set to "group abc-sales"` + from},
		},
		{
			method: "UpdateEntity",
			do: func(w *world, d *manage.RoleDesk, _ *manage.ACLDesk) error {
				e := w.entity("abc-1")
				e.Title = "First"
				return errOf(d.UpdateEntity(w.ctx, e))
			},
			needs:  []need{see, {roles.Update, "entity", "abc-1", false}},
			events: []string{`ann changed entity abc-1: title set to First` + from},
		},
		{
			method: "UpdateEntity", variant: "moves",
			do: func(w *world, d *manage.RoleDesk, _ *manage.ACLDesk) error {
				e := w.entity("xyz")
				e.Parent = "south"
				return errOf(d.UpdateEntity(w.ctx, e))
			},
			needs:  []need{{roles.View, "entity", "xyz", true}, {roles.Update, "entity", "xyz", false}},
			events: []string{`ann changed entity xyz: parent north → south` + from},
			check:  func(t *testing.T, w *world) { assert.Equal(t, "south", w.entity("xyz").Parent) },
		},
		{
			method: "DeleteEntity",
			prepare: func(w *world) {
				require.NoError(w.t, errOf(w.role("ann").PutOrganization(w.ctx, individuals.Organization{Entity: "abc-1"})))
			},
			do: func(w *world, d *manage.RoleDesk, _ *manage.ACLDesk) error {
				return errOf(d.DeleteEntity(w.ctx, "abc-1"))
			},
			needs:  []need{see, {roles.Delete, "entity", "abc-1", false}},
			events: []string{`ann deleted entity abc-1: kind account removed, parent abc removed, links "group abc-sales" removed` + from},
			check: func(t *testing.T, w *world) {
				w.read(func(r store.Reader) error {
					_, err := r.Entity(w.ctx, "abc-1")
					assert.ErrorIs(t, err, store.ErrNotFound)
					_, err = r.Organization(w.ctx, "abc-1")
					assert.ErrorIs(t, err, store.ErrNotFound)
					return nil
				})
			},
		},
	}
}

// linkOfABC gives abc a standing link, closed.
func linkOfABC(w *world) {
	w.t.Helper()
	o := w.organization("abc")
	o.Link.Role = billing.RoleNonPortal
	require.NoError(w.t, errOf(w.role("ann").PutOrganization(w.ctx, o)))
}

// newOperationWorld is a world with ann, of the provider, who holds every guard
// explicitly, and whom lower can take one away from.
func newOperationWorld(t *testing.T, o operation, changes ...func(*setup)) *world {
	t.Helper()
	w := newWorld(t, changes...)
	r := billing.Root(billing.Tree()).Clone("everything", "Everything")
	r.Owner = "isp"
	for _, g := range billing.Guards().Paths() {
		choices := billing.Tree().MustNode(g[1]).Choices(billing.TypeAdmin)
		r.Permissions[g[1]] = roles.Setting{Permission: choices[len(choices)-1]}
	}
	w.write(func(tx store.Tx) error {
		require.NoError(t, tx.PutRole(w.ctx, r))
		p := someone("ann", billing.TypeAdmin, "isp", "").Individual
		p.Provider, p.Realm = "isp", billing.TypeAdmin
		require.NoError(t, tx.PutIndividual(w.ctx, p))
		return tx.PutGrant(w.ctx, individuals.Grant{Individual: "ann", Organization: "isp"}.WithRole(r.ID))
	})
	if o.prepare != nil {
		o.prepare(w)
	}
	return w
}

// lower takes the action at a node from ann, and as little else as can be.
func (w *world) lower(n need) {
	w.t.Helper()
	p := roles.Read
	if n.action == roles.View {
		p = roles.Restrict
	}
	w.write(func(tx store.Tx) error {
		r, err := tx.Role(w.ctx, "everything")
		require.NoError(w.t, err)
		r.Permissions[n.path] = roles.Setting{Permission: p}
		return tx.PutRole(w.ctx, r)
	})
}

var (
	selector = regexp.MustCompile(`(made|rotated) link \S+`)
	place    = regexp.MustCompile(`^\S+ \S+ (.*), revision \d+$`)
)

// lines are the events as texts without instant and revision.
func lines(t *testing.T, events []audit.Event) (out []string) {
	t.Helper()
	for _, e := range events {
		line := selector.ReplaceAllString(audit.Line{Reveal: true}.Write(e), "$1 link SELECTOR")
		found := place.FindStringSubmatch(line)
		require.NotNil(t, found, line)
		out = append(out, found[1])
	}
	return out
}

func TestOperations(t *testing.T) {
	for _, o := range operations() {
		t.Run(strings.TrimSpace(o.method+" "+o.variant), func(t *testing.T) {
			t.Parallel()
			w := newOperationWorld(t, o)
			sequence, revision, mails, epoch := w.sequence(), w.revision(), w.outbox(), w.individual("steve").Epoch
			require.NoError(t, o.do(w, w.role("ann"), w.acl("ann")))
			require.Equal(t, revision+1, w.revision(), "one commit")
			events := w.events(sequence)
			require.Empty(t, cmp.Diff(o.events, lines(t, events)))
			for _, e := range events {
				require.Equal(t, revision+1, e.Revision)
				require.Equal(t, audit.Succeeded, e.Outcome)
				require.NotEmpty(t, e.Organization, "to whose administrators it belongs")
			}
			var sent []string
			for _, m := range w.outbox()[len(mails):] {
				sent = append(sent, m.Purpose)
			}
			require.Equal(t, o.mails, sent)
			if o.epoch {
				epoch++
			}
			if o.method != "DeleteIndividual" {
				require.Equal(t, epoch, w.individual("steve").Epoch)
			}
			if o.check != nil {
				o.check(t, w)
			}
			w.verifyAudit()
		})
	}
}

// Each guard that an operation needs is taken away in turn.
func TestOperationsAskTheirGuards(t *testing.T) {
	for _, o := range operations() {
		for _, n := range o.needs {
			t.Run(strings.TrimSpace(o.method+" "+o.variant)+" without "+n.action.String()+" of "+n.path, func(t *testing.T) {
				t.Parallel()
				w := newOperationWorld(t, o)
				w.lower(n)
				err := w.refusedWhole(func() error { return o.do(w, w.role("ann"), w.acl("ann")) })
				previewed := w.refusedWhole(func() error { _, err := o.preview(w); return err })
				require.Equal(t, err.Error(), previewed.Error(), "a preview takes the right to make the change")
				if n.hidden {
					require.ErrorIs(t, err, store.ErrNotFound)
					return
				}
				denied := new(manage.DeniedError)
				require.True(t, errors.As(err, &denied), "%v", err)
				require.Equal(t, need{denied.Action, denied.Guard, denied.Object, false}, n)
				require.ErrorIs(t, err, manage.ErrDenied)
			})
		}
	}
}

// A new method of a desk needs an operation, or a word here.
func TestOperationsAreAllThereAre(t *testing.T) {
	known := map[string]string{
		"Together": "TestTogether", "Preview": "TestPreview",
		"Individual": "reads", "Individuals": "reads", "Role": "reads", "Roles": "reads", "Organization": "reads", "Entity": "reads",
		"Class": "reads", "Grants": "reads", "Events": "reads", "RevealedEvents": "reads", "GrantableLevels": "level_test", "GrantableRoles": "level_test",
		"Level": "level_test", "Levels": "level_test", "CreateLevel": "level_test", "CloneLevel": "level_test", "UpdateLevel": "level_test", "DeleteLevel": "level_test",
	}
	for _, o := range operations() {
		known[o.method] = "TestOperations"
	}
	for _, desk := range []any{new(manage.RoleDesk), new(manage.ACLDesk)} {
		typ := reflect.TypeOf(desk)
		for m := range typ.Methods() {
			require.Contains(t, known, m.Name, "%v.%s has no operation", typ, m.Name)
		}
	}
}
