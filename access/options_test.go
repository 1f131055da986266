package access_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/store/memstore"
)

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	s := memstore.New(nil)
	other := acl.MustSystem(roles.MustModel(fixtureTree, roles.Type{Name: "customer"}), nil, nil)
	system := access.System{Name: "nightly", Type: "admin"}
	for _, c := range []struct {
		opts access.Options
		err  string
	}{
		{access.Options{ACLs: other}, `access: Options.ACLs was made over another model; build both from one`},
		{access.Options{Coexistence: 2}, `access: Options.Coexistence Coexistence(2): want LastWrite or PerSurface`},
		{access.Options{PollInterval: -1}, `access: Options.PollInterval -1ns: negative`},
		{access.Options{MaxStaleness: -1}, `access: Options.MaxStaleness -1ns: negative`},
		{access.Options{PollInterval: time.Minute}, `access: Options.PollInterval 1m0s: longer than MaxStaleness 5s, so that decisions would be stale between polls; raise MaxStaleness`},
		{access.Options{MaxStaleness: time.Millisecond}, `access: Options.PollInterval 250ms: longer than MaxStaleness 1ms, so that decisions would be stale between polls; raise MaxStaleness`},
		{access.Options{MaxIndividuals: -1}, `access: Options.MaxIndividuals -1: negative`},
		{access.Options{MaxOrganizations: -1}, `access: Options.MaxOrganizations -1: negative`},
		{access.Options{MaxObjects: -1}, `access: Options.MaxObjects -1: negative`},
		{access.Options{Systems: []access.System{{Type: "admin"}}}, `access: system principal: scope: ID "": empty; give the host's own ID`},
		{access.Options{Systems: []access.System{system, system}}, `access: system principal "nightly": given twice`},
		{access.Options{Systems: []access.System{{Name: "nightly", Type: "nobody"}}},
			`access: system principal "nightly": roles: role "nightly": type "nobody": unknown; the model has "admin" "reseller" "customer"`},
		{access.Options{Systems: []access.System{{Name: "nightly", Type: "admin", Below: "a\x00"}}},
			`access: system principal "nightly": scope: ID "a\x00": control character at byte 1`},
		{access.Options{Systems: []access.System{{Name: "nightly", Type: "admin", Permissions: map[string]roles.Permission{"customer": 99}}}},
			`access: system principal "nightly": roles: role "nightly": node "customer": permission Permission(99) is not a set of actions`},
	} {
		e, err := access.New(t.Context(), s, fixtureModel, &c.opts)
		assert.EqualError(t, err, c.err)
		assert.Nil(t, e)
	}
	_, err := access.New(t.Context(), nil, fixtureModel, nil)
	require.EqualError(t, err, `access: New: no store or no model`)
	_, err = access.New(t.Context(), s, nil, nil)
	require.EqualError(t, err, `access: New: no store or no model`)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = access.New(ctx, s, fixtureModel, nil)
	require.ErrorIs(t, err, context.Canceled)
}

func TestEngineTells(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	assert.Same(t, fixtureModel, f.engine.Model())
	n, err := f.engine.Node("customer/telephony/extensions")
	require.NoError(t, err)
	assert.Equal(t, node("customer/pbx/extensions"), n)
	_, err = f.engine.Node("customer/pxb")
	require.ErrorContains(t, err, `did you mean "customer/pbx"`)
	assert.EqualValues(t, 1, f.engine.Revision())
	require.NoError(t, f.engine.Close())
	require.NoError(t, f.engine.Close(), "closing again is nothing")
}

func TestStrings(t *testing.T) {
	t.Parallel()
	var reasons []string
	for _, r := range access.Reasons() {
		reasons = append(reasons, r.String())
		text, err := r.MarshalText()
		require.NoError(t, err)
		var back access.Reason
		require.NoError(t, back.UnmarshalText(text))
		assert.Equal(t, r, back)
	}
	assert.Equal(t, "granted invalid_request unavailable stale unknown_node unknown_individual disabled organization_closed "+
		"credentials_changed session_ended not_yet_active expired address_not_allowed second_factor_required enrolment_required no_grant no_role no_acl "+
		"ceiling not_granted out_of_scope not_borrowed", strings.Join(reasons, " "))
	assert.Equal(t, "undecided", access.Undecided.String())
	assert.Equal(t, "Reason(200)", access.Reason(200).String())
	var r access.Reason
	require.EqualError(t, r.UnmarshalText([]byte("perhaps")), `access: reason "perhaps": unknown`)
	assert.Equal(t, access.Undecided, r)

	var surfaces []string
	for _, s := range access.Surfaces() {
		surfaces = append(surfaces, s.String())
	}
	assert.Equal(t, []string{"unstated", "new interface", "old interface", "API"}, surfaces)
	assert.Equal(t, "Surface(9)", access.Surface(9).String())
	assert.Equal(t, []string{"none", "role", "ACL", "none"},
		[]string{access.NoSlot.String(), access.RoleSlot.String(), access.ACLSlot.String(), access.Slot(9).String()})
	assert.Equal(t, []string{"last write", "per surface", "Coexistence(9)"},
		[]string{access.LastWrite.String(), access.PerSurface.String(), access.Coexistence(9).String()})
}
