package sqlstore

import (
	"context"
	"errors"

	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/store"
)

func selectEvents(chain audit.Chain) *query {
	return selectFrom("sequence, revision, happened_at, actor_kind, actor, on_behalf_of_kind, on_behalf_of, organization, subject, action, "+
		"realm, node, object, address, surface, outcome, reason, note, previous_hash, hash", "durward_events").where("chain = ?", string(chain))
}

func (w *session) events(ctx context.Context, chain audit.Chain, q *query) ([]audit.Event, error) {
	all, err := list(ctx, w, q, func(r row, into *audit.Event) error {
		into.Chain = chain
		return r.Scan(&into.Sequence, &into.Revision, instantColumn{&into.At}, &into.Actor.Kind, &into.Actor.ID, &into.OnBehalfOf.Kind, &into.OnBehalfOf.ID,
			&into.Organization, &into.Subject, &into.Action, &into.Realm, &into.Node, &into.Object, jsonColumn{&into.Address}, &into.Surface,
			&into.Outcome, &into.Reason, jsonColumn{&into.Note}, hashColumn{into.Previous[:]}, hashColumn{into.Hash[:]})
	})
	if err != nil {
		return nil, err
	}
	bySequence := make(map[uint64]*audit.Event, len(all))
	keys := make([]any, len(all))
	for i := range all {
		bySequence[all[i].Sequence], keys[i] = &all[i], int64(all[i].Sequence)
	}
	of := " WHERE chain = '" + string(chain) + "' AND sequence"
	err = w.parts(ctx, "SELECT sequence, field, value_before, value_after FROM durward_event_changes"+of, keys, "sequence, place", func(r row) error {
		var sequence uint64
		var c audit.Change
		if err := r.Scan(&sequence, &c.Field, jsonColumn{&c.Before}, jsonColumn{&c.After}); err != nil {
			return err
		}
		if e := bySequence[sequence]; e != nil {
			e.Changes = append(e.Changes, c)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = w.parts(ctx, "SELECT sequence, name, value FROM durward_event_attributes"+of, keys, "sequence, place", func(r row) error {
		var sequence uint64
		var a audit.Attribute
		if err := r.Scan(&sequence, &a.Name, jsonColumn{&a.Value}); err != nil {
			return err
		}
		if e := bySequence[sequence]; e != nil {
			e.Attributes = append(e.Attributes, a)
		}
		return nil
	})
	return all, err
}

// Events implements [store.EventReader].
func (t *tx) Events(ctx context.Context, f audit.Filter) ([]audit.Event, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	if err := f.Validate(); err != nil {
		return nil, err
	}
	if err := checkChain(f.Chain); err != nil {
		return nil, err
	}
	all, err := t.events(ctx, f.Chain, filterEvents(f).order("sequence", f.Limit))
	return all, explain("events", err)
}

// filterEvents says in SQL what [audit.Filter.Match] says.
func filterEvents(f audit.Filter) *query {
	q := selectEvents(f.Chain).equal("organization", f.Organization)
	if f.After > 0 {
		q.where("sequence > ?", number63(f.After))
	}
	if f.Person != "" {
		q.where("(subject = ? OR (actor_kind = ? AND actor = ?) OR (on_behalf_of_kind = ? AND on_behalf_of = ?))",
			f.Person, string(audit.KindIndividual), f.Person, string(audit.KindIndividual), f.Person)
	}
	below(q, "node", f.Node, "/", "0")
	below(q, "action", string(f.Action), ".", "/")
	if !f.From.IsZero() {
		q.where("happened_at >= ?", instantUp(f.From))
	}
	if !f.To.IsZero() {
		q.where("happened_at < ?", instantUp(f.To))
	}
	return q
}

// below chooses a path and what has it as its beginning up to a separator. next
// is the character after the separator: in the order of bytes all that begins
// with path and separator lies before path and next.
func below(q *query, column, path, separator, next string) {
	if path != "" {
		q.where("("+column+" = ? OR ("+column+" >= ? AND "+column+" < ?))", path, path+separator, path+next)
	}
}

// eventSteps write an event that has its place.
func eventSteps(e audit.Event) ([]step, error) {
	address, err := jsonValue(e.Address)
	note, noteErr := jsonValue(e.Note)
	parts, partsErr := eventPartSteps(e)
	if err := errors.Join(err, noteErr, partsErr); err != nil {
		return nil, err
	}
	steps := insertSteps("durward_events", "chain, sequence, revision, happened_at, actor_kind, actor, on_behalf_of_kind, on_behalf_of, organization, subject, action, "+
		"realm, node, object, address, surface, outcome, reason, note, previous_hash, hash",
		[][]any{{string(e.Chain), int64(e.Sequence), int64(e.Revision), instantText(e.At), string(e.Actor.Kind), e.Actor.ID, string(e.OnBehalfOf.Kind), e.OnBehalfOf.ID,
			e.Organization, e.Subject, string(e.Action), e.Realm, e.Node, e.Object, address, e.Surface, string(e.Outcome), e.Reason, note, e.Previous[:], e.Hash[:]}})
	return append(steps, parts...), nil
}

func eventPartSteps(e audit.Event) ([]step, error) {
	changes := make([][]any, len(e.Changes))
	for i, c := range e.Changes {
		before, err := jsonValue(c.Before)
		after, afterErr := jsonValue(c.After)
		if err := errors.Join(err, afterErr); err != nil {
			return nil, err
		}
		changes[i] = []any{string(e.Chain), int64(e.Sequence), i, c.Field, before, after}
	}
	attributes := make([][]any, len(e.Attributes))
	for i, a := range e.Attributes {
		value, err := jsonValue(a.Value)
		if err != nil {
			return nil, err
		}
		attributes[i] = []any{string(e.Chain), int64(e.Sequence), i, a.Name, value}
	}
	return append(insertSteps("durward_event_changes", "chain, sequence, place, field, value_before, value_after", changes),
		insertSteps("durward_event_attributes", "chain, sequence, place, name, value", attributes)...), nil
}

// EventHead implements [store.EventReader].
func (t *tx) EventHead(ctx context.Context, chain audit.Chain) (audit.Head, error) {
	if err := t.ready(ctx); err != nil {
		return audit.Head{}, err
	}
	if err := checkChain(chain); err != nil {
		return audit.Head{}, err
	}
	_, head, err := t.bounds(ctx, chain, "")
	return head, explain("audit head", err)
}

// EventStart implements [store.EventReader].
func (t *tx) EventStart(ctx context.Context, chain audit.Chain) (audit.Head, error) {
	if err := t.ready(ctx); err != nil {
		return audit.Head{}, err
	}
	if err := checkChain(chain); err != nil {
		return audit.Head{}, err
	}
	start, _, err := t.bounds(ctx, chain, "")
	return start, explain("audit start", err)
}

// AppendEvent implements [store.EventWriter].
func (t *tx) AppendEvent(ctx context.Context, event audit.Event) (audit.Event, error) {
	if err := t.ready(ctx); err != nil {
		return audit.Event{}, err
	}
	event.Revision = t.writes
	event, err := t.append(ctx, audit.Changes, event)
	if err != nil {
		return audit.Event{}, err
	}
	t.wrote = true
	return event, nil
}

// RecordSignIn implements [store.AuditLog].
func (s *Store) RecordSignIn(ctx context.Context, event audit.Event) (recorded audit.Event, err error) {
	event.Revision = 0
	err = s.beside(ctx, s.signIns, func(w *session) error {
		recorded, err = w.append(ctx, audit.SignIns, event)
		return err
	})
	if err != nil {
		return audit.Event{}, err
	}
	return recorded, nil
}

// CutEvents implements [store.AuditLog].
func (s *Store) CutEvents(ctx context.Context, cut audit.Cut, actor audit.Party) (recorded audit.Event, err error) {
	if err := s.ready(ctx); err != nil {
		return audit.Event{}, err
	}
	if err := checkChain(cut.Anchor.Chain); err != nil {
		return audit.Event{}, err
	}
	event := cut.Event(actor)
	if cut.Anchor.Chain == audit.Changes {
		_, err = s.update(ctx, store.Author{ID: actor.ID}, func(t *tx) error {
			event.Revision, t.wrote = t.writes, true
			recorded, err = t.cut(ctx, cut, event)
			return err
		})
	} else {
		err = s.beside(ctx, s.signIns, func(w *session) error {
			recorded, err = w.cut(ctx, cut, event)
			return err
		})
	}
	if err != nil {
		return audit.Event{}, err
	}
	return recorded, nil
}
