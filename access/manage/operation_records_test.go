package manage_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access/manage"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/roles/billing"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

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
