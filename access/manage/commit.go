package manage

import (
	"context"
	"errors"
	"fmt"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/store"
)

// A commit is one change, or several, being made.
type commit struct {
	m         *Manager
	p         *access.Principal
	r         store.Reader
	tx        store.Tx // r, where something can be written
	ctx       context.Context
	system    individuals.System
	operation string
	// state is over tx as it is now; nil once something was written since.
	state *access.State
	// stewards tells, of each organization concerned, whether anyone could
	// manage its people before the first change.
	stewards map[string]bool
	effects  *effects
	// spoilt is the first refusal of a part. Nothing of the commit is made then,
	// whatever the host makes of the error.
	spoilt error
	// ended says that the commit is over, and with it the desks that it gave out.
	ended bool
}

// run makes fn a commit of its own, or a part of the one that the desk is in.
func (d *Desk) run(ctx context.Context, operation string, fn func(c *commit) error) (uint64, error) {
	if err := d.open(operation); err != nil {
		return 0, d.spoil(err)
	}
	if c := d.shared; c != nil {
		outer := c.operation
		c.operation = operation
		defer func() { c.operation = outer }()
		return 0, d.spoil(fn(c))
	}
	revision, err := d.m.store.Update(ctx, d.author(), func(tx store.Tx) error {
		c := d.newCommit(ctx, tx, operation)
		defer func() { c.ended = true }()
		if err := fn(c); err != nil {
			return err
		}
		return c.close()
	})
	if err != nil {
		return 0, err
	}
	// Whoever changed something sees it at the next check, on stores too that
	// wake nobody. The commit stands whatever comes of it.
	_ = d.m.engine.Sync(ctx, revision)
	return revision, nil
}

// open refuses a desk at which nobody sits.
func (d *Desk) open(operation string) error {
	switch {
	case d.m == nil || d.p == nil:
		return fmt.Errorf("manage: %s: %w: nobody asks; open the desk for a Principal", operation, ErrDenied)
	case d.p.IsLink():
		return fmt.Errorf("manage: %s: %w: a standing link names nobody; sign in", operation, ErrDenied)
	case d.shared != nil && d.shared.ended:
		return fmt.Errorf("manage: %s: %w: the commit that this desk was given for is over", operation, ErrDenied)
	default:
		return nil
	}
}

// spoil keeps the refusal of a part from being overlooked.
func (d *Desk) spoil(err error) error {
	if c := d.shared; c != nil && c.spoilt == nil {
		c.spoilt = err
	}
	return err
}

// view lets fn look, by the same rules. Within a commit it sees what that wrote.
func (d *Desk) view(ctx context.Context, operation string, fn func(c *commit) error) error {
	if err := d.open(operation); err != nil {
		return err
	}
	if c := d.shared; c != nil {
		outer := c.operation
		c.operation = operation
		defer func() { c.operation = outer }()
		return fn(c)
	}
	return d.m.store.View(ctx, func(r store.Reader) error {
		return fn(&commit{m: d.m, p: d.p, r: r, ctx: ctx, system: d.system, operation: operation})
	})
}

func (d *Desk) newCommit(ctx context.Context, tx store.Tx, operation string) *commit {
	return &commit{m: d.m, p: d.p, r: tx, tx: tx, ctx: ctx, system: d.system, operation: operation,
		stewards: make(map[string]bool), effects: newEffects()}
}

// author is who the store and the audit trail name.
func (d *Desk) author() store.Author {
	by := store.Author{ID: d.p.Individual(), System: d.system}
	if actor := d.p.Actor(); actor != "" {
		by.ID, by.OnBehalfOf = actor, d.p.Individual()
	}
	return by
}

// now returns the state that the commit has come to.
func (c *commit) now() *access.State {
	if c.state == nil {
		c.state = c.m.engine.At(c.ctx, c.r)
	}
	return c.state
}

// wrote says that what was read no longer holds.
func (c *commit) wrote() { c.state = nil }

// close ends the commit: what only the whole can tell.
func (c *commit) close() error {
	if c.spoilt != nil {
		return c.spoilt
	}
	c.wrote()
	return c.checkStewards()
}

// fail puts the operation before an error of the rooms below.
func (c *commit) fail(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("manage: %s: %w", c.operation, err)
}

// failf is fail of a new error.
func (c *commit) failf(format string, args ...any) error {
	return c.fail(fmt.Errorf(format, args...))
}

// self reports whether the individual is whoever makes the change.
func (c *commit) self(individual string) bool {
	return !c.p.IsSystem() && individual != "" && (individual == c.p.Individual() || individual == c.p.Actor())
}

// record writes an audit event of the commit. The event names what was done to
// whom; who did it and from where is filled in.
func (c *commit) record(e audit.Event) error {
	e, err := c.m.attributed(e, c.p, c.now())
	if err != nil {
		return c.fail(err)
	}
	if c.system != individuals.HostSystem {
		e.Attributes = append(e.Attributes, audit.Attribute{Name: "system", Value: audit.Plain(c.system.String())})
	}
	_, err = c.tx.AppendEvent(c.ctx, e)
	return c.fail(err)
}

// notFound is the answer for what is not there and for what the principal must
// not know to be there.
func (c *commit) notFound(what, id string) error {
	return c.fail(fmt.Errorf("%s %q: %w", what, id, store.ErrNotFound))
}

// unusedEpoch is the first epoch of a record: later than any that another one of
// the same ID can have come to, each move of which was a commit. So nothing that
// was signed in under a deleted record lives on in the next.
func (c *commit) unusedEpoch() uint64 { return c.r.Revision() + 1 }

// missing reports whether err says that there is no such record.
func missing(err error) bool { return errors.Is(err, store.ErrNotFound) }
