package audit_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/audit"
)

func TestCut(t *testing.T) {
	t.Parallel()
	events, heads := chainOf(t, audit.SignIns, 6)
	cut, err := audit.NewCut(events[3], morning.Add(time.Hour))
	require.NoError(t, err)
	assert.Equal(t, audit.Cut{Anchor: heads[4], At: morning.Add(time.Hour)}, cut)

	recorded, head, err := audit.Append(heads[6], cut.Event(audit.System("retention")))
	require.NoError(t, err)
	assert.Equal(t, "2026-04-20 09:00Z system retention cut the audit, anchor "+heads[4].String(), recorded.String())

	rest := append(events[4:], recorded)
	report, err := audit.Verify(stream(rest), cut.Anchor, heads[5], head)
	require.NoError(t, err)
	assert.Equal(t, audit.Report{From: heads[4], Last: head, Events: 3, Kept: 7, CutAt: 7}, report)

	// The prefix is needed no more, but not a step of it can be left out.
	_, err = audit.Verify(stream(rest[1:]), cut.Anchor)
	require.ErrorIs(t, err, audit.Deleted)
	_, err = audit.Verify(stream(rest), heads[3])
	require.ErrorIs(t, err, audit.Deleted)
	// A head kept of what is gone says so.
	_, err = audit.Verify(stream(rest), cut.Anchor, heads[2])
	require.ErrorIs(t, err, audit.Uncovered)
}

func TestCutThatNobodyRecorded(t *testing.T) {
	t.Parallel()
	events, heads := chainOf(t, audit.SignIns, 6)
	other, err := audit.NewCut(events[2], morning)
	require.NoError(t, err)
	refused := other.Event(audit.Individual("mallory"))
	refused.Outcome = audit.Refused
	bare := other.Event(audit.Individual("mallory"))
	bare.Attributes = nil
	head := heads[6]
	for _, e := range []audit.Event{other.Event(audit.System("retention")), refused, bare} {
		e, head, err = audit.Append(head, e)
		require.NoError(t, err)
		events = append(events, e)
	}
	report, err := audit.Verify(stream(events[4:]), heads[4], head)
	require.NoError(t, err)
	assert.Zero(t, report.CutAt, "the recorded cuts are others")
	report, err = audit.Verify(stream(events[3:]), heads[3], head)
	require.NoError(t, err)
	assert.Equal(t, uint64(7), report.CutAt)
}

func TestCutSurvivesJSON(t *testing.T) {
	t.Parallel()
	events, _ := chainOf(t, audit.SignIns, 2)
	cut, err := audit.NewCut(events[1], morning)
	require.NoError(t, err)
	data, err := json.Marshal(cut)
	require.NoError(t, err)
	assert.Equal(t, `{"anchor":"`+cut.Anchor.String()+`","at":"2026-04-20T08:00:00Z"}`, string(data))
	var back audit.Cut
	require.NoError(t, json.Unmarshal(data, &back))
	assert.Equal(t, cut, back)
}

func TestCutRefusesABrokenEvent(t *testing.T) {
	t.Parallel()
	events, _ := chainOf(t, audit.SignIns, 2)
	events[1].Subject = "mallory"
	_, err := audit.NewCut(events[1], morning)
	require.ErrorIs(t, err, audit.Edited)
	_, err = audit.NewCut(audit.Rehash(audit.Event{}), morning)
	assert.EqualError(t, err, `audit: cut: audit: head: chain "": 0 bytes, want 1 to 64`)
}
