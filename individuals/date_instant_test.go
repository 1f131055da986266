package individuals_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/durward-go/durward/individuals"
)

func TestFirstInstant(t *testing.T) {
	for _, test := range []struct{ zone, date, want, why string }{
		{"UTC", "2026-04-20", "2026-04-20T00:00:00Z", "midnight"},
		{"Europe/Prague", "2026-04-20", "2026-04-19T22:00:00Z", "midnight"},
		{"Pacific/Chatham", "2026-04-20", "2026-04-19T11:15:00Z", "+12:45"},
		{"Pacific/Chatham", "2026-01-20", "2026-01-19T10:15:00Z", "+13:45"},
		{"Etc/GMT-14", "2026-04-20", "2026-04-19T10:00:00Z", "the first zone to begin a day"},
		{"Etc/GMT+12", "2026-04-20", "2026-04-20T12:00:00Z", "the last"},

		{"America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z", "no midnight: begins at 01:00"},
		{"America/Toronto", "1919-03-31", "1919-03-31T04:30:00Z", "no midnight: begins at 00:30, when clocks went from 23:30"},
		{"America/Havana", "2012-11-04", "2012-11-04T04:00:00Z", "midnight twice: the first"},
		{"America/Scoresbysund", "2023-10-29", "2023-10-29T00:00:00Z", "midnight twice, by a rule: the first"},
		{"America/St_Johns", "2007-11-04", "2007-11-04T02:30:00Z", "the day begins, a minute later it is the day before again"},
		{"America/St_Johns", "2007-11-05", "2007-11-05T03:30:00Z", "and the next day is not touched"},

		{"Pacific/Apia", "2011-12-29", "2011-12-29T10:00:00Z", "the day before a skipped one"},
		{"Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z", "a skipped day begins when the gap ends"},
		{"Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z", "as the day after it does"},
		{"Pacific/Kwajalein", "1993-08-21", "1993-08-21T12:00:00Z", "a skipped day"},
		{"Pacific/Kwajalein", "1993-08-22", "1993-08-21T12:00:00Z", "the day after it"},
		{"Asia/Manila", "1844-12-31", "1844-12-31T15:56:08Z", "a skipped day of local mean time"},
		{"America/Juneau", "1867-10-19", "1867-10-18T08:57:41Z", "a day that was lived twice, the first time"},
		{"America/Juneau", "1867-10-20", "1867-10-20T08:57:41Z", "the day after it, once"},

		{"America/New_York", "2040-12-31", "2040-12-31T05:00:00Z", "a leap year's last day, by the rule"},
		{"America/New_York", "2041-01-01", "2041-01-01T05:00:00Z", "the day after it"},
		{"Pacific/Auckland", "2041-01-01", "2040-12-31T11:00:00Z", "in summer"},
		{"America/New_York", "9996-12-31", "9996-12-31T05:00:00Z", "the last leap year"},
		{"America/New_York", "9997-01-01", "9997-01-01T05:00:00Z", "the day after it"},
		{"America/New_York", "9999-12-31", "9999-12-31T05:00:00Z", "the last day"},
		{"Pacific/Auckland", "9999-12-31", "9999-12-30T11:00:00Z", "the last day"},
		{"Europe/Prague", "0001-01-01", "0000-12-31T23:02:16Z", "the first day, in local mean time"},
		{"UTC", "0001-01-01", "0001-01-01T00:00:00Z", "the first day"},
	} {
		t.Run(test.zone+" "+test.date, func(t *testing.T) {
			location := requireZone(t, test.zone)
			got, err := requireDate(t, test.date).FirstInstant(location)
			require.NoError(t, err)
			assert.Equal(t, test.want, got.UTC().Format(time.RFC3339), test.why)
			assert.Same(t, location, got.Location())
		})
	}
}

func TestFirstInstantRefuses(t *testing.T) {
	_, err := individuals.Date{}.FirstInstant(time.UTC)
	assert.ErrorContains(t, err, "no date")
	_, err = requireDate(t, "2026-04-20").FirstInstant(nil)
	assert.ErrorContains(t, err, "LoadZone")
}

// A zone need not come from the database.
func TestFirstInstantInFixedZones(t *testing.T) {
	for _, hours := range []int{-24, -12, 0, 5, 14, 25} {
		got, err := requireDate(t, "2026-04-20").FirstInstant(time.FixedZone("fixed", hours*60*60))
		require.NoError(t, err)
		assert.Equal(t, time.Date(2026, time.April, 20, -hours, 0, 0, 0, time.UTC), got.UTC())
	}
}

// irregularZones have shifted clocks over midnight, over the date line, or by
// rules that go on.
var irregularZones = []string{
	"UTC", "Europe/Prague", "America/New_York", "Pacific/Auckland", "Pacific/Chatham", "America/Havana", "America/Sao_Paulo", "America/St_Johns", "America/Scoresbysund",
	"America/Toronto", "Pacific/Apia", "Pacific/Kwajalein", "Pacific/Enderbury", "Asia/Manila", "America/Juneau", "Africa/Cairo", "Africa/Casablanca", "Asia/Gaza", "Asia/Tehran",
	"Asia/Amman", "America/Asuncion", "America/Santiago", "Antarctica/Troll", "Antarctica/Casey", "Australia/Lord_Howe", "Europe/Dublin", "America/Nuuk", "Africa/Monrovia",
}

// FirstInstant is what its comment says: at it the local date is the day or
// later, at no instant before it was it so.
func TestFirstInstantIsTheFirst(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		location, err := individuals.LoadZone(rapid.SampledFrom(irregularZones).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		date := drawDate(t, "date")
		first, err := date.FirstInstant(location)
		if err != nil {
			t.Fatal(err)
		}
		if local := first.Format(time.DateOnly); local < date.String() {
			t.Fatalf("%s begins at %s", date, first)
		}
		for _, back := range []time.Duration{1, time.Second, time.Minute, time.Hour, time.Duration(rapid.Int64Range(1, int64(90*24*time.Hour)).Draw(t, "back"))} {
			before := first.Add(-back)
			if before.Format(time.DateOnly) >= date.String() {
				t.Fatalf("%s begins at %s, but at %s already was", date, first, before)
			}
		}
		later := date.AddDays(rapid.IntRange(0, 3).Draw(t, "days"))
		next, err := later.FirstInstant(location)
		if err != nil {
			t.Fatal(err)
		}
		if next.Before(first) {
			t.Fatalf("%s begins at %s, %s at %s", date, first, later, next)
		}
	})
}

// BenchmarkFirstInstant: of ordinary days in a zone with a rule.
func BenchmarkFirstInstant(b *testing.B) {
	location, date := requireZone(b, "Europe/Prague"), requireDate(b, "2026-04-20")
	b.ReportAllocs()
	for b.Loop() {
		_, _ = date.FirstInstant(location)
	}
}
