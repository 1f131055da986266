package manage_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access/manage"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/roles/billing"
	"github.com/durward-go/durward/store"
)

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
