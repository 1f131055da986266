package reference

import (
	"net/netip"
	"time"

	"github.com/durward-go/durward/roles"
)

// A Surface is where a request comes from.
type Surface string

// The surfaces. Unstated is treated as the API.
const (
	Unstated     Surface = ""
	NewInterface Surface = "new interface"
	OldInterface Surface = "old interface"
	API          Surface = "API"
)

// A Request is one question: who, what, on which node and object, when.
type Request struct {
	// Identity is who asks and how they came in.
	Identity
	// System is the name of one of the host's own jobs, which then asks instead.
	System string

	Action roles.Action
	// Path is the text that names the node, Handle the path of the node that was
	// given as such; "" for none. Foreign says that the handle is of another tree.
	Path    string
	Handle  string
	Foreign bool
	// Object is the entity concerned, "" for none.
	Object string
	// At is the instant; zero: now.
	At time.Time
	// AtLeast is a revision that the answer must take into account.
	AtLeast uint64
	// Cancelled says that the caller does not wait any more.
	Cancelled bool
}

// An Identity is who someone is and how they came in.
type Identity struct {
	Individual string
	// Link says that it is no individual but whoever came by the standing link of
	// the organization, at Epoch.
	Link bool
	// Organization is the entity that the person acts for; "": the person's own.
	Organization string
	Surface      Surface
	Address      netip.Addr
	// SecondFactor says that one was proven.
	SecondFactor bool
	// Epoch is that of sign-in; AnyEpoch says that the host vouches for it.
	Epoch    uint64
	AnyEpoch bool
	// SessionEnd is the first instant after the session; zero: it has no end.
	SessionEnd time.Time
	// OnBehalf is set where another acts as the individual.
	OnBehalf *OnBehalf
}

// OnBehalf says who acts as another, and when.
type OnBehalf struct {
	Actor Identity
	// AsDefault takes the organization's default role.
	AsDefault bool
	// Start is the first instant, End the first at which it is over.
	Start, End time.Time
}

// A Reason is the code of a decision: why it denies, or "granted".
type Reason string

// The reasons, in the order of the gates.
const (
	granted Reason = "granted"

	invalidRequest Reason = "invalid_request"
	unavailable    Reason = "unavailable"
	stale          Reason = "stale"
	unknownNode    Reason = "unknown_node"

	unknownIndividual  Reason = "unknown_individual"
	disabled           Reason = "disabled"
	organizationClosed Reason = "organization_closed"
	credentialsChanged Reason = "credentials_changed"
	sessionEnded       Reason = "session_ended"

	notYetActive Reason = "not_yet_active"
	expired      Reason = "expired"

	addressNotAllowed Reason = "address_not_allowed"

	secondFactorRequired Reason = "second_factor_required"
	enrolmentRequired    Reason = "enrolment_required"

	noGrant Reason = "no_grant"
	noRole  Reason = "no_role"
	noACL   Reason = "no_acl"

	ceilinged  Reason = "ceiling"
	notGranted Reason = "not_granted"

	outOfScope Reason = "out_of_scope"

	notBorrowed Reason = "not_borrowed"
)

// A Decision is the answer to a request. Decisions are comparable.
type Decision struct {
	Reason Reason
	// Slot governed, at revision GrantRevision; NoSlot where the decision did not
	// get that far. Superseded is the slot that holds something older.
	Slot          Slot
	GrantRevision uint64
	Superseded    Slot
	// Unscoped says that the request named no object.
	Unscoped bool
	// Node is the path of the node, "" where it is unknown.
	Node string
}
