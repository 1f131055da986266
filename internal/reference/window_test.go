package reference

import (
	"testing"
	"time"
	_ "time/tzdata" // windows need their zones on every machine

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/individuals"
)

// The instants are those of the IANA database, worked out by hand.
func TestFirstInstant(t *testing.T) {
	for _, day := range []struct{ zone, date, want string }{
		{"UTC", "2024-02-29", "2024-02-29T00:00:00Z"},
		{"Europe/Prague", "2026-03-29", "2026-03-28T23:00:00Z"},
		{"America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z"}, // begins at 01:00
		{"Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z"},      // skipped
		{"Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z"},
		{"America/Havana", "2025-11-02", "2025-11-02T04:00:00Z"}, // 00:00 comes twice
		{"Asia/Manila", "1844-12-31", "1844-12-31T15:56:08Z"},    // skipped, by local mean time
	} {
		date, err := individuals.ParseDate(day.date)
		require.NoError(t, err)
		location, err := zone(day.zone)
		require.NoError(t, err)
		assert.Equal(t, day.want, firstInstant(date, location).UTC().Format(time.RFC3339), "%s in %s", day.date, day.zone)
	}
	for _, refused := range []string{"", "Local", "posixrules", "Factory", "posix/UTC", "right/UTC", "Mars/Base", "../UTC"} {
		_, err := zone(refused)
		assert.Error(t, err, "%q", refused)
	}
}
