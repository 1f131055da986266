package store

import (
	"context"
	"iter"

	"github.com/durward-go/durward/audit"
)

// EventReader reads the audit: the chains [audit.Changes] and [audit.SignIns].
// Of another chain the error wraps [ErrNotFound]. Events of sign-ins are in no
// commit, so a reader may see some that are later than its state.
type EventReader interface {
	// Events returns the events of one chain, which the filter must name, in the
	// order of their sequences, and at most Limit of them, counted as in [Page].
	// Fewer: the listing is at its end.
	Events(ctx context.Context, filter audit.Filter) ([]audit.Event, error)
	// EventHead returns the head of a chain after its last event.
	EventHead(ctx context.Context, chain audit.Chain) (audit.Head, error)
	// EventStart returns the head that the first kept event follows:
	// [audit.Start], or the anchor of the last cut.
	EventStart(ctx context.Context, chain audit.Chain) (audit.Head, error)
}

// EventWriter writes the events of changes. They are not in the feed.
type EventWriter interface {
	// AppendEvent puts the event on the chain [audit.Changes], with the revision
	// of the commit whatever the caller put there, and returns it with its place.
	// If the commit fails, it was never there. See [audit.Append].
	AppendEvent(ctx context.Context, event audit.Event) (audit.Event, error)
}

// AuditLog is what is done to the audit outside of an Update. None of it is
// called from within an Update or a View: a store may make it wait for the end
// of that.
type AuditLog interface {
	// RecordSignIn puts the event on the chain [audit.SignIns], with revision 0
	// whatever the caller put there, and returns it with its place. When it
	// returns the event is kept, whatever becomes of a commit under way.
	RecordSignIn(ctx context.Context, event audit.Event) (audit.Event, error)
	// CutEvents removes the events of the anchor's chain up to and including the
	// anchor, keeps the anchor as the chain's start and appends [audit.Cut.Event],
	// which it returns, all at once. Verify the chain first and make the cut by
	// [audit.NewCut]. Where the chain has another event at the anchor's sequence
	// the error wraps [ErrConflict], where it has none, no longer or not yet,
	// [ErrNotFound]. On the chain of changes it is a commit.
	CutEvents(ctx context.Context, cut audit.Cut, actor audit.Party) (audit.Event, error)
	// EraseEvents removes the personal data of an individual from the events of
	// a chain, see [audit.Event.Erase], and returns how many values that were.
	// The hashes stay. Record it first, as [audit.ActionErase]: what is done
	// twice does no harm.
	EraseEvents(ctx context.Context, chain audit.Chain, individual string) (erased int, err error)
}

// AllEvents yields the events that the filter chooses, page by page, as
// [audit.Verify] reads them; a Limit of 0 is none. The filter names a chain.
func AllEvents(ctx context.Context, r EventReader, filter audit.Filter) iter.Seq2[audit.Event, error] {
	return func(yield func(audit.Event, error) bool) {
		left := filter.Limit
		for {
			filter.Limit = MaxPage / 10
			if left > 0 {
				filter.Limit = min(filter.Limit, left)
			}
			page, err := r.Events(ctx, filter)
			if err != nil {
				yield(audit.Event{}, err)
				return
			}
			for _, e := range page {
				if !yield(e, nil) {
					return
				}
				filter.After = e.Sequence
			}
			if left > 0 {
				if left -= len(page); left == 0 {
					return
				}
			}
			if len(page) < filter.Limit {
				return
			}
		}
	}
}
