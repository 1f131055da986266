package bulk_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/ipallow"
	"github.com/durward-go/durward/otp"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/bulk"
	"github.com/durward-go/durward/store/memstore"
)

var (
	now   = time.Date(2026, time.November, 23, 12, 0, 0, 123456000, time.UTC)
	clock = func() time.Time { return now }
	admin = audit.Individual("alice")
)

// bcryptHash is of the password "correct horse", at the lowest cost.
const bcryptHash = "$2a$04$abcdefghijklmnopqrstuuSHTN4PAR2yCf5lTh8TPDYxsGPr4cc7y"

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		require.NoError(t, err)
		return v
	}
}

// full returns a store that holds every kind of records, with every field set and
// what only a past can leave: slots of different revisions, cleared ones, chains
// that were cut, and erased values.
func full(t testing.TB) *memstore.Store {
	t.Helper()
	s := memstore.New(&memstore.Options{Clock: clock})
	update := func(by store.Author, fn func(ctx context.Context, tx store.Tx) error) {
		t.Helper()
		must[uint64](t)(s.Update(t.Context(), by, func(tx store.Tx) error { return fn(t.Context(), tx) }))
	}
	event := func(action audit.Action, subject string) audit.Event {
		return audit.Event{At: now, Actor: admin, Subject: subject, Organization: "acme", Action: action, Outcome: audit.Succeeded,
			OnBehalfOf: audit.Organization("acme"), Realm: "customer", Node: "customer/billing", Object: "thing", Surface: "new", Reason: "because",
			Address: must[audit.Value](t)(audit.Personal(rand.Reader, "10.1.2.3")), Note: audit.Plain("a note"),
			Changes:    []audit.Change{{Field: "name", After: must[audit.Value](t)(audit.Personal(rand.Reader, "Bob"))}, {Field: "password", After: audit.Secret(audit.SecretSet)}},
			Attributes: []audit.Attribute{{Name: "order", Value: audit.Plain("17")}}}
	}
	update(store.Author{ID: "alice"}, func(ctx context.Context, tx store.Tx) error {
		for _, e := range []scope.Entity{
			{ID: "z-isp", Kind: "provider", Title: "ISP \"first\" \\ ünï\u2028code"},
			{ID: "dealer", Kind: "distributor", Parent: "z-isp"},
			{ID: "m-reseller", Kind: "reseller", Parent: "z-isp"},
			{ID: "acme", Kind: "customer", Parent: "m-reseller", Links: []scope.Link{{Name: "distributor", To: "dealer"}, {Name: "representative", To: "z-isp"}}},
			{ID: "a-account", Kind: "account", Parent: "acme"},
		} {
			require.NoError(t, tx.PutEntity(ctx, e))
		}
		// A link to what comes later in the order of IDs, and a circle of links.
		e := must[scope.Entity](t)(tx.Entity(ctx, "dealer"))
		e.Links = []scope.Link{{Name: "group", To: "acme"}}
		require.NoError(t, tx.PutEntity(ctx, e))
		require.NoError(t, tx.PutClass(ctx, individuals.Class{ID: "gold", Name: "Gold", SecondFactor: true}))
		require.NoError(t, tx.PutRole(ctx, roles.Role{ID: "viewer", Name: "Viewer", Type: "customer", Owner: "z-isp", Description: "Reads.\nNothing else.",
			Permissions: map[string]roles.Setting{"customer/billing": {Permission: roles.Read}, "customer": {Permission: roles.Restrict}}}))
		require.NoError(t, tx.PutACL(ctx, acl.Level{ID: "level", Name: "Level", Type: "user", Owner: "z-isp", Description: "Old", VisibleTo: []string{"m-reseller"}, System: true,
			Permissions: acl.MustPermissions("select+update Customers.*any*", "delete Accounts.name"), Components: []string{"part"}}))
		require.NoError(t, tx.PutOrganization(ctx, individuals.Organization{Entity: "acme", Class: "gold", AllowedRoles: []string{"viewer", "admin"}, DefaultRole: "viewer",
			Link: individuals.StandingLink{Role: "viewer", Open: true, Epoch: 1<<63 + 5}, Closed: true}))
		require.NoError(t, tx.PutOrganization(ctx, individuals.Organization{Entity: "dealer"}))
		_, err := tx.AppendEvent(ctx, event(audit.ActionCreateRole, ""))
		return err
	})
	update(store.Author{ID: "bert", System: individuals.RoleSystem}, func(ctx context.Context, tx store.Tx) error {
		role := must[roles.Role](t)(tx.Role(ctx, "viewer"))
		role.Permissions["customer/pbx"] = roles.Setting{Permission: roles.Modify}
		require.NoError(t, tx.PutRole(ctx, role))
		date := must[individuals.Date](t)
		require.NoError(t, tx.PutIndividual(ctx, individuals.Individual{ID: "bob", Provider: "z-isp", Realm: "customer", RoleType: "customer", Organization: "acme",
			Login: "Bob@Example.com", Name: "Bob O'Neil", Email: "bob@example.com", Contact: "c-7", Language: "de-AT",
			Window:       individuals.Window{Activation: date(individuals.ParseDate("2026-01-31")), Expiration: date(individuals.ParseDate("2027-02-01")), Zone: "Europe/Vienna"},
			AllowList:    must[ipallow.List](t)(ipallow.Parse([]string{"10.0.0.0/8", "192.0.2.1-192.0.2.9"})),
			SecondFactor: individuals.SecondFactorYes, Enrolled: true, Disabled: true, Epoch: 1 << 63}))
		require.NoError(t, tx.PutIndividual(ctx, individuals.Individual{ID: "eve", RoleType: "customer", Organization: "acme", AllowList: ipallow.Anywhere(), SecondFactor: individuals.SecondFactorNo}))
		require.NoError(t, tx.PutIndividual(ctx, individuals.Individual{ID: "nobody", RoleType: "customer", Organization: "acme"}))
		_, recovery, err := otp.GenerateRecoveryCodes(rand.Reader)
		require.NoError(t, err)
		require.NoError(t, tx.PutCredential(ctx, individuals.Credential{Individual: "bob", Password: must[individuals.PasswordHash](t)(individuals.ParsePasswordHash(bcryptHash)),
			MeetsAlone: true, MustChange: true, PasswordOff: true, SecondFactorOff: true, SealedKey: []byte("sealed key"), Recovery: recovery}))
		require.NoError(t, tx.PutToken(ctx, store.Token{Selector: "selector", VerifierHash: [32]byte{1, 2, 3}, Purpose: "invitation", Individual: "bob", Organization: "acme",
			Email: "bob@example.com", Epoch: 7, Created: now, Expires: now.Add(time.Hour), Sealed: []byte("sealed link")}))
		require.NoError(t, tx.PutGrant(ctx, individuals.Grant{Individual: "bob", Organization: "acme", Listed: []string{"acme", "a-account"}}.WithRole("viewer")))
		require.NoError(t, tx.PutGrant(ctx, individuals.Grant{Individual: "bob", Organization: "dealer"}.WithRole("viewer").WithACL("level")))
		require.NoError(t, tx.PutGrant(ctx, individuals.Grant{Individual: "eve", Organization: "acme"}.WithACL("level")))
		require.NoError(t, tx.PutGrant(ctx, individuals.Grant{Individual: "nobody", Organization: "acme"}))
		_, err = tx.AppendEvent(ctx, event(audit.ActionCreateIndividual, "bob"))
		return err
	})
	update(store.Author{ID: "carl", System: individuals.ACLSystem}, func(ctx context.Context, tx store.Tx) error {
		require.NoError(t, tx.PutGrant(ctx, must[individuals.Grant](t)(tx.Grant(ctx, "bob", "acme")).WithACL("level")))
		_, err := tx.AppendEvent(ctx, event(audit.ActionGrantACL, "bob"))
		return err
	})
	update(store.Author{ID: "alice"}, func(ctx context.Context, tx store.Tx) error {
		require.NoError(t, tx.PutGrant(ctx, must[individuals.Grant](t)(tx.Grant(ctx, "eve", "acme")).WithoutACL()))
		_, err := tx.AppendEvent(ctx, event(audit.ActionClearACL, "eve"))
		return err
	})
	for _, who := range []string{"bob", "eve"} {
		e := event(audit.ActionSignIn, who)
		must[audit.Event](t)(s.RecordSignIn(t.Context(), e))
	}
	must[int](t)(s.EraseEvents(t.Context(), audit.SignIns, "bob"))
	var first []audit.Event
	require.NoError(t, s.View(t.Context(), func(r store.Reader) (err error) {
		first, err = r.Events(t.Context(), audit.Filter{Chain: audit.Changes, Limit: 1})
		return err
	}))
	must[audit.Event](t)(s.CutEvents(t.Context(), must[audit.Cut](t)(audit.NewCut(first[0], now)), admin))
	return s
}

// exported returns the lines of an export with secrets.
func exported(t testing.TB, s store.Store) []string {
	t.Helper()
	var b bytes.Buffer
	must[uint64](t)(bulk.Export(t.Context(), s, &b, &bulk.ExportOptions{Secrets: true, Clock: clock}))
	return strings.SplitAfter(strings.TrimSuffix(b.String(), "\n"), "\n")
}

// records returns an export without its frame and without the event that a Restore
// leaves.
func records(t testing.TB, s store.Store) []string {
	t.Helper()
	var all []string
	for _, line := range exported(t, s) {
		if strings.HasPrefix(line, `{"export"`) || strings.HasPrefix(line, `{"end"`) || strings.Contains(line, `"bulk.restore"`) {
			continue
		}
		all = append(all, line)
	}
	return all
}

// empty reports whether nothing is in the store.
func empty(t testing.TB, s store.Store) bool {
	t.Helper()
	return len(records(t, s)) == 0 && revision(t, s) == 0
}

func revision(t testing.TB, s store.Store) (revision uint64) {
	t.Helper()
	require.NoError(t, s.View(t.Context(), func(r store.Reader) error {
		revision = r.Revision()
		return nil
	}))
	return revision
}
