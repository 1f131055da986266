package manage

import (
	"context"
	"fmt"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// EraseIndividual removes the personal values of somebody who was deleted, names,
// logins, e-mail and network addresses, from the events of both chains, and
// returns how many they were. The events stay, with the ID and with who did what
// when, and the chains stay whole.
//
// It takes Delete on the individuals of the organization that the person was
// deleted from, of all where there are several, or a job of the host's that is bound to no entity and may Delete
// them: that one may erase of people who are still there as well, and of those
// whose deletion is no longer in the audit, which takes Delete on entities. As
// long as the record stands nobody else does, since whoever administers people
// must not take away the traces of what they go on doing; and nobody erases
// their own.
//
// That it is done is recorded before, in a commit of its own. After an error that
// is no refusal do it again: what is done twice does no harm.
func (m *Manager) EraseIndividual(ctx context.Context, p *access.Principal, individual string) (erased int, err error) {
	const operation = "erase personal data"
	desk := &Desk{m: m, p: p, system: individuals.HostSystem}
	_, err = desk.run(ctx, operation, func(c *commit) error {
		organization, guard, err := c.erasable(individual)
		if err != nil {
			return err
		}
		return c.record(audit.Event{Action: audit.ActionErase, Organization: organization, Subject: individual, Node: guard})
	})
	if err != nil {
		return 0, err
	}
	for _, chain := range []audit.Chain{audit.Changes, audit.SignIns} {
		n, err := m.store.EraseEvents(ctx, chain, individual)
		erased += n
		if err != nil {
			return erased, fmt.Errorf("manage: %s: %q: recorded and not done in full, do it again: chain %q: %w", operation, individual, chain, err)
		}
	}
	return erased, nil
}

// erasable returns where the person belongs or belonged, and the guard, if the
// principal may erase what is personal of it.
func (c *commit) erasable(individual string) (organization, guard string, err error) {
	if err := scope.CheckID(individual); err != nil {
		return "", "", c.fail(fmt.Errorf("individual: %w", err))
	}
	if c.self(individual) {
		return "", "", c.fail(fmt.Errorf("individual %q: %w: another administrator erases it", individual, ErrOwn))
	}
	p, err := c.r.Individual(c.ctx, individual)
	there := err == nil
	switch {
	case there:
		organization = p.Organization
	case !missing(err):
		return "", "", c.fail(err)
	default:
		from, err := c.deletedFrom(individual)
		if err != nil {
			return "", "", err
		}
		if organization, err = c.erasableFrom(individual, from); err != nil {
			return "", "", err
		}
	}
	guards, known, err := c.guardsIfKnown(organization)
	switch {
	case err != nil:
		return "", "", err
	case !known && c.unbounded():
		return "", c.m.guards.Entities, c.allow(roles.Delete, c.m.guards.Entities, "")
	case !known, !c.may(roles.View, guards.Individuals, organization):
		return "", "", c.notFound("individual", individual)
	}
	if err := c.allow(roles.Delete, guards.Individuals, organization); err != nil {
		return "", "", err
	}
	if there && !c.unbounded() {
		return "", "", c.failf("individual %q is still there; delete the record first", individual)
	}
	return organization, guards.Individuals, nil
}

// guardsIfKnown returns the guards of an organization that may be gone or was
// never known.
func (c *commit) guardsIfKnown(organization string) (guards roles.KindGuards, known bool, err error) {
	if organization == "" {
		return guards, false, nil
	}
	guards, err = c.guards(organization)
	if missing(err) {
		return guards, false, nil
	}
	return guards, err == nil, err
}

// erasableFrom returns the last of the organizations, "" where there is none. All
// but the host's own jobs must have the right in each of them: nobody takes what
// another organization recorded by making a person of their own under the same ID.
func (c *commit) erasableFrom(individual string, organizations []string) (last string, err error) {
	for i, id := range organizations {
		if last = id; c.unbounded() || i == len(organizations)-1 {
			continue // the caller asks about the last
		}
		guards, known, err := c.guardsIfKnown(id)
		if err != nil {
			return "", err
		}
		if !known || !c.may(roles.Delete, guards.Individuals, id) {
			return "", c.notFound("individual", individual)
		}
	}
	return last, nil
}

// deletedFrom returns the organizations that somebody was deleted from, as far as
// the audit still tells, the last one last.
func (c *commit) deletedFrom(individual string) (organizations []string, err error) {
	filter := audit.Filter{Chain: audit.Changes, Person: individual, Action: audit.ActionDeleteIndividual}
	for e, err := range store.AllEvents(c.ctx, c.r, filter) {
		if err != nil {
			return nil, c.fail(err)
		}
		if e.Subject == individual && e.Action == audit.ActionDeleteIndividual && e.Outcome == audit.Succeeded {
			organizations = append(without(organizations, e.Organization), e.Organization)
		}
	}
	return organizations, nil
}
