package individuals_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/durward-go/durward/individuals"
)

func requireDate(t testing.TB, text string) individuals.Date {
	t.Helper()
	date, err := individuals.ParseDate(text)
	require.NoError(t, err)
	return date
}

func TestParseDate(t *testing.T) {
	for _, text := range []string{"0001-01-01", "0099-12-31", "1900-02-28", "2000-02-29", "2024-02-29", "2026-04-20", "9999-12-31"} {
		date, err := individuals.ParseDate(text)
		require.NoError(t, err)
		assert.Equal(t, text, date.String())
		assert.False(t, date.IsZero())

		made, err := individuals.NewDate(date.Year(), date.Month(), date.Day())
		require.NoError(t, err)
		assert.True(t, date == made)
	}
	date := requireDate(t, "2026-04-20")
	assert.Equal(t, 2026, date.Year())
	assert.Equal(t, time.April, date.Month())
	assert.Equal(t, 20, date.Day())
}

func TestParseDateRefuses(t *testing.T) {
	for _, test := range []struct{ text, reason string }{
		{"", "not a date"},
		{"2026-4-20", "not a date"},
		{"2026-04-20 ", "not a date"},
		{" 2026-04-20", "not a date"},
		{"2026/04/20", "not a date"},
		{"20260420", "not a date"},
		{"20.04.2026", "not a date"},
		{"2026-04-20T00:00:00Z", "not a date"},
		{"+026-04-20", "not a date"},
		{"-026-04-20", "not a date"},
		{"2026-+4-20", "not a date"},
		{"2026-04- 1", "not a date"},
		{"12026-04-20", "not a date"},
		{"2026-04-2\u0660", "not a date"},
		{strings.Repeat("2026-04-20", 100), `..."`},
		{"0000-01-01", "no such day"},
		{"0000-00-00", "no such day"},
		{"2026-00-20", "no such day"},
		{"2026-13-20", "no such day"},
		{"2026-04-00", "no such day"},
		{"2026-04-31", "no such day"},
		{"2026-02-29", "no such day"},
		{"1900-02-29", "no such day"},
		{"2026-12-32", "no such day"},
		{"2026-99-99", "no such day"},
	} {
		date, err := individuals.ParseDate(test.text)
		require.Error(t, err, test.text)
		assert.Zero(t, date)
		assert.Contains(t, err.Error(), `individuals: parse date: "`)
		assert.Contains(t, err.Error(), test.reason)
	}
}

func TestNewDateRefuses(t *testing.T) {
	for _, test := range []struct {
		year  int
		month time.Month
		day   int
	}{{0, 1, 1}, {10000, 1, 1}, {-1, 1, 1}, {65537, 1, 1}, {2026, 0, 1}, {2026, 13, 1}, {2026, 257, 1}, {2026, 4, 0}, {2026, 4, 31}, {2026, 4, 257}, {2026, 4, -1}} {
		date, err := individuals.NewDate(test.year, test.month, test.day)
		assert.ErrorContains(t, err, "individuals: date: ")
		assert.Zero(t, date)
	}
}

func TestZeroDateIsNone(t *testing.T) {
	var none individuals.Date
	assert.True(t, none.IsZero())
	assert.Equal(t, "", none.String())
	assert.Zero(t, none.Year())
	assert.Zero(t, none.Month())
	assert.Zero(t, none.Day())
	assert.Equal(t, none, none.AddDays(1))
	assert.Equal(t, none, individuals.LastDay(none))
	assert.True(t, none.Before(requireDate(t, "0001-01-01")))
	assert.False(t, none.Before(none))
}

func TestAddDays(t *testing.T) {
	for _, test := range []struct {
		from string
		days int
		want string
	}{
		{"2026-04-20", 0, "2026-04-20"},
		{"2026-04-30", 1, "2026-05-01"},
		{"2024-02-28", 1, "2024-02-29"},
		{"2023-02-28", 1, "2023-03-01"},
		{"2026-01-01", -1, "2025-12-31"},
		{"1970-01-01", -1, "1969-12-31"},
		{"0001-01-01", 3652058, "9999-12-31"},
		{"9999-12-31", -3652058, "0001-01-01"},
		{"9999-12-31", 1, "9999-12-31"},
		{"0001-01-01", -1, "0001-01-01"},
		{"2026-04-20", math.MaxInt, "9999-12-31"},
		{"2026-04-20", math.MinInt, "0001-01-01"},
	} {
		assert.Equal(t, test.want, requireDate(t, test.from).AddDays(test.days).String(), "%s%+d", test.from, test.days)
	}
	assert.Equal(t, "2026-05-01", individuals.LastDay(requireDate(t, "2026-04-30")).String())
	assert.Equal(t, "9999-12-31", individuals.LastDay(requireDate(t, "9999-12-31")).String())
}

func TestDatesAreOrderedAsTheirText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := drawDate(t, "from")
		to := from.AddDays(rapid.IntRange(-800, 800).Draw(t, "days"))
		if got, want := from.Before(to), from.String() < to.String(); got != want {
			t.Fatalf("%s before %s: %t", from, to, got)
		}
	})
}

func TestDateText(t *testing.T) {
	type record struct{ Activation, Expiration individuals.Date }
	given := record{Activation: requireDate(t, "2026-04-20")}
	encoded, err := json.Marshal(given)
	require.NoError(t, err)
	assert.Equal(t, `{"Activation":"2026-04-20","Expiration":""}`, string(encoded))

	decoded := record{Expiration: requireDate(t, "2000-01-01")}
	require.NoError(t, json.Unmarshal(encoded, &decoded))
	assert.Equal(t, given, decoded)

	kept := given.Activation
	assert.Error(t, kept.UnmarshalText([]byte("2026-04-31")))
	assert.Equal(t, given.Activation, kept, "an error leaves the date alone")
}

// FuzzParseDate holds ParseDate to package time, which takes the year 0000 too.
func FuzzParseDate(f *testing.F) {
	for _, seed := range []string{"2026-04-20", "2024-02-29", "2023-02-29", "0000-01-01", "9999-12-31", "", "2026-4-2", "2026-04-20T00:00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		date, err := individuals.ParseDate(text)
		want, timeErr := time.Parse(time.DateOnly, text)
		if timeErr != nil || want.Year() == 0 {
			require.Error(t, err)
			require.Zero(t, date)
			return
		}
		require.NoError(t, err)
		require.Equal(t, text, date.String())
		made, err := individuals.NewDate(want.Date())
		require.NoError(t, err)
		require.True(t, date == made)
	})
}

func drawDate(t *rapid.T, label string) individuals.Date {
	year := rapid.OneOf(rapid.IntRange(1, 9999), rapid.IntRange(1900, 2100)).Draw(t, label+" year")
	date, err := individuals.NewDate(year, time.January, 1)
	if err != nil {
		t.Fatal(err)
	}
	return date.AddDays(rapid.IntRange(0, 365).Draw(t, label+" day of the year"))
}
