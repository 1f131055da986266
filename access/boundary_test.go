package access_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/store"
)

// TestBoundaries steps a clock over each boundary of a window, for people
// whose verdicts are kept since long ago, since just now, and not at all. No
// answer outlives a boundary, by a nanosecond or by the engine's own ticks.
func TestBoundaries(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		expires bool
		phase   time.Duration // of what is asked, against the engine's ticks
	}{{false, 0}, {false, 13 * time.Millisecond}, {true, 0}, {true, 1}, {true, 49_999_999}} {
		synctest.Test(t, func(t *testing.T) {
			f := newFixture(t, nil)
			// The clock of the test starts at midnight in Greenwich, which is an
			// hour before midnight in this zone.
			window := individuals.Window{Zone: "Etc/GMT+1"}
			before, after := access.NotYetActive, access.Granted
			if c.expires {
				window.Expiration, before, after = date("2000-01-01"), access.Granted, access.Expired
			} else {
				window.Activation = date("2000-01-01")
			}
			f.individual("steve", func(p *individuals.Individual) { p.Window = window })
			boundary := time.Date(2000, 1, 1, 1, 0, 0, 0, time.UTC)
			time.Sleep(c.phase)
			old := f.principal("steve")
			rare := f.principal("steve") // asked at the boundaries only
			look := func(want access.Reason, rarely bool) {
				t.Helper()
				allowed := want == access.Granted
				now := time.Now()
				principals := []*access.Principal{old, f.principal("steve")}
				if rarely {
					principals = append(principals, rare)
				}
				for _, p := range principals {
					assert.Equal(t, allowed, p.Can(f.ctx, roles.View, node("customer/pbx")), now)
					assert.Equal(t, allowed, p.CanOn(f.ctx, roles.View, node("customer/pbx"), "acme-1"), now)
					assert.Equal(t, want, p.Check(f.ctx, query(roles.View, "customer/pbx", "acme")).Reason(), now)
					assert.Equal(t, want, p.CheckAll(f.ctx, []access.Query{query(roles.View, "customer/pbx", "acme")})[0].Reason(), now)
				}
				assert.Equal(t, want, f.reason("steve", roles.View, "customer/pbx", "acme"), now)
			}
			look(before, true)
			for _, left := range []time.Duration{3 * time.Second, 2*time.Second + 1, 2 * time.Second, 2*time.Second - 1, time.Second,
				51 * time.Millisecond, 50 * time.Millisecond, 30 * time.Millisecond, time.Millisecond} {
				time.Sleep(time.Until(boundary.Add(-left)))
				look(before, false)
			}
			time.Sleep(time.Until(boundary.Add(-1)))
			look(before, true)
			time.Sleep(1 * time.Nanosecond)
			look(after, true)
			time.Sleep(10 * time.Second)
			look(after, true)

			// Another window counts for the same principals.
			f.individual("steve", func(p *individuals.Individual) { p.Window = individuals.Window{} })
			look(access.Granted, true)
		})
	}
}

// TestBoundaryOfTheRare: a verdict that nobody asked for since before the
// boundary is not believed after it.
func TestBoundaryOfTheRare(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, nil)
		f.individual("steve", func(p *individuals.Individual) {
			p.Window = individuals.Window{Expiration: date("2000-01-01"), Zone: "Etc/GMT+1"}
		})
		p := f.principal("steve")
		require.True(t, p.Can(f.ctx, roles.View, node("customer/pbx")))
		time.Sleep(time.Until(time.Date(2000, 1, 1, 1, 0, 0, 0, time.UTC)))
		assert.False(t, p.Can(f.ctx, roles.View, node("customer/pbx")))
		assert.False(t, p.CanOn(f.ctx, roles.View, node("customer/pbx"), "acme"))
	})
}

// TestWindowThatNeverOpens: all days of a window can be days that its zone
// skipped.
func TestWindowThatNeverOpens(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.individual("steve", func(p *individuals.Individual) {
		p.Window = individuals.Window{Activation: date("2011-12-30"), Expiration: date("2011-12-31"), Zone: "Pacific/Apia"}
	})
	gap := time.Date(2011, 12, 30, 10, 0, 0, 0, time.UTC)
	r := ask("steve", roles.View, "customer/pbx", "acme")
	for offset, want := range map[time.Duration]access.Reason{-1: access.NotYetActive, 0: access.Expired, 1: access.Expired, time.Hour: access.Expired} {
		r.At = gap.Add(offset)
		assert.Equal(t, want, f.check(r).Reason(), offset)
	}
	p := f.principal("steve")
	assert.False(t, p.Can(f.ctx, roles.View, node("customer/pbx")))
}

// TestClock: with a clock of the host's own nothing is kept by time: each
// question sees the instant that the clock shows.
func TestClock(t *testing.T) {
	t.Parallel()
	now := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	f := newFixture(t, func(o *access.Options, s store.Store) store.Store {
		o.Clock = func() time.Time { return now }
		return s
	})
	f.individual("steve", func(p *individuals.Individual) {
		p.Window = individuals.Window{Activation: date("2000-01-02"), Expiration: date("2000-01-04"), Zone: "UTC"}
	})
	p := f.principal("steve")
	for _, day := range []int{1, 2, 3, 4, 3, 1, 2, 5} { // it may be set back
		now = time.Date(2000, 1, day, 0, 0, 0, 0, time.UTC)
		want := day == 2 || day == 3
		assert.Equal(t, want, p.Can(f.ctx, roles.View, node("customer/pbx")), day)
		assert.Equal(t, want, p.CanOn(f.ctx, roles.View, node("customer/pbx"), "acme-1"), day)
		assert.Equal(t, want, p.Check(f.ctx, query(roles.View, "customer/pbx", "acme")).Allowed(), day)
		assert.Equal(t, want, p.CheckAll(f.ctx, []access.Query{query(roles.View, "customer/pbx", "acme")})[0].Allowed(), day)
	}
}
