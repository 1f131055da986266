package storetest

import (
	"cmp"
	"errors"
	"slices"

	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/ipallow"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// restorer returns the store's, and skips the rule where it is none.
func (s *suite) restorer() store.Restorer {
	s.Helper()
	r, ok := s.store.(store.Restorer)
	if !ok {
		s.Skip("the store cannot be made a copy of another: it does not implement store.Restorer")
	}
	return r
}

// batch is new records of all kinds that a commit can write together.
func batch() store.Batch {
	return store.Batch{
		Classes: []individuals.Class{{ID: "gold", Name: "Gold", SecondFactor: true}},
		Entities: []scope.Entity{
			{ID: "z", Kind: "provider"},
			{ID: "m", Kind: "customer", Parent: "z", Title: "M", Links: []scope.Link{{Name: "group", To: "z"}}},
			{ID: "a", Kind: "account", Parent: "m"},
		},
		Links:         []store.EntityLinks{{Entity: "z", Links: []scope.Link{{Name: "group", To: "a"}, {Name: "group", To: "m"}}}},
		Organizations: []individuals.Organization{{Entity: "m", Class: "gold", AllowedRoles: []string{"viewer", "admin"}, DefaultRole: "admin"}, {Entity: "a"}},
		Roles:         []roles.Role{roles.NewRole("viewer", "Viewer", "customer", map[string]roles.Permission{"customer": roles.Read, "customer/pbx": roles.Modify})},
		ACLs:          []acl.Level{{ID: "level", Name: "Level", Type: "user", Permissions: acl.MustPermissions("select Customers.name"), Components: []string{"part"}}},
		Individuals: []individuals.Individual{
			{ID: "bob", Realm: "customer", RoleType: "customer", Organization: "m", Login: "Bob", Epoch: 1 << 63, AllowList: ipallow.Anywhere()},
			{ID: "eve \"\\{},'NULL", RoleType: "customer", Organization: "a", Name: "NULL"},
		},
		Credentials: []individuals.Credential{{Individual: "bob", MustChange: true, SealedKey: []byte{0, 1, '\\', '"'}}},
		Grants: []individuals.Grant{
			individuals.Grant{Individual: "bob", Organization: "m", Listed: []string{"m", "a"}}.WithRole("viewer").WithACL("level"),
			individuals.Grant{Individual: "bob", Organization: "a"}.WithACL("level"),
			{Individual: "eve \"\\{},'NULL", Organization: "m"},
		},
	}
}

// batched is what a reader has of the kinds of a batch.
func (s *suite) batched(r store.Reader) (b store.Batch) {
	s.Helper()
	page := store.Page{Limit: store.MaxPage}
	var errs [8]error
	b.Classes, errs[0] = r.Classes(s.ctx, page)
	b.Entities, errs[1] = r.Entities(s.ctx, store.EntityFilter{}, page)
	b.Organizations, errs[2] = r.Organizations(s.ctx, store.OrganizationFilter{}, page)
	b.Roles, errs[3] = r.Roles(s.ctx, store.RoleFilter{}, page)
	b.ACLs, errs[4] = r.ACLs(s.ctx, store.ACLFilter{}, page)
	b.Individuals, errs[5] = r.Individuals(s.ctx, store.IndividualFilter{}, page)
	b.Grants, errs[6] = r.Grants(s.ctx, store.GrantFilter{}, store.GrantPage{Limit: store.MaxPage})
	b.Tokens, errs[7] = r.Tokens(s.ctx, store.TokenFilter{}, page)
	for _, p := range b.Individuals {
		c, err := r.Credential(s.ctx, p.ID)
		if err == nil {
			b.Credentials = append(b.Credentials, c)
		} else if !errors.Is(err, store.ErrNotFound) {
			errs[0] = err
		}
	}
	if err := errors.Join(errs[:]...); err != nil {
		s.Fatalf("reading: %v", err)
	}
	return b
}

// asRead returns a batch as it is read when a commit of the revision wrote it.
func (b stamped) asRead() store.Batch {
	links := b.Links
	b.Links = nil
	for i := range b.Entities {
		for _, l := range links {
			if l.Entity == b.Entities[i].ID {
				b.Entities[i].Links = l.Links
			}
		}
	}
	slices.SortFunc(b.Entities, func(x, y scope.Entity) int { return cmp.Compare(x.ID, y.ID) })
	slices.SortFunc(b.Organizations, func(x, y individuals.Organization) int { return cmp.Compare(x.Entity, y.Entity) })
	slices.SortFunc(b.Grants, func(x, y individuals.Grant) int {
		return cmp.Compare(x.Individual+"\x00"+x.Organization, y.Individual+"\x00"+y.Organization)
	})
	return b.Batch
}

// stamped is a batch with the revisions and stamps that a store gives.
type stamped struct{ store.Batch }

// stamp gives each record a revision, by its place in its list from 0 on.
func stamp(b store.Batch, by store.Author, revision func(place int) uint64) stamped {
	for i := range b.Classes {
		b.Classes[i].Revision = revision(i)
	}
	for i := range b.Entities {
		b.Entities[i].Revision = revision(i)
	}
	for i := range b.Organizations {
		b.Organizations[i].Revision = revision(i)
	}
	for i, r := range b.Roles {
		b.Roles[i] = store.StampRole(roles.Role{}, r, by, revision(i))
	}
	for i := range b.ACLs {
		b.ACLs[i].Revision = revision(i)
	}
	for i := range b.Individuals {
		b.Individuals[i].Revision = revision(i)
	}
	for i := range b.Credentials {
		b.Credentials[i].Revision = revision(i)
	}
	for i, g := range b.Grants {
		b.Grants[i], _ = g.Stamp(individuals.Grant{}, revision(i), by.ID, by.System)
	}
	return stamped{b}
}

// bulkRules are about many records at once. They hold for a store without
// store.BatchWriter and store.Restorer too, as far as they concern it.
func bulkRules() []rule {
	return []rule{
		{"a batch", "what a batch writes is read, stamped and told of like records that are put one by one", func(s *suite) {
			revision := s.update(func(tx store.Tx) error { return store.PutBatch(s.ctx, tx, batch()) })
			want := stamp(batch(), author, func(int) uint64 { return revision })
			s.view(func(r store.Reader) error {
				s.equal("the records", s.batched(r), want.asRead())
				p, err := r.IndividualByLogin(s.ctx, "", "customer", "bob")
				s.equal("by login", p.ID, "bob")
				return err
			})
			told := make(map[store.Change]bool)
			for _, c := range s.changes(0, 0) {
				told[c] = true
			}
			for _, c := range []store.Change{
				{Kind: store.Classes, ID: "gold"}, {Kind: store.Entities, ID: "z"}, {Kind: store.Entities, ID: "m"}, {Kind: store.Entities, ID: "a"},
				{Kind: store.Organizations, ID: "m"}, {Kind: store.Organizations, ID: "a"}, {Kind: store.Roles, ID: "viewer"}, {Kind: store.ACLs, ID: "level"},
				{Kind: store.Individuals, ID: "bob"}, {Kind: store.Individuals, ID: "eve \"\\{},'NULL"},
				{Kind: store.Grants, ID: "bob", Organization: "m"}, {Kind: store.Grants, ID: "bob", Organization: "a"}, {Kind: store.Grants, ID: "eve \"\\{},'NULL", Organization: "m"},
			} {
				if c.Revision = revision; !told[c] {
					s.Fatalf("the feed does not tell of %+v", c)
				}
			}
			// What was written together can be changed apart.
			s.update(func(tx store.Tx) error {
				g, err := tx.Grant(s.ctx, "bob", "m")
				if err != nil {
					return err
				}
				return tx.PutGrant(s.ctx, g.WithoutRole())
			})
		}},
		{"a batch that is refused", "an invalid, existing or misplaced record of a batch is named by its list and place, and nothing is committed", func(s *suite) {
			s.update(func(tx store.Tx) error { return store.PutBatch(s.ctx, tx, batch()) })
			for _, c := range []struct {
				batch store.Batch
				list  string
				want  error
			}{
				{store.Batch{Classes: []individuals.Class{{ID: "new"}, {ID: "gold"}}}, "classes", store.ErrConflict},
				{store.Batch{Entities: []scope.Entity{{ID: "new", Kind: "customer"}, {ID: "a", Kind: "customer"}}}, "entities", store.ErrConflict},
				{store.Batch{Entities: []scope.Entity{{ID: "new", Kind: "customer"}, {ID: "new", Kind: "customer"}}}, "entities", store.ErrConflict},
				{store.Batch{Entities: []scope.Entity{{ID: "new", Kind: "customer"}, {ID: "newer", Kind: "customer", Parent: "none"}}}, "entities", scope.ErrUnknown},
				{store.Batch{Organizations: []individuals.Organization{{Entity: "z"}, {Entity: "m"}}}, "organizations", store.ErrConflict},
				{store.Batch{Organizations: []individuals.Organization{{Entity: "z"}, {Entity: "none"}}}, "organizations", store.ErrNotFound},
				{store.Batch{Individuals: []individuals.Individual{{ID: "new", RoleType: "customer", Organization: "m"}, {ID: "bob", RoleType: "customer", Organization: "m"}}}, "individuals", store.ErrConflict},
				{store.Batch{Individuals: []individuals.Individual{{ID: "new", RoleType: "customer", Organization: "m"}, {ID: "newer", Realm: "customer", Login: "BOB", RoleType: "customer", Organization: "m"}}}, "individuals", store.ErrConflict},
				{store.Batch{Individuals: []individuals.Individual{{ID: "new", RoleType: "customer", Organization: "m"}, {}}}, "individuals", nil},
				{store.Batch{Individuals: []individuals.Individual{{ID: "new", RoleType: "customer", Organization: "m"}, {ID: "newer", RoleType: "customer", Organization: "m", Revision: 1}}}, "individuals", store.ErrConflict},
				{store.Batch{Credentials: []individuals.Credential{{Individual: "eve \"\\{},'NULL"}, {Individual: "bob"}}}, "credentials", store.ErrConflict},
				{store.Batch{Credentials: []individuals.Credential{{Individual: "eve \"\\{},'NULL"}, {Individual: "none"}}}, "credentials", store.ErrNotFound},
				{store.Batch{Grants: []individuals.Grant{{Individual: "eve \"\\{},'NULL", Organization: "a"}, {Individual: "bob", Organization: "a"}}}, "grants", store.ErrConflict},
				{store.Batch{Grants: []individuals.Grant{{Individual: "eve \"\\{},'NULL", Organization: "a"}, {Individual: "none", Organization: "a"}}}, "grants", store.ErrNotFound},
				{store.Batch{Grants: []individuals.Grant{{Individual: "eve \"\\{},'NULL", Organization: "a"}, {Individual: "bob", Organization: "z"}}}, "grants", store.ErrNotFound},
			} {
				var got error
				s.refuse(nil, func(tx store.Tx) error {
					got = store.PutBatch(s.ctx, tx, c.batch)
					return got
				})
				var refused *store.BatchError
				if !errors.As(got, &refused) || refused.List != c.list || refused.Index != 1 {
					s.Fatalf("error %v, want a *store.BatchError of record 2 of %s", got, c.list)
				}
				if c.want != nil {
					s.wraps(c.list, got, c.want)
				}
			}
		}},
		{"a restored state", "a restored store has records, stamps and chains as they were, and goes on after them", func(s *suite) {
			r := s.restorer()
			want := stamp(batch(), store.Author{ID: "others", System: individuals.RoleSystem}, func(place int) uint64 { return uint64(5 + place) })
			want.Roles[0].Permissions["customer"] = roles.Setting{Permission: roles.Read, By: "another", Revision: 2}
			want.Grants[0].ACL.Revision, want.Grants[0].ACL.By = 3, "old desk"
			want.Grants[1].ACL.ID = "" // cleared
			want.Tokens = []store.Token{{Selector: "t", VerifierHash: [32]byte{1}, Purpose: "invitation", Individual: "bob", Expires: noon, Revision: 4}}
			changes, changesHead := chained(s, audit.Changes, 3)
			signIns, signInsHead := chained(s, audit.SignIns, 2)
			want.Events = append(slices.Clone(changes), signIns...)
			origin := store.Origin{Revision: 9, Changes: audit.Start(audit.Changes), SignIns: audit.Start(audit.SignIns)}
			revision, err := r.Restore(s.ctx, author, origin, func(tx store.RestoreTx) error {
				if err := tx.PutBatch(s.ctx, want.Batch); err != nil {
					return err
				}
				_, err := tx.AppendEvent(s.ctx, event("restored"))
				return err
			})
			if err != nil || revision != 10 || s.revision() != 10 {
				s.Fatalf("Restore: revision %d, then %d, error %v; want 10", revision, s.revision(), err)
			}
			want.Events = nil
			s.view(func(r store.Reader) error {
				s.equal("the records", s.batched(r), want.asRead())
				return nil
			})
			s.equal("the changes", s.events(audit.Filter{Chain: audit.Changes, Limit: 3}), changes)
			s.equal("the sign-ins", s.events(audit.Filter{Chain: audit.SignIns, Limit: 3}), signIns)
			s.recordSignIns(event("later"))
			s.verify(audit.Changes, changesHead)
			s.verify(audit.SignIns, signInsHead)
			_, err = s.store.Changes(s.ctx, 9, 0)
			s.wraps("the feed before", err, store.ErrGone)
			s.equal("the feed after", len(s.changes(10, 0)), 0)
			next := s.update(func(tx store.Tx) error { return tx.PutClass(s.ctx, individuals.Class{ID: "silver"}) })
			s.equal("the next revision", next, uint64(11))
		}},
		{"restoring what is not empty", "only an empty store is restored, and one whose restoring fails stays empty", func(s *suite) {
			r := s.restorer()
			origin := store.Origin{Revision: 9, Changes: audit.Start(audit.Changes), SignIns: audit.Start(audit.SignIns)}
			records := stamp(batch(), author, func(int) uint64 { return 9 })
			failed := errors.New("failed")
			_, err := r.Restore(s.ctx, author, origin, func(tx store.RestoreTx) error {
				if err := tx.PutBatch(s.ctx, records.Batch); err != nil {
					return err
				}
				return failed
			})
			s.wraps("Restore", err, failed)
			forged, _ := chained(s, audit.Changes, 2)
			_, err = r.Restore(s.ctx, author, origin, func(tx store.RestoreTx) error {
				return tx.PutBatch(s.ctx, store.Batch{Events: forged[1:]})
			})
			s.wraps("an event without the one before it", err, store.ErrConflict)
			s.equal("the revision", s.revision(), uint64(0))
			s.view(func(r store.Reader) error {
				s.equal("the records", s.batched(r), store.Batch{})
				return nil
			})
			s.recordSignIns(event("first"))
			_, err = r.Restore(s.ctx, author, origin, func(store.RestoreTx) error { return nil })
			s.wraps("with a sign-in", err, store.ErrConflict)
			s.update(func(tx store.Tx) error { return tx.PutClass(s.ctx, individuals.Class{ID: "gold"}) })
			_, err = r.Restore(s.ctx, author, origin, func(store.RestoreTx) error { return nil })
			s.wraps("with a commit", err, store.ErrConflict)
		}},
	}
}

// chained returns the first events of a chain, and their head.
func chained(s *suite, chain audit.Chain, n int) (events []audit.Event, head audit.Head) {
	s.Helper()
	head = audit.Start(chain)
	for i := range n {
		e := fullEvent("bob")
		if e.Revision = uint64(i + 1); chain == audit.SignIns {
			e.Revision = 0
		}
		e, next, err := audit.Append(head, e)
		if err != nil {
			s.Fatalf("audit.Append: %v", err)
		}
		events, head = append(events, e), next
	}
	return events, head
}
