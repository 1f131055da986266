package reference_test

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/internal/reference"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
)

// steve's world is the worked example of the design: one provider, one customer, one
// employee of it.
func world(permissions map[string]roles.Permission) *reference.World {
	lowered := roles.Panel("allowed-roles")
	lowered.Choices = []roles.Permission{roles.Restrict, roles.Read}
	pbx := roles.Panel("pbx", roles.Item("extensions"))
	pbx.Marks = roles.Moved
	tree := []roles.NodeSpec{roles.Entity("customer", roles.Panel("personal"),
		roles.Panel("billing", roles.Item("invoices"), roles.Item("payments")), pbx, roles.Panel("individuals"), lowered)}
	return &reference.World{
		Tree: reference.NewTree(tree, false),
		Types: map[string]roles.Type{"customer": {Name: "customer", Scope: scope.Rule{Below: true}, Ceiling: roles.Ceiling{
			Base: roles.Modify, At: map[string]roles.Permission{"customer/billing": roles.Read}}}},
		LevelTypes: map[string]acl.Type{"customer": {Name: "customer", RoleType: "customer"}},
		Mapping:    []acl.Mapping{{Node: "customer", Subtree: true, Needs: []string{"Customers.*any*"}}},
		Entities:   map[string]scope.Entity{"isp": {ID: "isp", Kind: "provider"}, "acme": {ID: "acme", Kind: "customer", Parent: "isp"}},
		Roles:      map[string]roles.Role{"role": roles.NewRole("role", "A role", "customer", permissions)},
		Levels: map[string]acl.Level{"level": {ID: "level", Name: "A level", Type: "customer",
			Permissions: acl.MustPermissions("select Customers.*any*")}},
		Individuals: map[string]reference.Person{"steve": {Allowed: []string{"10.0.0.0/8"}, Individual: individuals.Individual{
			ID: "steve", RoleType: "customer", Organization: "acme"}}},
		Organizations: map[string]individuals.Organization{"acme": {Entity: "acme"}},
		Grants: map[reference.GrantKey]individuals.Grant{{Individual: "steve", Organization: "acme"}: {
			Individual: "steve", Organization: "acme", Role: individuals.Slot{ID: "role", Revision: 1}}},
	}
}

func ask(a roles.Action, path string) reference.Request {
	return reference.Request{
		Identity: reference.Identity{Individual: "steve", Surface: reference.NewInterface, Address: netip.MustParseAddr("10.1.2.3")},
		Action:   a, Path: path, Object: "acme",
	}
}

// permitted is all that steve may do at the path.
func permitted(w *reference.World, path string) roles.Permission {
	var p roles.Permission
	for _, a := range roles.Actions() {
		if reference.Decide(w, ask(a, path)).Reason == "granted" {
			p |= roles.Permission(a)
		}
	}
	return p
}

func TestWorkedExample(t *testing.T) {
	for _, role := range []struct {
		name string
		set  map[string]roles.Permission
		want map[string]roles.Permission
	}{
		{"PBX admin", map[string]roles.Permission{"customer/pbx": roles.Modify}, map[string]roles.Permission{
			"customer": roles.Restrict, "customer/pbx/extensions": roles.Modify, "customer/individuals": roles.Restrict}},
		{"Customer admin", map[string]roles.Permission{"customer": roles.Modify}, map[string]roles.Permission{
			"customer": roles.Modify, "customer/personal": roles.Modify, "customer/allowed-roles": roles.Read, // a choice
			"customer/billing": roles.Read, "customer/billing/payments": roles.Read}}, // the ceiling
		{"Viewer", map[string]roles.Permission{
			"customer": roles.Read, "customer/billing": roles.Restrict, "customer/billing/invoices": roles.Read,
		}, map[string]roles.Permission{"customer/personal": roles.Read, "customer/billing": roles.Restrict,
			"customer/billing/invoices": roles.Read, "customer/billing/payments": roles.Restrict}},
	} {
		w := world(role.set)
		for path, want := range role.want {
			assert.Equal(t, want, permitted(w, path), "%s at %s", role.name, path)
		}
		narrow := world(role.set)
		narrow.Tree = reference.NewTree(narrow.Tree.Entities, true)
		assert.Equal(t, permitted(narrow, "customer")&permitted(w, "customer/pbx/extensions"),
			permitted(narrow, "customer/pbx/extensions"), "%s, narrowing", role.name)
	}
}

// TestCoexistence is the table of the design, person step by step.
func TestCoexistence(t *testing.T) {
	for _, step := range []struct {
		write                 string
		role, level           individuals.Slot
		lastWrite, perSurface [2]string // what the new and what the old interface asks: a slot or a reason
	}{
		{"r10 role A", slot("role", 10), slot("", 0), [2]string{"role", "role"}, [2]string{"role", "no_acl"}},
		{"r12 ACL X", slot("role", 10), slot("level", 12), [2]string{"ACL", "ACL"}, [2]string{"role", "ACL"}},
		{"r15 role B", slot("role", 15), slot("level", 12), [2]string{"role", "role"}, [2]string{"role", "ACL"}},
		{"r16 ACL X cleared", slot("role", 15), slot("", 12), [2]string{"role", "role"}, [2]string{"role", "no_acl"}},
		{"r20 role B and ACL Y", slot("role", 20), slot("level", 20), [2]string{"role", "ACL"}, [2]string{"role", "ACL"}},
		{"r21 role cleared", slot("", 20), slot("level", 20), [2]string{"no_role", "ACL"}, [2]string{"no_role", "ACL"}},
		{"r25 role C", slot("role", 25), slot("level", 20), [2]string{"role", "role"}, [2]string{"role", "ACL"}},
		{"r26 role C cleared", slot("", 25), slot("level", 20), [2]string{"no_grant", "no_grant"}, [2]string{"no_role", "ACL"}},
	} {
		w := world(map[string]roles.Permission{"customer": roles.Modify})
		key := reference.GrantKey{Individual: "steve", Organization: "acme"}
		w.Grants[key] = individuals.Grant{Individual: "steve", Organization: "acme", Role: step.role, ACL: step.level}
		for perSurface, want := range map[bool][2]string{false: step.lastWrite, true: step.perSurface} {
			w.PerSurface = perSurface
			for path, surfaces := range map[string]map[reference.Surface]string{
				"customer/pbx":      {reference.NewInterface: want[0], reference.OldInterface: want[1], reference.API: want[0], reference.Unstated: want[0]}, // moved
				"customer/personal": {reference.NewInterface: want[0], reference.OldInterface: want[1], reference.API: want[1], reference.Unstated: want[1]},
			} {
				for surface, want := range surfaces {
					r := ask(roles.View, path)
					r.Surface = surface
					d := reference.Decide(w, r)
					got := string(d.Reason)
					if got == "granted" {
						got = string(d.Slot)
					}
					assert.Equal(t, want, got, "%s, per surface %v, %s from %q", step.write, perSurface, path, surface)
				}
			}
		}
	}
}

func slot(id string, revision uint64) individuals.Slot {
	return individuals.Slot{ID: id, Revision: revision}
}

// TestOrder puts one fault after the other into the same request, the last gate's first:
// each is the reason, whatever comes after it.
func TestOrder(t *testing.T) {
	w := world(map[string]roles.Permission{"customer": roles.Read})
	w.Now = time.Date(2026, 3, 29, 12, 0, 0, 0, time.UTC)
	r := ask(roles.View, "customer/personal")
	steve := func(change func(*reference.Person)) {
		p := w.Individuals["steve"]
		change(&p)
		w.Individuals["steve"] = p
	}
	date := func(text string) individuals.Date {
		d, err := individuals.ParseDate(text)
		assert.NoError(t, err)
		return d
	}
	assert.Equal(t, reference.Reason("granted"), reference.Decide(w, r).Reason)
	for _, step := range []struct {
		want  reference.Reason
		fault func()
	}{
		{"out_of_scope", func() { r.Object = "isp" }},
		{"not_granted", func() { r.Action = roles.Update }},
		{"ceiling", func() { r.Path = "customer/billing" }},
		{"no_grant", func() { clear(w.Grants) }},
		{"enrolment_required", func() { steve(func(p *reference.Person) { p.SecondFactor = individuals.SecondFactorYes }) }},
		{"second_factor_required", func() { steve(func(p *reference.Person) { p.Enrolled = true }) }},
		{"address_not_allowed", func() { r.Address = netip.MustParseAddr("192.0.2.1") }},
		{"expired", func() {
			steve(func(p *reference.Person) {
				p.Window = individuals.Window{Expiration: date("2026-03-29"), Zone: "Europe/Prague"}
			})
		}},
		{"not_yet_active", func() {
			steve(func(p *reference.Person) {
				p.Window = individuals.Window{Activation: date("2026-03-30"), Zone: "Europe/Prague"}
			})
		}},
		{"session_ended", func() { r.SessionEnd = w.Now }},
		{"credentials_changed", func() { r.Epoch = 1 }},
		{"organization_closed", func() { delete(w.Organizations, "acme") }},
		{"disabled", func() { steve(func(p *reference.Person) { p.Disabled = true }) }},
		{"unavailable", func() { steve(func(p *reference.Person) { p.RoleType = "nothing" }) }},
		{"unknown_individual", func() { r.Individual = "gone" }},
		{"unknown_node", func() { r.Path = "customer/gone" }},
		{"stale", func() { w.Silent = true }},
		{"unavailable", func() { r.Cancelled = true }},
		{"invalid_request", func() { r.Object = "a\x00b" }},
	} {
		step.fault()
		assert.Equal(t, step.want, reference.Decide(w, r).Reason)
	}
}

// TestLinkOrder is the same for whoever comes by a standing link.
func TestLinkOrder(t *testing.T) {
	w := world(map[string]roles.Permission{"customer": roles.Modify})
	w.Now = time.Date(2026, 3, 29, 12, 0, 0, 0, time.UTC)
	acme := func(change func(*individuals.Organization)) {
		o := w.Organizations["acme"]
		change(&o)
		w.Organizations["acme"] = o
	}
	marked := func(marks roles.Marks) {
		tree := slices.Clone(w.Tree.Entities)
		tree[0].Children = slices.Clone(tree[0].Children)
		tree[0].Children[0].Marks = marks
		w.Tree = reference.NewTree(tree, false)
	}
	acme(func(o *individuals.Organization) {
		o.Class, o.Revision = "gold", 9
		o.Link = individuals.StandingLink{Role: "role", Open: true, Epoch: 3}
	})
	w.Classes = map[string]individuals.Class{"gold": {ID: "gold", SecondFactor: true}} // which is for people
	r := reference.Request{Identity: reference.Identity{Link: true, Organization: "acme", Epoch: 3}, Action: roles.View, Path: "customer/personal", Object: "acme"}
	assert.Equal(t, reference.Decision{Reason: "granted", Slot: reference.RoleSlot, GrantRevision: 9, Superseded: reference.NoSlot, Node: "customer/personal"},
		reference.Decide(w, r))
	for _, step := range []struct {
		want  reference.Reason
		fault func()
	}{
		{"out_of_scope", func() { r.Object = "isp" }},
		{"not_granted", func() { marked(roles.OwnHands) }},
		{"second_factor_required", func() { marked(roles.OwnHands | roles.SecondFactor) }},
		{"session_ended", func() { r.SessionEnd = w.Now }},
		{"credentials_changed", func() { r.Epoch = 2 }},
		{"disabled", func() { acme(func(o *individuals.Organization) { o.Link.Open = false }) }},
		{"organization_closed", func() { acme(func(o *individuals.Organization) { o.Closed = true }) }},
		{"unavailable", func() { acme(func(o *individuals.Organization) { o.Link.Role = "gone" }) }},
		{"invalid_request", func() { r.Organization = "" }},
	} {
		step.fault()
		assert.Equal(t, step.want, reference.Decide(w, r).Reason)
	}
	r.Organization = "acme"
	acme(func(o *individuals.Organization) {
		o.Closed, o.Link = false, individuals.StandingLink{Open: true, Epoch: 2}
	})
	r.SessionEnd = time.Time{}
	marked(0)
	assert.Equal(t, reference.Reason("no_role"), reference.Decide(w, r).Reason)
}
