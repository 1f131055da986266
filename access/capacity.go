package access

import (
	"fmt"

	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
)

// A capacity is what a principal adds to its requests: as what it asks, beside
// what the request itself says.
type capacity struct {
	system *standing // a system principal; the request's identity does not count
	behalf *behalf   // acts on behalf of the individual; nil: does not
	ends   int64     // the session; latest: never, and the zero capacity's has ended
	link   bool      // came by the standing link: the request names an organization alone
}

// A behalf is who acts on behalf of the individual, and how. It is apart so that
// principals, of whom few have one, lie close together in memory.
type behalf struct {
	principal *Principal
	actor     *Request // the principal's identity
	actorEnds int64    // that one's session
	asDefault bool     // with the organization's default role
	start     int64    // when acting on behalf begins
	end       int64    // and ends
}

// asDefault reports whether the organization's default role counts.
func (x *capacity) asDefault() bool { return x.behalf != nil && x.behalf.asDefault }

// inOwnName is the capacity of a request that no principal makes.
var inOwnName = capacity{ends: latest}

// check reports what is not well formed, of a request for a path or a node.
func (r *Request) check(x *capacity, node roles.Node) error {
	if !r.Action.Valid() {
		return fmt.Errorf("access: %v: want View, Create, Update or Delete", r.Action)
	}
	if _, ok := nanoseconds(r.At); !ok && !r.At.IsZero() {
		return fmt.Errorf("access: instant %v: decisions are made for the years %d to %d", r.At, firstYear, lastYear)
	}
	if node.IsZero() == (r.Path == "") {
		return fmt.Errorf("access: want a path or a node, one of them")
	}
	if err := r.checkObject(); err != nil {
		return err
	}
	return r.checkIdentity(x)
}

// checkIDs reports what no ID can be, of a request in a person's name.
func (r *Request) checkIDs() error {
	if err := r.checkObject(); err != nil {
		return err
	}
	return r.checkIdentity(&inOwnName)
}

func (r *Request) checkObject() error {
	if r.Object != "" {
		if err := scope.CheckID(r.Object); err != nil {
			return fmt.Errorf("access: object: %w", err)
		}
	}
	return nil
}

func (r *Request) checkIdentity(x *capacity) error {
	if !x.link {
		if err := scope.CheckID(r.Individual); err != nil {
			return fmt.Errorf("access: individual: %w", err)
		}
	}
	if r.Organization != "" || x.link {
		if err := scope.CheckID(r.Organization); err != nil {
			return fmt.Errorf("access: organization: %w", err)
		}
	}
	if r.Surface > API {
		return fmt.Errorf("access: %v: unknown", r.Surface)
	}
	return nil
}

// proven reports whether a second factor was.
func (f Factors) proven() bool { return !f.SecondFactor.IsZero() }

// admit asks gates 2 to 4 of a person who came in as r says, with the marks of
// the node that is asked for.
func (r *Request) admit(st *standing, now int64, marks roles.Marks) Reason {
	switch {
	case now < st.from:
		return NotYetActive
	case now >= st.until:
		return Expired
	case !st.anywhere && !st.allowed.Contains(r.Address):
		return AddressNotAllowed
	case (st.secondFactor || marks&roles.SecondFactor != 0) && !r.Factors.proven():
		if st.enrolled {
			return SecondFactorRequired
		}
		return EnrolmentRequired
	}
	return Granted
}

// current asks gate 1 of a person who exists, and whose session ends then.
func (r *Request) current(st *standing, ends, now int64) Reason {
	switch {
	case st.disabled:
		return Disabled
	case st.closed:
		return OrganizationClosed
	case r.Epoch != st.epoch && r.Epoch != CurrentEpoch:
		return CredentialsChanged
	case now >= ends:
		return SessionEnded
	}
	return Granted
}

// instantFor returns the instant to decide for: that asked for, or now. It is
// earliest where the host's clock tells an instant that cannot be.
func (e *Engine) instantFor(r *Request, x *capacity, st *standing) int64 {
	switch {
	case !r.At.IsZero():
		now, _ := nanoseconds(r.At)
		return now
	case x.behalf != nil:
		return e.clock.exact()
	default:
		return e.clock.between(st.from, st.until, x.ends)
	}
}

// defaultSide is the organization's default role, as if granted last.
func (e *Engine) defaultSide(st *standing) (side, origin) {
	g := Governing{Slot: RoleSlot, ID: st.org.record.DefaultRole, Revision: st.org.record.Revision, Reason: Granted}
	if g.ID == "" {
		g.Reason = NoRole
	}
	return e.side(e.snapshot.Load(), g, st.typeName, &st.org.lineage)
}
