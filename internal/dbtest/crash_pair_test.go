package dbtest_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/otp"
	"github.com/durward-go/durward/store"
)

// pairWriters is how many goroutines write pairs at once.
const pairWriters = 4

// acknowledged is what a writer was told is kept: a commit, and beside it a step
// of the writer's own and a sign-in.
type acknowledged struct {
	revision uint64
	signIn   uint64
	steps    [pairWriters]otp.Step
}

func (a acknowledged) later(b acknowledged) acknowledged {
	a.revision, a.signIn = max(a.revision, b.revision), max(a.signIn, b.signIn)
	for n := range a.steps {
		a.steps[n] = max(a.steps[n], b.steps[n])
	}
	return a
}

func (a acknowledged) String() string {
	return fmt.Sprintf("acknowledged %d %d %d", a.revision, a.signIn, a.steps)
}

func parseAcknowledged(line string) (a acknowledged, err error) {
	_, err = fmt.Sscanf(line, "acknowledged %d %d [%d %d %d %d]", &a.revision, &a.signIn, &a.steps[0], &a.steps[1], &a.steps[2], &a.steps[3])
	return a, err
}

// commitPair writes two records, an event and a message in one commit, named for
// the revision that the commit will have.
func commitPair(ctx context.Context, s store.Store) (revision uint64, err error) {
	return s.Update(ctx, author, func(tx store.Tx) error {
		n := tx.Revision() + 1
		event := audit.Event{At: time.Now(), Actor: audit.System("writer"), Action: "pair.create", Object: strconv.FormatUint(n, 10), Outcome: audit.Succeeded}
		_, eventErr := tx.AppendEvent(ctx, event)
		_, messageErr := tx.PutMessage(ctx, store.Message{Purpose: "pair", Sealed: []byte("x")})
		return errors.Join(tx.PutClass(ctx, individuals.Class{ID: fmt.Sprintf("%08d-a", n)}), eventErr, messageErr,
			tx.PutClass(ctx, individuals.Class{ID: fmt.Sprintf("%08d-b", n)}))
	})
}

// writePair commits a pair, and writes then what is kept beside commits.
func writePair(ctx context.Context, s store.Store, writer int) (a acknowledged, err error) {
	if a.revision, err = commitPair(ctx, s); err != nil {
		return acknowledged{}, err
	}
	step := otp.Step(a.revision)
	if err := s.AcceptStep(ctx, stepsOf(writer), step); err != nil {
		return acknowledged{}, err
	}
	a.steps[writer] = step
	recorded, err := recordSignIn(ctx, s)
	a.signIn = recorded.Sequence
	return a, err
}

func recordSignIn(ctx context.Context, s store.Store) (audit.Event, error) {
	return s.RecordSignIn(ctx, audit.Event{At: time.Now(), Actor: audit.System("writer"), Action: audit.ActionSignIn, Outcome: audit.Succeeded})
}

func stepsOf(writer int) string { return fmt.Sprintf("writer-%d", writer) }

// whole holds what is stored to what writers were told: nothing that was
// acknowledged is missing, nothing is there by half, and the audit is in two whole
// chains. It returns what is there.
func whole(t *testing.T, s store.Store, told acknowledged) (there acknowledged) {
	t.Helper()
	ctx := t.Context()
	// A server may still be making the commit of a process that is gone; this
	// waits for it.
	_, err := s.Update(ctx, author, func(store.Tx) error { return nil })
	require.NoError(t, err)
	require.NoError(t, s.View(ctx, func(r store.Reader) error {
		there.revision = r.Revision()
		var want, classes []string
		var wanted, changes []store.Change
		for n := uint64(1); n <= there.revision; n++ {
			for _, id := range []string{fmt.Sprintf("%08d-a", n), fmt.Sprintf("%08d-b", n)} {
				want, wanted = append(want, id), append(wanted, store.Change{Revision: n, Kind: store.Classes, ID: id})
			}
		}
		for page, more := (store.Page{Limit: store.MaxPage}), true; more; {
			some, err := r.Classes(ctx, page)
			if err != nil {
				return err
			}
			for _, c := range some {
				classes, page.After = append(classes, c.ID), c.ID
			}
			more = len(some) == page.Limit
		}
		require.Equal(t, want, classes)
		for after, more := uint64(0), true; more; {
			feed, err := r.Changes(ctx, after, 0)
			if err != nil {
				return err
			}
			changes, after, more = append(changes, feed.Changes...), feed.Through, feed.More
		}
		require.Equal(t, wanted, changes)
		require.Equal(t, there.revision, chained(t, r, audit.Changes))
		there.signIn = chained(t, r, audit.SignIns)
		return nil
	}))
	messages, err := s.DueMessages(ctx, time.Now().Add(time.Hour), store.MaxPage)
	require.NoError(t, err)
	require.Len(t, messages, int(min(there.revision, store.MaxPage)))
	for n := range there.steps {
		there.steps[n], err = s.LastStep(ctx, stepsOf(n))
		require.NoError(t, err)
	}
	require.Equal(t, there, there.later(told), "acknowledged, and lost")
	return there
}

// chained verifies a chain of events and returns how many it has.
func chained(t *testing.T, r store.Reader, chain audit.Chain) uint64 {
	t.Helper()
	ctx := t.Context()
	start, err := r.EventStart(ctx, chain)
	require.NoError(t, err)
	head, err := r.EventHead(ctx, chain)
	require.NoError(t, err)
	report, err := audit.Verify(store.AllEvents(ctx, r, audit.Filter{Chain: chain}), start, head)
	require.NoError(t, err)
	require.Equal(t, report.Events, head.Sequence)
	return report.Events
}
