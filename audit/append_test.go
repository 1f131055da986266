package audit_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/audit"
)

func TestAppendGivesAPlace(t *testing.T) {
	t.Parallel()
	start := audit.Start(audit.Changes)
	first, head, err := audit.Append(start, sparse())
	require.NoError(t, err)
	assert.Equal(t, audit.Changes, first.Chain)
	assert.Equal(t, uint64(1), first.Sequence)
	assert.Equal(t, start.Hash, first.Previous)
	assert.Equal(t, audit.Head{Chain: audit.Changes, Sequence: 1, Hash: first.Hash}, head)
	assert.Equal(t, head, first.Head())

	second, head, err := audit.Append(head, sparse())
	require.NoError(t, err)
	assert.Equal(t, uint64(2), second.Sequence)
	assert.Equal(t, first.Hash, second.Previous)
	assert.Equal(t, uint64(2), head.Sequence)
	assert.NotEqual(t, first.Hash, second.Hash)
}

func TestAppendKeepsOnlyWhatDatabasesKeep(t *testing.T) {
	t.Parallel()
	e := sparse()
	e.At = time.Date(1969, 12, 31, 23, 59, 59, 999_999_999, time.FixedZone("", 3600))
	e.Changes, e.Attributes = []audit.Change{}, []audit.Attribute{}
	got, _, err := audit.Append(audit.Start(audit.Changes), e)
	require.NoError(t, err)
	assert.Equal(t, "1969-12-31T22:59:59.999999Z", got.At.Format(time.RFC3339Nano))
	assert.Nil(t, got.Changes)
	assert.Nil(t, got.Attributes)

	e.At = time.Now() // with its monotonic reading
	got, _, err = audit.Append(audit.Start(audit.Changes), e)
	require.NoError(t, err)
	assert.Equal(t, time.UnixMicro(e.At.UnixMicro()).UTC(), got.At)
}

func TestAppendSharesNothing(t *testing.T) {
	t.Parallel()
	given := full(t)
	got, _, err := audit.Append(audit.Start(audit.Changes), given)
	require.NoError(t, err)
	want := got.Clone()
	given.Changes[0].Field, given.Attributes[0].Name = "other", "other"
	assert.Empty(t, cmp.Diff(want, got))
	require.NoError(t, got.Check())
}

func TestAppendRefuses(t *testing.T) {
	t.Parallel()
	start := audit.Start(audit.Changes)
	placed, head, err := audit.Append(start, sparse())
	require.NoError(t, err)

	_, _, err = audit.Append(head, placed)
	require.ErrorIs(t, err, audit.ErrInvalidEvent)
	assert.EqualError(t, err, `audit: invalid event: already on chain "changes" as 1; record a new one`)

	other := sparse()
	other.Chain = audit.SignIns
	_, _, err = audit.Append(start, other)
	assert.EqualError(t, err, `audit: invalid event: of chain "sign-ins", the head is of "changes"`)

	_, _, err = audit.Append(audit.Head{}, sparse())
	assert.EqualError(t, err, `audit: head: chain "": 0 bytes, want 1 to 64`)

	full := audit.Head{Chain: audit.Changes, Sequence: audit.MaxSequence, Hash: head.Hash}
	_, _, err = audit.Append(full, sparse())
	assert.EqualError(t, err, `audit: chain "changes": full at 9223372036854775807`)

	e, head, err := audit.Append(start, audit.Event{})
	require.ErrorIs(t, err, audit.ErrInvalidEvent)
	assert.Equal(t, audit.Head{}, head)
	assert.Equal(t, audit.Event{}, e)
}

func TestAppendTakesTheHeadsOwnChain(t *testing.T) {
	t.Parallel()
	e := sparse()
	e.Chain = audit.SignIns
	got, _, err := audit.Append(audit.Start(audit.SignIns), e)
	require.NoError(t, err)
	assert.Equal(t, audit.SignIns, got.Chain)
}

func BenchmarkAppend(b *testing.B) {
	e, head := full(b), audit.Start(audit.Changes)
	b.ReportAllocs()
	for b.Loop() {
		_, next, err := audit.Append(head, e)
		if err != nil {
			b.Fatal(err)
		}
		head = next
	}
}
