package reference

import (
	"time"

	"github.com/durward-go/durward/individuals"
)

// oddDays are dates on or near which clocks moved at midnight, days were skipped or
// midnights came twice, beside usual ones.
var oddDays = []struct{ zone, date string }{
	{"Pacific/Apia", "2011-12-30"},
	{"Pacific/Kwajalein", "1993-08-21"},
	{"Pacific/Kiritimati", "1994-12-31"},
	{"America/Sao_Paulo", "2018-11-04"},
	{"America/Sao_Paulo", "2018-02-18"},
	{"America/Havana", "2025-11-02"},
	{"Asia/Beirut", "2026-03-29"},
	{"Africa/Cairo", "2014-05-16"},
	{"Asia/Gaza", "2015-10-24"},
	{"Asia/Manila", "1844-12-31"},
	{"America/Juneau", "1867-10-19"},
	{"America/Scoresbysund", "2024-03-31"},
	{"America/Toronto", "1919-03-31"},
	{"Atlantic/Azores", "2026-03-29"},
	{"Europe/Prague", "2026-03-29"},
	{"UTC", "2024-02-29"},
	{"UTC", "9999-12-31"},
	{"Europe/Prague", "1600-01-01"},
}

// randomWindow draws a window about an odd day or about now.
func randomWindow(d *Draw, now time.Time) individuals.Window {
	if d.Chance(50) {
		return individuals.Window{}
	}
	day := pick(d, oddDays...)
	if d.Chance(60) {
		day.zone, day.date = nearestMidnight(now)
	}
	date, err := individuals.ParseDate(day.date)
	if err != nil {
		panic("reference: odd day: " + err.Error())
	}
	w := individuals.Window{Zone: day.zone}
	if d.Chance(70) {
		w.Activation = date.AddDays(pick(d, -1, -1, 0, 1))
	}
	if d.Chance(70) {
		if w.Expiration = date; !w.Activation.IsZero() {
			w.Expiration = w.Activation.AddDays(1)
		}
		w.Expiration = w.Expiration.AddDays(pick(d, 0, 0, 0, 1, 400))
	}
	if d.Chance(2) {
		w.Zone = pick(d, "", "Local", "posixrules", "Factory", "posix/UTC", "right/UTC", "Mars/Base", "../UTC")
	}
	if d.Chance(1) {
		w.Expiration = w.Activation
	}
	return w
}

// nearestMidnight is the zone, of three with midnights at different times, and the date
// in it that begins nearest to now.
func nearestMidnight(now time.Time) (zone, date string) {
	nearest := 48 * time.Hour
	for name, hour := range map[string]int{"UTC": 0, "Atlantic/Azores": -1, "Pacific/Kiritimati": 14} {
		local := now.UTC().Add(time.Duration(hour) * time.Hour)
		midnight := local.Round(24 * time.Hour)
		if off := local.Sub(midnight).Abs(); off < nearest {
			nearest, zone, date = off, name, midnight.Format(time.DateOnly)
		}
	}
	return zone, date
}

// randomInstant draws an instant about the bounds of the window, most often within.
func randomInstant(d *Draw, w individuals.Window, now time.Time) time.Time {
	location, err := zone(w.Zone)
	if err != nil || w.Activation.IsZero() && w.Expiration.IsZero() {
		return pick(d, time.Time{}, now, now.Add(time.Duration(d.Below(5000))*time.Hour))
	}
	step := pick(d, 0, 1, -1, time.Second, time.Duration(d.Below(40))*time.Minute, -time.Duration(d.Below(40))*time.Minute, 30*time.Hour)
	switch {
	case d.Chance(10):
		return time.Time{}
	case !w.Activation.IsZero() && d.Chance(65):
		if step < 0 && d.Chance(60) {
			step = -step
		}
		return firstInstant(w.Activation, location).Add(step)
	case !w.Expiration.IsZero():
		if step >= 0 && d.Chance(60) {
			step = -1 - step
		}
		return firstInstant(w.Expiration, location).Add(step)
	default:
		return firstInstant(w.Activation, location).Add(step)
	}
}
