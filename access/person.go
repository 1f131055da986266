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

// A person is what the engine keeps of an individual: the record, its window
// as instants, and a membership for each organization with a grant. It is
// immutable but for what its memberships cache.
type person struct {
	record      individuals.Individual
	fault       error // the record does not compile
	rule        scope.Rule
	ownerKind   string
	from, until int64
	home        *membership // in the person's own organization, granted or not
	others      []*membership
}

// A membership is a person in one organization.
type membership struct {
	grant    individuals.Grant
	standing atomic.Pointer[standing]
}

// membership returns the one in the organization; one without a grant where
// there is none.
func (p *person) membership(organization string) *membership {
	if organization == "" || organization == p.record.Organization {
		return p.home
	}
	for _, m := range p.others {
		if m.grant.Organization == organization {
			return m
		}
	}
	return &membership{grant: individuals.Grant{Individual: p.record.ID, Organization: organization}}
}

// person returns the individual, from memory if it is there. It is nil
// without an error where no such individual exists.
func (e *Engine) person(ctx context.Context, id string) (*person, error) {
	if p := e.people.get(id); p != nil {
		return p, nil
	}
	return e.loadPerson(ctx, id)
}

func (e *Engine) loadPerson(ctx context.Context, id string) (*person, error) {
	var p *person
	err := e.load(ctx, func(r store.Reader) error {
		p = nil
		record, err := r.Individual(ctx, id)
		if err != nil {
			if errors.Is(err, store.ErrNotFound) {
				return nil
			}
			return err
		}
		if record.ID != id {
			return fmt.Errorf("access: asked for individual %q, the store answered %q", id, record.ID)
		}
		var grants []individuals.Grant
		for page := (store.GrantPage{Limit: store.MaxPage}); ; {
			some, err := r.Grants(ctx, store.GrantFilter{Individual: id}, page)
			if err != nil {
				return err
			}
			grants = append(grants, some...)
			if len(some) < store.MaxPage {
				break
			}
			page.AfterIndividual, page.AfterOrganization = id, some[len(some)-1].Organization
		}
		p = e.newPerson(record, grants)
		return nil
	}, func(seen func(store.Kind, string) bool) {
		if p != nil && seen(store.Individuals, id) && seen(store.Grants, id) {
			e.people.put(id, p)
		}
	})
	if err != nil {
		return nil, fmt.Errorf("access: individual %q: %w", id, err)
	}
	if p != nil && p.fault != nil {
		e.problems.note(Problem{Kind: store.Individuals, ID: id, Err: p.fault})
	}
	return p, nil
}

func (e *Engine) newPerson(record individuals.Individual, grants []individuals.Grant) *person {
	p := &person{record: record, from: earliest, until: latest}
	p.fault = e.compilePerson(p)
	for _, g := range grants {
		if g.Individual != record.ID {
			continue // a store that answers too much gives nobody another's grant
		}
		m := &membership{grant: g}
		if g.Organization == record.Organization {
			p.home = m
		} else {
			p.others = append(p.others, m)
		}
	}
	if p.home == nil {
		p.home = &membership{grant: individuals.Grant{Individual: record.ID, Organization: record.Organization}}
	}
	return p
}

func (e *Engine) compilePerson(p *person) error {
	if err := p.record.Validate(); err != nil {
		return err
	}
	t, err := e.model.Type(p.record.RoleType)
	if err != nil {
		return fmt.Errorf("access: individual %q: %w", p.record.ID, err)
	}
	p.rule, p.ownerKind = t.Scope, t.OwnerKind
	from, until, err := p.record.Window.Bounds()
	if err != nil {
		return err
	}
	if !from.IsZero() {
		p.from = nanoseconds(from)
	}
	if !until.IsZero() {
		p.until = nanoseconds(until)
	}
	return nil
}
