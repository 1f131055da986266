package access

import (
	"math"
	"net/netip"
	"time"

	"github.com/durward-go/durward/roles"
)

// CurrentEpoch stands for whatever credential epoch a person's record has
// when the engine first looks. It is for hosts that sign people in by
// themselves, on each request, and so know that the credentials are current.
const CurrentEpoch uint64 = math.MaxUint64

// A Request is one question about one person, in the words that come over the
// wire. The zero Request is denied. Fields left out have these meanings:
// no Organization, the person's own; no Object, not asked about scope; no
// Address, none known; no At, now.
type Request struct {
	// Individual is the ID of who asks.
	Individual string
	// Organization is the entity that the person acts for.
	Organization string
	// Action is what to do, Path to which resource: a path of the tree or an
	// alias.
	Action roles.Action
	Path   string
	// Object is the ID of the entity concerned, or of the one that owns the
	// thing: an invoice's customer. For [roles.Create], of the parent.
	Object string
	// Surface is where the request comes from.
	Surface Surface
	// Address is where the person is.
	Address netip.Addr
	// Factors are what the person proved at sign-in.
	Factors Factors
	// Epoch is the record's credential epoch at sign-in, or [CurrentEpoch].
	Epoch uint64
	// At is the instant to decide for; zero is now.
	At time.Time
	// AtLeast is a revision that the answer must take into account: the
	// engine waits for it, and denies as [Stale] when it does not come.
	AtLeast uint64
}

// Factors are what a person proved beside the password, and when. The zero
// Factors prove nothing beside what the host vouches for by asking at all.
type Factors struct {
	// SecondFactor is when a second factor was verified; zero: it was not.
	SecondFactor time.Time
}

// A Query is one question to a [Principal], which already knows who asks.
type Query struct {
	Action roles.Action
	// Node or Path name the resource; one of them.
	Node roles.Node
	Path string
	// Object, At and AtLeast are as in [Request].
	Object  string
	At      time.Time
	AtLeast uint64
}
