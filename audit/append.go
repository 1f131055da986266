package audit

import (
	"fmt"
	"time"
)

// Append puts an event after a head and returns it with its place and hash, and
// the chain's new head. Store both in the commit of what the event tells of; two
// commits that append to one head fork the chain, so the store must let only one
// of them through.
//
// The event must come without a place: no sequence, no hashes, and no chain or
// the head's. Its instant is cut to microseconds in UTC, which every database
// keeps; an empty list becomes nil. An error of the event wraps
// [ErrInvalidEvent] and leaves nothing appended. The event that is returned
// shares nothing with the one given.
func Append(head Head, event Event) (Event, Head, error) {
	if err := head.Validate(); err != nil {
		return Event{}, Head{}, err
	}
	if head.Sequence == MaxSequence {
		return Event{}, Head{}, fmt.Errorf("audit: chain %q: full at %d", head.Chain, head.Sequence)
	}
	if event.Sequence != 0 || !event.Previous.IsZero() || !event.Hash.IsZero() {
		return Event{}, Head{}, fmt.Errorf("%w: already on chain %s as %d; record a new one", ErrInvalidEvent, quote(string(event.Chain)), event.Sequence)
	}
	if event.Chain != "" && event.Chain != head.Chain {
		return Event{}, Head{}, fmt.Errorf("%w: of chain %s, the head is of %q", ErrInvalidEvent, quote(string(event.Chain)), head.Chain)
	}
	e := event.Clone()
	e.Chain, e.Sequence, e.Previous = head.Chain, head.Sequence+1, head.Hash
	if !e.At.IsZero() {
		e.At = time.UnixMicro(e.At.UnixMicro()).UTC()
	}
	if len(e.Changes) == 0 {
		e.Changes = nil
	}
	if len(e.Attributes) == 0 {
		e.Attributes = nil
	}
	if err := e.Validate(); err != nil {
		return Event{}, Head{}, err
	}
	e.Hash, _ = e.hash(nil)
	return e, e.Head(), nil
}
