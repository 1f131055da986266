package reference

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/durward-go/durward/individuals"
)

// checkWindow reports what is wrong with a window.
func checkWindow(w individuals.Window) error {
	from, until := w.Activation.String(), w.Expiration.String()
	if from == "" && until == "" && w.Zone == "" {
		return nil
	}
	if _, err := zone(w.Zone); err != nil {
		return err
	}
	// Written as RFC 3339 has it, dates compare like their text.
	if from != "" && until != "" && until <= from {
		return fmt.Errorf("reference: window expires on %s and begins on %s", until, from)
	}
	return nil
}

// zone loads a zone of the IANA database by its name there.
func zone(name string) (*time.Location, error) {
	for _, refused := range []string{"", "Local", "posixrules", "Factory"} {
		if name == refused {
			return nil, fmt.Errorf("reference: zone %q is refused", name)
		}
	}
	if strings.HasPrefix(name, "posix/") || strings.HasPrefix(name, "right/") {
		return nil, fmt.Errorf("reference: zone %q is refused", name)
	}
	if loaded, ok := zones.Load(name); ok {
		return loaded.(*time.Location), nil
	}
	location, err := time.LoadLocation(name)
	if err == nil {
		zones.Store(name, location)
	}
	return location, err
}

// zones keeps what zone loaded.
var zones sync.Map

// firstInstants keeps what firstInstant found by zone and date: the search takes
// milliseconds, and the answer is the same forever.
var firstInstants sync.Map

// firstInstant is the earliest instant at which the local date in the zone is the date
// or a later one. No zone was ever 16 hours off UTC, so the search begins that long
// before midnight UTC and tries every second, since zones change on whole seconds.
func firstInstant(d individuals.Date, location *time.Location) time.Time {
	key := location.String() + " " + d.String()
	if found, ok := firstInstants.Load(key); ok {
		return found.(time.Time)
	}
	year, month, day := d.Year(), d.Month(), d.Day()
	second := time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() - 16*60*60
	for {
		y, m, d := time.Unix(second, 0).In(location).Date()
		if y > year || y == year && m > month || y == year && m == month && d >= day {
			break
		}
		second++
	}
	found := time.Unix(second, 0)
	firstInstants.Store(key, found)
	return found
}
