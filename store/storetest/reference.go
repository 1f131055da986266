package storetest

import (
	"fmt"

	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// referenceRules are about records that need others, and what stores fill in.
func referenceRules() []rule {
	return []rule{
		{"role settings", "PutRole gives each permission that it adds or changes its author and revision, and keeps those of the others", func(s *suite) {
			role := roles.NewRole("r", "R", "customer", map[string]roles.Permission{"a": roles.Read, "b": roles.Read})
			role.Permissions["a"] = roles.Setting{Permission: roles.Read, By: "forged", Revision: 999}
			first := s.update(func(tx store.Tx) error { return tx.PutRole(s.ctx, role) })
			second, err := s.store.Update(s.ctx, store.Author{ID: "bob"}, func(tx store.Tx) error {
				r, err := tx.Role(s.ctx, "r")
				if err != nil {
					return err
				}
				r.Permissions["b"] = roles.Setting{Permission: roles.Modify}
				r.Permissions["c"] = roles.Setting{Permission: roles.Read}
				return tx.PutRole(s.ctx, r)
			})
			if err != nil {
				s.Fatal(err)
			}
			s.view(func(r store.Reader) error {
				got, err := r.Role(s.ctx, "r")
				s.equal("settings", got.Permissions, map[string]roles.Setting{
					"a": {Permission: roles.Read, By: author.ID, Revision: first},
					"b": {Permission: roles.Modify, By: "bob", Revision: second},
					"c": {Permission: roles.Read, By: "bob", Revision: second},
				})
				return err
			})
		}},
		{"grant revisions", "ThisCommit in a slot becomes the commit's revision, an older slot keeps its own, and clearing keeps it too", func(s *suite) {
			k := grantKind()
			s.need(k)
			first := s.update(func(tx store.Tx) error {
				return tx.PutGrant(s.ctx, individuals.Grant{Individual: number(1), Organization: "abc"}.WithRole("r"))
			})
			change := func(to func(g individuals.Grant) individuals.Grant) uint64 {
				return s.update(func(tx store.Tx) error {
					g, err := tx.Grant(s.ctx, number(1), "abc")
					if err != nil {
						return err
					}
					return tx.PutGrant(s.ctx, to(g))
				})
			}
			second := change(func(g individuals.Grant) individuals.Grant { return g.WithACL("x") })
			third := change(individuals.Grant.WithoutRole)
			s.view(func(r store.Reader) error {
				g, err := r.Grant(s.ctx, number(1), "abc")
				s.equal("grant", g, individuals.Grant{Individual: number(1), Organization: "abc", Revision: third,
					Role: individuals.Slot{Revision: first, By: author.ID, System: author.System},
					ACL:  individuals.Slot{ID: "x", Revision: second, By: author.ID, System: author.System}})
				return err
			})
		}},
		{"forged grants", "a slot that is neither the stored one, nor that cleared, nor granted by this commit is refused", func(s *suite) {
			k := grantKind()
			s.need(k)
			s.put(k, k.make(1, 0))
			for _, forge := range []func(g *individuals.Grant){
				func(g *individuals.Grant) { g.Role.Revision = 1 << 60 },
				func(g *individuals.Grant) { g.Role.ID = "another" },
				func(g *individuals.Grant) { g.Role.By = "another" },
				func(g *individuals.Grant) { g.Role.System = individuals.ACLSystem },
				func(g *individuals.Grant) { g.ACL = individuals.Slot{ID: "x", Revision: 1} },
			} {
				s.refuse(nil, func(tx store.Tx) error {
					g, err := tx.Grant(s.ctx, number(1), "abc")
					if err != nil {
						return err
					}
					forge(&g)
					return tx.PutGrant(s.ctx, g)
				})
			}
			s.refuse(nil, func(tx store.Tx) error {
				return tx.PutGrant(s.ctx, individuals.Grant{Individual: number(2), Organization: "abc", Role: individuals.Slot{ID: "r", Revision: 7}})
			})
		}},
		{"ACL system and roles", "a commit of the ACL system neither assigns nor clears a role", func(s *suite) {
			k := grantKind()
			s.need(k)
			s.put(k, k.make(1, 0))
			for _, to := range []func(g individuals.Grant) individuals.Grant{
				individuals.Grant.WithoutRole,
				func(g individuals.Grant) individuals.Grant {
					g.Role = individuals.Slot{ID: "r", Revision: individuals.ThisCommit}
					return g
				},
			} {
				_, err := s.store.Update(s.ctx, store.Author{ID: "old", System: individuals.ACLSystem}, func(tx store.Tx) error {
					g, err := tx.Grant(s.ctx, number(1), "abc")
					if err != nil {
						return err
					}
					return tx.PutGrant(s.ctx, to(g))
				})
				if err == nil {
					s.Error("no error")
				}
			}
		}},
		{"fixed types", "the type of an individual, a role and an access level is fixed when they are created", func(s *suite) {
			revision := s.update(func(tx store.Tx) error {
				if err := tx.PutRole(s.ctx, roles.NewRole("r", "R", "customer", nil)); err != nil {
					return err
				}
				if err := tx.PutACL(s.ctx, acl.Level{ID: "x", Name: "X", Type: "customer"}); err != nil {
					return err
				}
				return tx.PutIndividual(s.ctx, individuals.Individual{ID: "p", Organization: "abc", RoleType: "customer"})
			})
			role := roles.NewRole("r", "R", "admin", nil)
			role.Revision = revision
			s.refuse(nil, func(tx store.Tx) error { return tx.PutRole(s.ctx, role) })
			s.refuse(nil, func(tx store.Tx) error {
				return tx.PutACL(s.ctx, acl.Level{ID: "x", Name: "X", Type: "user", Revision: revision})
			})
			s.refuse(nil, func(tx store.Tx) error {
				return tx.PutIndividual(s.ctx, individuals.Individual{ID: "p", Organization: "abc", RoleType: "admin", Revision: revision})
			})
		}},
		{"grant needs its records", "a grant to an individual, or in an organization, that does not exist is refused", func(s *suite) {
			s.need(grantKind())
			for _, g := range []individuals.Grant{{Individual: "nobody", Organization: "abc"}, {Individual: number(1), Organization: "nowhere"}} {
				s.refuse(store.ErrNotFound, func(tx store.Tx) error { return tx.PutGrant(s.ctx, g) })
			}
		}},
		{"individual in use", "an individual who holds a grant cannot be deleted, nor can the organization of one", func(s *suite) {
			k := grantKind()
			s.need(k)
			s.put(k, k.make(1, 0))
			s.refuse(store.ErrInUse, func(tx store.Tx) error {
				p, err := tx.Individual(s.ctx, number(1))
				if err != nil {
					return err
				}
				return tx.DeleteIndividual(s.ctx, p.ID, p.Revision)
			})
			s.refuse(store.ErrInUse, func(tx store.Tx) error {
				o, err := tx.Organization(s.ctx, "abc")
				if err != nil {
					return err
				}
				return tx.DeleteOrganization(s.ctx, o.Entity, o.Revision)
			})
		}},
		{"organization needs its entity", "an organization is refused without its entity, and keeps it from being deleted", func(s *suite) {
			s.refuse(store.ErrNotFound, func(tx store.Tx) error {
				return tx.PutOrganization(s.ctx, individuals.Organization{Entity: "nowhere"})
			})
			s.update(func(tx store.Tx) error {
				if err := tx.PutEntity(s.ctx, scope.Entity{ID: "abc", Kind: "customer"}); err != nil {
					return err
				}
				return tx.PutOrganization(s.ctx, individuals.Organization{Entity: "abc"})
			})
			s.refuse(store.ErrInUse, func(tx store.Tx) error { return tx.DeleteEntity(s.ctx, "abc", s.revision()) })
		}},
		{"class in use", "a class that an organization has cannot be deleted", func(s *suite) {
			revision := s.update(func(tx store.Tx) error {
				if err := tx.PutEntity(s.ctx, scope.Entity{ID: "abc", Kind: "customer"}); err != nil {
					return err
				}
				if err := tx.PutClass(s.ctx, individuals.Class{ID: "gold", Name: "Gold"}); err != nil {
					return err
				}
				return tx.PutOrganization(s.ctx, individuals.Organization{Entity: "abc", Class: "gold"})
			})
			s.refuse(store.ErrInUse, func(tx store.Tx) error { return tx.DeleteClass(s.ctx, "gold", revision) })
		}},
		{"entity cycle", "an entity that would be above itself is refused, and so is a parent or link that does not exist", func(s *suite) {
			revision := s.update(func(tx store.Tx) error {
				for _, e := range []scope.Entity{{ID: "a", Kind: "reseller"}, {ID: "b", Kind: "reseller", Parent: "a"}, {ID: "c", Kind: "customer", Parent: "b"}} {
					if err := tx.PutEntity(s.ctx, e); err != nil {
						return err
					}
				}
				return nil
			})
			s.refuse(scope.ErrCycle, func(tx store.Tx) error {
				return tx.PutEntity(s.ctx, scope.Entity{ID: "a", Kind: "reseller", Parent: "c", Revision: revision})
			})
			s.refuse(scope.ErrUnknown, func(tx store.Tx) error {
				return tx.PutEntity(s.ctx, scope.Entity{ID: "d", Kind: "customer", Parent: "nowhere"})
			})
			s.refuse(scope.ErrUnknown, func(tx store.Tx) error {
				return tx.PutEntity(s.ctx, scope.Entity{ID: "d", Kind: "customer", Links: []scope.Link{{Name: "distributor", To: "nowhere"}}})
			})
		}},
		{"entity in use", "an entity is not deleted while another has it as its parent or links to it", func(s *suite) {
			revision := s.update(func(tx store.Tx) error {
				for _, e := range []scope.Entity{{ID: "a", Kind: "provider"}, {ID: "d", Kind: "distributor", Parent: "a"},
					{ID: "c", Kind: "customer", Parent: "a", Links: []scope.Link{{Name: "distributor", To: "d"}}}} {
					if err := tx.PutEntity(s.ctx, e); err != nil {
						return err
					}
				}
				return nil
			})
			s.refuse(store.ErrInUse, func(tx store.Tx) error { return tx.DeleteEntity(s.ctx, "a", revision) })
			s.refuse(store.ErrInUse, func(tx store.Tx) error { return tx.DeleteEntity(s.ctx, "d", revision) })
			revision = s.update(func(tx store.Tx) error {
				return tx.PutEntity(s.ctx, scope.Entity{ID: "c", Kind: "customer", Parent: "a", Revision: revision})
			})
			s.update(func(tx store.Tx) error { return tx.DeleteEntity(s.ctx, "d", revision-1) })
		}},
		{"logins", "a login is unique in a realm of a provider by its canonical form, found by that, and free again when its individual is renamed or gone", func(s *suite) {
			person := func(id, provider, realm, login string) individuals.Individual {
				return individuals.Individual{ID: id, Provider: provider, Realm: realm, Login: login, Organization: "abc", RoleType: "customer"}
			}
			put := func(p individuals.Individual) func(store.Tx) error {
				return func(tx store.Tx) error { return tx.PutIndividual(s.ctx, p) }
			}
			revision := s.update(put(person("1", "itsp", "customer", "bob")))
			for _, spelling := range []string{"bob", "BOB", "Ｂｏｂ"} {
				s.refuse(store.ErrConflict, put(person("2", "itsp", "customer", spelling)))
			}
			s.update(put(person("3", "itsp", "admin", "bob")))
			s.update(put(person("4", "other", "customer", "bob")))
			found := func(provider, realm, login string) (id string) {
				s.view(func(r store.Reader) error {
					p, err := r.IndividualByLogin(s.ctx, provider, realm, login)
					if err != nil {
						s.wraps("by login", err, store.ErrNotFound)
					}
					id = p.ID
					return nil
				})
				return id
			}
			s.equal("found", []string{found("itsp", "customer", "bob"), found("itsp", "admin", "bob"), found("other", "customer", "bob"),
				found("itsp", "reseller", "bob"), found("itsp", "customer", "bobby")}, []string{"1", "3", "4", "", ""})
			renamed := person("1", "itsp", "customer", "Robert")
			renamed.Revision = revision
			revision = s.update(put(renamed))
			s.equal("after renaming", []string{found("itsp", "customer", "bob"), found("itsp", "customer", "robert")}, []string{"", "1"})
			s.update(put(person("2", "itsp", "customer", "bob")))
			s.update(func(tx store.Tx) error { return tx.DeleteIndividual(s.ctx, "1", revision) })
			s.equal("after deleting", found("itsp", "customer", "robert"), "")
		}},
		{"no login", "individuals without a login do not collide", func(s *suite) {
			for _, id := range []string{"1", "2"} {
				s.update(func(tx store.Tx) error {
					return tx.PutIndividual(s.ctx, individuals.Individual{ID: id, Organization: "abc", RoleType: "customer"})
				})
			}
		}},
		{"touch", "Touch puts a record that the host keeps elsewhere into the feed", func(s *suite) {
			before := s.revision()
			revision := s.update(func(tx store.Tx) error { return tx.Touch(s.ctx, store.Individuals, "elsewhere") })
			s.equal("feed", s.changes(before, 0), []store.Change{{Revision: revision, Kind: store.Individuals, ID: "elsewhere"}})
			s.refuse(nil, func(tx store.Tx) error { return tx.Touch(s.ctx, store.Kind(99), "elsewhere") })
		}},
	}
}

func sequence(format string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf(format, i)
	}
	return out
}
