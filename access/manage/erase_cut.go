package manage

import (
	"context"
	"iter"
	"time"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/store"
)

// Verify reads a chain from its start, which is the anchor of the last cut where
// there was one, and holds it to heads that were kept out of reach of the store,
// see [audit.Verify]. It tells nothing of what the events say. Keep the head that
// the report ends with.
func (m *Manager) Verify(ctx context.Context, chain audit.Chain, kept ...audit.Head) (report audit.Report, err error) {
	err = m.store.View(ctx, func(r store.Reader) error {
		report, err = verify(ctx, r, chain, kept, func(audit.Event) {})
		return err
	})
	return report, err
}

// verify shows each event to see, before it is known to be sound.
func verify(ctx context.Context, r store.Reader, chain audit.Chain, kept []audit.Head, see func(audit.Event)) (audit.Report, error) {
	start, err := r.EventStart(ctx, chain)
	if err != nil {
		return audit.Report{}, err
	}
	var seen iter.Seq2[audit.Event, error] = func(yield func(audit.Event, error) bool) {
		for e, err := range store.AllEvents(ctx, r, audit.Filter{Chain: chain}) {
			if err == nil {
				see(e)
			}
			if !yield(e, err) {
				return
			}
		}
	}
	return audit.Verify(seen, start, kept...)
}

// CutEvents ends the retention of a chain's events from before an instant, and
// returns the cut; the zero one where nothing is as old. The chain is verified
// first, in full and by the heads that were kept, and one that is not sound stays
// as it is: cutting would hide where. It ends at the first event that is not
// older, whatever a clock made of those after it. The event that records the cut
// names the principal. Keep the anchor in place of the heads that lie before it.
//
// It concerns everyone, so the principal must be a job of the host's that is
// bound to no entity, and it takes Delete on entities.
func (m *Manager) CutEvents(ctx context.Context, p *access.Principal, chain audit.Chain, before time.Time, kept ...audit.Head) (cut audit.Cut, err error) {
	desk := &Desk{m: m, p: p, system: individuals.HostSystem}
	err = desk.view(ctx, "cut the audit", func(c *commit) error {
		if !c.unbounded() {
			return c.fail(errNotHost)
		}
		if err := c.allow(roles.Delete, c.m.guards.Entities, ""); err != nil {
			return err
		}
		now := c.now().Instant()
		if before.After(now) {
			return c.failf("%v has not come; it is %v", before, now)
		}
		var last audit.Event
		ended := false
		_, err := verify(c.ctx, c.r, chain, kept, func(e audit.Event) {
			if ended = ended || !e.At.Before(before); !ended {
				last = e
			}
		})
		if err != nil || last.Sequence == 0 {
			return c.fail(err)
		}
		cut, err = audit.NewCut(last, now)
		return c.fail(err)
	})
	if err != nil || cut == (audit.Cut{}) {
		return audit.Cut{}, err
	}
	event, err := m.store.CutEvents(ctx, cut, audit.System(p.Individual()))
	if err != nil {
		return audit.Cut{}, err
	}
	_ = m.engine.Sync(ctx, event.Revision)
	return cut, nil
}
