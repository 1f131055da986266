package storetest

import (
	"context"
	"fmt"

	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/ipallow"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// A kind is one kind of records as the rules for all kinds see it. Records
// are made by a number, so that a rule can make as many as it needs.
type kind struct {
	kind store.Kind
	name string
	// need writes what the records refer to.
	need func(ctx context.Context, tx store.Tx) error
	// make returns record n in version v.
	make func(n, v int) any
	// put, get and remove write, read and delete by number.
	put    func(ctx context.Context, tx store.Tx, record any) error
	get    func(ctx context.Context, r store.Reader, n int) (any, error)
	remove func(ctx context.Context, tx store.Tx, n int, revision uint64) error
	// list returns a page of records after record number n, -1 for the first. It
	// is nil where the kind has no listing.
	list func(ctx context.Context, r store.Reader, after, limit int) ([]any, error)
	// revised returns a copy of the record with a revision, and spoil changes
	// whatever the record shares with its copies.
	revised func(record any, revision uint64) any
	spoil   func(record any)
	// change is what the feed tells of record n. It is nil where the kind is not
	// in the feed.
	change func(n int) store.Change
	// broken is a record that must be refused.
	broken any
}

func number(n int) string { return fmt.Sprintf("record-%04d", n) }

func nothing(context.Context, store.Tx) error { return nil }

func keep(any) {}

func every[T any](records []T, err error) ([]any, error) {
	out := make([]any, len(records))
	for i, r := range records {
		out[i] = r
	}
	return out, err
}

// page makes the page of a listing by number.
func page(after, limit int) store.Page {
	p := store.Page{Limit: limit}
	if after >= 0 {
		p.After = number(after)
	}
	return p
}

// unstamped takes out of a record what the store fills in, so that what was
// written and what is read compare.
func unstamped(record any) any {
	switch r := record.(type) {
	case roles.Role:
		c := r.Copy()
		c.Revision = 0
		for path, s := range c.Permissions {
			c.Permissions[path] = roles.Setting{Permission: s.Permission}
		}
		return c
	case acl.Level:
		c := r.Copy()
		c.Revision = 0
		return c
	case individuals.Individual:
		r.Revision = 0
		return r
	case individuals.Organization:
		c := r.Copy()
		c.Revision = 0
		return c
	case individuals.Class:
		r.Revision = 0
		return r
	case individuals.Grant:
		c := r.Copy()
		c.Revision = 0
		for _, slot := range []*individuals.Slot{&c.Role, &c.ACL} {
			slot.Revision, slot.By, slot.System = 0, "", 0
		}
		return c
	case scope.Entity:
		c := r.Clone()
		c.Revision = 0
		return c
	case individuals.Credential:
		return revealCredential(r)
	case store.Token:
		return revealToken(r)
	}
	return record
}

// kinds lists all of them.
func kinds() []kind {
	return []kind{roleKind(), aclKind(), individualKind(), organizationKind(), classKind(), grantKind(), entityKind(), credentialKind(), tokenKind()}
}

func roleKind() kind {
	return kind{
		kind: store.Roles, name: "role", need: nothing,
		make: func(n, v int) any {
			r := roles.NewRole(number(n), fmt.Sprintf("Role %d, version %d", n, v), "customer", map[string]roles.Permission{
				"customer/billing": roles.Read, "customer/pbx": roles.Permit(roles.View, roles.Create)})
			r.Owner, r.Description = "reseller-ä", "What it is for: \"quotes\", 'and' more\nand lines."
			if v%2 == 1 {
				r.Permissions["customer/pbx"] = roles.Setting{Permission: roles.Modify}
			}
			return r
		},
		put: func(ctx context.Context, tx store.Tx, r any) error { return tx.PutRole(ctx, r.(roles.Role)) },
		get: func(ctx context.Context, r store.Reader, n int) (any, error) { return r.Role(ctx, number(n)) },
		remove: func(ctx context.Context, tx store.Tx, n int, revision uint64) error {
			return tx.DeleteRole(ctx, number(n), revision)
		},
		list: func(ctx context.Context, r store.Reader, after, limit int) ([]any, error) {
			return every(r.Roles(ctx, store.RoleFilter{}, page(after, limit)))
		},
		revised: func(r any, revision uint64) any {
			c := r.(roles.Role).Copy()
			c.Revision = revision
			return c
		},
		spoil:  func(r any) { r.(roles.Role).Permissions["customer/pbx"] = roles.Setting{Permission: roles.Restrict} },
		change: func(n int) store.Change { return store.Change{Kind: store.Roles, ID: number(n)} },
		broken: roles.Role{ID: number(0)},
	}
}

func aclKind() kind {
	return kind{
		kind: store.ACLs, name: "ACL", need: nothing,
		make: func(n, v int) any {
			return acl.Level{ID: number(n), Name: fmt.Sprintf("Level %d, version %d", n, v), Type: "customer", Owner: "itsp",
				Description: "Ünïcode", VisibleTo: []string{"reseller-1", "reseller-2"}, System: v%2 == 1,
				Permissions: []acl.Permission{
					{Operations: acl.Operations(acl.Select), Object: "Invoices", Attribute: acl.AnyAttribute},
					{Operations: acl.Operations(acl.Select | acl.Update), Object: "Customers", Attribute: "email"},
				},
				Components: []string{"component-1"}}
		},
		put: func(ctx context.Context, tx store.Tx, r any) error { return tx.PutACL(ctx, r.(acl.Level)) },
		get: func(ctx context.Context, r store.Reader, n int) (any, error) { return r.ACL(ctx, number(n)) },
		remove: func(ctx context.Context, tx store.Tx, n int, revision uint64) error {
			return tx.DeleteACL(ctx, number(n), revision)
		},
		list: func(ctx context.Context, r store.Reader, after, limit int) ([]any, error) {
			return every(r.ACLs(ctx, store.ACLFilter{}, page(after, limit)))
		},
		revised: func(r any, revision uint64) any {
			c := r.(acl.Level).Copy()
			c.Revision = revision
			return c
		},
		spoil: func(r any) {
			l := r.(acl.Level)
			l.VisibleTo[0], l.Components[0], l.Permissions[0].Object = "spoilt", "spoilt", "Spoilt"
		},
		change: func(n int) store.Change { return store.Change{Kind: store.ACLs, ID: number(n)} },
		broken: acl.Level{ID: number(0)},
	}
}

func individualKind() kind {
	return kind{
		kind: store.Individuals, name: "individual", need: nothing,
		make: func(n, v int) any {
			allowed, err := ipallow.Parse([]string{"10.0.0.0/8", "2001:db8::1-2001:db8::ff"})
			if err != nil {
				panic(err)
			}
			from, err := individuals.ParseDate("2026-04-20")
			if err != nil {
				panic(err)
			}
			return individuals.Individual{ID: number(n), Provider: "itsp", Realm: "customer", RoleType: "customer", Organization: "abc",
				Login: fmt.Sprintf("login-%d", n), Name: fmt.Sprintf("Štěpán %d.%d", n, v), Email: fmt.Sprintf("p%d@abc.example", n), Contact: "contact-7",
				Window:   individuals.Window{Activation: from, Expiration: from.AddDays(700), Zone: "Pacific/Chatham"},
				Language: "cs", AllowList: allowed, SecondFactor: individuals.SecondFactorYes, Enrolled: v%2 == 1, Disabled: v%3 == 1, Epoch: uint64(v)}
		},
		put: func(ctx context.Context, tx store.Tx, r any) error {
			return tx.PutIndividual(ctx, r.(individuals.Individual))
		},
		get: func(ctx context.Context, r store.Reader, n int) (any, error) { return r.Individual(ctx, number(n)) },
		remove: func(ctx context.Context, tx store.Tx, n int, revision uint64) error {
			return tx.DeleteIndividual(ctx, number(n), revision)
		},
		list: func(ctx context.Context, r store.Reader, after, limit int) ([]any, error) {
			return every(r.Individuals(ctx, store.IndividualFilter{}, page(after, limit)))
		},
		revised: func(r any, revision uint64) any {
			c := r.(individuals.Individual)
			c.Revision = revision
			return c
		},
		spoil:  keep,
		change: func(n int) store.Change { return store.Change{Kind: store.Individuals, ID: number(n)} },
		broken: individuals.Individual{ID: number(0)},
	}
}

func organizationKind() kind {
	return kind{
		kind: store.Organizations, name: "organization",
		need: func(ctx context.Context, tx store.Tx) error {
			for n := range 120 {
				if err := tx.PutEntity(ctx, scope.Entity{ID: number(n), Kind: "customer"}); err != nil {
					return err
				}
			}
			return nil
		},
		make: func(n, v int) any {
			return individuals.Organization{Entity: number(n), AllowedRoles: []string{"pbx-admin", "customer-admin"},
				DefaultRole: "pbx-admin", Closed: v%2 == 1,
				Link: individuals.StandingLink{Role: "non-portal", Open: v%2 == 0, Epoch: uint64(v)}}
		},
		put: func(ctx context.Context, tx store.Tx, r any) error {
			return tx.PutOrganization(ctx, r.(individuals.Organization))
		},
		get: func(ctx context.Context, r store.Reader, n int) (any, error) { return r.Organization(ctx, number(n)) },
		remove: func(ctx context.Context, tx store.Tx, n int, revision uint64) error {
			return tx.DeleteOrganization(ctx, number(n), revision)
		},
		list: func(ctx context.Context, r store.Reader, after, limit int) ([]any, error) {
			return every(r.Organizations(ctx, store.OrganizationFilter{}, page(after, limit)))
		},
		revised: func(r any, revision uint64) any {
			c := r.(individuals.Organization).Copy()
			c.Revision = revision
			return c
		},
		spoil:  func(r any) { r.(individuals.Organization).AllowedRoles[0] = "spoilt" },
		change: func(n int) store.Change { return store.Change{Kind: store.Organizations, ID: number(n)} },
		broken: individuals.Organization{Entity: number(0), DefaultRole: "not-allowed"},
	}
}

func classKind() kind {
	return kind{
		kind: store.Classes, name: "class", need: nothing,
		make: func(n, v int) any {
			return individuals.Class{ID: number(n), Name: fmt.Sprintf("Class %d.%d", n, v), SecondFactor: v%2 == 1}
		},
		put: func(ctx context.Context, tx store.Tx, r any) error { return tx.PutClass(ctx, r.(individuals.Class)) },
		get: func(ctx context.Context, r store.Reader, n int) (any, error) { return r.Class(ctx, number(n)) },
		remove: func(ctx context.Context, tx store.Tx, n int, revision uint64) error {
			return tx.DeleteClass(ctx, number(n), revision)
		},
		list: func(ctx context.Context, r store.Reader, after, limit int) ([]any, error) {
			return every(r.Classes(ctx, page(after, limit)))
		},
		revised: func(r any, revision uint64) any {
			c := r.(individuals.Class)
			c.Revision = revision
			return c
		},
		spoil:  keep,
		change: func(n int) store.Change { return store.Change{Kind: store.Classes, ID: number(n)} },
		broken: individuals.Class{},
	}
}

func grantKind() kind {
	return kind{
		kind: store.Grants, name: "grant",
		need: func(ctx context.Context, tx store.Tx) error {
			if err := tx.PutEntity(ctx, scope.Entity{ID: "abc", Kind: "customer"}); err != nil {
				return err
			}
			if err := tx.PutOrganization(ctx, individuals.Organization{Entity: "abc"}); err != nil {
				return err
			}
			for n := range 120 {
				if err := tx.PutIndividual(ctx, individuals.Individual{ID: number(n), Organization: "abc", RoleType: "customer"}); err != nil {
					return err
				}
			}
			return nil
		},
		make: func(n, v int) any {
			g := individuals.Grant{Individual: number(n), Organization: "abc", Listed: []string{"group-1", "group-2"}}
			return g.WithRole(fmt.Sprintf("role-%d", v)).WithACL("level")
		},
		put: func(ctx context.Context, tx store.Tx, r any) error { return tx.PutGrant(ctx, r.(individuals.Grant)) },
		get: func(ctx context.Context, r store.Reader, n int) (any, error) { return r.Grant(ctx, number(n), "abc") },
		remove: func(ctx context.Context, tx store.Tx, n int, revision uint64) error {
			return tx.DeleteGrant(ctx, number(n), "abc", revision)
		},
		list: func(ctx context.Context, r store.Reader, after, limit int) ([]any, error) {
			p := store.GrantPage{Limit: limit}
			if after >= 0 {
				p.AfterIndividual, p.AfterOrganization = number(after), "abc"
			}
			return every(r.Grants(ctx, store.GrantFilter{}, p))
		},
		revised: func(r any, revision uint64) any {
			c := r.(individuals.Grant).Copy()
			c.Revision = revision
			return c
		},
		spoil: func(r any) { r.(individuals.Grant).Listed[0] = "spoilt" },
		change: func(n int) store.Change {
			return store.Change{Kind: store.Grants, ID: number(n), Organization: "abc"}
		},
		broken: individuals.Grant{Individual: number(0)},
	}
}

func entityKind() kind {
	return kind{
		kind: store.Entities, name: "entity",
		need: func(ctx context.Context, tx store.Tx) error {
			for _, e := range []scope.Entity{{ID: "a-provider", Kind: "provider"}, {ID: "a-distributor", Kind: "distributor", Parent: "a-provider"}} {
				if err := tx.PutEntity(ctx, e); err != nil {
					return err
				}
			}
			return nil
		},
		make: func(n, v int) any {
			return scope.Entity{ID: number(n), Kind: "customer", Parent: "a-provider", Title: fmt.Sprintf("Customer %d.%d", n, v),
				Links: []scope.Link{{Name: "distributor", To: "a-distributor"}}}
		},
		put: func(ctx context.Context, tx store.Tx, r any) error { return tx.PutEntity(ctx, r.(scope.Entity)) },
		get: func(ctx context.Context, r store.Reader, n int) (any, error) { return r.Entity(ctx, number(n)) },
		remove: func(ctx context.Context, tx store.Tx, n int, revision uint64) error {
			return tx.DeleteEntity(ctx, number(n), revision)
		},
		list: func(ctx context.Context, r store.Reader, after, limit int) ([]any, error) {
			p := page(after, limit)
			if after < 0 {
				p.After = "b" // past what need wrote
			}
			return every(r.Entities(ctx, store.EntityFilter{}, p))
		},
		revised: func(r any, revision uint64) any {
			c := r.(scope.Entity).Clone()
			c.Revision = revision
			return c
		},
		spoil:  func(r any) { r.(scope.Entity).Links[0].To = "spoilt" },
		change: func(n int) store.Change { return store.Change{Kind: store.Entities, ID: number(n)} },
		broken: scope.Entity{ID: number(0), Kind: "customer", Parent: "nobody"},
	}
}
