package manage

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
)

// Events lists what was done in one organization, oldest first, with personal
// values masked: who did what, on whose behalf, from where, what it was before
// and after. Filter.Organization must be set. It takes View on the
// organization's audit, which its own people can be given: so they see who
// changed what without asking the provider.
//
// What one system keeps from the other is left out: the desk of the role system
// shows no content of access levels, that of the older system no roles.
func (d *Desk) Events(ctx context.Context, filter audit.Filter) ([]audit.Event, error) {
	return d.events(ctx, filter, false)
}

// RevealedEvents is Events with personal values as far as they were not erased:
// names, logins, addresses. It takes View on the organization's individuals as
// well.
func (d *Desk) RevealedEvents(ctx context.Context, filter audit.Filter) ([]audit.Event, error) {
	return d.events(ctx, filter, true)
}

func (d *Desk) events(ctx context.Context, filter audit.Filter, reveal bool) (events []audit.Event, err error) {
	const operation = "list events"
	if filter.Organization == "" {
		return nil, fmt.Errorf("manage: %s: no organization; set Filter.Organization", operation)
	}
	err = d.view(ctx, operation, func(c *commit) error {
		guards, err := c.guards(filter.Organization)
		if err != nil {
			return err
		}
		if err := c.allow(roles.View, guards.Audit, filter.Organization); err != nil {
			return err
		}
		if reveal {
			if err := c.allow(roles.View, guards.Individuals, filter.Organization); err != nil {
				return err
			}
		}
		some, err := c.r.Events(c.ctx, filter)
		if err != nil {
			return c.fail(err)
		}
		for _, e := range some {
			if !reveal {
				e = e.Masked()
			}
			events = append(events, withhold(e, d.system))
		}
		return nil
	})
	return events, err
}

// withhold leaves out of an event what the system must not see. An event of which
// something is left out says so, and no longer proves itself.
func withhold(e audit.Event, system individuals.System) audit.Event {
	var hidden func(field string) bool
	switch system {
	case individuals.ACLSystem:
		hidden = func(field string) bool {
			if strings.HasPrefix(string(e.Action), "acl.") { // its own words, whatever they sound like
				return false
			}
			return strings.Contains(field, "role") && field != "role-type" || strings.HasPrefix(string(e.Action), "role.")
		}
	case individuals.RoleSystem:
		hidden = func(field string) bool { return strings.HasPrefix(string(e.Action), "acl.") && field != "name" }
	default:
		return e
	}
	e = e.Clone()
	all := len(e.Changes)
	e.Changes = slices.DeleteFunc(e.Changes, func(c audit.Change) bool { return hidden(c.Field) })
	withheld := len(e.Changes) < all
	if system == individuals.ACLSystem && (strings.HasPrefix(string(e.Action), "role.") || e.Action == audit.ActionGrantRole || e.Action == audit.ActionClearRole) {
		withheld = withheld || e.Object != ""
		e.Object = ""
	}
	if withheld {
		e.Attributes = append(e.Attributes, audit.Attribute{Name: "withheld", Value: audit.Plain("what is of the other system")})
	}
	return e
}
