package audit

import "fmt"

// A Problem is one way in which a chain can be broken. It is an error, so that
// errors.Is(err, audit.Forked) asks for it.
type Problem string

// The problems. Someone who alters a chain may do so in several ways at once and
// compute hashes anew: that something is wrong is certain, which problem it is
// called is the plainest reading of what [Verify] met first.
const (
	// Edited: the event's content, hash or personal text is not what it was.
	Edited Problem = "edited"
	// Deleted: sequences are missing, and nothing later in the chain has them.
	Deleted Problem = "deleted"
	// Swapped: the events are not in the order of their sequences.
	Swapped Problem = "swapped"
	// Duplicated: an event stands there a second time.
	Duplicated Problem = "duplicated"
	// Truncated: the chain ends before a kept head.
	Truncated Problem = "truncated"
	// Forked: the event is whole, but belongs to another history than the event
	// before it, the head that verification began at, or a kept head.
	Forked Problem = "forked"
	// Foreign: the event is of another chain.
	Foreign Problem = "foreign"
	// Masked: the event is a copy for viewers, with the mask in place of a text.
	Masked Problem = "masked"
	// Uncovered: a kept head lies before the head that verification began at, so
	// the events that it vouches for were not read. Nothing needs to be wrong:
	// retention may have cut them. But a cut that nobody ordered looks the same.
	Uncovered Problem = "uncovered"
)

// Error returns the name of the problem.
func (p Problem) Error() string { return string(p) }

// A ChainError says what is wrong with a chain and where. It holds nothing of
// an event's content.
type ChainError struct {
	Problem Problem
	Chain   Chain
	// Sequence is that of the first event concerned: the one that was altered
	// or is missing. What was verified before it is sound.
	Sequence uint64
	// Detail says it in words.
	Detail string
}

// Error returns a line such as
//
//	audit: chain "changes": event 41: deleted: sequences 41 to 43 are missing
func (e *ChainError) Error() string {
	return fmt.Sprintf("audit: chain %s: event %d: %s: %s", quote(string(e.Chain)), e.Sequence, e.Problem, e.Detail)
}

// Unwrap returns the problem.
func (e *ChainError) Unwrap() error { return e.Problem }
