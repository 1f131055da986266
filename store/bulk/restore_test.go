package bulk_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/bulk"
	"github.com/durward-go/durward/store/memstore"
)

func restore(t testing.TB, s store.Store, lines []string) error {
	t.Helper()
	_, err := bulk.Restore(t.Context(), s, audit.System("restore"), strings.NewReader(strings.Join(lines, "")), &bulk.RestoreOptions{Clock: clock})
	return err
}

func TestRestoreIsEqual(t *testing.T) {
	t.Parallel()
	from, to := full(t), memstore.New(nil)
	require.NoError(t, restore(t, to, exported(t, from)))
	require.Empty(t, cmp.Diff(records(t, from), records(t, to)))
	assert.Equal(t, revision(t, from)+1, revision(t, to))

	// Once more, so that what was restored is a store like any other.
	again := memstore.New(nil)
	require.NoError(t, restore(t, again, exported(t, to)))
	require.Empty(t, cmp.Diff(records(t, from), records(t, again)))
}

func TestRestoredGoesOn(t *testing.T) {
	t.Parallel()
	from, to := full(t), memstore.New(nil)
	require.NoError(t, restore(t, to, exported(t, from)))
	ctx := t.Context()

	// The last write decides as it did, and the next one is later.
	require.NoError(t, to.View(ctx, func(r store.Reader) error {
		g := must[individuals.Grant](t)(r.Grant(ctx, "bob", "acme"))
		assert.Less(t, g.Role.Revision, g.ACL.Revision)
		assert.Equal(t, individuals.Slot{ID: "viewer", Revision: 2, By: "bert", System: individuals.RoleSystem}, g.Role)
		assert.Equal(t, individuals.Slot{ID: "level", Revision: 3, By: "carl", System: individuals.ACLSystem}, g.ACL)
		cleared := must[individuals.Grant](t)(r.Grant(ctx, "eve", "acme"))
		assert.Equal(t, individuals.Slot{Revision: 2, By: "bert", System: individuals.RoleSystem}, cleared.ACL)
		p := must[individuals.Individual](t)(r.IndividualByLogin(ctx, "z-isp", "customer", "bob@example.com"))
		assert.Equal(t, "bob", p.ID)
		return nil
	}))
	at := must[uint64](t)(to.Update(ctx, store.Author{ID: "dora"}, func(tx store.Tx) error {
		return tx.PutGrant(ctx, must[individuals.Grant](t)(tx.Grant(ctx, "bob", "acme")).WithRole("viewer"))
	}))
	assert.Equal(t, revision(t, from)+2, at)

	// The feed and the past begin with the restoring.
	_, err := to.Changes(ctx, 0, 0)
	require.ErrorIs(t, err, store.ErrGone)
	feed := must[store.Feed](t)(to.Changes(ctx, at-1, 0))
	assert.Equal(t, []store.Change{{Revision: at, Kind: store.Grants, ID: "bob", Organization: "acme"}}, feed.Changes)
	require.ErrorIs(t, to.ViewAt(ctx, at-2, func(store.Reader) error { return nil }), store.ErrGone)
	require.NoError(t, to.ViewAt(ctx, at-1, func(r store.Reader) error {
		_, err := r.Individual(ctx, "bob")
		return err
	}))

	// The chains go on, and are whole up to the heads of the origin.
	must[audit.Event](t)(to.RecordSignIn(ctx, audit.Event{At: now, Actor: admin, Action: audit.ActionSignIn, Outcome: audit.Succeeded}))
	for _, chain := range []audit.Chain{audit.Changes, audit.SignIns} {
		var head audit.Head
		require.NoError(t, from.View(ctx, func(r store.Reader) (err error) {
			head, err = r.EventHead(ctx, chain)
			return err
		}))
		require.NoError(t, to.View(ctx, func(r store.Reader) error {
			start := must[audit.Head](t)(r.EventStart(ctx, chain))
			must[audit.Report](t)(audit.Verify(store.AllEvents(ctx, r, audit.Filter{Chain: chain}), start, head))
			assert.Greater(t, must[audit.Head](t)(r.EventHead(ctx, chain)).Sequence, head.Sequence)
			return nil
		}))
	}
}

func TestRestoreWantsAnEmptyStore(t *testing.T) {
	t.Parallel()
	lines := exported(t, full(t))
	to := full(t)
	before := records(t, to)
	require.ErrorIs(t, restore(t, to, lines), store.ErrConflict)
	require.Empty(t, cmp.Diff(before, records(t, to)))

	signedIn := memstore.New(nil)
	must[audit.Event](t)(signedIn.RecordSignIn(t.Context(), audit.Event{At: now, Actor: admin, Action: audit.ActionSignIn, Outcome: audit.Succeeded}))
	require.ErrorIs(t, restore(t, signedIn, lines), store.ErrConflict)
}

// plainStore hides what a store can do beside the interface.
type plainStore struct{ store.Store }

func TestRestoreWantsARestorer(t *testing.T) {
	t.Parallel()
	err := restore(t, plainStore{memstore.New(nil)}, exported(t, full(t)))
	require.ErrorContains(t, err, "is no store.Restorer")
}

// TestAlteredExports: whatever line is missing, comes twice, changed places or was
// edited, nothing is restored, and the error names a line.
func TestAlteredExports(t *testing.T) {
	t.Parallel()
	lines := exported(t, full(t))
	refused := func(what string, altered []string) {
		t.Helper()
		to := memstore.New(nil)
		err := restore(t, to, altered)
		require.Error(t, err, what)
		var line *bulk.LineError
		assert.ErrorAs(t, err, &line, what)
		assert.True(t, empty(t, to), what)
	}
	for i := range lines {
		refused("missing: "+lines[i], slices.Delete(slices.Clone(lines), i, i+1))
		refused("twice: "+lines[i], slices.Insert(slices.Clone(lines), i, lines[i]))
		refused("cut: "+lines[i], append(slices.Clone(lines[:i]), lines[i][:len(lines[i])/2]))
		if i > 0 {
			swapped := slices.Clone(lines)
			swapped[i-1], swapped[i] = swapped[i], swapped[i-1]
			refused("swapped: "+lines[i], swapped)
		}
		edited := slices.Clone(lines)
		edited[i] = strings.Replace(lines[i], `"acme"`, `"acne"`, 1)
		if edited[i] != lines[i] {
			refused("edited: "+lines[i], edited)
		}
	}
	refused("more: ", append(slices.Clone(lines), lines[1]))
}

func TestExportWithoutSecrets(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	must[uint64](t)(bulk.Export(t.Context(), full(t), &b, nil))
	for _, secret := range []string{bcryptHash, `{"credential"`, `{"token"`, "c2VhbGVk", "recovery1."} { // "sealed" in base64
		assert.NotContains(t, b.String(), secret)
	}
	with := strings.Join(exported(t, full(t)), "")
	for _, secret := range []string{bcryptHash, `{"credential"`, `{"token"`, "c2VhbGVk", "recovery1."} {
		assert.Contains(t, with, secret)
	}
	to := memstore.New(nil)
	require.NoError(t, restore(t, to, []string{b.String()}))
	require.NoError(t, to.View(t.Context(), func(r store.Reader) error {
		_, err := r.Credential(t.Context(), "bob")
		require.ErrorIs(t, err, store.ErrNotFound)
		return nil
	}))
}

// TestExportIsOneState: what is committed while it is written is not in it.
func TestExportIsOneState(t *testing.T) {
	t.Parallel()
	s := full(t)
	before := records(t, s)
	var b bytes.Buffer
	busy := writerFunc(func(p []byte) (int, error) {
		_, err := s.Update(t.Context(), store.Author{}, func(tx store.Tx) error {
			return tx.PutClass(t.Context(), individuals.Class{ID: rand.Text()})
		})
		require.NoError(t, err)
		return b.Write(p)
	})
	must[uint64](t)(bulk.Export(t.Context(), s, busy, &bulk.ExportOptions{Secrets: true, Clock: clock}))
	to := memstore.New(nil)
	require.NoError(t, restore(t, to, []string{b.String()}))
	require.Empty(t, cmp.Diff(before, records(t, to)))
}

// A cutStore has its sign-ins cut when an export comes to them.
type cutStore struct {
	*memstore.Store
	keep int // of the sign-ins
	t    testing.TB
}

func (s cutStore) View(ctx context.Context, fn func(store.Reader) error) error {
	return s.Store.View(ctx, func(r store.Reader) error { return fn(cutReader{r, s}) })
}

type cutReader struct {
	store.Reader
	of cutStore
}

func (r cutReader) Events(ctx context.Context, f audit.Filter) ([]audit.Event, error) {
	if f.Chain == audit.SignIns {
		all := must[[]audit.Event](r.of.t)(r.Reader.Events(ctx, f))
		last := all[len(all)-1-r.of.keep]
		must[audit.Event](r.of.t)(r.of.CutEvents(ctx, must[audit.Cut](r.of.t)(audit.NewCut(last, now)), admin))
	}
	return r.Reader.Events(ctx, f)
}

// TestExportTellsOfACut: sign-ins stand beside commits, so they may be cut while an
// export is under way. One that nobody could restore is none.
func TestExportTellsOfACut(t *testing.T) {
	t.Parallel()
	for keep := range 2 {
		_, err := bulk.Export(t.Context(), cutStore{full(t), keep, t}, io.Discard, nil)
		require.ErrorContains(t, err, `chain "sign-ins": event 1 is missing or another; was the chain cut meanwhile?`)
	}
}

type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func TestExportTellsOfAWriterThatFails(t *testing.T) {
	t.Parallel()
	full := errors.New("disk full")
	_, err := bulk.Export(t.Context(), memstore.New(nil), writerFunc(func([]byte) (int, error) { return 0, full }), nil)
	require.ErrorIs(t, err, full)
}

func TestRestoreCancelled(t *testing.T) {
	t.Parallel()
	lines := strings.Join(exported(t, full(t)), "")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	to := memstore.New(nil)
	_, err := bulk.Restore(ctx, to, admin, strings.NewReader(lines), nil)
	require.ErrorIs(t, err, context.Canceled)
	assert.True(t, empty(t, to))
}
