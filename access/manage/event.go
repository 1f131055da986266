package manage

import (
	"context"
	"fmt"
	"net/netip"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/access/links"
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/store"
)

// Record writes an event of the host's own into a commit: who changed which
// extension. The host fills in what was done, to whom or what, in which
// organization and with what before and after; the principal, who acts on whose
// behalf, the address, the surface and the instant are filled in here. The
// chain is that of changes.
func (m *Manager) Record(ctx context.Context, tx store.Tx, p *access.Principal, e audit.Event) (audit.Event, error) {
	if p == nil || p.Individual() == "" && !p.IsLink() {
		return audit.Event{}, fmt.Errorf("manage: record %q: nobody acts; give the Principal", e.Action)
	}
	e, err := m.attributed(e, p, m.engine.At(ctx, tx))
	if err != nil {
		return audit.Event{}, fmt.Errorf("manage: record %q: %w", e.Action, err)
	}
	if p.IsLink() {
		if e.Actor, err = bearer(ctx, tx, p.Organization()); err != nil {
			return audit.Event{}, fmt.Errorf("manage: record %q: %w", e.Action, err)
		}
	}
	recorded, err := tx.AppendEvent(ctx, e)
	if err != nil {
		return audit.Event{}, fmt.Errorf("manage: record %q: %w", e.Action, err)
	}
	return recorded, nil
}

// bearer is whoever came by the standing link of an organization, of whom nothing
// is known but the link.
func bearer(ctx context.Context, r store.TokenReader, organization string) (audit.Party, error) {
	tokens, err := r.Tokens(ctx, store.TokenFilter{Organization: organization, Purpose: string(links.Standing)}, store.Page{Limit: 1})
	switch {
	case err != nil:
		return audit.Party{}, err
	case len(tokens) == 0:
		return audit.Party{}, fmt.Errorf("standing link of %q: %w", organization, store.ErrNotFound)
	default:
		return audit.Link(tokens[0].Selector), nil
	}
}

// attributed returns e with who, from where and when.
func (m *Manager) attributed(e audit.Event, p *access.Principal, s *access.State) (audit.Event, error) {
	e.Chain, e.At = audit.Changes, s.Instant()
	e.Actor, e.OnBehalfOf = partyOf(p)
	if e.Surface == "" {
		e.Surface = surfaceWords[p.Surface()]
	}
	if e.Outcome == "" {
		e.Outcome = audit.Succeeded
	}
	var err error
	e.Address, err = m.personal(addressText(p.Address()))
	return e, err
}

// surfaceWords are what events say of a surface; of one that is not stated,
// nothing.
var surfaceWords = map[access.Surface]string{access.NewInterface: "new", access.OldInterface: "old", access.API: "api"}

func partyOf(p *access.Principal) (actor, onBehalfOf audit.Party) {
	switch {
	case p.IsSystem():
		return audit.System(p.Individual()), audit.Party{}
	case p.Actor() != "":
		return audit.Individual(p.Actor()), audit.Individual(p.Individual())
	default:
		return audit.Individual(p.Individual()), audit.Party{}
	}
}

func addressText(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.Unmap().String()
}

// personal commits to a text that can be erased; empty: none.
func (m *Manager) personal(text string) (audit.Value, error) {
	if text == "" {
		return audit.Value{}, nil
	}
	return audit.Personal(m.random, audit.Sanitize(text))
}

// A diff gathers the changes of one record for its event.
type diff struct {
	m       *Manager
	changes []audit.Change
	err     error
}

// plain notes a field that anybody may read who may read the event.
func (d *diff) plain(field, before, after string) {
	if before == after {
		return
	}
	c := audit.Change{Field: field}
	if before != "" {
		c.Before = audit.Plain(audit.Sanitize(before))
	}
	if after != "" {
		c.After = audit.Plain(audit.Sanitize(after))
	}
	d.changes = append(d.changes, c)
}

// personal notes a field of a person that can be erased.
func (d *diff) personal(field, before, after string) {
	if before == after || d.err != nil {
		return
	}
	c := audit.Change{Field: field}
	if c.Before, d.err = d.m.personal(before); d.err != nil {
		return
	}
	if c.After, d.err = d.m.personal(after); d.err != nil {
		return
	}
	d.changes = append(d.changes, c)
}

// secret notes that a secret was set, changed or cleared.
func (d *diff) secret(field string, state audit.SecretState) {
	d.changes = append(d.changes, audit.Change{Field: field, After: audit.Secret(state)})
}
