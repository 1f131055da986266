package individuals_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/durward-go/durward/individuals"
)

func window(t testing.TB, activation, expiration, zone string) individuals.Window {
	t.Helper()
	w := individuals.Window{Zone: zone}
	require.NoError(t, w.Activation.UnmarshalText([]byte(activation)))
	require.NoError(t, w.Expiration.UnmarshalText([]byte(expiration)))
	return w
}

func TestWindowAt(t *testing.T) {
	for _, test := range []struct {
		name, activation, expiration, zone string
		at                                 map[string]individuals.State
	}{
		{"no dates", "", "", "", map[string]individuals.State{
			"1900-01-01T00:00:00Z": individuals.Active, "9999-12-31T23:59:59Z": individuals.Active,
		}},
		{"no dates, a zone", "", "", "Europe/Prague", map[string]individuals.State{"2026-04-20T12:00:00Z": individuals.Active}},
		{"both", "2026-04-20", "2026-05-01", "Europe/Prague", map[string]individuals.State{
			"2026-04-19T21:59:59.999999999Z": individuals.NotYetActive,
			"2026-04-19T22:00:00Z":           individuals.Active,
			"2026-04-30T21:59:59.999999999Z": individuals.Active,
			"2026-04-30T22:00:00Z":           individuals.Expired,
		}},
		{"activation only", "2026-04-20", "", "America/New_York", map[string]individuals.State{
			"2026-04-20T03:59:59Z": individuals.NotYetActive, "2026-04-20T04:00:00Z": individuals.Active, "9999-12-31T23:59:59Z": individuals.Active,
		}},
		{"expiration only", "", "2026-04-20", "Asia/Tokyo", map[string]individuals.State{
			"0001-01-01T00:00:01Z": individuals.Active, "2026-04-19T14:59:59Z": individuals.Active, "2026-04-19T15:00:00Z": individuals.Expired,
		}},
		{"one day", "2026-04-20", "2026-04-21", "UTC", map[string]individuals.State{
			"2026-04-19T23:59:59Z": individuals.NotYetActive, "2026-04-20T00:00:00Z": individuals.Active, "2026-04-21T00:00:00Z": individuals.Expired,
		}},
		{"a day without midnight", "2018-11-04", "2018-11-05", "America/Sao_Paulo", map[string]individuals.State{
			"2018-11-04T02:59:59Z": individuals.NotYetActive, "2018-11-04T03:00:00Z": individuals.Active, "2018-11-05T02:00:00Z": individuals.Expired,
		}},
		{"the day before comes back", "2007-11-04", "", "America/St_Johns", map[string]individuals.State{
			"2007-11-04T02:29:59Z": individuals.NotYetActive, "2007-11-04T02:30:00Z": individuals.Active, "2007-11-04T02:45:00Z": individuals.Active,
		}},
		{"a skipped day", "2011-12-30", "2011-12-31", "Pacific/Apia", map[string]individuals.State{
			"2011-12-30T09:59:59Z": individuals.NotYetActive, "2011-12-30T10:00:00Z": individuals.Expired,
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := window(t, test.activation, test.expiration, test.zone)
			require.NoError(t, w.Validate())
			for text, want := range test.at {
				instant, err := time.Parse(time.RFC3339Nano, text)
				require.NoError(t, err)
				for _, zone := range []*time.Location{time.UTC, requireZone(t, "Pacific/Kiritimati")} {
					got, err := w.At(instant.In(zone))
					require.NoError(t, err)
					assert.Equal(t, want, got, text)
				}
			}
		})
	}
}

func TestWindowRefuses(t *testing.T) {
	for _, test := range []struct{ activation, expiration, zone, reason string }{
		{"2026-04-20", "2026-04-20", "Europe/Prague", `expiration "2026-04-20" does not follow activation "2026-04-20"`},
		{"2026-04-20", "2026-04-19", "Europe/Prague", "LastDay gives the expiration"},
		{"", "0001-01-01", "UTC", "nobody would ever be active"},
		{"2026-04-20", "", "", "dates without a zone"},
		{"", "2026-04-20", "", "dates without a zone"},
		{"2026-04-20", "", "Local", `individuals: window: zone: "Local"`},
		{"2026-04-20", "", "Europe/Praha", "unknown time zone"},
		{"", "", "Europe/Praha", "unknown time zone"},
		{"", "", "posixrules", "a default of the machine"},
	} {
		w := window(t, test.activation, test.expiration, test.zone)
		err := w.Validate()
		assert.ErrorContains(t, err, "individuals: window: ")
		assert.ErrorContains(t, err, test.reason)

		from, until, boundsErr := w.Bounds()
		assert.Equal(t, err, boundsErr)
		assert.Zero(t, from)
		assert.Zero(t, until)

		state, atErr := w.At(time.Unix(0, 0))
		assert.Equal(t, err, atErr)
		assert.Zero(t, state)
		assert.NotEqual(t, individuals.Active, state, "an error allows nothing")
	}
}

// A clock that nobody read must not find a window open.
func TestWindowRefusesTheZeroInstant(t *testing.T) {
	for _, w := range []individuals.Window{{}, window(t, "", "2026-04-20", "UTC"), window(t, "2026-04-20", "", "UTC")} {
		state, err := w.At(time.Time{})
		assert.ErrorContains(t, err, "no instant to ask about")
		assert.Zero(t, state)
	}
}

func TestWindowBounds(t *testing.T) {
	from, until, err := individuals.Window{}.Bounds()
	require.NoError(t, err)
	assert.Zero(t, from)
	assert.Zero(t, until)

	from, until, err = window(t, "2026-04-20", "2026-05-01", "Europe/Prague").Bounds()
	require.NoError(t, err)
	assert.Equal(t, "2026-04-20T00:00:00+02:00", from.Format(time.RFC3339))
	assert.Equal(t, "2026-05-01T00:00:00+02:00", until.Format(time.RFC3339))

	// The earliest expiration must not look like none.
	_, until, err = window(t, "", "0001-01-02", "UTC").Bounds()
	require.NoError(t, err)
	assert.False(t, until.IsZero())
}

func TestWindowIsKeptAsDates(t *testing.T) {
	given := window(t, "2026-04-20", "", "Europe/Prague")
	encoded, err := json.Marshal(given)
	require.NoError(t, err)
	assert.JSONEq(t, `{"Activation":"2026-04-20","Expiration":"","Zone":"Europe/Prague"}`, string(encoded))
	var decoded individuals.Window
	require.NoError(t, json.Unmarshal(encoded, &decoded))
	assert.True(t, given == decoded)
}

func TestStateString(t *testing.T) {
	for state, want := range map[individuals.State]string{0: "unknown", individuals.Active: "active", individuals.NotYetActive: "not_yet_active", individuals.Expired: "expired", 9: "State(9)"} {
		assert.Equal(t, want, state.String())
	}
}

// At agrees with Bounds around both, and never goes back.
func TestWindowAtAgreesWithBounds(t *testing.T) {
	order := map[individuals.State]int{individuals.NotYetActive: 0, individuals.Active: 1, individuals.Expired: 2}
	rapid.Check(t, func(t *rapid.T) {
		w := individuals.Window{Zone: rapid.SampledFrom(irregularZones).Draw(t, "zone")}
		if rapid.Bool().Draw(t, "has an activation") {
			w.Activation = drawDate(t, "activation")
		}
		if rapid.Bool().Draw(t, "has an expiration") {
			w.Expiration = drawDate(t, "expiration")
			if !w.Activation.IsZero() && rapid.Bool().Draw(t, "is short") {
				w.Expiration = w.Activation.AddDays(rapid.IntRange(0, 4).Draw(t, "days"))
			}
		}
		from, until, err := w.Bounds()
		if (err == nil) != (w.Validate() == nil) {
			t.Fatalf("Bounds and Validate differ on %+v", w)
		}
		if err != nil {
			if state, atErr := w.At(time.Unix(0, 0)); atErr == nil || state != 0 {
				t.Fatalf("%+v is not valid, but %s", w, state)
			}
			return
		}
		if !from.IsZero() && !until.IsZero() && until.Before(from) {
			t.Fatalf("%+v ends before it begins", w)
		}
		previous := 0
		var asked []time.Time
		for _, bound := range []time.Time{from, until} {
			if !bound.IsZero() {
				asked = append(asked, bound.Add(-time.Hour), bound.Add(-1), bound, bound.Add(1), bound.Add(time.Hour))
			}
		}
		if len(asked) == 0 {
			asked = []time.Time{time.Unix(0, 0)}
		}
		for i, instant := range asked {
			state, err := w.At(instant)
			if err != nil {
				t.Fatal(err)
			}
			open := (from.IsZero() || !instant.Before(from)) && (until.IsZero() || instant.Before(until))
			if open != (state == individuals.Active) {
				t.Fatalf("%+v at %s: %s, bounds %s and %s", w, instant, state, from, until)
			}
			if i > 0 && !instant.Before(asked[i-1]) {
				if order[state] < previous {
					t.Fatalf("%+v goes back to %s at %s", w, state, instant)
				}
				previous = order[state]
			}
		}
	})
}

func BenchmarkWindowAt(b *testing.B) {
	w, instant := window(b, "2026-04-20", "2027-04-20", "Europe/Prague"), time.Unix(1_780_000_000, 0)
	b.ReportAllocs()
	for b.Loop() {
		_, _ = w.At(instant)
	}
}
