package manage

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/durward-go/durward/access/links"
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/store"
)

// A password is one that an administrator sets, hashed.
type password struct {
	hash       individuals.PasswordHash
	meetsAlone bool
}

// prepare checks and hashes a password before the commit that writes it, so that
// the commit keeps nobody waiting. whose says for whom it is and whether a
// second factor is asked of the person, after it has asked the guards: nobody
// makes the library hash for nothing.
func (d *Desk) prepare(ctx context.Context, operation, text string, whose func(c *commit) (individuals.Individual, bool, error)) (password, error) {
	var p individuals.Individual
	var second bool
	err := d.view(ctx, operation, func(c *commit) (err error) {
		p, second, err = whose(c)
		return err
	})
	if err != nil {
		return password{}, err
	}
	if unmet := d.m.policy.Check(text, second, p.Login, p.Name, p.Email, p.ID); len(unmet) > 0 {
		return password{}, fmt.Errorf("manage: %s: %w", operation, &individuals.PasswordError{Unmet: unmet})
	}
	release, err := d.m.slots.Acquire(ctx)
	if err != nil {
		return password{}, fmt.Errorf("manage: %s: %w", operation, err)
	}
	defer release()
	out := password{meetsAlone: d.m.policy.MeetsAlone(text)}
	if out.hash, err = individuals.HashPassword(d.m.random, text, d.m.params); err != nil {
		return password{}, fmt.Errorf("manage: %s: %w", operation, err)
	}
	return out, nil
}

// stillMeets refuses a password that was checked while a second factor was asked
// of the person, and is too short now that none is.
func (c *commit) stillMeets(p individuals.Individual, with password) error {
	second, err := c.secondFactorAsked(p)
	if err != nil || second || with.meetsAlone {
		return err
	}
	return c.fail(fmt.Errorf("individual %q: what is asked of the password changed: %w", p.ID, store.ErrConflict))
}

// secondFactorAsked reports whether a second factor is asked of the person in
// every organization that it can act for, so that the password is never alone.
func (c *commit) secondFactorAsked(p individuals.Individual) (bool, error) {
	if p.SecondFactor != individuals.AsClassDefines {
		return p.SecondFactor.Required(false), nil
	}
	members, err := c.membersOf(p.ID)
	if err != nil {
		return false, err
	}
	for _, m := range append(members, member{p.ID, p.Organization}) {
		if class, err := c.classOf(m.organization); err != nil || !class.SecondFactor {
			return false, err
		}
	}
	return true, nil
}

// classOf returns the class of an organization, the zero Class where it has
// none.
func (c *commit) classOf(organization string) (individuals.Class, error) {
	o, err := c.organization(organization)
	if err != nil || o.Class == "" {
		return individuals.Class{}, err
	}
	class, err := c.r.Class(c.ctx, o.Class)
	return class, c.fail(err)
}

// secondFactorMayEnd refuses that a second factor is no longer asked of a person
// whose password is too short to stand alone.
func (c *commit) secondFactorMayEnd(old, p individuals.Individual) error {
	if old.SecondFactor == p.SecondFactor {
		return nil
	}
	was, err := c.secondFactorAsked(old)
	if err != nil {
		return err
	}
	is, err := c.secondFactorAsked(p)
	if is && !was {
		c.warnOfDoors(fmt.Sprintf("individual %q", p.ID))
	}
	if err != nil || !was || is {
		return err
	}
	return c.mayStandAlone(p.ID)
}

// mayStandAlone refuses where the person's password is too short to be the only
// factor.
func (c *commit) mayStandAlone(individual string) error {
	credential, err := c.r.Credential(c.ctx, individual)
	switch {
	case missing(err):
		return nil
	case err != nil:
		return c.fail(err)
	case credential.Password.IsZero():
		return nil
	}
	return c.fail(individuals.CheckSecondFactorOff(credential.MeetsAlone))
}

// credentialsOf reads someone whose credentials the principal may change, and
// the guard.
func (c *commit) credentialsOf(individual string) (individuals.Individual, string, error) {
	p, err := c.person(individual)
	if err != nil {
		return p, "", err
	}
	guards, err := c.guards(p.Organization)
	if err != nil {
		return p, "", err
	}
	if err := c.allow(roles.Update, guards.Credentials, p.Organization); err != nil {
		return p, "", err
	}
	if c.self(individual) {
		return p, "", c.fail(fmt.Errorf("individual %q: %w: change your own password and second factor where you sign in", individual, ErrOwn))
	}
	return p, guards.Credentials, c.coversPerson(individual)
}

// SetPassword sets another person's password, which the person must change at
// the next sign-in: for those whose login is no e-mail address, who cannot ask
// for a reset. It switches a password on again that too many failures switched
// off, and ends what was signed in. It takes Update on the organization's
// credentials, and that the person holds nothing that the principal does not.
//
// A password that does not meet the policy is an [individuals.PasswordError],
// which lists every rule that is not met; no slot to hash in is an
// [individuals.HashBusyError].
func (d *Desk) SetPassword(ctx context.Context, individual, text string) (revision uint64, err error) {
	const operation = "set a password"
	with, err := d.prepare(ctx, operation, text, func(c *commit) (individuals.Individual, bool, error) {
		p, _, err := c.credentialsOf(individual)
		if err != nil {
			return p, false, err
		}
		second, err := c.secondFactorAsked(p)
		return p, second, err
	})
	if err != nil {
		return 0, d.spoil(err)
	}
	return d.run(ctx, operation, func(c *commit) error {
		p, guard, err := c.credentialsOf(individual)
		if err != nil {
			return err
		}
		if p.Login == "" {
			return c.failf("individual %q has no login; set one first", individual)
		}
		credential, err := c.credential(individual)
		if err != nil {
			return err
		}
		if err := c.stillMeets(p, with); err != nil {
			return err
		}
		state := audit.SecretChanged
		if credential.Password.IsZero() {
			state = audit.SecretSet
		}
		credential.Password, credential.MeetsAlone = with.hash, with.meetsAlone
		credential.MustChange, credential.PasswordOff = true, false
		events := diff{m: c.m}
		events.secret("password", state)
		return c.rebind(p, credential, links.PasswordChanged,
			audit.Event{Action: audit.ActionSetPassword, Node: guard, Changes: events.changes})
	})
}

// ResetSecondFactor wipes a person's key and recovery codes; where a second
// factor is asked for, the person enrols at the next sign-in. It ends what was
// signed in. It takes what [Desk.SetPassword] takes.
func (d *Desk) ResetSecondFactor(ctx context.Context, individual string) (revision uint64, err error) {
	return d.run(ctx, "reset a second factor", func(c *commit) error {
		p, guard, err := c.credentialsOf(individual)
		if err != nil {
			return err
		}
		credential, err := c.credential(individual)
		if err != nil {
			return err
		}
		state := audit.SecretCleared
		if len(credential.SealedKey) == 0 && !p.Enrolled {
			return c.failf("individual %q has no second factor", individual)
		}
		credential.SealedKey, credential.SecondFactorOff = nil, false
		credential.Recovery = individuals.Credential{}.Recovery
		p.Enrolled = false
		events := diff{m: c.m}
		events.secret("second-factor", state)
		return c.rebind(p, credential, links.SecondFactorReset,
			audit.Event{Action: audit.ActionResetSecondFactor, Node: guard, Changes: events.changes})
	})
}

// credential reads a person's, a new one where there is none.
func (c *commit) credential(individual string) (individuals.Credential, error) {
	credential, err := c.r.Credential(c.ctx, individual)
	if missing(err) {
		return individuals.Credential{Individual: individual}, nil
	}
	return credential, c.fail(err)
}

// rebind writes a credential, moves the epoch, and tells the person.
func (c *commit) rebind(p individuals.Individual, credential individuals.Credential, notice links.Purpose, e audit.Event) error {
	p.Epoch++
	if err := c.tx.PutIndividual(c.ctx, p); err != nil {
		return c.fail(err)
	}
	if err := c.tx.PutCredential(c.ctx, credential); err != nil {
		return c.fail(err)
	}
	c.wrote()
	e.Organization, e.Subject = p.Organization, p.ID
	if err := c.record(e); err != nil {
		return err
	}
	if c.m.links == nil {
		return nil
	}
	return c.fail(c.m.links.Notify(c.ctx, c.tx, links.Notice{Purpose: notice, Individual: p}))
}

// issue makes a link in the commit. What it is refused for is for an
// administrator to read, where [links.Refusal] speaks to whoever shows a link.
func (c *commit) issue(r links.Request) (links.Link, error) {
	link, err := c.m.links.Issue(c.ctx, c.tx, r)
	if refused := (*links.Refusal)(nil); errors.As(err, &refused) {
		return links.Link{}, c.failf("no link of purpose %q for %q: %s", r.Purpose, cmp.Or(r.Individual.ID, r.Organization), refused.Reason)
	}
	return link, c.fail(err)
}

// Invite sends a person a new invitation, and the older one ends. It takes Update
// on the organization's individuals.
func (d *Desk) Invite(ctx context.Context, individual string) (revision uint64, err error) {
	return d.run(ctx, "send an invitation", func(c *commit) error {
		p, err := c.personFor(roles.Update, individual)
		if err != nil {
			return err
		}
		if c.m.links == nil {
			return c.failf("no links; set Options.Links")
		}
		return c.invite(p)
	})
}

// SendReset sends a person a link to set a new password, to the address of the
// record. It takes Update on the organization's credentials. The person's
// present password goes on until the link is used.
func (d *Desk) SendReset(ctx context.Context, individual string) (revision uint64, err error) {
	return d.run(ctx, "send a password reset", func(c *commit) error {
		p, err := c.person(individual)
		if err != nil {
			return err
		}
		guards, err := c.guards(p.Organization)
		if err != nil {
			return err
		}
		if err := c.allow(roles.Update, guards.Credentials, p.Organization); err != nil {
			return err
		}
		if c.m.links == nil {
			return c.failf("no links; set Options.Links")
		}
		link, err := c.issue(links.Request{Purpose: links.PasswordReset, Individual: p, Organization: p.Organization})
		if err != nil {
			return err
		}
		c.wrote()
		return c.record(audit.Event{Action: audit.ActionCreateLink, Organization: p.Organization, Subject: p.ID, Object: link.Selector(), Node: guards.Credentials,
			Attributes: []audit.Attribute{{Name: "purpose", Value: audit.Plain(string(links.PasswordReset))}}})
	})
}

// RevokeLinks ends what was sent to a person: invitations and resets. It takes
// Update on the organization's credentials, and that the person holds nothing
// that the principal does not.
func (d *Desk) RevokeLinks(ctx context.Context, individual string) (revision uint64, err error) {
	return d.run(ctx, "revoke links", func(c *commit) error {
		p, err := c.person(individual)
		if err != nil {
			return err
		}
		guards, err := c.guards(p.Organization)
		if err != nil {
			return err
		}
		if err := c.allow(roles.Update, guards.Credentials, p.Organization); err != nil {
			return err
		}
		if err := c.coversPerson(individual); err != nil {
			return err
		}
		if c.m.links == nil {
			return c.failf("no links; set Options.Links")
		}
		n, err := c.m.links.Revoke(c.ctx, c.tx, store.TokenFilter{Individual: individual})
		if err != nil || n == 0 {
			return c.fail(err)
		}
		c.wrote()
		return c.record(audit.Event{Action: audit.ActionRevokeLink, Organization: p.Organization, Subject: p.ID, Node: guards.Credentials,
			Attributes: []audit.Attribute{{Name: "links", Value: audit.Plain(fmt.Sprint(n))}}})
	})
}
