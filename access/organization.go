package access

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// An organization is what the engine keeps of one: its settings, its class's,
// and where its entity stands.
type organization struct {
	record       individuals.Organization
	found        bool
	class        individuals.Class
	lineage      scope.Lineage
	fault        error // the entity or the class is missing or damaged
	secondFactor bool
	link         atomic.Pointer[standing] // of whoever comes by the standing link
}

// A place is where an object stands, with the entities that say so.
type place struct {
	lineage  scope.Lineage
	entities []scope.Entity
}

func (e *Engine) organization(ctx context.Context, id string) (*organization, error) {
	if o := e.organizations.get(id); o != nil {
		return o, nil
	}
	var o *organization
	var kept *cacheEntry[organization]
	var at place
	err := e.load(ctx, func(r store.Reader) error {
		kept = new(cacheEntry[organization])
		o = &kept.value
		var err error
		if o.record, err = r.Organization(ctx, id); err == nil {
			o.found = true
			if o.record.Entity != id {
				return mixedUp("organization", id, o.record.Entity)
			}
		} else if !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if o.found && o.record.Class != "" {
			if o.class, err = r.Class(ctx, o.record.Class); errors.Is(err, store.ErrNotFound) {
				o.fault = fmt.Errorf("access: organization %q: class %q: %w", id, o.record.Class, err)
			} else if err != nil {
				return err
			} else if o.class.ID != o.record.Class {
				return mixedUp("class", o.record.Class, o.class.ID)
			}
		}
		o.secondFactor = o.class.SecondFactor
		var fault error
		if at, fault, err = resolve(ctx, r, id); err != nil {
			return err
		}
		o.lineage = at.lineage
		if fault != nil {
			o.fault = fmt.Errorf("access: organization %q: %w", id, fault)
		}
		return nil
	}, func(unchanged func(store.Kind, string) bool) {
		// What is missing or damaged is read again: nothing tells which
		// record will mend it.
		if o.fault == nil && unchanged(store.Organizations, id) && unchanged(store.Classes, o.record.Class) && e.forest.keep(at.entities, unchanged) {
			e.organizations.put(id, kept)
		}
	})
	if err != nil {
		return nil, fmt.Errorf("access: organization %q: %w", id, err)
	}
	switch {
	case o.fault == nil:
		e.problems.settle(store.Organizations, id)
	case o.found: // of others anyone can ask
		e.problems.note(Problem{Kind: store.Organizations, ID: id, Err: o.fault})
	}
	return o, nil
}

// object returns where an object stands. It is nil without an error where the
// object does not exist or its chain is damaged: it is then in nobody's scope.
func (e *Engine) object(ctx context.Context, id string) (*scope.Lineage, error) {
	if l := e.objects.get(id); l != nil {
		return l, nil
	}
	var found *scope.Lineage
	var at place
	err := e.load(ctx, func(r store.Reader) (err error) {
		var fault error
		found = nil
		at, fault, err = resolve(ctx, r, id)
		if err == nil && fault == nil {
			found = &at.lineage
		}
		switch {
		case err != nil:
		case fault == nil:
			e.problems.settle(store.Entities, id)
		case len(at.entities) > 0: // of what does not exist anyone can ask
			e.problems.note(Problem{Kind: store.Entities, ID: id, Err: fault})
		}
		return err
	}, func(unchanged func(store.Kind, string) bool) {
		if found != nil && e.forest.keep(at.entities, unchanged) {
			kept := &cacheEntry[scope.Lineage]{value: at.lineage}
			found = &kept.value
			e.objects.put(id, kept)
		}
	})
	if err != nil {
		return nil, fmt.Errorf("access: object %q: %w", id, err)
	}
	return found, nil
}

// resolve reads where an entity stands. A fault is what the stored forest
// says; an error is the store's.
func resolve(ctx context.Context, r store.Reader, id string) (at place, fault, err error) {
	read := store.EntityLookup(ctx, r)
	at.lineage, fault = scope.Resolve(func(id string) (scope.Entity, error) {
		entity, failure := read(id)
		switch {
		case failure == nil:
			at.entities = append(at.entities, entity)
		case !errors.Is(failure, scope.ErrUnknown):
			err = failure
		}
		return entity, failure
	}, id)
	if err != nil {
		return place{}, nil, err
	}
	return at, fault, nil
}
