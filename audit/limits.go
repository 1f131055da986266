package audit

import "math"

// Limits of one event. They bound what a single record can cost a store, an
// index and a person who reads it. [Append] refuses what exceeds them.
const (
	// MaxIDBytes is the longest ID: a UUID, a URN or a database key fits with
	// room to spare, and an index row stays small.
	MaxIDBytes = 128
	// MaxNameBytes is the longest name of a chain, an action, a realm, a
	// surface, a reason or an attribute: they are words, chosen by programs.
	MaxNameBytes = 64
	// MaxNodeBytes is the longest path of a node or name of a changed field: 16
	// parts of 64 bytes with a slash each, the deepest path of a resource tree.
	MaxNodeBytes = 16 * (64 + 1)
	// MaxTextBytes is the longest text of a value. A screenful fits. Of longer
	// texts the host keeps the content itself and records a digest.
	MaxTextBytes = 4096
	// MaxChanges is the number of changes of one event: a role that sets every
	// node of a large tree. More are split over several events of one revision.
	MaxChanges = 4096
	// MaxAttributes is the number of attributes of one event.
	MaxAttributes = 64
	// MaxEventBytes bounds all the texts of one event together, so that many
	// changes of long values do not add up to a row that no store takes.
	MaxEventBytes = 1 << 20
	// MaxSequence is the largest sequence and the largest revision: SQL's
	// BIGINT is signed.
	MaxSequence = math.MaxInt64
)
