package access

import (
	"fmt"
	"net/netip"
	"time"

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

// admit asks gates 2 to 4 for the node's marks, of a person who came in as s.
func (s *subject) admit(st *standing, now int64, asksSecondFactor bool) Reason {
	p := st.person
	switch {
	case now < p.from:
		return NotYetActive
	case now >= p.until:
		return Expired
	case !p.record.AllowList.IsAnywhere() && !p.record.AllowList.Contains(s.address):
		return AddressNotAllowed
	case (st.secondFactor || asksSecondFactor) && !s.factors.proven():
		if p.record.Enrolled {
			return SecondFactorRequired
		}
		return EnrolmentRequired
	}
	return Granted
}

// current asks gate 1 of a person who exists.
func (s *subject) current(st *standing) Reason {
	switch {
	case st.person.record.Disabled:
		return Disabled
	case !st.org.found || st.org.record.Closed:
		return OrganizationClosed
	case s.epoch != st.person.record.Epoch && s.epoch != CurrentEpoch:
		return CredentialsChanged
	}
	return Granted
}

// instant returns the instant to decide for: that asked for, or now.
func (s *subject) instant(c *clock, p *person, at time.Time) int64 {
	if !at.IsZero() {
		return nanoseconds(at)
	}
	if s.end != 0 {
		return c.exact()
	}
	return c.between(p.from, p.until)
}

// side returns what governs for the surface: the grant's, or the default role
// where the subject acts with it.
func (e *Engine) side(s *subject, st *standing, preferred Slot) side {
	if !s.asDefault {
		return st.sides[sideOf(preferred)]
	}
	governing := Governing{Slot: RoleSlot, ID: st.org.record.DefaultRole, Revision: st.org.record.Revision, Reason: Granted}
	if governing.ID == "" {
		governing.Reason = NoRole
		return side{governing: governing}
	}
	return st.snapshot.side(governing, st.typeName, &st.org.lineage, e.acls)
}
