package individuals_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
	_ "time/tzdata" // so that the tests run on a machine without zone files

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/individuals"
)

func TestLoadZone(t *testing.T) {
	for _, name := range []string{
		"UTC", "Etc/UTC", "GMT", "GMT+0", "Etc/GMT-14", "EST5EDT", "W-SU", "NZ-CHAT", "Europe/Prague",
		"America/Port-au-Prince", "America/Argentina/ComodRivadavia", "America/North_Dakota/New_Salem", "Africa/Dar_es_Salaam", "Antarctica/DumontDUrville",
	} {
		location, err := individuals.LoadZone(name)
		require.NoError(t, err, name)
		assert.Equal(t, name, location.String())
		again, err := individuals.LoadZone(name)
		require.NoError(t, err)
		assert.Same(t, location, again, "a zone is read once")
	}
}

func TestLoadZoneRefuses(t *testing.T) {
	for _, test := range []struct{ name, reason string }{
		{"", "no zone"},
		{"Local", "the machine's own zone"},
		{"posixrules", "a default of the machine"},
		{"localtime", "a default of the machine"},
		{"Factory", "a zone that was not set"},
		{"Europe/Praha", "unknown time zone"},
		{"Europe", ""},
		{"CEST", "unknown time zone"},
		{"Etc/Unknown", "unknown time zone"},
		{"utc", "not the name of a zone"},
		{"local", "not the name of a zone"},
		{"europe/prague", "not the name of a zone"},
		{"posix/Europe/Prague", "not the name of a zone"},
		{"right/Europe/Prague", "not the name of a zone"},
		{"zone.tab", "not the name of a zone"},
		{"leapseconds", "not the name of a zone"},
		{"/Europe/Prague", "not the name of a zone"},
		{"Europe/Prague/", "not the name of a zone"},
		{"Europe//Prague", "not the name of a zone"},
		{"Europe/./Prague", "not the name of a zone"},
		{"Europe/../Local", "not the name of a zone"},
		{"../../../etc/localtime", "not the name of a zone"},
		{"/etc/localtime", "not the name of a zone"},
		{`Europe\Prague`, "not the name of a zone"},
		{" Europe/Prague", "not the name of a zone"},
		{"Europe/Prague\x00", "not the name of a zone"},
		{"Europe/Prag\u00fce", "not the name of a zone"},
		{"CET-1CEST", "unknown time zone"},
		{"+02:00", "not the name of a zone"},
		{strings.Repeat("A", 65), "longer than 64 bytes"},
	} {
		t.Run(test.name, func(t *testing.T) {
			location, err := individuals.LoadZone(test.name)
			require.Error(t, err)
			assert.Nil(t, location)
			assert.Contains(t, err.Error(), strings.TrimSuffix(fmt.Sprintf("individuals: zone: %q", test.name[:min(len(test.name), 64)]), `"`))
			assert.Contains(t, err.Error(), test.reason)
			assert.Contains(t, err.Error(), "Europe/Prague", "an error names a way out")
		})
	}
	_, err := individuals.LoadZone("Europe/Praha")
	assert.ErrorContains(t, err, `individuals: zone: "Europe/Praha": `)
	assert.ErrorContains(t, err, "import time/tzdata")
}

// Not parallel: it looks at what all tests share.
func TestZoneCacheIsBounded(t *testing.T) {
	individuals.EmptyZoneCache()
	defer individuals.EmptyZoneCache()
	for i := range 10 {
		_, err := individuals.LoadZone(fmt.Sprintf("Europe/Praha%d", i))
		require.Error(t, err)
	}
	cached, most := individuals.CachedZones()
	assert.Zero(t, cached, "names that no zone has are not kept")

	individuals.FillZoneCache(func(i int) string { return fmt.Sprintf("Nowhere/%d", i) })
	location, err := individuals.LoadZone("Europe/Prague")
	require.NoError(t, err, "a full cache refuses nobody")
	assert.Equal(t, "Europe/Prague", location.String())
	cached, _ = individuals.CachedZones()
	assert.Equal(t, most, cached)
}

func TestLoadZoneIsSafeForConcurrentUse(t *testing.T) {
	individuals.EmptyZoneCache()
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for _, name := range []string{"Europe/Prague", "Asia/Tokyo", "America/Havana", "Nowhere/Else"} {
				location, err := individuals.LoadZone(name)
				if name == "Nowhere/Else" {
					assert.Error(t, err)
				} else if assert.NoError(t, err) {
					assert.Equal(t, name, location.String())
				}
			}
		})
	}
	group.Wait()
}

func requireZone(t testing.TB, name string) *time.Location {
	t.Helper()
	location, err := individuals.LoadZone(name)
	require.NoError(t, err)
	return location
}
