package stores

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/stdlib"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/internal/dbtest"
	"github.com/durward-go/durward/roles/billing"
	"github.com/durward-go/durward/store"
)

// BenchmarkFeed measures how long after a commit was acknowledged an engine decides
// by it: one of the committing process, and one of another process that polls at
// the default interval or, on PostgreSQL, listens. The floor of polling is the
// interval: half of it at p50, nearly all at p99. That of listening is a bare
// NOTIFY, upon which the other connection reads a number, since what is notified
// proves nothing.
func BenchmarkFeed(b *testing.B) {
	onEach(b, func(b *testing.B, s *stand) {
		b.Run("how=same-process", func(b *testing.B) { s.follow(b, s.store, nil, 0, nil) })
		if s.db == nil {
			return
		}
		b.Run("how=poll", func(b *testing.B) { s.follow(b, s.on(b, s.pool(b)), nil, pollInterval, nil) })
		if s.driver != "pgx" {
			return
		}
		b.Run("how=listen", func(b *testing.B) {
			db := s.pool(b)
			on := s.on(b, db)
			never := &access.Options{PollInterval: time.Hour, MaxStaleness: time.Hour}
			s.follow(b, on, never, 0, func(ctx context.Context, begun func()) {
				listen := dbtest.Listen(db)
				_ = on.Listen(ctx, func(ctx context.Context, channel string, heard func()) error {
					return listen(ctx, channel, func() { heard(); begun() })
				}, nil)
			})
		})
		b.Run("how=listen-floor", s.notify)
	})
}

// pollInterval is the default of an engine. Commits come at any time of it.
const pollInterval = 250 * time.Millisecond

// follow commits, each time after a pause of chance, and waits until an engine on a
// store is there.
func (s *stand) follow(b *testing.B, on store.Store, opts *access.Options, pause time.Duration, listen func(ctx context.Context, begun func())) {
	b.Helper()
	engine, err := access.New(b.Context(), on, billing.Model(), opts)
	must(b, err)
	defer func() { _ = engine.Close() }()
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	if listen != nil {
		begun := make(chan struct{})
		var once sync.Once
		go listen(ctx, func() { once.Do(func() { close(begun) }) })
		<-begun
	}
	var late lateness
	for n := 0; b.Loop(); n++ {
		if pause > 0 {
			time.Sleep(rand.N(pause))
		}
		revision, err := s.store.Update(b.Context(), author, func(tx store.Tx) error {
			return regrant(b.Context(), tx, customer(n%customers), employee(n%customers, n/customers%employees))
		})
		must(b, err)
		since := time.Now()
		for engine.Revision() < revision {
			time.Sleep(20 * time.Microsecond)
		}
		late = append(late, time.Since(since))
	}
	late.report(b)
}

// notify is the floor of listening.
func (s *stand) notify(b *testing.B) {
	conn, err := s.db.Conn(b.Context())
	must(b, err)
	defer func() { _ = conn.Close() }()
	heard := make(chan time.Time)
	ctx, cancel := context.WithCancel(b.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = conn.Raw(func(of any) error {
			wrapped, _ := of.(*stdlib.Conn)
			inner := wrapped.Conn()
			if _, err := inner.Exec(ctx, "LISTEN floor"); err != nil {
				return err
			}
			heard <- time.Now()
			for {
				if _, err := inner.WaitForNotification(ctx); err != nil {
					return err
				}
				if _, err := inner.Exec(ctx, "SELECT 1"); err != nil {
					return err
				}
				heard <- time.Now()
			}
		})
	}()
	<-heard
	var late lateness
	for b.Loop() {
		_, err := s.db.ExecContext(b.Context(), "NOTIFY floor")
		must(b, err)
		since := time.Now()
		late = append(late, max(0, (<-heard).Sub(since)))
	}
	cancel()
	<-ended
	late.report(b)
}

// lateness is how late news were.
type lateness []time.Duration

func (l lateness) report(b *testing.B) {
	b.Helper()
	slices.Sort(l)
	for _, p := range []struct {
		name  string
		share float64
	}{{"p50-µs", 0.5}, {"p99-µs", 0.99}, {"max-µs", 1}} {
		at := min(int(p.share*float64(len(l))), len(l)-1)
		b.ReportMetric(float64(l[at].Nanoseconds())/1000, p.name)
	}
	b.ReportMetric(0, "ns/op") // of a commit and the wait, which is not what is asked
}
