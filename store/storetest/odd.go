package storetest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/ipallow"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// lookalikes are IDs that look like something else, which a database or its
// driver may turn them into.
var lookalikes = []string{
	"2026-04-20", "2026-04-20T12:00:00Z", "2026-04-20T12:00:00.12Z", "2026-04-20T12:00:00.120Z", "2026-04-20 12:00:00", "2026-04-20T12:00:00+02:00", "12:00:00",
	"7", "07", "7.0", "7.", "+7", "-7", "0x7", "7e0", "1e999", "NaN", "Infinity", "true", "TRUE", "t", "on", "nil", "NULL", "\\N", "\\x41", "x'41'", "{a,b}", "[1]", `{"a":1}`,
	"::1", "10.0.0.0/8", "10.0.0.0/08", "%s", "%", "_", "\\", "'", "''", "\"", "`", "--", "/*", ";", "?", ":a", "@a", "$1", "$$", "durward_roles", "\u00a0", "\u200b", "\u202e", "\U0010ffff",
}

// oddRules are about what stores must not touch in a record.
func oddRules() []rule {
	return []rule{
		{"lookalikes", "IDs that look like numbers, instants, booleans or syntax stay the text that they are, in keys, references and lists", func(s *suite) {
			some := lookalikes[:12]
			s.update(func(tx store.Tx) error {
				if err := tx.PutEntity(s.ctx, scope.Entity{ID: "root", Kind: "provider"}); err != nil {
					return err
				}
				for _, id := range lookalikes {
					p := individuals.Individual{ID: id, Organization: id, RoleType: "customer", Name: id, Contact: id, AllowList: ipallow.Anywhere()}
					role := roles.NewRole(id, id, "customer", map[string]roles.Permission{"customer/" + id: roles.Read})
					role.Owner, role.Description = id, id
					for _, err := range []error{
						tx.PutEntity(s.ctx, scope.Entity{ID: id, Kind: "customer", Parent: "root", Title: id, Links: []scope.Link{{Name: "group", To: "root"}}}),
						tx.PutOrganization(s.ctx, individuals.Organization{Entity: id, Class: id, AllowedRoles: append(slices.DeleteFunc(slices.Clone(some), func(other string) bool { return other == id }), id), DefaultRole: id}),
						tx.PutIndividual(s.ctx, p),
						tx.PutGrant(s.ctx, individuals.Grant{Individual: id, Organization: id, Listed: some}.WithRole(id).WithACL(id)),
						tx.PutRole(s.ctx, role),
						tx.PutACL(s.ctx, acl.Level{ID: id, Name: id, Type: "customer", Owner: id, Description: id, VisibleTo: some, Components: some}),
					} {
						if err != nil {
							s.Errorf("%q: %v", id, err)
						}
					}
				}
				return nil
			})
			s.view(func(r store.Reader) error {
				for _, id := range lookalikes {
					o, err := r.Organization(s.ctx, id)
					if err != nil {
						return err
					}
					s.equal("organization", []string{o.Entity, o.Class, o.DefaultRole}, []string{id, id, id})
					s.equal("last allowed role", o.AllowedRoles[len(o.AllowedRoles)-1], id)
					g, err := r.Grant(s.ctx, id, id)
					if err != nil {
						return err
					}
					s.equal("slots", []string{g.Role.ID, g.ACL.ID}, []string{id, id})
					s.equal("listed", g.Listed, some)
					role, err := r.Role(s.ctx, id)
					if err != nil {
						return err
					}
					_, set := role.Permissions["customer/"+id]
					s.equal("role", []any{role.Name, role.Owner, role.Description, set}, []any{id, id, id, true})
					level, err := r.ACL(s.ctx, id)
					if err != nil {
						return err
					}
					s.equal("level", []any{level.Name, level.Owner, level.Description, level.VisibleTo, level.Components}, []any{id, id, id, some, some})
					people, err := r.Individuals(s.ctx, store.IndividualFilter{Organization: id}, store.Page{})
					if err != nil {
						return err
					}
					s.equal("people", ids(people, nil), []string{id})
					s.equal("person", []string{people[0].Name, people[0].Contact}, []string{id, id})
				}
				all, err := r.Individuals(s.ctx, store.IndividualFilter{}, store.Page{Limit: 1000})
				s.equal("in byte order", ids(all, nil), slices.Sorted(slices.Values(lookalikes)))
				return err
			})
		}},
		{"reading bad identifiers", "what cannot be an ID or a login is nobody's: reading it wraps ErrNotFound", func(s *suite) {
			s.view(func(r store.Reader) error {
				for _, id := range []string{"", "a\x00b", "\xff", "a\xc3", strings.Repeat("x", 1<<16)} {
					_, err := r.Individual(s.ctx, id)
					s.wraps("Individual", err, store.ErrNotFound)
					_, err = r.Role(s.ctx, id)
					s.wraps("Role", err, store.ErrNotFound)
					_, err = r.Grant(s.ctx, id, "abc")
					s.wraps("Grant", err, store.ErrNotFound)
					_, err = r.Grant(s.ctx, "abc", id)
					s.wraps("Grant", err, store.ErrNotFound)
					_, err = r.IndividualByLogin(s.ctx, "", "customer", id)
					s.wraps("IndividualByLogin", err, store.ErrNotFound)
					_, err = r.Token(s.ctx, id)
					s.wraps("Token", err, store.ErrNotFound)
				}
				return nil
			})
			s.equal("revision", s.revision(), uint64(0))
		}},
		{"limits", "records at the limits of what is valid are kept whole", func(s *suite) {
			long := func(most int) string { return strings.Repeat("é", most/2) }
			role := roles.NewRole("r", long(roles.MaxTitleBytes), "customer", map[string]roles.Permission{})
			role.Description = long(roles.MaxDescriptionBytes)
			for n := range 3000 {
				role.Permissions["customer/"+number(n)] = roles.Setting{Permission: roles.Permission(n % 16)}
			}
			organization := individuals.Organization{Entity: "root"}
			for n := range individuals.MaxAllowedRoles {
				organization.AllowedRoles = append(organization.AllowedRoles, number(individuals.MaxAllowedRoles-n))
			}
			level := acl.Level{ID: "l", Name: "L", Type: "customer"}
			for n := range 2000 {
				level.Permissions = append(level.Permissions, acl.Permission{Operations: acl.Operations(1 + n%15), Object: number(5000 - n), Attribute: acl.AnyAttribute})
			}
			var networks []string
			for n := range ipallow.MaxEntries {
				networks = append(networks, fmt.Sprintf("10.%d.%d.0/24", n/256, 255-n%256))
			}
			list, err := ipallow.Parse(networks)
			if err != nil {
				s.Fatal(err)
			}
			p := individuals.Individual{ID: strings.Repeat("é", scope.MaxIDBytes/2), Organization: "abc", RoleType: "customer", Name: long(individuals.MaxNameBytes),
				AllowList: list, Epoch: 1<<64 - 1}
			s.update(func(tx store.Tx) error {
				for _, err := range []error{
					tx.PutEntity(s.ctx, scope.Entity{ID: "root", Kind: "provider"}),
					tx.PutRole(s.ctx, role), tx.PutOrganization(s.ctx, organization), tx.PutACL(s.ctx, level), tx.PutIndividual(s.ctx, p),
				} {
					if err != nil {
						return err
					}
				}
				return nil
			})
			s.view(func(r store.Reader) error {
				gotRole, err := r.Role(s.ctx, "r")
				if err != nil {
					return err
				}
				s.equal("role", unstamped(gotRole), unstamped(role))
				gotOrganization, err := r.Organization(s.ctx, "root")
				if err != nil {
					return err
				}
				s.equal("organization", unstamped(gotOrganization), unstamped(organization))
				gotLevel, err := r.ACL(s.ctx, "l")
				if err != nil {
					return err
				}
				s.equal("level", unstamped(gotLevel), unstamped(level))
				gotPerson, err := r.Individual(s.ctx, p.ID)
				s.equal("individual", unstamped(gotPerson), unstamped(p))
				return err
			})
		}},
	}
}
