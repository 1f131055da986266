package access

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
)

// A subject is who asks and how they came in: the part of a request that is
// the same for all questions of a principal.
type subject struct {
	individual   string
	organization string
	surface      Surface
	address      netip.Addr
	factors      Factors
	epoch        uint64
	system       *standing // a system principal; the fields above do not count
	actor        *subject  // who acts on behalf of the individual
	asDefault    bool      // with the organization's default role
	end          int64     // when acting on behalf ends
}

func (s *subject) check() error {
	if s.system != nil {
		return nil
	}
	if err := scope.CheckID(s.individual); err != nil {
		return fmt.Errorf("access: individual: %w", err)
	}
	if s.organization != "" {
		if err := scope.CheckID(s.organization); err != nil {
			return fmt.Errorf("access: organization: %w", err)
		}
	}
	if s.surface > API {
		return fmt.Errorf("access: %v: unknown", s.surface)
	}
	return nil
}

// proven reports whether a second factor was.
func (f Factors) proven() bool { return !f.SecondFactor.IsZero() }

// admit asks gates 2 to 4 of a person who came in as s, with the marks of the
// node that is asked for.
func (s *subject) admit(st *standing, now int64, marks roles.Marks) Reason {
	switch {
	case now < st.from:
		return NotYetActive
	case now >= st.until:
		return Expired
	case !st.anywhere && !st.allowed.Contains(s.address):
		return AddressNotAllowed
	case (st.secondFactor || marks&roles.SecondFactor != 0) && !s.factors.proven():
		if st.enrolled {
			return SecondFactorRequired
		}
		return EnrolmentRequired
	}
	return Granted
}

// current asks gate 1 of a person who exists.
func (s *subject) current(st *standing) Reason {
	switch {
	case st.disabled:
		return Disabled
	case st.closed:
		return OrganizationClosed
	case s.epoch != st.epoch && s.epoch != CurrentEpoch:
		return CredentialsChanged
	}
	return Granted
}

// instant returns the instant to decide for: that asked for, or now.
func (s *subject) instant(c *clock, st *standing, at time.Time) int64 {
	if !at.IsZero() {
		return nanoseconds(at)
	}
	if s.end != 0 {
		return c.exact()
	}
	return c.between(st.from, st.until)
}

// defaultSide is the organization's default role, as if granted last.
func (e *Engine) defaultSide(st *standing) *side {
	g := Governing{Slot: RoleSlot, ID: st.org.record.DefaultRole, Revision: st.org.record.Revision, Reason: Granted}
	if g.ID == "" {
		g.Reason = NoRole
	}
	out := e.side(st.snapshot, g, st.typeName, &st.org.lineage)
	return &out
}
