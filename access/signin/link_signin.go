package signin

import (
	"context"
	"errors"
	"fmt"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/access/links"
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/store"
)

// BeginLink signs in with a sign-in link, which stands for the password and for
// nothing else: it goes on like [Flow.Begin]. Provider and Realm of the attempt
// are the page's, and a link of another place is one that does not exist; Login
// and Password are empty. The link is used up even if a later step refuses. Call
// it when the person presses a button, never for the page itself.
func (f *Flow) BeginLink(ctx context.Context, link string, a Attempt) (Outcome, error) {
	if err := a.validate(); err != nil {
		return Outcome{}, err
	}
	if a.Login != "" || a.Password != "" {
		return Outcome{}, errors.New("signin: a link stands for login and password: leave them empty")
	}
	if f.options.Links == nil {
		return Outcome{}, errNoLinks
	}
	in, origin := f.options.Links.Within(a.Provider, a.Realm), a.origin()
	found, s, err := f.peek(ctx, in, link, links.SignIn, origin)
	if err != nil {
		return Outcome{}, err
	}
	c := change{seen: s, action: audit.ActionUseLink, origin: origin}
	c.first = func(tx store.Tx) error {
		_, err := in.Consume(ctx, tx, link, links.SignIn)
		return err
	}
	c.last = func(store.Tx, individuals.Individual) (string, error) { return found.Selector, nil }
	if _, err := f.commit(ctx, c); err != nil {
		return Outcome{}, f.linkFailed(ctx, found, links.SignIn, origin, err)
	}
	t := ticket{
		Individual: s.person.ID, Provider: a.Provider, Realm: a.Realm, Organization: a.Organization, Epoch: s.person.Epoch,
		Network: network(a.Address), Surface: a.Surface, Via: viaLink, cannotAsk: a.CannotAskForCode,
	}
	setDefault(&t.Organization, found.Organization)
	outcome, err := f.proceed(ctx, &t, a.Address)
	if err != nil {
		return f.failed(ctx, t.report(origin), err)
	}
	return outcome, nil
}

// OpenStanding opens the portal for whoever came by an organization's standing
// link. Provider and Realm of the attempt are the page's; Address and Surface
// count besides. It is refused as [LinkClosed] where the organization's people
// sign in by themselves.
func (f *Flow) OpenStanding(ctx context.Context, link string, a Attempt) (*access.Principal, error) {
	if err := a.validate(); err != nil {
		return nil, err
	}
	if f.options.Links == nil {
		return nil, errNoLinks
	}
	origin := a.origin()
	found, _, err := f.peek(ctx, f.options.Links.Within(a.Provider, a.Realm), link, links.Standing, origin)
	if err != nil {
		return nil, err
	}
	start := f.now()
	principal, err := f.engine.LinkPrincipal(ctx, access.LinkIdentity{
		Organization: found.Organization, Epoch: found.Epoch, Surface: a.Surface, Address: a.Address,
		Start: start, End: start.Add(f.options.SessionLength),
	})
	if err != nil {
		return nil, err
	}
	r := report{link: found.Selector, organization: found.Organization, realm: a.Realm, origin: origin, via: viaLink}
	err = f.store.View(ctx, func(reader store.Reader) error {
		d := f.engine.AtInstant(ctx, reader, start).Check(ctx, principal, access.Query{Action: roles.View, Path: f.probe})
		switch reason := reasonOf(d.Reason()); {
		case reason == Disabled:
			return &Refusal{Reason: LinkClosed}
		case reason == SecondFactorRequired, passes(d.Reason()): // a node may ask for what no link has
			return nil
		case reason != "":
			return &Refusal{Reason: LinkRefused}
		default:
			return fmt.Errorf("signin: standing link of %q: the engine answers %v; see Engine.Problems", found.Organization, d.Reason())
		}
	})
	if err != nil {
		_, err = f.failed(ctx, r, err)
		return nil, err
	}
	if err := f.accept(ctx, r); err != nil {
		return nil, err
	}
	return principal, nil
}
