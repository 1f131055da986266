package sqlstore_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/sqlstore"
)

func drawInstant(t *rapid.T, name string) time.Time {
	seconds := rapid.Int64Range(-62_135_596_800, 253_402_300_799).Draw(t, name) // years 1 to 9999
	nanoseconds := rapid.SampledFrom([]int64{0, 1, 499, 999, 1000, 123_456_000, 999_999_000, 999_999_999}).Draw(t, name+" nanoseconds")
	return time.Unix(seconds, nanoseconds).In(time.FixedZone("east", 3600))
}

// TestInstants: the texts of instants sort like the instants, come back as they
// are kept, and compare with a bound as the instants would.
func TestInstants(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawInstant(t, "a"), drawInstant(t, "b")
		kept := store.Instant(a)
		back, err := sqlstore.ScanInstant(sqlstore.InstantText(a))
		require.NoError(t, err)
		if !kept.IsZero() {
			require.Equal(t, kept, back)
		}
		require.Equal(t, kept.Compare(store.Instant(b)), compare(sqlstore.InstantText(a), sqlstore.InstantText(b)))
		if b.Year() < 9999 {
			require.Equal(t, kept.Before(b), sqlstore.InstantText(a) < sqlstore.InstantUp(b), "before %v", b)
		}
	})
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func TestInstantsBeyondTheCalendar(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "0001-01-01T00:00:00.000000Z", sqlstore.InstantText(time.Time{}))
	assert.Equal(t, "0001-01-01T00:00:00.000000Z", sqlstore.InstantText(time.Date(-7, 1, 1, 0, 0, 0, 0, time.UTC)))
	assert.Equal(t, "9999-12-31T23:59:59.999999Z", sqlstore.InstantText(time.Unix(math.MaxInt64/1_000_000, 0)))
}

// TestScan: what drivers give for a column is read, whatever of the ways there
// are they choose, and what nobody wrote is an error.
func TestScan(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 4, 20, 12, 0, 0, 120000000, time.UTC)
	for _, from := range []any{noon, noon.In(time.FixedZone("east", 7200)), "2026-04-20T12:00:00.120000Z", "2026-04-20T12:00:00.12Z", []byte("2026-04-20T12:00:00.120000Z")} {
		got, err := sqlstore.ScanInstant(from)
		require.NoError(t, err)
		assert.Equal(t, noon, got, "%v", from)
	}
	none, err := sqlstore.ScanInstant(nil)
	require.NoError(t, err)
	assert.True(t, none.IsZero())
	day, err := individuals.ParseDate("2026-04-20")
	require.NoError(t, err)
	for _, from := range []any{noon.Truncate(24 * time.Hour), "2026-04-20", []byte("2026-04-20")} {
		got, err := sqlstore.ScanDate(from)
		require.NoError(t, err)
		assert.Equal(t, day, got)
	}
	blank, err := sqlstore.ScanDate(nil)
	require.NoError(t, err)
	assert.True(t, blank.IsZero())
	for _, from := range []any{"yesterday", "", int64(7), 7.5, true} {
		_, err := sqlstore.ScanInstant(from)
		require.ErrorContains(t, err, "damaged row: ")
		_, err = sqlstore.ScanDate(from)
		require.ErrorContains(t, err, "damaged row: ")
	}
	hash, err := sqlstore.ScanHash(3, []byte{1, 2, 3})
	require.NoError(t, err)
	assert.Equal(t, []byte{1, 2, 3}, hash)
	for _, from := range []any{[]byte{1, 2}, "abc", int64(1)} {
		_, err := sqlstore.ScanHash(3, from)
		require.ErrorContains(t, err, "want 3 bytes")
	}
}
