package manage_test

import (
	"reflect"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/access/manage"
	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/ipallow"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/store"
)

// A victim is somebody who holds more than who would change them, in one way.
type victim struct {
	name string
	// roleType and organization are the victim's, in is where it holds more.
	roleType, organization, in string
	// grants are what the victim holds in the organization and, if it is another,
	// in the one where it holds more; tx is for what else there must be.
	grants func(w *smallWorld, tx store.Tx) []individuals.Grant
	// attacker is the role type and organization of who attacks. Default: root of p.
	attacker, from string
}

// The attacker's role: all of administration, and of things all but money and what
// is explicit.
var boundedRole = map[string]roles.Permission{"thing": roles.Modify, "thing/money": roles.Restrict, "admin": roles.Modify}

func takeoverRole(w *smallWorld, tx store.Tx, id, roleType string, permissions map[string]roles.Permission) {
	w.must(tx.PutRole(w.ctx, smallRole(id, roleType, "p", permissions)))
}

func victimGrant(organization string) individuals.Grant {
	return individuals.Grant{Individual: "victim", Organization: organization}
}

var victims = []victim{
	{name: "one node more", roleType: "client", organization: "c1", in: "c1", grants: func(w *smallWorld, tx store.Tx) []individuals.Grant {
		takeoverRole(w, tx, "more", "client", map[string]roles.Permission{"thing/info": roles.Read, "thing/money": roles.Read})
		return []individuals.Grant{victimGrant("c1").WithRole("more")}
	}},
	{name: "an item deep below", roleType: "client", organization: "c1", in: "c1", grants: func(w *smallWorld, tx store.Tx) []individuals.Grant {
		takeoverRole(w, tx, "more", "client", map[string]roles.Permission{"thing/money/limit": roles.Read})
		return []individuals.Grant{victimGrant("c1").WithRole("more")}
	}},
	{name: "an explicit node", roleType: "client", organization: "c1", in: "c1", grants: func(w *smallWorld, tx store.Tx) []individuals.Grant {
		takeoverRole(w, tx, "more", "client", map[string]roles.Permission{"thing/secret": roles.Read})
		return []individuals.Grant{victimGrant("c1").WithRole("more")}
	}},
	{name: "the right to grant beyond", roleType: "client", organization: "c1", in: "c1", grants: func(w *smallWorld, tx store.Tx) []individuals.Grant {
		takeoverRole(w, tx, "more", "client", map[string]roles.Permission{"admin/roles/beyond": roles.Modify})
		return []individuals.Grant{victimGrant("c1").WithRole("more")}
	}},
	{name: "more below than on its own", roleType: "dealer", organization: "d1", in: "d1", attacker: "dealer", from: "d1",
		grants: func(w *smallWorld, tx store.Tx) []individuals.Grant {
			takeoverRole(w, tx, "more", "dealer", map[string]roles.Permission{"thing/money/limit": roles.Modify})
			return []individuals.Grant{victimGrant("d1").WithRole("more")}
		}},
	{name: "wider scope", roleType: "dealer", organization: "d1", in: "d1", attacker: "clerk", from: "d1",
		grants: func(w *smallWorld, tx store.Tx) []individuals.Grant {
			takeoverRole(w, tx, "wide", "dealer", map[string]roles.Permission{"thing/info": roles.Read})
			return []individuals.Grant{victimGrant("d1").WithRole("wide")}
		}},
	{name: "another organization", roleType: "client", organization: "c1", in: "c3", attacker: "dealer", from: "d1",
		grants: func(w *smallWorld, tx store.Tx) []individuals.Grant {
			takeoverRole(w, tx, "less", "client", map[string]roles.Permission{"thing/info": roles.Read})
			return []individuals.Grant{victimGrant("c1").WithRole("less"), victimGrant("c3").WithRole("less")}
		}},
	{name: "on the old interface alone", roleType: "client", organization: "c1", in: "c1", grants: func(w *smallWorld, tx store.Tx) []individuals.Grant {
		takeoverRole(w, tx, "less", "client", map[string]roles.Permission{"thing/info": roles.Read})
		return []individuals.Grant{victimGrant("c1").WithRole("less").WithACL("money")}
	}},
	{name: "through an ACL", roleType: "client", organization: "c1", in: "c1", grants: func(*smallWorld, store.Tx) []individuals.Grant {
		return []individuals.Grant{victimGrant("c1").WithACL("money")}
	}},
	{name: "through a component of an ACL", roleType: "client", organization: "c1", in: "c1", grants: func(*smallWorld, store.Tx) []individuals.Grant {
		return []individuals.Grant{victimGrant("c1").WithACL("composed")}
	}},
	{name: "a role that does not compile", roleType: "client", organization: "c1", in: "c1", grants: func(w *smallWorld, tx store.Tx) []individuals.Grant {
		takeoverRole(w, tx, "broken", "client", map[string]roles.Permission{"no/such/node": roles.Read})
		return []individuals.Grant{victimGrant("c1").WithRole("broken")}
	}},
	{name: "a role that is not usable", roleType: "client", organization: "c1", in: "c1", grants: func(w *smallWorld, tx store.Tx) []individuals.Grant {
		w.must(tx.PutRole(w.ctx, smallRole("strange", "client", "d2", nil)))
		return []individuals.Grant{victimGrant("c1").WithRole("strange")}
	}},
}

// takeover makes a world of the victim and the attacker, who may grant beyond what
// it holds or not.
func takeover(t *testing.T, v victim, beyond bool, change func(p *individuals.Individual)) (*smallWorld, func()) {
	return newSmallWorld(t, access.LastWrite, func(w *smallWorld, tx store.Tx) {
		for _, l := range []acl.Level{
			{ID: "money", Name: "Money", Type: "client", Owner: "p", Permissions: acl.MustPermissions("select Money.*any*")},
			{ID: "things", Name: "Things", Type: "client", Owner: "p", Permissions: acl.MustPermissions("select Things.*any*")},
			{ID: "composed", Name: "Composed", Type: "client", Owner: "p", Components: []string{"part"}},
			{ID: "part", Name: "Part", Type: "component", Owner: "p", Permissions: acl.MustPermissions("select Money.*any*")},
		} {
			w.must(tx.PutACL(w.ctx, l))
		}
		w.must(tx.PutClass(w.ctx, individuals.Class{ID: "strict", Name: "Strict", SecondFactor: true}))
		attacker, from := v.attacker, v.from
		if attacker == "" {
			attacker, from = "root", "p"
		}
		permissions := boundedRole
		if attacker == "clerk" {
			permissions = map[string]roles.Permission{"thing": roles.Modify, "thing/secret": roles.Modify, "admin": roles.Modify}
		}
		if v.organization != v.in { // the attacker has the right where the victim holds more
			permissions = map[string]roles.Permission{"thing": roles.Modify, "admin": roles.Modify}
		}
		permissions = cloneOf(permissions)
		if beyond {
			permissions["admin/roles/beyond"] = roles.Modify
		}
		takeoverRole(w, tx, "attacker", attacker, permissions)
		takeoverRole(w, tx, "weak", v.roleType, map[string]roles.Permission{"thing/info": roles.Read})
		grants := v.grants(w, tx)
		var allowed []string
		for _, id := range []string{"more", "less", "wide", "broken", "strange", "weak"} {
			if r, err := tx.Role(w.ctx, id); err == nil && r.Type == v.roleType {
				allowed = append(allowed, id)
			}
		}
		for _, id := range []string{"p", "d1", "d2", "c1", "c3"} {
			o := individuals.Organization{Entity: id, Class: "strict"}
			if id == v.organization || id == v.in {
				o.AllowedRoles = allowed
			}
			w.must(tx.PutOrganization(w.ctx, o))
		}
		w.must(tx.PutIndividual(w.ctx, smallPerson("ann", attacker, from)))
		w.must(tx.PutGrant(w.ctx, individuals.Grant{Individual: "ann", Organization: from}.WithRole("attacker")))
		if beyond && v.organization != v.in || beyond && v.attacker == "clerk" { // a right that reaches where it is asked
			w.must(tx.PutRole(w.ctx, smallRole("reaching", "root", "p", map[string]roles.Permission{"thing": roles.Modify, "admin": roles.Modify, "admin/roles/beyond": roles.Modify})))
			w.must(tx.PutIndividual(w.ctx, smallPerson("anna", "root", "p")))
			w.must(tx.PutGrant(w.ctx, individuals.Grant{Individual: "anna", Organization: "p"}.WithRole("reaching")))
		}
		p := smallPerson("victim", v.roleType, v.organization)
		p.Login, p.Email, p.Enrolled = "victim@example.net", "victim@example.net", true
		if change != nil {
			change(&p)
		}
		w.must(tx.PutIndividual(w.ctx, p))
		w.must(tx.PutCredential(w.ctx, individuals.Credential{Individual: "victim", SealedKey: []byte("sealed")}))
		for _, g := range grants {
			w.must(tx.PutGrant(w.ctx, g))
		}
	})
}

func cloneOf(m map[string]roles.Permission) map[string]roles.Permission {
	out := make(map[string]roles.Permission)
	for k, v := range m {
		out[k] = v
	}
	return out
}

// attackerDesk is that of who attacks, on the new interface.
func attackerDesk(w *smallWorld, v victim, beyond bool) *manage.RoleDesk {
	if beyond && (v.organization != v.in || v.attacker == "clerk") {
		return w.desk("anna")
	}
	return w.desk("ann")
}

// What an attacker would make of each field of a person. A field without an entry
// fails the test.
var takeoverFields = map[string]func(p *individuals.Individual){
	"Login":   func(p *individuals.Individual) { p.Login = "mine@example.net" },
	"Name":    func(p *individuals.Individual) { p.Name = "Mine" },
	"Email":   func(p *individuals.Individual) { p.Email = "mine@example.net" },
	"Contact": func(p *individuals.Individual) { p.Contact = "mine" },
	"Window": func(p *individuals.Individual) {
		p.Window = individuals.Window{Expiration: date("2026-01-01"), Zone: "UTC"}
	},
	"Language":     func(p *individuals.Individual) { p.Language = "cs" },
	"AllowList":    func(p *individuals.Individual) { p.AllowList, _ = ipallow.Parse([]string{"192.0.2.1"}) },
	"SecondFactor": func(p *individuals.Individual) { p.SecondFactor = individuals.SecondFactorNo },
	"Disabled":     func(p *individuals.Individual) { p.Disabled = true },
}

// Fields that nobody changes, whatever they hold.
var fixedFields = map[string]func(p *individuals.Individual){
	"ID":           func(p *individuals.Individual) { p.ID = "ann2" },
	"Provider":     func(p *individuals.Individual) { p.Provider = "d1" },
	"Realm":        func(p *individuals.Individual) { p.Realm = "root" },
	"RoleType":     func(p *individuals.Individual) { p.RoleType = "keeper" },
	"Organization": func(p *individuals.Individual) { p.Organization = "c2" },
	"Enrolled":     func(p *individuals.Individual) { p.Enrolled = false },
	"Epoch":        func(p *individuals.Individual) { p.Epoch++ },
	"Revision":     func(p *individuals.Individual) { p.Revision-- },
}

// What an attacker would do to a person, by the method of the desk. in is where
// the victim holds more.
var takeoverMethods = map[string]func(w *smallWorld, d *manage.RoleDesk, in string) error{
	"Disable": func(w *smallWorld, d *manage.RoleDesk, _ string) error { return only(d.Disable(w.ctx, "victim")) },
	"DeleteIndividual": func(w *smallWorld, d *manage.RoleDesk, _ string) error {
		return only(d.DeleteIndividual(w.ctx, "victim"))
	},
	"ResetSecondFactor": func(w *smallWorld, d *manage.RoleDesk, _ string) error {
		return only(d.ResetSecondFactor(w.ctx, "victim"))
	},
	"SetPassword": func(w *smallWorld, d *manage.RoleDesk, _ string) error {
		return only(d.SetPassword(w.ctx, "victim", "correct horse battery staple"))
	},
	"GrantRole": func(w *smallWorld, d *manage.RoleDesk, in string) error {
		return only(d.GrantRole(w.ctx, "victim", in, "weak"))
	},
	"ClearRole": func(w *smallWorld, d *manage.RoleDesk, in string) error {
		return only(d.ClearRole(w.ctx, "victim", in))
	},
	"RemoveGrant": func(w *smallWorld, d *manage.RoleDesk, in string) error {
		return only(d.RemoveGrant(w.ctx, "victim", in))
	},
	"GrantACL": func(w *smallWorld, d *manage.RoleDesk, in string) error {
		return only(d.GrantACL(w.ctx, "victim", in, "things"))
	},
	"ClearACL": func(w *smallWorld, d *manage.RoleDesk, in string) error { return only(d.ClearACL(w.ctx, "victim", in)) },
	"GrantBoth": func(w *smallWorld, d *manage.RoleDesk, in string) error {
		return only(d.GrantBoth(w.ctx, "victim", in, "weak", "things"))
	},
	"RevokeLinks": func(w *smallWorld, d *manage.RoleDesk, _ string) error { return only(d.RevokeLinks(w.ctx, "victim")) },
	"Narrow": func(w *smallWorld, d *manage.RoleDesk, in string) error {
		return only(d.Narrow(w.ctx, "victim", in, []string{in}))
	},
	"PutOrganization": func(w *smallWorld, d *manage.RoleDesk, in string) error { // nobody there is asked for a second factor
		o := stored(w, func(r store.Reader) (individuals.Organization, error) { return r.Organization(w.ctx, in) })
		o.Class = ""
		return only(d.PutOrganization(w.ctx, o))
	},
	"PutOrganization/closed": func(w *smallWorld, d *manage.RoleDesk, in string) error {
		o := stored(w, func(r store.Reader) (individuals.Organization, error) { return r.Organization(w.ctx, in) })
		o.Closed = true
		return only(d.PutOrganization(w.ctx, o))
	},
	"UpdateRole": func(w *smallWorld, d *manage.RoleDesk, _ string) error {
		for _, id := range []string{"more", "wide", "broken", "less"} {
			r, err := d.Role(w.ctx, id)
			if err != nil {
				continue
			}
			r.Permissions = map[string]roles.Setting{"thing/tools": {Permission: roles.Read}}
			return only(d.UpdateRole(w.ctx, r))
		}
		return manage.ErrBeyond
	},
	"ReplaceRole": func(w *smallWorld, d *manage.RoleDesk, in string) error {
		g := stored(w, func(r store.Reader) (individuals.Grant, error) { return r.Grant(w.ctx, "victim", in) })
		return only(d.ReplaceRole(w.ctx, in, g.Role.ID, "weak"))
	},
	"Together": func(w *smallWorld, d *manage.RoleDesk, in string) error {
		return only(d.Together(w.ctx, func(d *manage.RoleDesk) error { return only(d.Disable(w.ctx, "victim")) }))
	},
	"Preview": func(w *smallWorld, d *manage.RoleDesk, in string) error {
		return rest(d.Preview(w.ctx, func(d *manage.RoleDesk) error { return only(d.Disable(w.ctx, "victim")) }))
	},
}

// Methods that change no person, or that say of themselves why they need not hold
// to the rule.
var notAboutPeople = map[string]string{
	"Individual": "reads", "Individuals": "reads", "Grants": "reads", "Role": "reads", "Roles": "reads", "Organization": "reads", "Entity": "reads",
	"Class": "reads", "Events": "reads", "RevealedEvents": "reads", "GrantableLevels": "reads", "GrantableRoles": "reads",
	"CreateIndividual": "makes another", "Enable": "has a test of its own", "UpdateIndividual": "is asked field by field",
	"CreateRole": "nobody holds it", "CloneRole": "nobody holds it", "DeleteRole": "nobody holds it",
	"CreateEntity": "is guarded as an entity", "UpdateEntity": "is guarded as an entity", "DeleteEntity": "nobody is there",
	"PutClass": "has a test of its own", "DeleteClass": "no organization has it", "RotateLink": "is about a link",
	"Invite": "goes to the person's own address", "SendReset": "goes to the person's own address",
}

func TestTakeoverNamesEverything(t *testing.T) {
	record := reflect.TypeFor[individuals.Individual]()
	for i := range record.NumField() {
		name := record.Field(i).Name
		_, changes := takeoverFields[name]
		_, fixed := fixedFields[name]
		require.True(t, changes != fixed, "%s: a new field of a person; give it a cell in the matrix of takeovers", name)
	}
	desk := reflect.TypeFor[*manage.RoleDesk]()
	for i := range desk.NumMethod() {
		name := desk.Method(i).Name
		_, about := takeoverMethods[name]
		_, not := notAboutPeople[name]
		require.True(t, about != not, "%s: a new method; give it a cell in the matrix of takeovers", name)
	}
}

// canDo says which methods make sense of the victim: there is a role to clear, or
// it could be granted one.
func (v victim) canDo(method string, g individuals.Grant) bool {
	switch method {
	case "UpdateRole": // which belongs to p
		return v.attacker == "" && g.Role.ID != "" && g.Role.ID != "strange"
	case "ClearRole":
		return g.Role.ID != "" && g.Role.ID != "strange"
	case "ReplaceRole":
		return g.Role.ID != "" && g.Role.ID != "strange" && g.Role.ID != "broken"
	case "ClearACL":
		return g.ACL.ID != ""
	case "GrantACL", "GrantBoth":
		return v.roleType == "client"
	case "PutOrganization", "PutOrganization/closed":
		return v.organization == v.in && v.from != v.organization // nobody does that to their own
	default:
		return true
	}
}

func TestTakeover(t *testing.T) {
	for _, v := range victims {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			attempts := make(map[string]func(w *smallWorld, d *manage.RoleDesk) error)
			for name, change := range takeoverFields {
				attempts["field "+name] = func(w *smallWorld, d *manage.RoleDesk) error {
					p := stored(w, func(r store.Reader) (individuals.Individual, error) { return r.Individual(w.ctx, "victim") })
					change(&p)
					return only(d.UpdateIndividual(w.ctx, p))
				}
			}
			w, end := takeover(t, v, false, nil)
			g := stored(w, func(r store.Reader) (individuals.Grant, error) { return r.Grant(w.ctx, "victim", v.in) })
			for name, attempt := range takeoverMethods {
				if v.canDo(name, g) {
					attempts[name] = func(w *smallWorld, d *manage.RoleDesk) error { return attempt(w, d, v.in) }
				}
			}
			before := w.take()
			for name, attempt := range attempts {
				err := attempt(w, attackerDesk(w, v, false))
				require.Error(t, err, name)
				if v.organization == v.in || slices.Contains([]string{"Disable", "DeleteIndividual", "SetPassword", "ResetSecondFactor", "RevokeLinks"}, name) {
					require.ErrorIs(t, err, manage.ErrBeyond, name)
				}
				require.Nil(t, w.takeIfChanged(before), name)
			}
			for name, change := range fixedFields {
				p := before.people["victim"]
				change(&p)
				require.Error(t, only(attackerDesk(w, v, false).UpdateIndividual(w.ctx, p)), name)
				require.Nil(t, w.takeIfChanged(before), name)
			}
			end()
			for name, attempt := range attempts {
				if testing.Short() && (name == "SetPassword" || v.name != victims[0].name) {
					continue
				}
				w, end := takeover(t, v, true, nil)
				require.NoError(t, attempt(w, attackerDesk(w, v, true)), "%s with the right to go beyond", name)
				end()
			}
			w, end = takeover(t, v, true, nil)
			before = w.take()
			for name, change := range fixedFields {
				p := before.people["victim"]
				change(&p)
				require.Error(t, only(attackerDesk(w, v, true).UpdateIndividual(w.ctx, p)), name)
				require.Nil(t, w.takeIfChanged(before), name)
			}
			end()
			// Enabling again is a change of state too.
			for _, beyond := range []bool{false, true} {
				w, end := takeover(t, v, beyond, func(p *individuals.Individual) { p.Disabled = true })
				err := only(attackerDesk(w, v, beyond).Enable(w.ctx, "victim"))
				if beyond {
					require.NoError(t, err)
				} else {
					require.ErrorIs(t, err, manage.ErrBeyond)
				}
				end()
			}
		})
	}
}

// A class that stops asking for a second factor takes it from all.
func TestTakeoverByAClass(t *testing.T) {
	for _, v := range victims {
		if v.attacker != "" {
			continue // classes are for those at the root
		}
		for _, beyond := range []bool{false, true} {
			w, end := takeover(t, v, beyond, nil)
			class := stored(w, func(r store.Reader) (individuals.Class, error) { return r.Class(w.ctx, "strict") })
			// The attacker's own is not for it to end.
			w.write(func(tx store.Tx) {
				p, err := tx.Individual(w.ctx, "ann")
				w.must(err)
				p.SecondFactor = individuals.SecondFactorYes
				w.must(tx.PutIndividual(w.ctx, p))
			})
			class.SecondFactor = false
			before := w.take()
			err := only(w.desk("ann").PutClass(w.ctx, class))
			if beyond {
				require.NoError(t, err, v.name)
			} else {
				require.ErrorIs(t, err, manage.ErrBeyond, v.name)
				require.Nil(t, w.takeIfChanged(before), v.name)
			}
			end()
		}
	}
}
