package audit

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"slices"
)

// A Report tells what [Verify] read. After an error it tells what was sound
// before it.
type Report struct {
	// From is where verification began: the start of the chain, a head verified
	// earlier, or the anchor of a [Cut].
	From Head
	// Last is the head after the last event. Keep it.
	Last Head
	// Events is the number of events from From to Last.
	Events uint64
	// Kept is the sequence of the highest kept head that was met; 0 for none.
	// What the chain says after it is consistent, and no more.
	Kept uint64
	// Erased is the number of personal values that are erased.
	Erased uint64
	// CutAt is the sequence of the event that records the cut at From, see
	// [Cut.Event]; 0 for none. A prefix that somebody removed, without the
	// right to, comes without such an event, or with one that names them.
	CutAt uint64
}

// Verify reads the events of one chain in the order of their sequences and
// reports the first thing that is wrong as a [*ChainError]. It begins after
// from: [Start] of the chain, a head that was verified earlier, or the anchor of
// a [Cut]. Every kept head must be met on the way; give every one there is, the
// older ones find what was altered before the newer ones were kept. Without any,
// only the chain's consistency is checked, and neither truncation nor a chain
// that was made anew can be found.
//
// Memory does not grow with the number of events. An error that the events bring
// is returned wrapped, after which nothing is known of the rest.
func Verify(events iter.Seq2[Event, error], from Head, kept ...Head) (Report, error) {
	v := verifier{report: Report{From: from, Last: from}}
	if err := v.expect(from, kept); err != nil {
		return v.report, err
	}
	for event, err := range events {
		if err != nil {
			if v.gap != nil {
				return v.report, errors.Join(v.gap, err)
			}
			return v.report, fmt.Errorf("audit: chain %q: reading after event %d: %w", from.Chain, v.report.Last.Sequence, err)
		}
		if err := v.add(&event); err != nil {
			return v.report, err
		}
	}
	return v.report, v.finish()
}

// A verifier holds all that is remembered from one event to the next.
type verifier struct {
	report Report
	kept   []Head // still to be met, in order
	gap    *ChainError
	buffer []byte
}

func (v *verifier) expect(from Head, kept []Head) error {
	if err := from.Validate(); err != nil {
		return fmt.Errorf("audit: where to begin: %w", err)
	}
	v.kept = slices.SortedFunc(slices.Values(kept), func(a, b Head) int { return cmp.Compare(a.Sequence, b.Sequence) })
	for _, h := range v.kept {
		if err := h.Validate(); err != nil {
			return fmt.Errorf("audit: kept head: %w", err)
		}
		if h.Chain != from.Chain {
			return fmt.Errorf("audit: kept head: of chain %q, verification begins on %q", h.Chain, from.Chain)
		}
		if h.Sequence > 0 && h.Sequence < from.Sequence {
			return v.problem(Uncovered, h.Sequence, "the kept head at %d lies before %d, where verification begins", h.Sequence, from.Sequence)
		}
	}
	for len(v.kept) > 0 && v.kept[0].Sequence == 0 {
		v.kept = v.kept[1:] // every chain meets its start
	}
	return v.meet(from)
}

// add takes the next event.
func (v *verifier) add(e *Event) error {
	last := &v.report.Last
	next := last.Sequence + 1
	if v.gap != nil {
		// The missing event decides how the gap is called, if it comes.
		if e.Chain == last.Chain && e.Sequence == next {
			return v.problem(Swapped, next, "it comes after later ones; read the events in the order of their sequences")
		}
		return nil
	}
	switch {
	case e.Chain != last.Chain:
		return v.problem(Foreign, next, "in its place stands an event of chain %s", quote(string(e.Chain)))
	case e.Sequence > next:
		v.gap = v.problem(Deleted, next, "sequences %d to %d are missing", next, e.Sequence-1)
		return nil
	case e.Sequence == last.Sequence && e.Hash != last.Hash && v.report.Events > 0:
		return v.problem(Forked, e.Sequence, "two events have this sequence")
	case e.Sequence < next && v.report.Events == 0:
		return v.problem(Duplicated, e.Sequence, "verification begins after %d, which covers it", last.Sequence)
	case e.Sequence < next:
		return v.problem(Duplicated, e.Sequence, "it stands there again, after event %d", last.Sequence)
	}
	buffer, err := e.check(v.buffer)
	v.buffer = buffer
	if err != nil {
		return err
	}
	if e.Previous != last.Hash {
		return v.problem(Forked, next, "it is whole, but follows another event than %d", last.Sequence)
	}
	if err := v.meet(e.Head()); err != nil {
		return err
	}
	*last = e.Head()
	v.report.Events++
	v.count(e)
	return nil
}

// meet holds a head of the chain to those kept of the same sequence.
func (v *verifier) meet(h Head) error {
	for len(v.kept) > 0 && v.kept[0].Sequence == h.Sequence {
		if v.kept[0].Hash != h.Hash {
			return v.problem(Forked, h.Sequence, "the head kept at this sequence has another hash")
		}
		v.report.Kept = h.Sequence
		v.kept = v.kept[1:]
	}
	return nil
}

func (v *verifier) count(e *Event) {
	for _, value := range e.values() {
		if value.kind == ValueErased {
			v.report.Erased++
		}
	}
	if v.report.From.Sequence > 0 && e.recordsCut(v.report.From) {
		v.report.CutAt = e.Sequence
	}
}

// finish is asked when there are no more events.
func (v *verifier) finish() error {
	if v.gap != nil {
		return v.gap
	}
	if len(v.kept) > 0 {
		highest := v.kept[len(v.kept)-1].Sequence
		return v.problem(Truncated, v.report.Last.Sequence+1, "the chain ends at %d, a kept head says that it reached %d", v.report.Last.Sequence, highest)
	}
	return nil
}

func (v *verifier) problem(p Problem, sequence uint64, format string, args ...any) *ChainError {
	return &ChainError{Problem: p, Chain: v.report.From.Chain, Sequence: sequence, Detail: fmt.Sprintf(format, args...)}
}
