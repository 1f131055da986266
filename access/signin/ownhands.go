package signin

import (
	"context"
	"errors"
	"fmt"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/access/links"
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/otp"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/store"
)

// An owner is somebody who is signed in and acts for themselves.
type owner struct {
	ticket ticket
	seen   seen
	origin Origin
}

var errNoSession = errors.New("signin: the principal has no session: sign in by a Flow, or give access.Identity a Start")

// own holds a principal to what own hands need: a person, for itself, whom gates
// 1 to 4 let pass, but for the reason that is to be mended.
func (f *Flow) own(ctx context.Context, p *access.Principal, origin Origin, mends Reason) (*owner, error) {
	if err := checkSurface(origin.Surface); err != nil {
		return nil, err
	}
	switch {
	case p == nil:
		return nil, errors.New("signin: no principal")
	case p.IsSystem(), p.IsLink(), p.Actor() != "":
		return nil, &Refusal{Reason: NotOwnHands}
	case p.Individual() == "":
		return nil, errors.New("signin: the principal is the zero one")
	}
	session := p.Session()
	if session.IsZero() {
		return nil, errNoSession
	}
	s, err := f.look(ctx, p.Individual(), session.Organization, func(state *access.State) access.Decision {
		return state.Check(ctx, p, access.Query{Action: roles.View, Path: f.probe})
	})
	if err != nil {
		return nil, err
	}
	if reason := reasonOf(s.admitted); reason != "" && reason != mends {
		return nil, s.refusal(reason)
	}
	return &owner{seen: s, origin: origin, ticket: ticket{
		Individual: s.person.ID, Provider: s.person.Provider, Realm: s.person.Realm, Organization: session.Organization,
		Epoch: session.Epoch, Network: network(origin.Address), Surface: origin.Surface, Via: viaProof,
		SecondFactor: session.Factors.SecondFactor, Start: session.Start, End: session.End,
	}}, nil
}

// prove asks the owner for the password, for a code where a second factor is
// set up, or for both. What was wrong counts as it does at a sign-in.
func (f *Flow) prove(ctx context.Context, o *owner, proof Proof, password, code bool) error {
	err := f.tryProof(ctx, o, proof, password, code && o.seen.person.Enrolled)
	var refusal *Refusal
	if errors.As(err, &refusal) {
		return f.refuse(ctx, o.ticket.report(o.origin), refusal)
	}
	return err
}

func (f *Flow) tryProof(ctx context.Context, o *owner, proof Proof, password, code bool) error {
	if proof.Code != "" && proof.RecoveryCode != "" {
		return errTwoCodes
	}
	if password {
		who := candidate{subject: f.subjectOf(o.seen.person), person: o.seen.person, credential: o.seen.credential}
		c, err := f.tryPassword(ctx, &who, proof.Password, o.origin)
		if err == nil {
			err = c.release(ctx)
		}
		if err != nil {
			return err
		}
	}
	if code {
		c, err := f.tryCode(ctx, &o.ticket, &o.seen, proof.Code, proof.RecoveryCode, o.origin)
		if err == nil {
			err = c.release(ctx)
		}
		if err != nil {
			return err
		}
	}
	// What proving wrote, a better hash or a used code, is no change by others.
	epoch := o.seen.person.Epoch
	err := f.store.View(ctx, func(r store.Reader) (err error) {
		o.seen, err = readPerson(ctx, r, o.seen.person.ID)
		return err
	})
	if err != nil {
		return fmt.Errorf("signin: read the person: %w", err)
	}
	if o.seen.person.Epoch != epoch {
		return &Refusal{Reason: CredentialsChanged}
	}
	return nil
}

// ChangePassword changes the password of whoever is signed in, by the present
// one, and by a code where a second factor is set up. All sessions of the person
// end; the principal that is returned goes on with the one it was called with,
// so keep its Session.
func (f *Flow) ChangePassword(ctx context.Context, p *access.Principal, proof Proof, password string, origin Origin) (*access.Principal, error) {
	o, err := f.own(ctx, p, origin, "")
	if err != nil {
		return nil, err
	}
	if err := f.checkNew(password, o.seen.person, o.seen.required); err != nil {
		return nil, err
	}
	if password == proof.Password {
		return nil, &Refusal{Reason: PasswordUnchanged}
	}
	if err := f.prove(ctx, o, proof, true, true); err != nil {
		return nil, err
	}
	hash, err := f.newHash(ctx, password)
	if err != nil {
		return nil, err
	}
	o.ticket.Epoch, err = f.bindPassword(ctx, binding{seen: o.seen, hash: hash, meetsAlone: f.options.PasswordPolicy.MeetsAlone(password), origin: origin})
	if err != nil {
		return nil, err
	}
	s, err := f.see(ctx, &o.ticket, origin.Address)
	if err != nil {
		return nil, err
	}
	outcome, err := f.complete(ctx, &o.ticket, s, origin.Address)
	return outcome.Principal, err
}

// EnrolSecondFactor begins to set up an authenticator for whoever is signed in,
// or to replace it: by the password where there is none yet, else by a fresh
// code of the old one or a recovery code. The outcome is a [NeedEnrolment]
// challenge. [Flow.Continue] with a code of the new one sets it up, gives new
// recovery codes, and a principal that goes on with the session. Replacing ends
// all other sessions.
func (f *Flow) EnrolSecondFactor(ctx context.Context, p *access.Principal, proof Proof, origin Origin) (Outcome, error) {
	o, err := f.own(ctx, p, origin, EnrolmentRequired)
	if err != nil {
		return Outcome{}, err
	}
	enrolled := o.seen.person.Enrolled
	if err := f.prove(ctx, o, proof, !enrolled, enrolled); err != nil {
		return Outcome{}, err
	}
	return f.askEnrolment(&o.ticket, o.seen)
}

var errNotEnrolled = errors.New("signin: no second factor is set up, so there are no recovery codes; use EnrolSecondFactor")

// NewRecoveryCodes gives whoever is signed in new recovery codes in place of all
// the old, by a fresh code.
func (f *Flow) NewRecoveryCodes(ctx context.Context, p *access.Principal, proof Proof, origin Origin) (otp.RecoveryCodes, error) {
	o, err := f.own(ctx, p, origin, "")
	if err != nil {
		return otp.RecoveryCodes{}, err
	}
	if !o.seen.person.Enrolled || len(o.seen.credential.SealedKey) == 0 {
		return otp.RecoveryCodes{}, errNotEnrolled
	}
	if err := f.prove(ctx, o, proof, false, true); err != nil {
		return otp.RecoveryCodes{}, err
	}
	codes, set, err := otp.GenerateRecoveryCodes(f.options.Random)
	if err != nil {
		return otp.RecoveryCodes{}, fmt.Errorf("signin: %w", err)
	}
	next := o.seen.credential
	next.Recovery = set
	c := credentialChange(&o.seen, next, audit.ActionGenerateRecoveryCodes, origin)
	c.notice = noticeRecovery
	if _, err := f.commit(ctx, c); err != nil {
		return otp.RecoveryCodes{}, err
	}
	return codes, nil
}

// SetLanguage sets the language of the interface and of mails, a tag of BCP 47
// such as "pt-BR"; empty: the host's default.
func (f *Flow) SetLanguage(ctx context.Context, p *access.Principal, tag string, origin Origin) error {
	o, err := f.own(ctx, p, origin, "")
	if err != nil {
		return err
	}
	if !isLanguageTag(tag) {
		return fmt.Errorf("signin: language %.64q: want a tag such as \"en\" or \"pt-BR\" (RFC 5646)", tag)
	}
	if tag == o.seen.person.Language {
		return nil
	}
	c := change{seen: o.seen, action: audit.ActionUpdateIndividual, origin: origin}
	c.touch = func(p *individuals.Individual) { p.Language = tag }
	c.details = []audit.Change{{Field: "language", Before: plainOrNone(o.seen.person.Language), After: plainOrNone(tag)}}
	_, err = f.commit(ctx, c)
	return err
}

func plainOrNone(text string) audit.Value {
	if text == "" {
		return audit.Value{}
	}
	return audit.Plain(audit.Sanitize(text))
}

// isLanguageTag reports whether the text has the form of a language tag: subtags
// of 1 to 8 letters and digits, the first of letters (RFC 5646 §2.1).
func isLanguageTag(text string) bool {
	if text == "" {
		return true
	}
	if len(text) > individuals.MaxLanguageBytes {
		return false
	}
	length, first := 0, true
	for _, c := range []byte(text + "-") {
		switch {
		case c == '-':
			if length < 1 || length > 8 || first && length < 2 {
				return false
			}
			length, first = 0, false
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9' && !first:
			length++
		default:
			return false
		}
	}
	return true
}

// RequestEmailChange mails a link to the new address of whoever is signed in, by
// the present password, and by a code where a second factor is set up. The
// address changes when the link is used, see [Flow.ConfirmEmail].
func (f *Flow) RequestEmailChange(ctx context.Context, p *access.Principal, proof Proof, email individuals.Email, origin Origin) error {
	if f.options.Links == nil {
		return errNoLinks
	}
	if email.IsZero() {
		return errors.New("signin: no e-mail address")
	}
	o, err := f.own(ctx, p, origin, "")
	if err != nil {
		return err
	}
	if err := f.prove(ctx, o, proof, true, true); err != nil {
		return err
	}
	c := change{seen: o.seen, action: audit.ActionCreateLink, origin: origin}
	c.last = func(tx store.Tx, p individuals.Individual) (string, error) {
		link, err := f.options.Links.Issue(ctx, tx, links.Request{
			Purpose: links.EmailChange, Individual: p, Email: email.String(), Spacing: linkSpacing})
		return link.Selector(), err
	}
	_, err = f.commit(ctx, c)
	return err
}
