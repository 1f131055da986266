package store

import (
	"fmt"
	"time"
)

// Instant returns t as stores keep instants: in UTC and cut to microseconds,
// which every database has. The zero Time stays zero.
func Instant(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Microsecond)
}

// checkInstant holds an instant to what every database keeps.
func checkInstant(what string, t time.Time) error {
	if year := t.UTC().Year(); !t.IsZero() && (t.Unix() < 0 || year > 9999) {
		return fmt.Errorf("%s: year %d: want 1970 to 9999, or the zero Time", what, year)
	}
	return nil
}
