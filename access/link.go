package access

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/durward-go/durward/roles"
)

// A LinkIdentity is whoever came by an organization's standing link: the link
// that is mailed to the organization, and that may have been forwarded to
// anyone. It names nobody and proves nothing but that its bearer has it.
type LinkIdentity struct {
	// Organization is the entity that the link opens.
	Organization string
	// Epoch is that of the link that was presented, see
	// [individuals.StandingLink]. [CurrentEpoch] stands for the present one,
	// for staff who look at what a link gives and need no link to come.
	Epoch uint64
	// Surface and Address are as in [Request]. No allow-list is asked about a
	// link; the address is for the host's own records.
	Surface Surface
	Address netip.Addr
	// Start and End bound the session, as in [Identity].
	Start time.Time
	End   time.Time
}

// LinkPrincipal makes the principal of whoever came by a standing link. Its
// rights are those of the role that the organization's settings name for it
// now, on every surface, within the scope that the role's type has from the
// organization; nodes for a person's own hands are not among them, and those
// that ask for a second factor deny.
//
// That the link was a true one is for whoever reads links to find out. Like
// [Engine.Principal] it reads nothing but for [CurrentEpoch]: whether the link
// is open and of that epoch is asked at every check.
func (e *Engine) LinkPrincipal(ctx context.Context, id LinkIdentity) (*Principal, error) {
	p := &Principal{engine: e, capacity: capacity{link: true}, identity: Request{Organization: id.Organization,
		Surface: id.Surface, Address: id.Address, Epoch: id.Epoch}}
	if err := p.identity.checkIdentity(&p.capacity); err != nil {
		return nil, err
	}
	var err error
	if p.began, p.capacity.ends, err = sessionBounds(id.Start, id.End); err != nil {
		return nil, fmt.Errorf("access: standing link of %q: %w", id.Organization, err)
	}
	if id.Epoch == CurrentEpoch {
		org, err := e.organization(ctx, id.Organization)
		if err != nil {
			return nil, err
		}
		if !org.found {
			return nil, fmt.Errorf("access: organization %q: no settings, so its standing link has no current epoch", id.Organization)
		}
		p.identity.Epoch = org.record.Link.Epoch
	}
	return p, nil
}

// IsLink reports whether p came by a standing link.
func (p *Principal) IsLink() bool { return p.capacity.link }

// linkStanding returns that of whoever comes by the organization's link, made
// anew where the generation passed it by. It is kept with the organization,
// and dropped with it.
func (e *Engine) linkStanding(ctx context.Context, generation uint64, organization string) (*standing, error) {
	org, err := e.organization(ctx, organization)
	if err != nil {
		return nil, err
	}
	old, snap := org.link.Load(), e.snapshot.Load()
	if old != nil && old.compiled == snap.revision {
		return old, nil
	}
	s := &standing{facts: e.newLinkFacts(organization, org, snap)}
	s.generation.Store(generation)
	org.link.Store(s)
	return s, nil
}

func (e *Engine) newLinkFacts(organization string, org *organization, snap *snapshot) facts {
	link := org.record.Link
	s := facts{
		from: earliest, until: latest, epoch: link.Epoch, organization: organization,
		closed:   !org.found || org.record.Closed,
		disabled: org.found && !org.record.Closed && !link.Open, // the organization tells first
		anywhere: true,
		enrolled: true, // a person who signs in can prove the factor that the link cannot
		side:     side{packed: e.nothing}, ceiling: e.nothing,
		background: &background{org: org, compiled: snap.revision},
	}
	switch {
	case !org.found:
		return s
	case org.fault != nil:
		s.fault = org.fault
	case link.Role != "":
		s.fault = e.takeType(&s, snap)
	}
	if s.fault != nil {
		s.faulty = true
		return s
	}
	g := Governing{Slot: RoleSlot, ID: link.Role, Revision: org.record.Revision, Reason: Granted}
	if g.ID == "" {
		g.Reason = NoRole
	}
	gives, from := e.side(snap, g, s.typeName, &org.lineage)
	gives.packed = e.withoutOwnHands(gives.packed)
	s.setSides([2]side{gives, gives})
	s.origins = [2]origin{from, from}
	return s
}

// takeType gives the standing the type of the link's role. There is no person
// that it must be the type of.
func (e *Engine) takeType(s *facts, snap *snapshot) error {
	r, err := snap.named(s.org.record.Link.Role)
	if err != nil {
		return fmt.Errorf("access: standing link of %q: %w", s.organization, err)
	}
	t, err := e.model.Type(r.record.Type)
	if err != nil {
		return fmt.Errorf("access: standing link of %q: %w", s.organization, err)
	}
	if kind := s.org.lineage.Kind(); kind != t.OwnerKind {
		return fmt.Errorf("access: standing link of %q: role %q is for %q, which belongs to a %q; %q is a %q",
			s.organization, r.record.ID, t.Name, t.OwnerKind, s.organization, kind)
	}
	s.typeName, s.rule, s.ceiling = t.Name, t.Scope, e.model.PackedCeiling(t.Name)
	s.ownInScope = t.Scope.Reaches(s.organization, nil, &s.org.lineage)
	return nil
}

// withoutOwnHands restricts the nodes with that mark. It returns the packed
// table itself, which many share, where they are so already.
func (e *Engine) withoutOwnHands(packed string) string {
	var changed []byte
	for i := range len(packed) {
		if packed[i] == 0 || e.tree.At(i).Marks()&roles.OwnHands == 0 {
			continue
		}
		if changed == nil {
			changed = []byte(packed)
		}
		changed[i] = 0
	}
	if changed == nil {
		return packed
	}
	return string(changed)
}
