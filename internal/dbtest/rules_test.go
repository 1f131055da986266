package dbtest_test

import (
	"context"
	"errors"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/internal/dbtest"
	"github.com/durward-go/durward/otp"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(dbtest.Main(m)) }

func TestRules(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		if d.name == "PostgreSQL" {
			dbtest.PostgreSQLSource(t) // skips here, and not in each rule
		}
		storetest.Run(t, func(t *testing.T) store.Store {
			db, _, opts := d.open(t)
			return migrated(t, db, opts)
		})
	})
}

// TestRulesForTwo holds two stores on one database to the rules, as two processes
// would be: every call goes to the other one. What keeps them apart is the
// database alone.
func TestRulesForTwo(t *testing.T) {
	if testing.Short() {
		t.Skip("the rules once more")
	}
	onEach(t, func(t *testing.T, d database) {
		if d.name == "PostgreSQL" {
			dbtest.PostgreSQLSource(t)
		}
		storetest.Run(t, func(t *testing.T) store.Store {
			db, other, opts := d.open(t)
			return &two{stores: [2]store.Store{migrated(t, db, opts), reopened(t, other, opts)}}
		})
	})
}

// two is a store that is two on one database.
type two struct {
	stores [2]store.Store
	calls  atomic.Int64
}

func (s *two) next() store.Store { return s.stores[s.calls.Add(1)%2] }

func (s *two) View(ctx context.Context, fn func(store.Reader) error) error {
	return s.next().View(ctx, fn)
}

func (s *two) Update(ctx context.Context, by store.Author, fn func(store.Tx) error) (uint64, error) {
	return s.next().Update(ctx, by, fn)
}

func (s *two) Changes(ctx context.Context, after uint64, limit int) (store.Feed, error) {
	return s.next().Changes(ctx, after, limit)
}

func (s *two) Close() error { return errors.Join(s.stores[0].Close(), s.stores[1].Close()) }

func (s *two) Attempts(ctx context.Context, key store.AttemptKey) (store.Attempts, error) {
	return s.next().Attempts(ctx, key)
}

func (s *two) SwapAttempts(ctx context.Context, a store.Attempts) (store.Attempts, error) {
	return s.next().SwapAttempts(ctx, a)
}

func (s *two) ForgetAttempts(ctx context.Context, before time.Time, limit int) (int, error) {
	return s.next().ForgetAttempts(ctx, before, limit)
}

func (s *two) AcceptStep(ctx context.Context, individual string, step otp.Step) error {
	return s.next().AcceptStep(ctx, individual, step)
}

func (s *two) LastStep(ctx context.Context, individual string) (otp.Step, error) {
	return s.next().LastStep(ctx, individual)
}

func (s *two) DueMessages(ctx context.Context, now time.Time, limit int) ([]store.Message, error) {
	return s.next().DueMessages(ctx, now, limit)
}

func (s *two) SwapMessage(ctx context.Context, m store.Message) (store.Message, error) {
	return s.next().SwapMessage(ctx, m)
}

func (s *two) DeleteMessage(ctx context.Context, id, version uint64) error {
	return s.next().DeleteMessage(ctx, id, version)
}

func (s *two) RecordSignIn(ctx context.Context, event audit.Event) (audit.Event, error) {
	return s.next().RecordSignIn(ctx, event)
}

func (s *two) CutEvents(ctx context.Context, cut audit.Cut, actor audit.Party) (audit.Event, error) {
	return s.next().CutEvents(ctx, cut, actor)
}

func (s *two) EraseEvents(ctx context.Context, chain audit.Chain, individual string) (int, error) {
	return s.next().EraseEvents(ctx, chain, individual)
}
