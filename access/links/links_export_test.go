package links

import "time"

// ParseToken returns the selector of a text that is a token, and the text that
// it writes.
func ParseToken(text string) (selector, written string, ok bool) {
	t, ok := parseToken(text)
	return t.selector, t.text(), ok
}

// For the tests of what decides without a store.
var (
	Scrub       = scrub
	DisplayName = displayName
	OneLine     = oneLine
)

// BackOff returns the wait after so many tries.
func (d *Dispatcher) BackOff(tries int) time.Duration { return d.backOff(tries) }

// WakeSpacing is the least time between two passes of Run.
const WakeSpacing = wakeSpacing
