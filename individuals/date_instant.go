package individuals

import (
	"errors"
	"time"
)

// maxOffset is more than any zone is ahead of UTC (RFC 9636 §3.2 wants less than
// 26 hours), in seconds.
const maxOffset = 26 * 60 * 60

// FirstInstant returns the first instant of d in location: the earliest instant
// at which the local date is d or later. It is an error if d is no date or
// location is nil.
//
// Most days begin at midnight, but not all do:
//
//   - where clocks go forward over midnight, the day begins when they have;
//   - a day that the zone skipped (2011-12-30 in Pacific/Apia) begins, as the
//     day after it does, when the gap ends;
//   - where clocks go back over midnight, the day begins at the first of the two
//     midnights, even if the clocks then show the day before for a while.
//
// So a later date never begins earlier, and what begins does not begin twice.
func (d Date) FirstInstant(location *time.Location) (time.Time, error) {
	if d.IsZero() {
		return time.Time{}, errors.New("individuals: first instant: no date")
	}
	if location == nil {
		return time.Time{}, errors.New("individuals: first instant: no location: use LoadZone")
	}
	midnight := d.midnight()

	// Between two bounds of the zone the local time is UTC plus one offset and
	// reaches midnight of d once. The first period to reach it before the period
	// ends has the answer, or began with it reached. No local time before the
	// first cursor can be that late.
	for cursor := midnight - maxOffset; ; {
		period := time.Unix(cursor, 0).In(location)
		_, offset := period.Zone()
		begins := max(cursor, midnight-int64(offset))
		_, end := period.ZoneBounds()
		if end.IsZero() {
			return time.Unix(begins, 0).In(location), nil
		}
		bound := end.Unix()
		if bound <= cursor {
			// On 31 December UTC of a leap year that follows the last transition in
			// the zone's file, ZoneBounds counts 365 days and returns an end that has
			// passed. The rules go on unchanged to the end of the year.
			bound = time.Date(period.UTC().Year()+1, time.January, 1, 0, 0, 0, 0, time.UTC).Unix()
		}
		if begins < bound {
			return time.Unix(begins, 0).In(location), nil
		}
		cursor = bound
	}
}
