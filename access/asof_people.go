package access

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/netip"
	"time"

	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/store"
)

// A Held is a grant that somebody held at a moment.
type Held struct {
	// Grant names the individual, the organization and what is in the slots, each
	// with who granted it, in which revision and through which system.
	Grant individuals.Grant
	// Decision is what [Past.Who] asked; the zero Decision of [Past.People].
	Decision Decision
}

// People yields the grants that were held in an organization, or everywhere where
// organization is empty, in the order of [store.GrantPage]. The listing ends at
// the first error. The grant of somebody who was disabled, expired or damaged is
// among them: [Past.Who] tells who could use it.
func (p *Past) People(ctx context.Context, organization string) iter.Seq2[Held, error] {
	return func(yield func(Held, error) bool) {
		page := store.GrantPage{Limit: store.MaxPage}
		for {
			if p.State == nil {
				yield(Held{}, errNoState)
				return
			}
			some, err := p.reader.Grants(ctx, store.GrantFilter{Organization: organization}, page)
			if err != nil {
				yield(Held{}, fmt.Errorf("access: grants at revision %d: %w", p.Revision(), err))
				return
			}
			for _, g := range some {
				if !yield(Held{Grant: g}, nil) {
					return
				}
			}
			if len(some) < store.MaxPage {
				return
			}
			last := some[len(some)-1]
			page.AfterIndividual, page.AfterOrganization = last.Individual, last.Organization
		}
	}
}

// Who yields everybody who could do what q asks, on a surface, by a grant in the
// organization, or by any grant where it is empty: enabled, within their windows
// and their organization open at the moment, whoever of them was signed in. They
// are taken to come from an address on their allow-list and to have proved a
// second factor; whom the list admits from nowhere could do nothing.
//
// Of somebody of whom it cannot be told, because a record was damaged, it yields
// an error that wraps [ErrNoHolding], and goes on.
func (p *Past) Who(ctx context.Context, organization string, surface Surface, q Query) iter.Seq2[Held, error] {
	return func(yield func(Held, error) bool) {
		for held, err := range p.People(ctx, organization) {
			if err != nil {
				yield(Held{}, err)
				return
			}
			held.Decision, err = p.could(ctx, held.Grant, surface, q)
			switch {
			case err != nil:
				err = fmt.Errorf("access: individual %q in %q at revision %d: %w", held.Grant.Individual, held.Grant.Organization, p.Revision(), err)
			case !held.Decision.Allowed():
				continue
			}
			if !yield(held, err) {
				return
			}
		}
	}
}

// could decides for who comes in by the book.
func (p *Past) could(ctx context.Context, g individuals.Grant, surface Surface, q Query) (Decision, error) {
	who, err := p.reader.Individual(ctx, g.Individual)
	if errors.Is(err, store.ErrNotFound) {
		return Decision{}, nil
	}
	if err != nil {
		return Decision{}, err
	}
	var from netip.Addr
	if entries := who.AllowList.Entries(); len(entries) > 0 {
		from = entries[0].First()
	}
	r := Request{Individual: g.Individual, Organization: g.Organization, Action: q.Action, Path: q.Path, Object: q.Object,
		Surface: surface, Address: from, Factors: Factors{SecondFactor: time.Unix(1, 0)}, Epoch: CurrentEpoch, At: q.At, AtLeast: q.AtLeast}
	ctx = p.enter(ctx)
	defer p.leave()
	var t trace
	r, node := p.asked(r, q.Node)
	d := p.alone.decide(ctx, &r, &inOwnName, node, &t)
	switch d.Reason() {
	case InvalidRequest, Stale, UnknownNode:
		return d, t.err
	case Unavailable:
		return d, fmt.Errorf("%w: %w", ErrNoHolding, t.err)
	}
	return d, nil
}

// A Granting is how a slot came to hold what it holds.
type Granting struct {
	// Revision is the commit of the slot's last grant, 0 where there was none. By
	// is who made it, and System what it came through.
	Revision uint64
	By       string
	System   individuals.System
	// Commit adds on whose behalf that was and when. It is the zero Commit where
	// the store keeps it no longer.
	Commit store.Commit
	// Events are what the audit recorded of the individual in that commit and
	// still keeps.
	Events []audit.Event
}

// Granting tells who granted what a slot of somebody's grant holds, or held when
// it was cleared, and when. A grant that is not there is [store.ErrNotFound].
func (p *Past) Granting(ctx context.Context, individual, organization string, slot Slot) (Granting, error) {
	fail := func(err error) (Granting, error) {
		return Granting{}, fmt.Errorf("access: who granted the %v of %q in %q: %w", slot, individual, organization, err)
	}
	if p.State == nil {
		return fail(errNoState)
	}
	ctx = p.enter(ctx)
	g, err := p.reader.Grant(ctx, individual, organization)
	if err != nil {
		return fail(err)
	}
	var s individuals.Slot
	switch slot {
	case RoleSlot:
		s = g.Role
	case ACLSlot:
		s = g.ACL
	default:
		return fail(errors.New("want the role slot or the ACL slot"))
	}
	out := Granting{Revision: s.Revision, By: s.By, System: s.System}
	if s.Revision == 0 {
		return out, nil
	}
	if out.Commit, err = p.history.CommitOf(ctx, s.Revision); err != nil && !errors.Is(err, store.ErrGone) {
		return fail(err)
	}
	for e, err := range store.AllEvents(ctx, p.reader, audit.Filter{Chain: audit.Changes, Person: individual}) {
		switch {
		case err != nil:
			return fail(err)
		case e.Revision > s.Revision:
			return out, nil
		case e.Revision == s.Revision && e.Subject == individual:
			out.Events = append(out.Events, e)
		}
	}
	return out, nil
}
