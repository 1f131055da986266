package manage

import (
	"errors"
	"fmt"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/store"
)

// watch notes, before anything is changed about an organization's people,
// whether one of them can manage them.
func (c *commit) watch(organization string) error {
	if _, watched := c.stewards[organization]; watched {
		return nil
	}
	if own, err := c.ownPeople(organization); err != nil || !own {
		return err
	}
	managed, err := c.managed(organization)
	if err != nil {
		return err
	}
	c.stewards[organization] = managed
	return nil
}

// ownPeople reports whether the change is made by one of the organization's own
// people. Those above them may leave it without anyone.
func (c *commit) ownPeople(organization string) (bool, error) {
	if c.p.IsSystem() {
		return false, nil
	}
	for _, id := range []string{c.p.Individual(), c.p.Actor()} {
		if id == "" {
			continue
		}
		_, err := c.r.Grant(c.ctx, id, organization)
		if err == nil {
			return true, nil
		}
		if !missing(err) {
			return false, c.fail(err)
		}
	}
	return false, nil
}

// checkStewards refuses a commit that leaves an organization without anyone who
// can manage its people, where there was someone.
func (c *commit) checkStewards() error {
	for organization, managed := range c.stewards {
		if !managed {
			continue
		}
		still, err := c.managed(organization)
		if err != nil {
			return err
		}
		if !still {
			return fmt.Errorf("manage: %s: %q: %w: let somebody else manage them first", c.operation, organization, ErrLastManager)
		}
	}
	return nil
}

// managed reports whether anyone who is enabled and in window holds what it
// takes to manage the organization's people, on any surface.
func (c *commit) managed(organization string) (bool, error) {
	guards, err := c.guards(organization)
	if missing(err) {
		return false, nil
	}
	if err != nil || guards.Individuals == "" {
		return false, err
	}
	node, err := c.m.engine.Node(guards.Individuals)
	if err != nil {
		return false, c.fail(err)
	}
	o, err := c.r.Organization(c.ctx, organization)
	if missing(err) || err == nil && o.Closed {
		return false, nil
	}
	if err != nil {
		return false, c.fail(err)
	}
	found := errors.New("found")
	err = c.eachGrant(store.GrantFilter{Organization: organization}, func(g individuals.Grant) error {
		can, err := c.manages(g, node)
		if err == nil && can {
			err = found
		}
		return err
	})
	if errors.Is(err, found) {
		return true, nil
	}
	return false, err
}

func (c *commit) manages(g individuals.Grant, node roles.Node) (bool, error) {
	p, err := c.r.Individual(c.ctx, g.Individual)
	if err != nil {
		return false, c.fail(err)
	}
	if p.Disabled {
		return false, nil
	}
	if state, err := p.Window.At(c.now().Instant()); err != nil || state != individuals.Active {
		return false, nil //nolint:nilerr // a window that cannot be read lets nobody in
	}
	if reached, err := c.reachedBy(p, g.Organization, g.Listed, g.Organization); err != nil || !reached {
		return false, err
	}
	h, err := c.now().Holding(c.ctx, g.Individual, g.Organization)
	if errors.Is(err, access.ErrNoHolding) {
		return false, nil
	}
	if err != nil {
		return false, c.fail(err)
	}
	for _, s := range access.Surfaces() {
		if h.On(s, node, roles.Own).Contains(roles.Permit(roles.View, roles.Create, roles.Update)) {
			return true, nil
		}
	}
	return false, nil
}
