package manage

import (
	"context"
	"errors"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/access/links"
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
)

// RotateLink makes a new standing link for an organization and ends the old one
// with all who came by it; it opens from now on. realm is where it leads. email
// is where it is mailed; empty: nowhere. It takes Update on the entity, and that
// the link's role gives nothing that the principal does not hold.
func (d *RoleDesk) RotateLink(ctx context.Context, organization, realm, email string) (link links.Link, revision uint64, err error) {
	revision, err = d.run(ctx, "rotate a standing link", func(c *commit) error {
		if c.m.links == nil {
			return c.failf("no links; set Options.Links")
		}
		if err := c.allow(roles.Update, c.m.guards.Entities, organization); err != nil {
			return err
		}
		o, err := c.organization(organization)
		if err != nil {
			return err
		}
		if o.Link.Role == "" {
			return c.failf("organization %q: its link has no role; set Link.Role", organization)
		}
		// Whoever rotates the link can have it mailed to themselves.
		if err := c.coversLinkRole(o); err != nil {
			return err
		}
		opened := o.Copy()
		opened.Link.Open = true
		if err := c.putOrganization(opened); err != nil {
			return err
		}
		c.wrote()
		link, err = c.issue(links.Request{Purpose: links.Standing, Organization: organization, Realm: realm, Email: email})
		if err != nil {
			return err
		}
		c.wrote()
		return c.record(audit.Event{Action: audit.ActionRotateLink, Organization: organization, Object: link.Selector(), Node: c.m.guards.Entities})
	})
	return link, revision, err
}

// closeLink closes the standing link of an organization that gets a person of its
// own: from then on its people sign in, until somebody opens the link again.
func (c *commit) closeLink(o individuals.Organization, individual string) error {
	if !o.Link.Open {
		return nil
	}
	o.Link.Open = false
	if err := c.tx.PutOrganization(c.ctx, o); err != nil {
		return c.fail(err)
	}
	c.wrote()
	return c.record(audit.Event{Action: audit.ActionRevokeLink, Organization: o.Entity, Subject: individual,
		Attributes: []audit.Attribute{{Name: "purpose", Value: audit.Plain(string(links.Standing))}},
		Note:       audit.Plain("the organization has people who sign in")})
}

// checkLinkRole refuses a role of the standing link that gives more than the
// principal holds: whoever has the link has it, once it and the organization are
// open. So it does where a role that gave more is taken away, or another put in its
// place, also while the link is closed: what it will open is not theirs to choose.
func (c *commit) checkLinkRole(old, o individuals.Organization) error {
	if old.Link == o.Link && old.Closed == o.Closed {
		return nil
	}
	if old.Link.Role != o.Link.Role {
		if err := c.coversFormerLinkRole(old); err != nil {
			return err
		}
	}
	if o.Link.Role == "" {
		return nil
	}
	if err := c.roleFor(o.Link.Role, o.Entity, old.Link.Role != o.Link.Role); err != nil {
		return err
	}
	return c.coversLinkRole(o)
}

// coversFormerLinkRole asks for what a link gave. A role that cannot be used there,
// or is damaged, gave nothing: it can be replaced by whoever may give the other.
func (c *commit) coversFormerLinkRole(old individuals.Organization) error {
	if old.Link.Role == "" || c.beyond(old.Entity) {
		return nil
	}
	gave, err := c.linkGives(old)
	if err != nil {
		return err
	}
	holders, err := c.holders()
	if err != nil {
		return err
	}
	refused, err := c.covers(holders, member{"", old.Entity}, rights{holding: gave}, false)
	if err != nil {
		return err
	}
	return refused
}

// linkGives is what whoever comes by an organization's open link holds.
func (c *commit) linkGives(o individuals.Organization) (access.Holding, error) {
	r, err := c.r.Role(c.ctx, o.Link.Role)
	if missing(err) {
		return access.Holding{}, nil
	}
	if err != nil {
		return access.Holding{}, c.fail(err)
	}
	h, err := c.now().RoleHolding(c.ctx, r, o.Entity)
	if errors.Is(err, access.ErrNoHolding) {
		return access.Holding{}, nil // it opens nothing
	}
	return h, c.fail(err)
}

func (c *commit) coversLinkRole(o individuals.Organization) error {
	if c.beyond(o.Entity) {
		return nil
	}
	r, err := c.r.Role(c.ctx, o.Link.Role)
	if err != nil {
		return c.fail(err)
	}
	return c.coversRole(r, o.Entity, true)
}

// keepsLinks makes a change of where organizations stand, which may make the role
// of a standing link usable there, or no longer: what the link gives then and gave
// before must lie within what the principal holds.
func (c *commit) keepsLinks(organizations []string, write func() error) error {
	type link struct {
		organization individuals.Organization
		before       access.Holding
		beyond       bool
		refused      error
	}
	holders, err := c.holders()
	if err != nil {
		return err
	}
	var links []link
	for _, id := range organizations {
		o, err := c.r.Organization(c.ctx, id)
		if missing(err) || err == nil && (o.Closed || !o.Link.Open || o.Link.Role == "") {
			continue
		}
		if err != nil {
			return c.fail(err)
		}
		l := link{organization: o, beyond: c.beyond(id)}
		if l.before, err = c.linkGives(o); err != nil {
			return err
		}
		if l.refused, err = c.covers(holders, member{"", id}, rights{holding: l.before}, false); err != nil {
			return err
		}
		links = append(links, l)
	}
	if err := write(); err != nil {
		return err
	}
	c.wrote()
	for _, l := range links {
		after, err := c.linkGives(l.organization)
		if err != nil {
			return err
		}
		if l.beyond || l.before.Same(after) {
			continue
		}
		if l.refused != nil {
			return l.refused
		}
		refused, err := c.covers(holders, member{"", l.organization.Entity}, rights{holding: after}, true)
		if err != nil {
			return err
		}
		if refused != nil {
			return refused
		}
	}
	return nil
}

// coversRole refuses where whoever has the role in the organization has more than
// the principal.
func (c *commit) coversRole(r roles.Role, organization string, gives bool) error {
	var unknown error
	h, err := c.now().RoleHolding(c.ctx, r, organization)
	if errors.Is(err, access.ErrNoHolding) {
		unknown = access.ErrNoHolding
	} else if err != nil {
		return c.fail(err)
	}
	holders, err := c.holders()
	if err != nil {
		return err
	}
	refused, err := c.covers(holders, member{"", organization}, rights{holding: h, unknown: unknown}, gives)
	if err != nil {
		return err
	}
	return refused
}
