package manage_test

import (
	"fmt"
	"math/rand/v2"

	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/store"
)

// seedRoles are the roles of a random world by type: from all to little.
var seedStrengths = []string{"full", "half", "some", "bits"}

func seedPermissions(r *rand.Rand, strength string) map[string]roles.Permission {
	modify, read := roles.Modify, roles.Read
	switch strength {
	case "all":
		return map[string]roles.Permission{"thing": modify, "thing/secret": modify, "admin": modify, "admin/roles/beyond": modify}
	case "full":
		return map[string]roles.Permission{"thing": modify, "thing/secret": modify, "admin": modify}
	case "half":
		return map[string]roles.Permission{"thing": modify, "thing/money": read, "admin": modify}
	case "some":
		return map[string]roles.Permission{"thing": read, "thing/info": modify, "admin/people": modify, "admin/lists": modify, "admin/roles": modify}
	default:
		out := make(map[string]roles.Permission)
		for range 1 + r.IntN(4) {
			n := smallTree.At(r.IntN(smallTree.Len()))
			if n.Path() != "admin/roles/beyond" {
				out[n.Path()] = []roles.Permission{roles.Restrict, read, modify, modify}[r.IntN(4)]
			}
		}
		return out
	}
}

// seed fills a random world.
func seed(r *rand.Rand) func(w *smallWorld, tx store.Tx) {
	return func(w *smallWorld, tx store.Tx) {
		owners := map[string][]string{"root": {"p"}, "dealer": {"p", "d1"}, "client": {"p", "d1", "c1"}, "keeper": {"p"}, "agent": {"p"}, "clerk": {"p", "d1"}}
		allowed := make(map[string][]string)
		for t := range smallModel.Types() {
			if t.Name == "idler" {
				continue
			}
			for _, strength := range append([]string{"all"}, seedStrengths...) {
				if strength == "all" && t.Name != "root" && t.Name != "dealer" {
					continue
				}
				owner := owners[t.Name][r.IntN(len(owners[t.Name]))]
				if strength != "bits" {
					owner = "p"
				}
				role := smallRole(t.Name+"-"+strength, t.Name, owner, seedPermissions(r, strength))
				w.must(tx.PutRole(w.ctx, role))
				allowed[t.Name+" "+owner] = append(allowed[t.Name+" "+owner], role.ID)
			}
			if t.Name == "keeper" || t.Name == "clerk" {
				continue
			}
			for i, text := range []string{"select+update+insert+delete Things.*any*", "select Money.*any*", "select+insert+update People.*any*", "select Things.deep"} {
				w.must(tx.PutACL(w.ctx, acl.Level{ID: fmt.Sprint(t.Name, "-level-", i), Name: "Level", Type: t.Name, Owner: "p",
					Permissions: acl.MustPermissions(text)}))
			}
		}
		w.must(tx.PutClass(w.ctx, individuals.Class{ID: "strict", Name: "Strict", SecondFactor: true}))
		w.must(tx.PutClass(w.ctx, individuals.Class{ID: "lax", Name: "Lax"}))
		for _, e := range smallEntities {
			if typesOf[e.Kind] == nil {
				continue
			}
			o := individuals.Organization{Entity: e.ID, Class: []string{"", "strict", "lax"}[r.IntN(3)]}
			for _, t := range typesOf[e.Kind] {
				o.AllowedRoles = append(o.AllowedRoles, allowed[t+" p"]...)
				if e.ID == "d1" || e.ID == "c1" || e.ID == "c2" || e.ID == "s" || e.ID == "c4" {
					o.AllowedRoles = append(o.AllowedRoles, allowed[t+" d1"]...)
				}
			}
			if r.IntN(3) == 0 {
				o.Link = individuals.StandingLink{Role: o.AllowedRoles[r.IntN(len(o.AllowedRoles))], Open: r.IntN(2) == 0, Epoch: 3}
			}
			if e.ID == "c3" { // whose people can edit what they hold
				w.must(tx.PutRole(w.ctx, smallRole("c3-own", "client", "c3", seedPermissions(r, "full"))))
				o.AllowedRoles = append(o.AllowedRoles, "c3-own")
			}
			o.DefaultRole = o.AllowedRoles[len(o.AllowedRoles)-1]
			w.must(tx.PutOrganization(w.ctx, o))
		}
		for _, x := range []struct{ id, roleType, organization, role, level string }{
			{"alice", "root", "p", "root-all", ""}, {"anna", "root", "p", "root-full", ""}, {"amy", "root", "p", "root-some", ""},
			{"rita", "dealer", "d1", "dealer-full", ""}, {"rob", "dealer", "d1", "dealer-half", "dealer-level-0"}, {"ray", "dealer", "d1", "dealer-some", ""},
			{"sam", "dealer", "d2", "dealer-all", ""}, {"sue", "dealer", "d2", "dealer-full", ""}, {"ivy", "dealer", "s", "dealer-full", ""},
			{"bob", "client", "c1", "client-full", ""}, {"ben", "client", "c1", "client-some", "client-level-2"}, {"bea", "client", "c1", "", "client-level-0"},
			{"kim", "keeper", "c1", "keeper-half", ""}, {"carl", "client", "c2", "client-full", ""}, {"cleo", "client", "c3", "c3-own", ""}, {"cora", "client", "c3", "c3-own", ""},
			{"dan", "client", "c4", "client-full", ""}, {"gus", "agent", "ag", "agent-full", ""}, {"gil", "agent", "ag", "agent-some", ""},
		} {
			p := smallPerson(x.id, x.roleType, x.organization)
			p.Enrolled = r.IntN(3) == 0
			w.must(tx.PutIndividual(w.ctx, p))
			if p.Enrolled {
				w.must(tx.PutCredential(w.ctx, individuals.Credential{Individual: x.id, SealedKey: []byte("sealed " + x.id)}))
			}
			g := individuals.Grant{Individual: x.id, Organization: x.organization}
			if x.role != "" {
				g = g.WithRole(x.role)
			}
			if x.level != "" {
				g = g.WithACL(x.level)
			}
			if x.id == "kim" {
				g.Listed = []string{"g1"}
			}
			if x.id == "ray" && r.IntN(2) == 0 {
				g.Listed = []string{"c1"}
			}
			w.must(tx.PutGrant(w.ctx, g))
		}
		w.must(tx.PutGrant(w.ctx, individuals.Grant{Individual: "carl", Organization: "c1"}.WithRole("client-some")))
		w.must(tx.PutGrant(w.ctx, individuals.Grant{Individual: "bob", Organization: "c4"}.WithRole("client-half")))
	}
}
