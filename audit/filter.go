package audit

import (
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"
)

// A Filter chooses events to list. Every field that is not zero narrows the
// choice; the zero Filter chooses all events of all organizations, so whoever
// lists for somebody sets Organization.
type Filter struct {
	// Chain is the chain to list.
	Chain Chain
	// Organization is the ID of the entity that the events belong to.
	Organization string
	// Person is the ID of an individual who acted, on whose behalf somebody
	// acted, or to whom it was done.
	Person string
	// Node is the path of a node; it chooses the node and all below it.
	Node string
	// Action is an action or its beginning up to a dot: "individual" chooses
	// "individual.create".
	Action Action
	// From and To bound [Event.At]: from From on, before To.
	From, To time.Time
	// After is the sequence after which to go on listing a chain. It needs Chain.
	After uint64
	// Limit is the number of events to list at most; 0 for all.
	Limit int
}

// Validate reports what makes no sense in a filter.
func (f Filter) Validate() error {
	switch {
	case f.After > 0 && f.Chain == "":
		return errors.New("audit: filter: After without Chain: each chain has sequences of its own")
	case f.Limit < 0:
		return fmt.Errorf("audit: filter: limit %d: below 0", f.Limit)
	case !f.From.IsZero() && !f.To.IsZero() && !f.From.Before(f.To):
		return fmt.Errorf("audit: filter: from %s to %s: ends before it begins", f.From.UTC().Format(time.RFC3339), f.To.UTC().Format(time.RFC3339))
	}
	return nil
}

// Match reports whether the filter chooses the event. Limit is for [Filter.Select].
func (f Filter) Match(e Event) bool {
	return (f.Chain == "" || f.Chain == e.Chain) &&
		(f.Organization == "" || f.Organization == e.Organization) &&
		(f.Person == "" || f.Person == e.Subject || e.Actor == Individual(f.Person) || e.OnBehalfOf == Individual(f.Person)) &&
		within(e.Node, f.Node, '/') &&
		within(string(e.Action), string(f.Action), '.') &&
		(f.From.IsZero() || !e.At.Before(f.From)) &&
		(f.To.IsZero() || e.At.Before(f.To)) &&
		(f.After == 0 || e.Sequence > f.After)
}

// Select yields the events that the filter chooses, at most Limit of them. An
// error is passed on and ends it.
func (f Filter) Select(events iter.Seq2[Event, error]) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		if err := f.Validate(); err != nil {
			yield(Event{}, err)
			return
		}
		left := f.Limit
		for e, err := range events {
			if err != nil {
				yield(Event{}, err)
				return
			}
			if !f.Match(e) {
				continue
			}
			if !yield(e, nil) {
				return
			}
			if left--; left == 0 {
				return
			}
		}
	}
}

// within reports whether a path is one above, or has it as its beginning up to
// a separator.
func within(path, above string, separator byte) bool {
	rest, ok := strings.CutPrefix(path, above)
	return ok && (above == "" || rest == "" || rest[0] == separator)
}
