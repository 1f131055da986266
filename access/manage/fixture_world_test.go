package manage_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/roles"
)

// Everybody of the world can do what they were made for, and adam not before the
// first instant of his day where he is.
func TestWorld(t *testing.T) {
	w := newWorld(t)
	require.Equal(t, access.Granted, w.reason("bob", roles.Create, "customer/individuals", "abc"))
	require.Equal(t, access.NotYetActive, w.reason("adam", roles.View, "customer/billing/invoices", "abc"))
	require.Equal(t, access.Granted, w.reason("steve", roles.Update, "customer/pbx/extensions", "abc"))
	require.Equal(t, access.OutOfScope, w.reason("zoe", roles.View, "customer/individuals", "abc"))
	require.Equal(t, access.Granted, w.reason("greg", roles.Update, "customer/supervisor", "abc-1"))
	w.clock.set(time.Date(2026, time.April, 19, 21, 59, 59, 0, time.UTC)) // Prague is two hours ahead
	require.Equal(t, access.NotYetActive, w.reason("adam", roles.View, "customer/billing/invoices", "abc"))
	w.clock.set(time.Date(2026, time.April, 19, 22, 0, 0, 0, time.UTC))
	require.Equal(t, access.Granted, w.reason("adam", roles.View, "customer/billing/invoices", "abc"))
}
