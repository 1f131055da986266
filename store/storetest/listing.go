package storetest

import (
	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// listingRules are about filters and pages.
func listingRules() []rule {
	return []rule{
		{"filters", "a filter selects by every field that it sets", func(s *suite) {
			s.update(func(tx store.Tx) error {
				for _, e := range []scope.Entity{{ID: "itsp", Kind: "provider"}, {ID: "r", Kind: "reseller", Parent: "itsp"}, {ID: "c1", Kind: "customer", Parent: "r", Links: []scope.Link{{Name: "representative", To: "r"}, {Name: "distributor", To: "r"}}}, {ID: "c2", Kind: "customer", Parent: "itsp", Links: []scope.Link{{Name: "representative", To: "r"}}}} {
					if err := tx.PutEntity(s.ctx, e); err != nil {
						return err
					}
				}
				if err := tx.PutClass(s.ctx, class("gold", "Gold")); err != nil {
					return err
				}
				for _, o := range []individuals.Organization{
					{Entity: "c1", Class: "gold", AllowedRoles: []string{"ra", "rb"}, Link: individuals.StandingLink{Role: "rb"}},
					{Entity: "c2", Link: individuals.StandingLink{Role: "rb"}},
				} {
					if err := tx.PutOrganization(s.ctx, o); err != nil {
						return err
					}
				}
				for _, r := range []roles.Role{roles.NewRole("ra", "A", "customer", nil), roles.NewRole("rb", "B", "admin", nil)} {
					if r.Type == "customer" {
						r.Owner = "r"
					}
					if err := tx.PutRole(s.ctx, r); err != nil {
						return err
					}
				}
				for _, l := range []acl.Level{{ID: "la", Name: "A", Type: "customer", Owner: "r"}, {ID: "lb", Name: "B", Type: "component"}} {
					if err := tx.PutACL(s.ctx, l); err != nil {
						return err
					}
				}
				for _, p := range []individuals.Individual{{ID: "p1", Organization: "c1", RoleType: "customer"}, {ID: "p2", Organization: "c2", RoleType: "customer"}, {ID: "p3", Organization: "c2", RoleType: "account"}} {
					if err := tx.PutIndividual(s.ctx, p); err != nil {
						return err
					}
				}
				for _, g := range []struct{ who, in, role, level string }{{"p1", "c1", "ra", ""}, {"p1", "c2", "rb", "la"}, {"p2", "c2", "ra", ""}} {
					grant := individuals.Grant{Individual: g.who, Organization: g.in}.WithRole(g.role)
					if g.level != "" {
						grant = grant.WithACL(g.level)
					}
					if err := tx.PutGrant(s.ctx, grant); err != nil {
						return err
					}
				}
				return nil
			})
			s.view(func(r store.Reader) error {
				all := store.Page{}
				ctx := s.ctx
				got := map[string][]string{
					"roles of a type":               ids(r.Roles(ctx, store.RoleFilter{Type: "customer"}, all)),
					"roles of an owner":             ids(r.Roles(ctx, store.RoleFilter{Owner: "r"}, all)),
					"ACLs of a type":                ids(r.ACLs(ctx, store.ACLFilter{Type: "component"}, all)),
					"ACLs of an owner":              ids(r.ACLs(ctx, store.ACLFilter{Owner: "r"}, all)),
					"people of an organization":     ids(r.Individuals(ctx, store.IndividualFilter{Organization: "c2"}, all)),
					"people of a type":              ids(r.Individuals(ctx, store.IndividualFilter{RoleType: "account"}, all)),
					"people of both":                ids(r.Individuals(ctx, store.IndividualFilter{Organization: "c1", RoleType: "account"}, all)),
					"organizations of a class":      ids(r.Organizations(ctx, store.OrganizationFilter{Class: "gold"}, all)),
					"organizations for a role":      ids(r.Organizations(ctx, store.OrganizationFilter{Role: "ra"}, all)),
					"organizations for a link":      ids(r.Organizations(ctx, store.OrganizationFilter{Role: "rb"}, all)),
					"organizations for both":        ids(r.Organizations(ctx, store.OrganizationFilter{Role: "rb", Class: "gold"}, all)),
					"entities below":                ids(r.Entities(ctx, store.EntityFilter{Parent: "itsp"}, all)),
					"entities linked to one":        ids(r.Entities(ctx, store.EntityFilter{LinkedTo: "r"}, all)),
					"entities linked to, after one": ids(r.Entities(ctx, store.EntityFilter{LinkedTo: "r"}, store.Page{After: "c1"})),
					"entities linked to and below":  ids(r.Entities(ctx, store.EntityFilter{LinkedTo: "r", Parent: "itsp"}, all)),
					"entities linked to nothing":    ids(r.Entities(ctx, store.EntityFilter{LinkedTo: "c1"}, all)),
					"entities of a kind":            ids(r.Entities(ctx, store.EntityFilter{Kind: "customer"}, all)),
					"grants of an individual":       ids(r.Grants(ctx, store.GrantFilter{Individual: "p1"}, store.GrantPage{})),
					"grants in an organization":     ids(r.Grants(ctx, store.GrantFilter{Organization: "c2"}, store.GrantPage{})),
					"grants of a role":              ids(r.Grants(ctx, store.GrantFilter{Role: "ra"}, store.GrantPage{})),
					"grants of an ACL":              ids(r.Grants(ctx, store.GrantFilter{ACL: "la"}, store.GrantPage{})),
					"grants of nobody":              ids(r.Grants(ctx, store.GrantFilter{Individual: "p"}, store.GrantPage{})),
					"grants after another's":        ids(r.Grants(ctx, store.GrantFilter{Individual: "p2"}, store.GrantPage{AfterIndividual: "p1", AfterOrganization: "c9"})),
					"grants of one after the first": ids(r.Grants(ctx, store.GrantFilter{Individual: "p1"}, store.GrantPage{AfterIndividual: "p1", AfterOrganization: "c1"})),
				}
				want := map[string][]string{
					"roles of a type": {"ra"}, "roles of an owner": {"ra"}, "ACLs of a type": {"lb"}, "ACLs of an owner": {"la"},
					"people of an organization": {"p2", "p3"}, "people of a type": {"p3"}, "people of both": nil,
					"organizations of a class": {"c1"}, "organizations for a role": {"c1"}, "organizations for a link": {"c1", "c2"}, "organizations for both": {"c1"}, "entities below": {"c2", "r"}, "entities of a kind": {"c1", "c2"}, "entities linked to one": {"c1", "c2"},
					"entities linked to, after one": {"c2"}, "entities linked to and below": {"c2"}, "entities linked to nothing": nil,
					"grants of an individual": {"p1 in c1", "p1 in c2"}, "grants in an organization": {"p1 in c2", "p2 in c2"},
					"grants of a role": {"p1 in c1", "p2 in c2"}, "grants of an ACL": {"p1 in c2"}, "grants of nobody": nil,
					"grants after another's": {"p2 in c2"}, "grants of one after the first": {"p1 in c2"},
				}
				for what := range want {
					s.equal(what, got[what], want[what])
				}
				return nil
			})
		}},
		{"page sizes", "a page without a limit holds DefaultPage records, and one beyond MaxPage no more than that", func(s *suite) {
			s.update(func(tx store.Tx) error {
				for _, id := range sequence("%04d", store.DefaultPage+5) {
					if err := tx.PutClass(s.ctx, class(id, "x")); err != nil {
						return err
					}
				}
				return nil
			})
			s.view(func(r store.Reader) error {
				for limit, want := range map[int]int{0: store.DefaultPage, -1: store.DefaultPage, 3: 3, store.MaxPage + 1: store.DefaultPage + 5} {
					page, err := r.Classes(s.ctx, store.Page{Limit: limit})
					if err != nil {
						return err
					}
					if len(page) != want {
						s.Errorf("limit %d: %d records, want %d", limit, len(page), want)
					}
				}
				return nil
			})
		}},
	}
}

func ids[T any](records []T, err error) []string {
	if err != nil {
		return []string{"error: " + err.Error()}
	}
	var out []string
	for _, record := range records {
		switch r := any(record).(type) {
		case roles.Role:
			out = append(out, r.ID)
		case acl.Level:
			out = append(out, r.ID)
		case individuals.Individual:
			out = append(out, r.ID)
		case individuals.Organization:
			out = append(out, r.Entity)
		case individuals.Grant:
			out = append(out, r.Individual+" in "+r.Organization)
		case scope.Entity:
			out = append(out, r.ID)
		}
	}
	return out
}
