package access

import (
	"fmt"
	"math"
	"sync/atomic"
	"time"
)

// Reading the system's clock costs ten times what the rest of a check does.
// So checks read a coarse instant, which a goroutine renews every tick, and
// read the exact one only within the margin of a boundary that matters to
// them. The margin is many ticks long, so that a late tick changes nothing.
const (
	tick   = 50 * time.Millisecond
	margin = int64(2 * time.Second)
)

// earliest and latest lie beyond every instant that decisions are made for, as
// Unix nanoseconds: bounds of windows that have none.
const (
	earliest = math.MinInt64
	latest   = math.MaxInt64
)

// An int64 of nanoseconds holds these years whole. Bounds of windows may lie
// outside; instants to decide for may not.
const (
	firstYear = 1678
	lastYear  = 2261
)

var errClock = fmt.Errorf("access: Options.Clock tells an instant outside of the years %d to %d", firstYear, lastYear)

// A clock tells instants as Unix nanoseconds.
type clock struct {
	// coarse is the last tick, or far in the past when the clock is custom, so
	// that nothing cached by time is ever taken for current.
	coarse atomic.Int64
	custom func() time.Time // nil: the system's
}

func (c *clock) start(custom func() time.Time) {
	c.custom = custom
	c.coarse.Store(earliest)
	c.tick()
}

func (c *clock) tick() {
	if c.custom == nil {
		c.coarse.Store(time.Now().UnixNano())
	}
}

// exact reads the clock. It is earliest where the clock tells an instant that
// decisions are not made for.
func (c *clock) exact() int64 {
	if c.custom == nil {
		return time.Now().UnixNano()
	}
	now, ok := nanoseconds(c.custom())
	if !ok {
		return earliest
	}
	return now
}

// between returns an instant that lies on the same side of the boundaries as
// the exact one: of a window, and the end of a session.
func (c *clock) between(from, until, ends int64) int64 {
	now := c.coarse.Load()
	if c.custom != nil || near(now, from) || near(now, until) || near(now, ends) {
		return c.exact()
	}
	return now
}

// near reports whether the boundary may pass before the next tick is seen.
func near(now, boundary int64) bool {
	return uint64(boundary-now-1) < uint64(margin) // which wraps where it has passed
}

// nanoseconds is t.UnixNano. An instant outside of the years that it holds is
// not ok, and earliest or latest: right for the bounds of a window, which no
// instant inside them then lies beyond.
func nanoseconds(t time.Time) (n int64, ok bool) {
	switch year := t.UTC().Year(); {
	case year < firstYear:
		return earliest, false
	case year > lastYear:
		return latest, false
	default:
		return t.UnixNano(), true
	}
}
