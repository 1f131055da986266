package manage_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/access/manage"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// The right to grant beyond what one holds cannot be borrowed, even where the host's
// role type lends it.
func TestAttackByBorrowingTheRightToGoBeyond(t *testing.T) {
	all := roles.Ceiling{Base: roles.Modify}
	model := roles.MustModel(smallTree, roles.Type{Name: "root", OwnerKind: "provider", Ceiling: all, Scope: scope.Rule{Below: true}, Borrow: &all})
	memory := newMemory()
	defer func() { require.NoError(t, memory.Close()) }()
	ctx := context.Background()
	must := func(err error) { t.Helper(); require.NoError(t, err) }
	_, err := memory.Update(ctx, store.Author{ID: "setup"}, func(tx store.Tx) error {
		must(tx.PutEntity(ctx, scope.Entity{ID: "p", Kind: "provider"}))
		some := map[string]roles.Permission{"admin": roles.Modify, "thing/info": roles.Modify}
		must(tx.PutRole(ctx, smallRole("all", "root", "p", matrixRole)))
		must(tx.PutRole(ctx, smallRole("some", "root", "p", some)))
		must(tx.PutOrganization(ctx, individuals.Organization{Entity: "p", AllowedRoles: []string{"all", "some"}}))
		for id, role := range map[string]string{"boss": "all", "help": "some", "friend": "some"} {
			must(tx.PutIndividual(ctx, smallPerson(id, "root", "p")))
			must(tx.PutGrant(ctx, individuals.Grant{Individual: id, Organization: "p"}.WithRole(role)))
		}
		return nil
	})
	must(err)
	engine, err := access.New(ctx, memory, model, &access.Options{Clock: func() time.Time { return smallNow }})
	must(err)
	defer func() { must(engine.Close()) }()
	m, err := manage.New(engine, memory, smallGuards, nil)
	must(err)
	help, err := engine.Principal(ctx, smallIdentity("help", "", access.NewInterface))
	must(err)
	id := smallIdentity("boss", "", access.NewInterface)
	id.OnBehalf = &access.OnBehalf{Actor: help, Start: smallNow.Add(-time.Minute)}
	p, err := engine.Principal(ctx, id)
	must(err)
	asks := access.Query{Action: roles.Update, Path: "admin/roles/beyond", Object: "p"}
	require.Equal(t, access.Granted, p.Check(ctx, asks).Reason(), "it is lent")
	require.ErrorIs(t, only(m.Roles(p).GrantRole(ctx, "friend", "p", "all")), manage.ErrBeyond)
	require.ErrorIs(t, only(m.Roles(p).GrantRole(ctx, "help", "p", "some")), manage.ErrOwn, "neither for who acts")
	require.ErrorIs(t, only(m.Roles(p).GrantRole(ctx, "boss", "p", "some")), manage.ErrOwn, "nor for the other")
	boss, err := engine.Principal(ctx, smallIdentity("boss", "", access.NewInterface))
	must(err)
	must(only(m.Roles(boss).GrantRole(ctx, "friend", "p", "all")))
}

// Many at once at one desk, over and over: whatever comes of it, nobody outside of
// what they administer was touched, each commit has its events, and one of them is
// left to manage the others.
func TestAttackAllAtOnce(t *testing.T) {
	people := []string{"m0", "m1", "m2", "m3"}
	w, end := newSmallWorld(t, access.LastWrite, func(w *smallWorld, tx store.Tx) {
		for id, permissions := range map[string]map[string]roles.Permission{
			"full": {"thing": roles.Modify, "admin": roles.Modify}, "weak": {"thing/info": roles.Read},
		} {
			w.must(tx.PutRole(w.ctx, smallRole(id, "client", "c1", permissions)))
		}
		for _, id := range []string{"c1", "c3"} {
			w.must(tx.PutOrganization(w.ctx, individuals.Organization{Entity: id, AllowedRoles: []string{"full", "weak"}}))
		}
		for _, id := range people {
			w.must(tx.PutIndividual(w.ctx, smallPerson(id, "client", "c1")))
			w.must(tx.PutGrant(w.ctx, individuals.Grant{Individual: id, Organization: "c1"}.WithRole("full")))
		}
		w.must(tx.PutIndividual(w.ctx, smallPerson("stranger", "client", "c3")))
		w.must(tx.PutGrant(w.ctx, individuals.Grant{Individual: "stranger", Organization: "c3"}))
	})
	defer end()
	before := w.take()
	rounds := 40
	if testing.Short() {
		rounds = 8
	}
	var wait sync.WaitGroup
	for _, who := range people {
		d := w.desk(who)
		for part := range 2 {
			wait.Go(func() {
				for round := range rounds {
					other := people[(slices.Index(people, who)+1+round)%len(people)]
					switch (round + part) % 7 {
					case 6:
						if r, err := d.Role(w.ctx, "full"); err == nil { // all that they have, taken from all
							delete(r.Permissions, "admin")
							_, _ = d.UpdateRole(w.ctx, r)
						}
					case 0:
						_, _ = d.Disable(w.ctx, other)
					case 1:
						_, _ = d.Enable(w.ctx, other)
					case 2:
						_, _ = d.ClearRole(w.ctx, other, "c1")
					case 3:
						_, _ = d.GrantRole(w.ctx, other, "c1", "full")
					case 4:
						_, _ = d.Together(w.ctx, func(d *manage.RoleDesk) error {
							_, _ = d.Disable(w.ctx, other)
							return only(d.GrantRole(w.ctx, other, "c1", "weak"))
						})
					default:
						_, _ = d.Preview(w.ctx, func(d *manage.RoleDesk) error { return only(d.DeleteIndividual(w.ctx, other)) })
						_, _ = d.Disable(w.ctx, "stranger")
						_, _ = d.CreateRole(w.ctx, smallRole(fmt.Sprint("r", part, who, round), "client", "c1", nil))
					}
				}
			})
		}
	}
	wait.Wait()
	after := w.take()
	require.True(t, after.managed("c1"), "nobody is left")
	require.Equal(t, before.people["stranger"], after.people["stranger"])
	require.Greater(t, after.revision, before.revision)
	w.checkChain()
	recorded := make(map[uint64]bool)
	w.must(w.store.View(w.ctx, func(r store.Reader) error {
		for e, err := range store.AllEvents(w.ctx, r, auditChanges) {
			w.must(err)
			recorded[e.Revision] = true
		}
		return nil
	}))
	for revision := before.revision + 1; revision <= after.revision; revision++ {
		require.True(t, recorded[revision], "revision %d has no event", revision)
	}
}
