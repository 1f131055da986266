package audit_test

import (
	"errors"
	"reflect"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/durward-go/durward/audit"
)

func TestVerifyFindsNothingWrong(t *testing.T) {
	t.Parallel()
	events, heads := chainOf(t, audit.Changes, 8)
	for _, c := range []struct {
		name string
		from int
		kept []int
		want audit.Report
	}{
		{"without kept heads", 0, nil, audit.Report{Events: 8}},
		{"the last head", 0, []int{8}, audit.Report{Events: 8, Kept: 8}},
		{"an earlier head", 0, []int{5}, audit.Report{Events: 8, Kept: 5}},
		{"many heads in any order, one twice", 0, []int{7, 1, 5, 1, 0}, audit.Report{Events: 8, Kept: 7}},
		{"after a head verified before", 3, []int{3, 6}, audit.Report{Events: 5, Kept: 6}},
		{"nothing new", 8, []int{8}, audit.Report{Kept: 8}},
		{"the start as a kept head", 4, []int{0}, audit.Report{Events: 4}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var kept []audit.Head
			for _, k := range c.kept {
				kept = append(kept, heads[k])
			}
			got, err := audit.Verify(stream(events[c.from:]), heads[c.from], kept...)
			require.NoError(t, err)
			c.want.From, c.want.Last = heads[c.from], heads[8]
			assert.Equal(t, c.want, got)
		})
	}
}

func TestVerifyAnEmptyChain(t *testing.T) {
	t.Parallel()
	start := audit.Start(audit.SignIns)
	got, err := audit.Verify(stream(nil), start)
	require.NoError(t, err)
	assert.Equal(t, audit.Report{From: start, Last: start}, got)
}

// tampering is a way to alter a chain of ten events whose head at 8 was kept.
type tampering struct {
	name     string
	do       func(t *testing.T, events []audit.Event) []audit.Event
	problem  audit.Problem
	sequence uint64
	detail   string
}

var tamperings = []tampering{
	{"edit", func(_ *testing.T, e []audit.Event) []audit.Event {
		e[4].Subject = "mallory"
		return e
	}, audit.Edited, 5, "its content does not give its hash"},
	{"edit and hash anew", func(_ *testing.T, e []audit.Event) []audit.Event {
		e[4].Subject = "mallory"
		e[4] = audit.Rehash(e[4])
		return e
	}, audit.Forked, 6, "it is whole, but follows another event than 5"},
	{"edit and hash all anew", func(_ *testing.T, e []audit.Event) []audit.Event {
		e[4].Subject = "mallory"
		return rehash(e, 4)
	}, audit.Forked, 8, "the head kept at this sequence has another hash"},
	{"edit the event of the kept head and hash all anew", func(_ *testing.T, e []audit.Event) []audit.Event {
		e[7].Subject = "mallory"
		return rehash(e, 7)
	}, audit.Forked, 8, "the head kept at this sequence has another hash"},
	{"edit a personal text", func(t *testing.T, e []audit.Event) []audit.Event {
		e[1].Note = withText(t, e[1].Note, "never asked")
		return e
	}, audit.Edited, 2, "the personal text of the note does not give its digest"},
	{"edit a personal text after a change's field", func(t *testing.T, e []audit.Event) []audit.Event {
		e[1].Changes[0].After = withText(t, e[1].Changes[0].After, "mallory@abc.example")
		return e
	}, audit.Edited, 2, `the personal text of value after of "email" does not give its digest`},
	{"put a mask in place of a personal text", func(_ *testing.T, e []audit.Event) []audit.Event {
		e[1].Note = e[1].Note.Masked()
		return e
	}, audit.Masked, 2, "the note is a masked copy; verify the events that were kept"},
	{"delete", func(_ *testing.T, e []audit.Event) []audit.Event {
		return slices.Delete(e, 4, 5)
	}, audit.Deleted, 5, "sequences 5 to 5 are missing"},
	{"delete the first ones", func(_ *testing.T, e []audit.Event) []audit.Event {
		return e[3:]
	}, audit.Deleted, 1, "sequences 1 to 3 are missing"},
	{"delete and close the gap", func(_ *testing.T, e []audit.Event) []audit.Event {
		e = slices.Delete(e, 4, 5)
		for i := range e {
			e[i].Sequence = uint64(i + 1)
		}
		return e
	}, audit.Edited, 5, "its content does not give its hash"},
	{"delete, close the gap and hash all anew", func(_ *testing.T, e []audit.Event) []audit.Event {
		return rehash(slices.Delete(e, 4, 5), 4)
	}, audit.Forked, 8, "the head kept at this sequence has another hash"},
	{"swap neighbours", func(_ *testing.T, e []audit.Event) []audit.Event {
		e[4], e[5] = e[5], e[4]
		return e
	}, audit.Swapped, 5, "it comes after later ones; read the events in the order of their sequences"},
	{"swap far apart", func(_ *testing.T, e []audit.Event) []audit.Event {
		e[1], e[9] = e[9], e[1]
		return e
	}, audit.Swapped, 2, "it comes after later ones; read the events in the order of their sequences"},
	{"list the newest first", func(_ *testing.T, e []audit.Event) []audit.Event {
		slices.Reverse(e)
		return e
	}, audit.Swapped, 1, "it comes after later ones; read the events in the order of their sequences"},
	{"swap the contents", func(_ *testing.T, e []audit.Event) []audit.Event {
		e[4], e[5] = e[5], e[4]
		e[4].Sequence, e[5].Sequence = 5, 6
		return e
	}, audit.Edited, 5, "its content does not give its hash"},
	{"swap and hash all anew", func(_ *testing.T, e []audit.Event) []audit.Event {
		e[4], e[5] = e[5], e[4]
		return rehash(e, 4)
	}, audit.Forked, 8, "the head kept at this sequence has another hash"},
	{"duplicate", func(_ *testing.T, e []audit.Event) []audit.Event {
		return slices.Insert(e, 5, e[4])
	}, audit.Duplicated, 5, "it stands there again, after event 5"},
	{"duplicate later", func(_ *testing.T, e []audit.Event) []audit.Event {
		return append(e, e[4])
	}, audit.Duplicated, 5, "it stands there again, after event 10"},
	{"duplicate with another content", func(_ *testing.T, e []audit.Event) []audit.Event {
		other := e[4].Clone()
		other.Subject = "mallory"
		return slices.Insert(e, 5, audit.Rehash(other))
	}, audit.Forked, 5, "two events have this sequence"},
	{"duplicate, make room and hash all anew", func(_ *testing.T, e []audit.Event) []audit.Event {
		return rehash(slices.Insert(e, 5, e[4]), 5)
	}, audit.Forked, 8, "the head kept at this sequence has another hash"},
	{"truncate", func(_ *testing.T, e []audit.Event) []audit.Event {
		return e[:7]
	}, audit.Truncated, 8, "the chain ends at 7, a kept head says that it reached 8"},
	{"remove all", func(*testing.T, []audit.Event) []audit.Event {
		return nil
	}, audit.Truncated, 1, "the chain ends at 0, a kept head says that it reached 8"},
	{"truncate and go on differently", func(t *testing.T, e []audit.Event) []audit.Event {
		other, _, err := audit.Append(e[6].Head(), sparse())
		require.NoError(t, err)
		return append(e[:7], other)
	}, audit.Forked, 8, "the head kept at this sequence has another hash"},
	{"an event of another chain", func(t *testing.T, e []audit.Event) []audit.Event {
		others, _ := chainOf(t, audit.SignIns, 5)
		e[4] = others[4]
		return e
	}, audit.Foreign, 5, `in its place stands an event of chain "sign-ins"`},
	{"an event of another chain, renamed", func(t *testing.T, e []audit.Event) []audit.Event {
		others, _ := chainOf(t, audit.SignIns, 5)
		e[4] = others[4]
		e[4].Chain = audit.Changes
		return e
	}, audit.Edited, 5, "its content does not give its hash"},
	{"no hash", func(_ *testing.T, e []audit.Event) []audit.Event {
		e[4].Hash = audit.Hash{}
		return e
	}, audit.Edited, 5, "its content does not give its hash"},
	{"a huge sequence", func(_ *testing.T, e []audit.Event) []audit.Event {
		e[4].Sequence = 1<<64 - 1
		return e
	}, audit.Deleted, 5, "sequences 5 to 18446744073709551614 are missing"},
	{"a zero event", func(_ *testing.T, e []audit.Event) []audit.Event {
		e[4] = audit.Event{}
		return e
	}, audit.Foreign, 5, `in its place stands an event of chain ""`},
}

func TestVerifyFindsTampering(t *testing.T) {
	t.Parallel()
	for _, c := range tamperings {
		t.Run(c.name, func(t *testing.T) {
			events, heads := chainOf(t, audit.Changes, 10)
			report, err := audit.Verify(stream(c.do(t, events)), heads[0], heads[8])
			require.ErrorIs(t, err, c.problem)
			var found *audit.ChainError
			require.ErrorAs(t, err, &found)
			assert.Equal(t, audit.ChainError{Problem: c.problem, Chain: audit.Changes, Sequence: c.sequence, Detail: c.detail}, *found)
			assert.Less(t, report.Last.Sequence, max(c.sequence, 1)+6)
			assert.Equal(t, report.Events, report.Last.Sequence)
		})
	}
}

func TestChainErrorIsALine(t *testing.T) {
	t.Parallel()
	events, heads := chainOf(t, audit.Changes, 4)
	_, err := audit.Verify(stream(events[2:]), heads[0])
	assert.EqualError(t, err, `audit: chain "changes": event 1: deleted: sequences 1 to 2 are missing`)
}

// TestWhatCannotBeFound states it as the package comment does.
func TestWhatCannotBeFound(t *testing.T) {
	t.Parallel()
	t.Run("events after the kept head, hashed anew", func(t *testing.T) {
		events, heads := chainOf(t, audit.Changes, 10)
		events[8].Subject = "mallory"
		report, err := audit.Verify(stream(rehash(events, 8)), heads[0], heads[8])
		require.NoError(t, err)
		assert.Equal(t, uint64(8), report.Kept)
		assert.Equal(t, uint64(10), report.Last.Sequence)
	})
	t.Run("events after the kept head, gone", func(t *testing.T) {
		events, heads := chainOf(t, audit.Changes, 10)
		_, err := audit.Verify(stream(events[:8]), heads[0], heads[8])
		require.NoError(t, err)
	})
	t.Run("anything, without a kept head", func(t *testing.T) {
		events, heads := chainOf(t, audit.Changes, 10)
		events[0].Subject = "mallory"
		_, err := audit.Verify(stream(rehash(events, 0)[:3]), heads[0])
		require.NoError(t, err)
	})
	t.Run("erasure is counted", func(t *testing.T) {
		events, heads := chainOf(t, audit.Changes, 10)
		events[1], _ = events[1].Erase("steve")
		events[3].Note = events[3].Note.Erase()
		report, err := audit.Verify(stream(events), heads[0], heads[10])
		require.NoError(t, err)
		assert.Equal(t, uint64(5), report.Erased)
	})
}

// TestOlderHeadsFindMore: a head that was kept of an altered chain vouches for
// the alteration, the one before it does not.
func TestOlderHeadsFindMore(t *testing.T) {
	t.Parallel()
	events, heads := chainOf(t, audit.Changes, 10)
	events[2].Subject = "mallory"
	events = rehash(events, 2)
	newer := events[9].Head()
	_, err := audit.Verify(stream(events), heads[0], newer)
	require.NoError(t, err)
	_, err = audit.Verify(stream(events), heads[0], newer, heads[5])
	require.ErrorIs(t, err, audit.Forked)
}

func TestVerifyBeginsWhereItIsTold(t *testing.T) {
	t.Parallel()
	events, heads := chainOf(t, audit.Changes, 10)
	wrong := heads[4]
	wrong.Hash[0] ^= 1
	for _, c := range []struct {
		name   string
		events []audit.Event
		from   audit.Head
		kept   []audit.Head
		want   string
	}{
		{"after another event", events[4:], wrong, nil, `audit: chain "changes": event 5: forked: it is whole, but follows another event than 4`},
		{"at a head that was kept otherwise", events[4:], wrong, heads[4:5], `audit: chain "changes": event 4: forked: the head kept at this sequence has another hash`},
		{"too early", events[3:], heads[4], nil, `audit: chain "changes": event 4: duplicated: verification begins after 4, which covers it`},
		{"beyond a kept head", events[4:], heads[4], heads[2:9], `audit: chain "changes": event 2: uncovered: the kept head at 2 lies before 4, where verification begins`},
		{"nowhere", events, audit.Head{}, nil, `audit: where to begin: audit: head: chain "": 0 bytes, want 1 to 64`},
		{"with a bad kept head", events, heads[0], []audit.Head{{Chain: audit.Changes, Sequence: 3}}, `audit: kept head: audit: head of chain "changes" at 3: no hash; a chain begins with audit.Start`},
		{"with a zero kept head", events, heads[0], []audit.Head{{}}, `audit: kept head: audit: head: chain "": 0 bytes, want 1 to 64`},
		{"with a kept head of another chain", events, heads[0], []audit.Head{audit.Start(audit.SignIns)}, `audit: kept head: of chain "sign-ins", verification begins on "changes"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := audit.Verify(stream(c.events), c.from, c.kept...)
			assert.EqualError(t, err, c.want)
		})
	}
}

func TestVerifyPassesReadingErrorsOn(t *testing.T) {
	t.Parallel()
	broken := errors.New("connection lost")
	events, heads := chainOf(t, audit.Changes, 4)
	lost := func(events []audit.Event) func(func(audit.Event, error) bool) {
		return func(yield func(audit.Event, error) bool) {
			for _, e := range events {
				if !yield(e, nil) {
					return
				}
			}
			yield(audit.Event{}, broken)
		}
	}
	report, err := audit.Verify(lost(events[:2]), heads[0], heads[4])
	require.ErrorIs(t, err, broken)
	assert.EqualError(t, err, `audit: chain "changes": reading after event 2: connection lost`)
	assert.Equal(t, heads[2], report.Last)

	_, err = audit.Verify(lost(events[1:3]), heads[0])
	require.ErrorIs(t, err, broken)
	require.ErrorIs(t, err, audit.Deleted)
}

// TestRandomTamperingIsFound alters random chains in random ways, hashing anew
// as far as the forger likes, and holds Verify to its promise: it passes if and
// only if every event up to the highest kept head is the one that was appended
// (erasures aside) and the rest is a chain.
func TestRandomTamperingIsFound(t *testing.T) {
	t.Parallel()
	check(t, func(r *rapid.T) {
		n := rapid.IntRange(1, 9).Draw(r, "events")
		events, heads := chainOf(t, audit.Changes, n)
		from := rapid.IntRange(0, n-1).Draw(r, "from")
		kept := rapid.IntRange(from, n).Draw(r, "kept")
		var keep []audit.Head
		if kept > 0 {
			keep = append(keep, heads[kept])
		}
		presented := clone(events[from:])
		for range rapid.IntRange(1, 3).Draw(r, "alterations") {
			presented = tamper(t, r, presented)
			if rapid.Bool().Draw(r, "hash anew") && len(presented) > 0 {
				presented = rehashFrom(heads[from], presented, rapid.IntRange(0, len(presented)-1).Draw(r, "since"))
			}
		}
		report, err := audit.Verify(stream(presented), heads[from], keep...)
		untouched := len(presented) >= kept-from && same(presented[:kept-from], events[from:kept])
		whole := consistent(heads[from], presented)
		if (err == nil) != (untouched && whole) {
			r.Fatalf("Verify says %v; untouched up to %d: %t, a chain: %t", err, kept, untouched, whole)
		}
		if err == nil && report.Last.Sequence != uint64(from+len(presented)) {
			r.Fatalf("the last head is %v of %d events after %d", report.Last, len(presented), from)
		}
		if err != nil && !errors.As(err, new(*audit.ChainError)) {
			r.Fatalf("%T: %v", err, err)
		}
	})
}

// tamper alters the events in one way.
func tamper(t *testing.T, r *rapid.T, events []audit.Event) []audit.Event {
	if len(events) == 0 {
		return events
	}
	i := rapid.IntRange(0, len(events)-1).Draw(r, "i")
	j := rapid.IntRange(0, len(events)-1).Draw(r, "j")
	e := &events[i]
	switch rapid.IntRange(0, 11).Draw(r, "how") {
	case 0:
		return events // nothing at all, to see that this passes
	case 1:
		e.Subject += "x"
	case 2:
		e.Revision++
	case 3:
		e.Hash[j] ^= 1
	case 4:
		e.Previous[j] ^= 1
	case 5:
		if text, ok := e.Note.Text(); ok {
			e.Note = withText(t, e.Note, text+"x")
		}
	case 6:
		*e, _ = e.Erase("steve")
	case 7:
		return slices.Delete(events, i, i+1)
	case 8:
		events[i], events[j] = events[j], events[i]
	case 9:
		return slices.Insert(events, j, events[i].Clone())
	case 10:
		return events[:i]
	case 11:
		e.Sequence = events[j].Sequence + 1
	}
	return events
}

// consistent is Verify without kept heads, written the slow and obvious way.
func consistent(head audit.Head, events []audit.Event) bool {
	for _, e := range events {
		if e.Chain != head.Chain || e.Sequence != head.Sequence+1 || e.Previous != head.Hash || audit.Rehash(e).Hash != e.Hash {
			return false
		}
		note, _ := e.Note.Text()
		if e.Note.Kind() == audit.ValuePersonal && note != "asked by telephone" {
			return false // the only personal text that tamper edits
		}
		head = e.Head()
	}
	return true
}

// same reports whether the events are those, erasures aside.
func same(events, those []audit.Event) bool {
	return slices.EqualFunc(events, those, func(e, that audit.Event) bool {
		a, _ := e.Erase("steve")
		b, _ := that.Erase("steve")
		return reflect.DeepEqual(a, b) && (e.Note.Kind() == audit.ValueErased || e.Note == that.Note)
	})
}

func clone(events []audit.Event) []audit.Event {
	out := make([]audit.Event, len(events))
	for i, e := range events {
		out[i] = e.Clone()
	}
	return out
}

// rehash makes a chain of the events from index i on, as a forger would.
func rehash(events []audit.Event, i int) []audit.Event {
	return rehashFrom(audit.Start(audit.Changes), events, i)
}

func rehashFrom(head audit.Head, events []audit.Event, i int) []audit.Event {
	if i > 0 {
		head = events[i-1].Head()
	}
	for ; i < len(events); i++ {
		e := &events[i]
		e.Chain, e.Sequence, e.Previous = head.Chain, head.Sequence+1, head.Hash
		*e = audit.Rehash(*e)
		head = e.Head()
	}
	return events
}

func TestVerifyInConstantMemory(t *testing.T) {
	events, heads := chainOf(t, audit.Changes, 200)
	allocations := func(n int) float64 {
		return testing.AllocsPerRun(5, func() {
			if _, err := audit.Verify(stream(events[:n]), heads[0], heads[n]); err != nil {
				t.Error(err)
			}
		})
	}
	per := (allocations(200) - allocations(20)) / 180
	assert.LessOrEqual(t, per, 5.0, "an event costs the copies of its personal texts, and nothing that stays")
}

func BenchmarkVerify(b *testing.B) {
	events, heads := chainOf(b, audit.Changes, 1000)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := audit.Verify(stream(events), heads[0], heads[1000]); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000, "ns/event")
}
