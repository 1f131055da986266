package audit_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/audit"
)

func TestFilterMatch(t *testing.T) {
	t.Parallel()
	e := audit.Event{
		Chain: audit.Changes, Sequence: 7, At: morning, Actor: audit.Individual("bob"), OnBehalfOf: audit.Individual("adam"),
		Organization: "ABC", Subject: "steve", Action: "grant.clear-role", Node: "customer/address/bcc",
	}
	for _, c := range []struct {
		name   string
		filter audit.Filter
		want   bool
	}{
		{"zero", audit.Filter{}, true},
		{"chain", audit.Filter{Chain: audit.Changes}, true},
		{"another chain", audit.Filter{Chain: audit.SignIns}, false},
		{"organization", audit.Filter{Organization: "ABC"}, true},
		{"IDs are case-sensitive", audit.Filter{Organization: "abc"}, false},
		{"actor", audit.Filter{Person: "bob"}, true},
		{"subject", audit.Filter{Person: "steve"}, true},
		{"on behalf of", audit.Filter{Person: "adam"}, true},
		{"an organization is no person", audit.Filter{Person: "ABC"}, false},
		{"node", audit.Filter{Node: "customer/address/bcc"}, true},
		{"node above", audit.Filter{Node: "customer/address"}, true},
		{"root", audit.Filter{Node: "customer"}, true},
		{"part of a name", audit.Filter{Node: "customer/add"}, false},
		{"node below", audit.Filter{Node: "customer/address/bcc/x"}, false},
		{"action", audit.Filter{Action: "grant.clear-role"}, true},
		{"its beginning", audit.Filter{Action: "grant"}, true},
		{"not up to a dot", audit.Filter{Action: "grant.clear"}, false},
		{"from is in", audit.Filter{From: morning}, true},
		{"from is later", audit.Filter{From: morning.Add(1)}, false},
		{"to is out", audit.Filter{To: morning}, false},
		{"to is later", audit.Filter{To: morning.Add(1)}, true},
		{"other zones are the same instants", audit.Filter{From: morning.In(time.FixedZone("", 7200))}, true},
		{"after the one before", audit.Filter{Chain: audit.Changes, After: 6}, true},
		{"after itself", audit.Filter{Chain: audit.Changes, After: 7}, false},
		{"all together", audit.Filter{audit.Changes, "ABC", "bob", "customer", "grant", morning, morning.Add(1), 6, 1}, true},
		{"all but one", audit.Filter{audit.Changes, "ABC", "eve", "customer", "grant", morning, morning.Add(1), 6, 1}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			assert.Equal(t, c.want, c.filter.Match(e))
		})
	}
	system := audit.Event{Actor: audit.System("bob")}
	assert.False(t, audit.Filter{Person: "bob"}.Match(system), "a job of a person's name is not that person")
	assert.False(t, audit.Filter{Organization: "ABC"}.Match(system), "an event without an organization is nobody's")
}

func TestFilterSelect(t *testing.T) {
	t.Parallel()
	events, _ := chainOf(t, audit.Changes, 9) // the even ones are full
	sequences := func(f audit.Filter) (out []uint64) {
		for e, err := range f.Select(stream(events)) {
			require.NoError(t, err)
			out = append(out, e.Sequence)
		}
		return out
	}
	assert.Equal(t, []uint64{1, 2, 3, 4, 5, 6, 7, 8, 9}, sequences(audit.Filter{}))
	assert.Equal(t, []uint64{2, 4, 6, 8}, sequences(audit.Filter{Organization: "ABC"}))
	assert.Equal(t, []uint64{2, 4}, sequences(audit.Filter{Organization: "ABC", Limit: 2}))
	assert.Equal(t, []uint64{6, 8}, sequences(audit.Filter{Organization: "ABC", Chain: audit.Changes, After: 4, Limit: 2}))
	assert.Empty(t, sequences(audit.Filter{Chain: audit.Changes, After: 9}))

	for e := range (audit.Filter{}).Select(stream(events)) {
		assert.Equal(t, uint64(1), e.Sequence)
		break // and nothing panics
	}
}

func TestFilterSelectPassesErrorsOn(t *testing.T) {
	t.Parallel()
	broken := errors.New("connection lost")
	calls := 0
	for e, err := range (audit.Filter{Limit: 5}).Select(func(yield func(audit.Event, error) bool) {
		_ = yield(audit.Event{}, broken) && yield(sparse(), nil)
	}) {
		calls++
		require.ErrorIs(t, err, broken)
		assert.Equal(t, audit.Event{}, e)
	}
	assert.Equal(t, 1, calls)
	for _, err := range (audit.Filter{Limit: -1}).Select(stream(nil)) {
		assert.EqualError(t, err, "audit: filter: limit -1: below 0")
		calls++
	}
	assert.Equal(t, 2, calls)
}

func TestFilterValidate(t *testing.T) {
	t.Parallel()
	require.NoError(t, audit.Filter{}.Validate())
	require.NoError(t, audit.Filter{From: morning, To: morning.Add(1)}.Validate())
	assert.EqualError(t, audit.Filter{After: 3}.Validate(), "audit: filter: After without Chain: each chain has sequences of its own")
	assert.EqualError(t, audit.Filter{From: morning, To: morning}.Validate(), "audit: filter: from 2026-04-20T08:00:00Z to 2026-04-20T08:00:00Z: ends before it begins")
}
