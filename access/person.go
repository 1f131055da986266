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

// A person is what the engine keeps of an individual. What checks do not ask
// is behind the pointer, so that the people who are asked for lie close
// together in memory. It is immutable but for what its memberships cache.
type person struct {
	home  standing    // in the person's own organization; made when it is first asked for
	taken atomic.Bool // who makes it took the place
	*personFile
}

// A personFile is the record, its window as instants, and a membership for
// each further organization with a grant.
type personFile struct {
	grant       *individuals.Grant // in the person's own organization, granted or not
	others      []*membership
	record      individuals.Individual
	fault       error            // the record does not compile
	faults      map[string]error // by organization: the grant does not
	rule        scope.Rule
	ownerKind   string
	from, until int64
}

// A membership is a person in an organization other than the own.
type membership struct {
	standing atomic.Pointer[standing]
	grant    *individuals.Grant
}

// membership returns the one in the organization, which is not the own; one
// without a grant where there is none.
func (p *person) membership(organization string) *membership {
	for _, m := range p.others {
		if m.grant.Organization == organization {
			return m
		}
	}
	return &membership{grant: &individuals.Grant{Individual: p.record.ID, Organization: organization}}
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
	var kept *cacheEntry[person]
	err := e.load(ctx, func(r store.Reader) error {
		kept = nil
		record, err := r.Individual(ctx, id)
		if err != nil {
			if errors.Is(err, store.ErrNotFound) {
				return nil
			}
			return err
		}
		if record.ID != id {
			return mixedUp("individual", id, record.ID)
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
			last := some[len(some)-1]
			if last.Individual != id || last.Organization <= page.AfterOrganization {
				return fmt.Errorf("access: the listing of grants to %q ends with one to %q in %q, and goes on",
					id, last.Individual, last.Organization)
			}
			page.AfterIndividual, page.AfterOrganization = id, last.Organization
		}
		kept = new(cacheEntry[person])
		e.fillPerson(&kept.value, record, grants)
		return nil
	}, func(unchanged func(store.Kind, string) bool) {
		if kept != nil && unchanged(store.Individuals, id) && unchanged(store.Grants, id) {
			e.people.put(id, kept)
		}
	})
	if err != nil {
		return nil, fmt.Errorf("access: individual %q: %w", id, err)
	}
	if kept == nil {
		return nil, nil
	}
	if kept.value.fault != nil {
		e.problems.note(Problem{Kind: store.Individuals, ID: id, Err: kept.value.fault})
	}
	for _, fault := range kept.value.faults {
		e.problems.note(Problem{Kind: store.Grants, ID: id, Err: fault})
	}
	return &kept.value, nil
}

// fillPerson makes the zero person p that of the record.
func (e *Engine) fillPerson(p *person, record individuals.Individual, grants []individuals.Grant) {
	p.personFile = &personFile{record: record, from: earliest, until: latest}
	p.fault = e.compilePerson(p)
	p.grant = &individuals.Grant{Individual: record.ID, Organization: record.Organization}
	for _, g := range grants {
		if g.Individual != record.ID {
			continue // a store that answers too much gives nobody another's grant
		}
		if err := compileGrant(&g); err != nil {
			if p.faults == nil {
				p.faults = make(map[string]error)
			}
			p.faults[g.Organization] = err
		}
		if g.Organization == record.Organization {
			p.grant = &g
		} else {
			p.others = append(p.others, &membership{grant: &g})
		}
	}
}

// compileGrant refuses slots without the revision of their last grant: they
// would be the oldest of all, or the newest.
func compileGrant(g *individuals.Grant) error {
	if g.Role.Revision == individuals.ThisCommit || g.ACL.Revision == individuals.ThisCommit {
		return fmt.Errorf("access: grant to %q in %q: stored with ThisCommit for a revision; stores write what Grant.Stamp returns",
			g.Individual, g.Organization)
	}
	return g.Validate()
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
		p.from, _ = nanoseconds(from)
	}
	if !until.IsZero() {
		p.until, _ = nanoseconds(until)
	}
	return nil
}
