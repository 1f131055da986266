package manage

import (
	"context"
	"fmt"

	"github.com/durward-go/durward/access/links"
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/store"
)

// Individual returns a person. It takes View on the organization's individuals;
// who may not see the person is told that there is none.
func (d *Desk) Individual(ctx context.Context, id string) (p individuals.Individual, err error) {
	err = d.view(ctx, "read an individual", func(c *commit) error {
		p, err = c.person(id)
		return err
	})
	return p, err
}

// Individuals lists the people of an organization, in the byte order of IDs. It
// takes View on its individuals.
func (d *Desk) Individuals(ctx context.Context, organization string, page store.Page) (people []individuals.Individual, err error) {
	err = d.view(ctx, "list individuals", func(c *commit) error {
		guards, err := c.guards(organization)
		if err != nil {
			return err
		}
		if err := c.allow(roles.View, guards.Individuals, organization); err != nil {
			return err
		}
		people, err = c.r.Individuals(ctx, store.IndividualFilter{Organization: organization}, page)
		return c.fail(err)
	})
	return people, err
}

// person reads someone whom the principal may see.
func (c *commit) person(id string) (individuals.Individual, error) {
	p, err := c.r.Individual(c.ctx, id)
	if missing(err) {
		return p, c.notFound("individual", id)
	}
	if err != nil {
		return p, c.fail(err)
	}
	guards, err := c.guards(p.Organization)
	if err != nil && !missing(err) {
		return individuals.Individual{}, err
	}
	if err != nil || !c.may(roles.View, guards.Individuals, p.Organization) {
		return individuals.Individual{}, c.notFound("individual", id)
	}
	return p, nil
}

// personFor reads someone whom the principal may see and may do the action to.
func (c *commit) personFor(a roles.Action, id string) (individuals.Individual, error) {
	p, err := c.person(id)
	if err != nil {
		return p, err
	}
	guards, err := c.guards(p.Organization)
	if err != nil {
		return p, err
	}
	return p, c.allow(a, guards.Individuals, p.Organization)
}

// Someone is a person to be created.
type Someone struct {
	// Individual is the record. Provider and Realm are filled in from where the
	// organization stands and from the role type; Enrolled, Epoch and Revision
	// must be zero. Email may be empty where the login is an e-mail address.
	Individual individuals.Individual
	// Role is the ID of the role to grant. Default: the organization's default
	// role, if it has one, for the desk of the role system. The desk of the older
	// system grants none.
	Role string
	// ACL is the ID of the access level to grant. Default: none.
	ACL string
	// Listed narrows the scope, see [individuals.Grant].
	Listed []string
	// Password is set for the person, who must change it at the first sign-in.
	// Default: none; who has an e-mail address is sent an invitation then, unless
	// it could not be used because the person is disabled or the organization
	// closed. Nobody else can sign in before a password is set.
	Password string
	// WithoutInvitation creates the person and sends nothing.
	WithoutInvitation bool
}

// CreateIndividual makes a person with a grant in its organization. It takes
// Create on the organization's individuals, Update on its grants where
// something is granted, and Update on its credentials for a password.
func (d *RoleDesk) CreateIndividual(ctx context.Context, s Someone) (revision uint64, err error) {
	return d.createIndividual(ctx, s)
}

// CreateIndividual makes a person with an access level. Otherwise it is as
// [RoleDesk.CreateIndividual].
func (d *ACLDesk) CreateIndividual(ctx context.Context, s Someone) (revision uint64, err error) {
	if s.Role != "" {
		return 0, d.spoil(fmt.Errorf("manage: create an individual: %w: the ACL system assigns no roles; use the desk of the role system", ErrDenied))
	}
	return d.createIndividual(ctx, s)
}

func (d *Desk) createIndividual(ctx context.Context, s Someone) (uint64, error) {
	const operation = "create an individual"
	p := s.Individual
	switch {
	case p.Enrolled || p.Epoch != 0 || p.Revision != 0:
		return 0, d.spoil(fmt.Errorf("manage: %s %q: Enrolled, Epoch and Revision are not for the caller to set", operation, p.ID))
	case s.Password != "" && p.Login == "":
		return 0, d.spoil(fmt.Errorf("manage: %s %q: a password without a login; set Login", operation, p.ID))
	}
	var err error
	var with password
	if s.Password != "" {
		with, err = d.prepare(ctx, operation, s.Password, func(c *commit) (individuals.Individual, bool, error) {
			guards, err := c.guards(p.Organization)
			if err == nil {
				err = c.allow(roles.Create, guards.Individuals, p.Organization)
			}
			if err == nil {
				err = c.allow(roles.Update, guards.Credentials, p.Organization)
			}
			if err != nil {
				return p, false, err
			}
			second, err := c.secondFactorAsked(p)
			return p, second, err
		})
		if err != nil {
			return 0, d.spoil(err)
		}
	}
	return d.run(ctx, operation, func(c *commit) error { return c.create(s, with) })
}

func (c *commit) create(s Someone, with password) error {
	p := s.Individual
	guards, err := c.guards(p.Organization)
	if err != nil {
		return err
	}
	if err := c.allow(roles.Create, guards.Individuals, p.Organization); err != nil {
		return err
	}
	o, err := c.organization(p.Organization)
	if err != nil {
		return err
	}
	if err := c.place(&p); err != nil {
		return err
	}
	if p.Email == "" {
		if login, err := individuals.ParseLogin(p.Login); err == nil && login.IsEmail() {
			p.Email = p.Login
		}
	}
	role := s.Role
	if role == "" && c.system == individuals.RoleSystem {
		role = o.DefaultRole
	}
	grant := individuals.Grant{Individual: p.ID, Organization: p.Organization, Listed: s.Listed}
	if role != "" {
		grant = grant.WithRole(role)
	}
	if s.ACL != "" {
		grant = grant.WithACL(s.ACL)
	}
	granted := role != "" || s.ACL != "" || len(s.Listed) > 0
	if granted {
		if err := c.allow(roles.Update, guards.Grants, p.Organization); err != nil {
			return err
		}
		if err := c.grantable(p, o, role, s.ACL); err != nil {
			return err
		}
		if err := c.narrowable(nil, s.Listed); err != nil {
			return err
		}
	}
	if !with.hash.IsZero() {
		if err := c.allow(roles.Update, guards.Credentials, p.Organization); err != nil {
			return err
		}
		if err := c.stillMeets(p, with); err != nil {
			return err
		}
	}
	if asked, err := c.secondFactorAsked(p); err != nil {
		return err
	} else if asked {
		c.warnOfDoors(fmt.Sprintf("individual %q", p.ID))
	}
	p.Epoch = c.unusedEpoch()
	err = c.change([]member{{p.ID, p.Organization}}, func() error {
		if err := c.tx.PutIndividual(c.ctx, p); err != nil {
			return c.fail(err)
		}
		if granted {
			if err := c.tx.PutGrant(c.ctx, grant); err != nil {
				return c.fail(err)
			}
		}
		if with.hash.IsZero() {
			return nil
		}
		return c.fail(c.tx.PutCredential(c.ctx, individuals.Credential{Individual: p.ID, Password: with.hash, MeetsAlone: with.meetsAlone, MustChange: true}))
	})
	if err != nil {
		return err
	}
	if err := c.closeLink(o, p.ID); err != nil {
		return err
	}
	events := diff{m: c.m}
	describe(&events, individuals.Individual{}, p)
	events.plain("role", "", role)
	events.plain("acl", "", s.ACL)
	events.plain("listed", "", list(s.Listed))
	if !with.hash.IsZero() {
		events.secret("password", audit.SecretSet)
	}
	if events.err != nil {
		return c.fail(events.err)
	}
	if err := c.record(audit.Event{Action: audit.ActionCreateIndividual, Organization: p.Organization, Subject: p.ID, Node: guards.Individuals, Changes: events.changes}); err != nil {
		return err
	}
	if c.m.links == nil || s.WithoutInvitation || !with.hash.IsZero() || p.Email == "" || p.Login == "" || p.Disabled || o.Closed {
		return nil
	}
	return c.invite(p)
}

// invite sends an invitation in the commit.
func (c *commit) invite(p individuals.Individual) error {
	link, err := c.issue(links.Request{Purpose: links.Invitation, Individual: p, Organization: p.Organization})
	if err != nil {
		return err
	}
	c.wrote()
	return c.record(audit.Event{Action: audit.ActionCreateLink, Organization: p.Organization, Subject: p.ID, Object: link.Selector(),
		Attributes: []audit.Attribute{{Name: "purpose", Value: audit.Plain(string(links.Invitation))}}})
}

// place fills in the provider and the realm, and refuses a role type that does
// not fit the organization.
func (c *commit) place(p *individuals.Individual) error {
	t, err := c.m.engine.Model().Type(p.RoleType)
	if err != nil {
		return c.fail(err)
	}
	lineage, err := resolve(c.ctx, c.r, p.Organization)
	if err != nil {
		return c.fail(err)
	}
	if lineage.Kind() != t.OwnerKind {
		return c.failf("role type %q is of people of a %q; %q is a %q", p.RoleType, t.OwnerKind, p.Organization, lineage.Kind())
	}
	for _, f := range []struct {
		what     string
		field    *string
		expected string
	}{{"provider", &p.Provider, lineage.Root()}, {"realm", &p.Realm, t.Realm}} {
		if *f.field == "" {
			*f.field = f.expected
		}
		if *f.field != f.expected {
			return c.failf("individual %q: %s %q: it is %q here; leave it out", p.ID, f.what, *f.field, f.expected)
		}
	}
	return nil
}

// describe notes the fields of a person that differ.
func describe(d *diff, before, after individuals.Individual) {
	d.plain("role-type", before.RoleType, after.RoleType)
	d.personal("login", before.Login, after.Login)
	d.personal("name", before.Name, after.Name)
	d.personal("email", before.Email, after.Email)
	d.plain("contact", before.Contact, after.Contact)
	d.plain("activation", before.Window.Activation.String(), after.Window.Activation.String())
	d.plain("expiration", before.Window.Expiration.String(), after.Window.Expiration.String())
	d.plain("zone", before.Window.Zone, after.Window.Zone)
	d.plain("language", before.Language, after.Language)
	d.personal("allow-list", listText(before), listText(after))
	d.plain("second-factor-mode", modeText(before), modeText(after))
	d.plain("disabled", flag(before.Disabled), flag(after.Disabled))
}

// UpdateIndividual writes a person as it is given, read and changed before: with
// another revision than the stored one it is refused as [store.ErrConflict]. It
// takes Update on the organization's individuals, and that the person holds
// nothing, in any organization, which the principal does not. Of their own
// record people change the name and the language.
//
// The ID, the provider, the realm, the role type, the organization, Enrolled and
// Epoch stay as they are. Disabling moves the epoch, and so ends what was signed
// in. A new e-mail address is told to the old one, and links that were sent to
// that end.
func (d *Desk) UpdateIndividual(ctx context.Context, p individuals.Individual) (revision uint64, err error) {
	return d.run(ctx, "change an individual", func(c *commit) error { return c.update(p) })
}

func (c *commit) update(p individuals.Individual) error {
	old, err := c.personFor(roles.Update, p.ID)
	if err != nil {
		return err
	}
	if p.Revision != old.Revision {
		return c.fail(fmt.Errorf("individual %q: read at revision %d, since written at %d: %w", p.ID, p.Revision, old.Revision, store.ErrConflict))
	}
	fixed := p
	fixed.Login, fixed.Name, fixed.Email, fixed.Contact, fixed.Window, fixed.Language = old.Login, old.Name, old.Email, old.Contact, old.Window, old.Language
	fixed.AllowList, fixed.SecondFactor, fixed.Disabled = old.AllowList, old.SecondFactor, old.Disabled
	if !samePerson(fixed, old) {
		return c.failf("individual %q: the provider, the realm, the role type, the organization, Enrolled and Epoch are not for the caller to change", p.ID)
	}
	if c.self(p.ID) {
		own := p
		own.Name, own.Language = old.Name, old.Language
		if !samePerson(own, old) {
			return c.fail(fmt.Errorf("individual %q: %w: name and language are yours to change; ask another administrator for the rest", p.ID, ErrOwn))
		}
	} else if err := c.coversPerson(p.ID); err != nil {
		return err
	}
	if samePerson(p, old) {
		return nil
	}
	if err := c.secondFactorMayEnd(old, p); err != nil {
		return err
	}
	if p.Disabled && !old.Disabled {
		p.Epoch++
	}
	members, err := c.membersOf(p.ID)
	if err != nil {
		return err
	}
	err = c.change(members, func() error { return c.fail(c.tx.PutIndividual(c.ctx, p)) })
	if err != nil {
		return err
	}
	return c.updated(old, p)
}

// updated writes the event and the mails of a changed person.
func (c *commit) updated(old, p individuals.Individual) error {
	events := diff{m: c.m}
	describe(&events, old, p)
	if events.err != nil {
		return c.fail(events.err)
	}
	action := audit.ActionUpdateIndividual
	switch {
	case p.Disabled && !old.Disabled:
		action = audit.ActionDisableIndividual
	case !p.Disabled && old.Disabled:
		action = audit.ActionEnableIndividual
	}
	guards, err := c.guards(p.Organization)
	if err != nil {
		return err
	}
	if err := c.record(audit.Event{Action: action, Organization: p.Organization, Subject: p.ID, Node: guards.Individuals, Changes: events.changes}); err != nil {
		return err
	}
	if c.m.links == nil || old.Email == "" || old.Email == p.Email {
		return nil
	}
	return c.fail(c.m.links.Notify(c.ctx, c.tx, links.Notice{Purpose: links.EmailChanged, Individual: p, Email: old.Email}))
}

// Disable switches a person off, and ends what was signed in. It is an
// [Desk.UpdateIndividual] of one field, whatever the record's revision.
func (d *Desk) Disable(ctx context.Context, individual string) (revision uint64, err error) {
	return d.switchPerson(ctx, "disable an individual", individual, true)
}

// Enable switches a person on again.
func (d *Desk) Enable(ctx context.Context, individual string) (revision uint64, err error) {
	return d.switchPerson(ctx, "enable an individual", individual, false)
}

func (d *Desk) switchPerson(ctx context.Context, operation, individual string, disabled bool) (uint64, error) {
	return d.run(ctx, operation, func(c *commit) error {
		p, err := c.person(individual)
		if err != nil {
			return err
		}
		p.Disabled = disabled
		return c.update(p)
	})
}

// DeleteIndividual removes a person with its grants, credential and links. It
// takes Delete on the organization's individuals, and that the person holds
// nothing that the principal does not. Nobody deletes themselves. What was
// recorded of the person stays.
func (d *Desk) DeleteIndividual(ctx context.Context, individual string) (revision uint64, err error) {
	return d.run(ctx, "delete an individual", func(c *commit) error {
		p, err := c.personFor(roles.Delete, individual)
		if err != nil {
			return err
		}
		if c.self(individual) {
			return c.fail(fmt.Errorf("individual %q: %w: another administrator deletes you", individual, ErrOwn))
		}
		if err := c.coversPerson(individual); err != nil {
			return err
		}
		members, err := c.membersOf(individual)
		if err != nil {
			return err
		}
		err = c.change(members, func() error {
			for _, m := range members {
				g, err := c.r.Grant(c.ctx, m.individual, m.organization)
				if err == nil {
					err = c.tx.DeleteGrant(c.ctx, m.individual, m.organization, g.Revision)
				}
				if err != nil {
					return c.fail(err)
				}
			}
			return c.fail(c.tx.DeleteIndividual(c.ctx, individual, p.Revision))
		})
		if err != nil {
			return err
		}
		events := diff{m: c.m}
		describe(&events, p, individuals.Individual{})
		if events.err != nil {
			return c.fail(events.err)
		}
		guards, err := c.guards(p.Organization)
		if err != nil {
			return err
		}
		return c.record(audit.Event{Action: audit.ActionDeleteIndividual, Organization: p.Organization, Subject: individual, Node: guards.Individuals, Changes: events.changes})
	})
}
