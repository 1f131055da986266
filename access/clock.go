package access

import (
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

// always and never are instants beyond every real one, as Unix nanoseconds.
const (
	earliest = math.MinInt64
	latest   = math.MaxInt64
)

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

// exact reads the clock.
func (c *clock) exact() int64 {
	if c.custom != nil {
		return nanoseconds(c.custom())
	}
	return time.Now().UnixNano()
}

// between returns an instant that lies on the same side of both boundaries as
// the exact one.
func (c *clock) between(from, until int64) int64 {
	now := c.coarse.Load()
	if c.custom != nil || near(now, from) || near(now, until) {
		return c.exact()
	}
	return now
}

// near reports whether the boundary may pass before the next tick is seen.
func near(now, boundary int64) bool {
	return now < boundary && boundary-now <= margin && boundary-now > 0
}

// nanoseconds is t.UnixNano, with instants that it cannot hold at the ends,
// and none so late as never.
func nanoseconds(t time.Time) int64 {
	switch year := t.UTC().Year(); {
	case year < 1678:
		return earliest
	case year > 2261:
		return latest - 1
	default:
		return t.UnixNano()
	}
}
