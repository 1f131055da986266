package otp

import (
	"fmt"
	"time"
)

// Period is how long one code lasts: the time step X of RFC 6238 §4.1, 30 s.
const Period = 30 * time.Second

// Step counts periods since 1970-01-01T00:00:00Z: the moving factor T of
// RFC 6238 §4.2. Every step has one code.
//
// As the last accepted step, 0 means that none was accepted yet; step 0 itself,
// the first half minute of 1970, never is.
type Step int64

// StepAt returns the step that the instant at lies in. An instant before 1970,
// the zero [time.Time] among them, is an error.
func StepAt(at time.Time) (Step, error) {
	seconds := at.Unix()
	if seconds < 0 {
		return 0, fmt.Errorf("otp: step at %q: before 1970; was the instant set?", at.UTC().Format(time.RFC3339))
	}
	return Step(seconds / int64(Period/time.Second)), nil
}
