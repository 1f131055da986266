package manage_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/roles"
)

func TestWorld(t *testing.T) {
	w := newWorld(t)
	require.Equal(t, access.Granted, w.reason("bob", roles.Create, "customer/individuals", "abc"))
	require.Equal(t, access.NotYetActive, w.reason("adam", roles.View, "customer/billing/invoices", "abc"))
	require.Equal(t, access.Granted, w.reason("steve", roles.Update, "customer/pbx/extensions", "abc"))
	require.Equal(t, access.OutOfScope, w.reason("zoe", roles.View, "customer/individuals", "abc"))
}
