package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/store"
)

func TestAttemptsLatest(t *testing.T) {
	t.Parallel()
	assert.True(t, store.Attempts{}.Latest().IsZero())
	for _, a := range []store.Attempts{
		{NotBefore: noon}, {LastFailure: noon}, {LastSuccess: noon},
		{NotBefore: noon.Add(-1), LastFailure: noon, LastSuccess: noon.Add(-2)},
		{NotBefore: noon.Add(-1), LastFailure: noon.Add(-2), LastSuccess: noon},
		{NotBefore: noon, LastFailure: noon.Add(-2), LastSuccess: noon.Add(-1)},
	} {
		assert.Equal(t, noon, a.Latest(), "%+v", a)
	}
}

func TestAttemptsValidate(t *testing.T) {
	t.Parallel()
	key := store.AttemptKey{Realm: "customer", Login: "bob"}
	require.NoError(t, store.Attempts{Key: key}.Validate())
	for _, network := range []string{"10.0.0.0/8", "192.0.2.0/24", "2001:db8::/64", "0.0.0.0/0"} {
		k := key
		k.Network = network
		require.NoError(t, k.Validate(), network)
	}
	for _, network := range []string{"10.0.0.1/8", "2001:DB8::/64", "2001:db8:0::/64", "10.0.0.0", "10.0.0.0/33", " 10.0.0.0/8", "any"} {
		k := key
		k.Network = network
		require.ErrorContains(t, k.Validate(), "want the text of a masked netip.Prefix", network)
	}
	require.ErrorContains(t, store.Attempts{Key: key, LastFailure: time.Unix(-1, 0)}.Validate(), "last failure: year 1969")
	require.ErrorContains(t, store.Attempts{Key: key, LastSuccess: time.Unix(-1, 0)}.Validate(), "last success: year 1969")
	require.ErrorContains(t, store.Attempts{Key: key, Failures: -1}.Validate(), "failures: -1")
}

func TestInstant(t *testing.T) {
	t.Parallel()
	assert.Equal(t, noon, store.Instant(noon.Add(999).In(time.FixedZone("east", 3600))))
	assert.Equal(t, time.Time{}, store.Instant(time.Time{}.In(time.FixedZone("east", 3600))))
	now := time.Now()
	assert.Equal(t, time.UnixMicro(now.UnixMicro()).UTC(), store.Instant(now), "without a monotonic reading")
}
