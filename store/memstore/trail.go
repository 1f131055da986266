package memstore

import (
	"fmt"
	"math"
	"sort"

	"github.com/tidwall/btree"

	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/store"
)

// A trail is one chain of events.
type trail struct {
	start, head audit.Head
	events      *btree.Map[uint64, *audit.Event] // the events behind the pointers never change
}

func newTrail(chain audit.Chain) *trail {
	start := audit.Start(chain)
	return &trail{start: start, head: start, events: new(btree.Map[uint64, *audit.Event])}
}

func (t *trail) snapshot() *trail {
	c := *t
	c.events = t.events.Copy()
	return &c
}

func (t *trail) append(event audit.Event) (audit.Event, error) {
	event, head, err := audit.Append(t.head, event)
	if err != nil {
		return audit.Event{}, err
	}
	kept := event.Clone()
	t.head = head
	t.events.Set(kept.Sequence, &kept)
	return event, nil
}

// list returns the events that a valid filter chooses.
func (t *trail) list(f audit.Filter) []audit.Event { return t.listUntil(f, math.MaxUint64) }

// listUntil is list up to the commit of a revision.
func (t *trail) listUntil(f audit.Filter, revision uint64) []audit.Event {
	var out []audit.Event
	most := store.Page{Limit: f.Limit}.Size()
	t.events.Ascend(f.After, func(_ uint64, e *audit.Event) bool {
		if e.Revision > revision {
			return false
		}
		if f.Match(*e) {
			out = append(out, e.Clone())
		}
		return len(out) < most
	})
	return out
}

// lastUntil returns the head after the last event up to the commit of a
// revision, if one is kept.
func (t *trail) lastUntil(revision uint64) (audit.Head, bool) {
	n := sort.Search(t.events.Len(), func(i int) bool {
		_, e, _ := t.events.GetAt(i)
		return e.Revision > revision
	})
	if n == 0 {
		return audit.Head{}, false
	}
	_, last, _ := t.events.GetAt(n - 1)
	return last.Head(), true
}

// cut removes what a cut says and appends the event that records it.
func (t *trail) cut(cut audit.Cut, event audit.Event) (audit.Event, error) {
	last, ok := t.events.Get(cut.Anchor.Sequence)
	switch {
	case !ok:
		return audit.Event{}, fmt.Errorf("memstore: event %d of chain %q: %w", cut.Anchor.Sequence, t.head.Chain, store.ErrNotFound)
	case last.Head() != cut.Anchor:
		return audit.Event{}, fmt.Errorf("memstore: event %d of chain %q is another than the anchor: %w", cut.Anchor.Sequence, t.head.Chain, store.ErrConflict)
	}
	recorded, err := t.append(event)
	if err != nil {
		return audit.Event{}, err
	}
	for {
		sequence, _, _ := t.events.Min()
		if sequence > cut.Anchor.Sequence {
			break
		}
		t.events.Delete(sequence)
	}
	t.start = cut.Anchor
	return recorded, nil
}

// erase removes personal data and returns how many values that were.
func (t *trail) erase(individual string) int {
	var erased []audit.Event
	total := 0
	t.events.Scan(func(_ uint64, e *audit.Event) bool {
		if without, n := e.Erase(individual); n > 0 {
			erased, total = append(erased, without), total+n
		}
		return true
	})
	for i := range erased {
		t.events.Set(erased[i].Sequence, &erased[i])
	}
	return total
}
