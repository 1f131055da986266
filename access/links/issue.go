package links

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/store"
)

// ErrTooSoon says that [Request.Spacing] held a link back.
var ErrTooSoon = errors.New("links: a link was issued a moment ago")

// A Request asks for a link.
type Request struct {
	// Purpose is what the link is for.
	Purpose Purpose
	// Individual is who may use it. Only the ID counts: the record is read anew
	// in the commit, which must have it. For a standing link it is zero.
	Individual individuals.Individual
	// Organization is the entity that the link is for. A standing link needs one;
	// else it may be empty, for the person's own. Its Organization record must
	// exist, and deleting that deletes the token.
	Organization string
	// Email is where the link is mailed. For an e-mail change it is the new
	// address; for a standing link that of the organization, or empty for no
	// mail. Else it may be empty, for the e-mail of the person's record or a
	// login that is one, and may be no other address.
	Email string
	// Realm is where a standing link leads, see [Options.BaseURLs]. Default: that
	// of the person.
	Realm string
	// Language is the language tag of the mail. Default: that of the person.
	Language string
	// WithoutMail makes the link and no mail, for a host that hands it over
	// otherwise. It is then bound to no address, except for an e-mail change.
	WithoutMail bool
	// Spacing is how long no other link is issued for the same purpose to the same
	// person: until then the error is [ErrTooSoon], and the one that there is
	// stays good. Set it where strangers can ask for links, who could otherwise
	// flood a mailbox and end each link by the next. Default: none.
	Spacing time.Duration
}

// Issue makes a link and writes its token, and the mail that carries it, in the
// caller's commit. Older links of the same purpose and person end with it.
//
// A password reset is for those whose login is an e-mail address; others have
// their password set by an administrator. Issuing a standing link is rotating
// it: the epoch of the organization's link moves, so that whoever came by the
// old one is out. Issue writes the organization's record for that; read it anew
// to write it again in the same commit.
//
// The error is a *[Refusal] with the reason [Disabled] or [OrganizationClosed]
// where the link could not be used, [ErrTooSoon], or says what is wrong with the
// request.
func (l *Links) Issue(ctx context.Context, tx store.Tx, r Request) (Link, error) {
	link, err := l.issue(ctx, tx, r)
	var refusal *Refusal
	if err == nil || errors.As(err, &refusal) || errors.Is(err, ErrTooSoon) {
		return link, err
	}
	return Link{}, fmt.Errorf("links: issue %.64q: %w", r.Purpose, err)
}

func (l *Links) issue(ctx context.Context, tx store.Tx, r Request) (Link, error) {
	now := l.clock()
	var (
		t      store.Token
		p      individuals.Individual
		realm  string
		filter store.TokenFilter
		err    error
	)
	switch {
	case !r.Purpose.IsLink():
		return Link{}, fmt.Errorf("want one of %q", LinkPurposes())
	case now.IsZero():
		return Link{}, errors.New("Options.Clock tells no instant")
	case r.Spacing < 0:
		return Link{}, fmt.Errorf("spacing %v: negative", r.Spacing)
	case r.Purpose == Standing:
		t, realm, err = l.standingToken(ctx, tx, r)
		filter = store.TokenFilter{Organization: r.Organization, Purpose: string(Standing)}
	default:
		t, p, err = l.personToken(ctx, tx, r, now)
		realm, filter = p.Realm, store.TokenFilter{Individual: p.ID, Purpose: string(r.Purpose)}
	}
	if err != nil {
		return Link{}, err
	}
	mailed := t.Email != "" && !r.WithoutMail
	if mailed && l.baseURLs[realm] == nil {
		return Link{}, fmt.Errorf("no base URL for realm %q; set it in Options.BaseURLs", realm)
	}
	if err := l.space(ctx, tx, filter, r.Spacing, now); err != nil {
		return Link{}, err
	}
	if r.Purpose == Standing {
		if t.Epoch, err = l.moveEpoch(ctx, tx, r.Organization); err != nil {
			return Link{}, err
		}
	}
	if _, err := deleteTokens(ctx, tx, filter); err != nil {
		return Link{}, err
	}

	secret, err := newToken(l.random)
	if err != nil {
		return Link{}, err
	}
	t.Selector, t.VerifierHash, t.Purpose, t.Created = secret.selector, secret.hash(), string(r.Purpose), now
	kept := keptWithToken{Realm: realm, From: p.Email}
	switch r.Purpose {
	case Standing:
		kept.From, kept.Text = "", secret.text()
		fallthrough
	case EmailChange:
		if t.Sealed, err = l.seal(t, kept); err != nil {
			return Link{}, err
		}
	}
	if err := tx.PutToken(ctx, t); err != nil {
		return Link{}, err
	}
	link := l.link(secret, r.Purpose, realm, store.Instant(t.Expires))
	if !mailed {
		return link, nil
	}
	return link, l.mail(ctx, tx, mailing{
		purpose: r.Purpose, to: t.Email, individual: p, organization: r.Organization, language: r.Language,
		realm: realm, link: link, now: now,
	})
}

func (l *Links) link(t token, purpose Purpose, realm string, expires time.Time) Link {
	out := Link{text: hide(t.text()), selector: t.selector, expires: expires}
	if base := l.baseURLs[realm]; base != nil {
		out.url = hide(linkURL(base, purpose, t.text()))
	}
	return out
}

// personToken returns the token for a person, but for what is drawn.
func (l *Links) personToken(ctx context.Context, tx store.Tx, r Request, now time.Time) (store.Token, individuals.Individual, error) {
	fail := func(err error) (store.Token, individuals.Individual, error) {
		return store.Token{}, individuals.Individual{}, err
	}
	p, err := tx.Individual(ctx, r.Individual.ID)
	if err != nil {
		return fail(err)
	}
	switch {
	case l.within != nil && *l.within != place{p.Provider, p.Realm}:
		return fail(fmt.Errorf("individual %q: of provider %q and realm %q, not of those that Within named", p.ID, p.Provider, p.Realm))
	case r.Realm != "" && r.Realm != p.Realm:
		return fail(fmt.Errorf("realm %q: individual %q is of realm %q; leave it out", r.Realm, p.ID, p.Realm))
	case r.Purpose == PasswordReset && canonicalEmail(p.Login) == "":
		return fail(fmt.Errorf("individual %q: the login is no e-mail address; an administrator sets the password", p.ID))
	case p.Disabled:
		return fail(&Refusal{Reason: Disabled, Purpose: r.Purpose, Individual: p.ID, Organization: r.Organization})
	}
	t := store.Token{Individual: p.ID, Organization: r.Organization, Epoch: p.Epoch, Expires: now.Add(l.lifetimes[r.Purpose])}
	if r.Purpose == Invitation {
		from, _, err := p.Window.Bounds()
		if err != nil {
			return fail(err)
		}
		if from.After(now) {
			t.Expires = from.Add(l.lifetimes[Invitation])
		}
	}
	switch own := addressOf(p); {
	case r.Purpose == EmailChange:
		if canonicalEmail(r.Email) == "" {
			return fail(fmt.Errorf("individual %q: the new address is none; ask for it again", p.ID))
		}
		t.Email = r.Email
	case r.WithoutMail:
	case own == "":
		return fail(fmt.Errorf("individual %q has no e-mail address; set one, or WithoutMail", p.ID))
	case r.Email != "" && canonicalEmail(r.Email) != canonicalEmail(own):
		return fail(fmt.Errorf("individual %q: mail goes to the address of the record only; leave Email out", p.ID))
	default:
		t.Email = own // as the record spells it, never as it was typed
	}
	return t, p, nil
}

// space refuses a link where there is a younger one that still works.
func (l *Links) space(ctx context.Context, tx store.Tx, filter store.TokenFilter, spacing time.Duration, now time.Time) error {
	if spacing == 0 {
		return nil
	}
	return eachToken(ctx, tx, filter, func(t store.Token) error {
		if t.Created.Add(spacing).After(now) && !expired(t.Expires, now) {
			return fmt.Errorf("%w: %v ago", ErrTooSoon, now.Sub(t.Created).Round(time.Second))
		}
		return nil
	})
}
