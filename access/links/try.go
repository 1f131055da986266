package links

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/durward-go/durward/store"
)

// try leases a message, sends it and deletes it. Whoever dies in between leaves
// a message that comes up again when the lease ends.
func (d *Dispatcher) try(ctx context.Context, m store.Message) (sent bool, err error) {
	now := d.options.Clock()
	leased := m
	leased.NotBefore = now.Add(2 * d.options.Timeout)
	leased.Tries++
	leased, err = d.store.SwapMessage(ctx, leased)
	if lost(err) {
		return false, nil // another dispatcher has it
	}
	if err != nil {
		return false, err
	}
	report := Report{
		Message: m.ID, Purpose: Purpose(m.Purpose), Individual: m.Individual, Organization: m.Organization, Tries: leased.Tries,
	}

	c, err := openContent(d.sealer, leased)
	if err != nil {
		return false, d.retry(ctx, leased, report, newFailure("open the content", err))
	}
	report.Mail = c.ID
	if expired(c.Expires, now) {
		report.Outcome = LinkExpired
		return false, d.drop(ctx, leased, report)
	}
	if gone, err := d.linkGone(ctx, c); err != nil {
		return false, err
	} else if gone {
		report.Outcome = LinkGone
		return false, d.drop(ctx, leased, report)
	}
	mail, err := d.compose(leased, c)
	if err == nil {
		err = d.send(ctx, mail)
	}
	switch {
	case err == nil:
		report.Outcome = Sent
		return true, d.drop(ctx, leased, report)
	case ctx.Err() != nil:
		// The program ends; that is no failure of the mail, so it is due again at
		// once.
		leased.NotBefore = m.NotBefore
		return false, errors.Join(context.Cause(ctx), d.swap(ctx, leased))
	}
	failed := newFailure("send", err, c.URL, c.Text)
	if isPermanent(err) {
		report.Outcome, report.Err = Undeliverable, failed
		return false, d.drop(ctx, leased, report)
	}
	return false, d.retry(ctx, leased, report, failed)
}

// lost reports whether somebody else swapped or deleted the message.
func lost(err error) bool {
	return errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrNotFound)
}

// linkGone reports whether the token that the mail carries was deleted since.
func (d *Dispatcher) linkGone(ctx context.Context, c content) (gone bool, err error) {
	if c.Text == "" {
		return false, nil
	}
	carried, ok := parseToken(c.Text)
	if !ok {
		return true, nil
	}
	err = d.store.View(ctx, func(r store.Reader) error {
		_, err := r.Token(ctx, carried.selector)
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return true, nil
	}
	return false, err
}

// compose fills the template.
func (d *Dispatcher) compose(m store.Message, c content) (Mail, error) {
	language := d.languages.choose(m.Language)
	t, ok := d.options.Templates.byLanguage[language][Purpose(m.Purpose)]
	if !ok {
		return Mail{}, fmt.Errorf("no template for purpose %q in language %q", m.Purpose, language)
	}
	if canonicalEmail(c.To) == "" {
		return Mail{}, errors.New("no address to send to")
	}
	filled, err := t.render(Values{
		Purpose: Purpose(m.Purpose), Language: language, To: c.To,
		Name: displayName(c.Name), Organization: displayName(c.OrganizationTitle), Login: oneLine(c.Login),
		Link: c.URL, Expires: momentOf(c.Expires, c.Zone, d.options.Zone), Activation: c.Activation, Zone: c.Zone,
		Product: d.options.Product, Contact: d.options.Contact,
	})
	if err != nil {
		return Mail{}, fmt.Errorf("template: %w", err)
	}
	return Mail{
		ID: c.ID, To: c.To, Language: language, Subject: filled.subject, Text: NewBody(filled.text), HTML: NewBody(filled.html),
		Purpose: Purpose(m.Purpose), Individual: m.Individual, Organization: m.Organization, Realm: c.Realm, Expires: c.Expires,
	}, nil
}

// send calls the Mailer. A panic in it is a failure like another.
func (d *Dispatcher) send(ctx context.Context, mail Mail) (err error) {
	ctx, cancel := context.WithTimeout(ctx, d.options.Timeout)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			// %v of whatever was thrown is scrubbed with the rest.
			err = fmt.Errorf("the mailer panicked: %v", p)
		}
	}()
	return d.mailer.Send(ctx, mail)
}

// drop deletes the message and reports.
func (d *Dispatcher) drop(ctx context.Context, m store.Message, report Report) error {
	ctx, cancel := d.settling(ctx)
	defer cancel()
	err := d.store.DeleteMessage(ctx, m.ID, m.Version)
	d.options.Report(report)
	if lost(err) {
		return nil // the lease ended, and another has it
	}
	return err
}

// retry puts the message off, or gives it up.
func (d *Dispatcher) retry(ctx context.Context, m store.Message, report Report, failed *failure) error {
	report.Err = failed
	now := d.options.Clock()
	if now.Sub(m.Created) >= d.options.GiveUp {
		report.Outcome = GaveUp
		return d.drop(ctx, m, report)
	}
	m.NotBefore, m.LastError = store.Instant(now.Add(d.backOff(m.Tries))), failed.said
	report.Outcome, report.NotBefore = Retrying, m.NotBefore
	err := d.swap(ctx, m)
	d.options.Report(report)
	return err
}

func (d *Dispatcher) swap(ctx context.Context, m store.Message) error {
	ctx, cancel := d.settling(ctx)
	defer cancel()
	if _, err := d.store.SwapMessage(ctx, m); !lost(err) {
		return err
	}
	return nil
}

// settling returns a context in which what was done is written down, also when
// the program is about to end.
func (d *Dispatcher) settling(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), d.options.Timeout)
}

// backOff returns how long to wait after so many tries: FirstRetry doubled each
// time up to MaxRetry, and up to half as much again by chance, so that what
// failed together does not come back together. Below MaxRetry each wait is
// longer than the one before, whatever chance says.
func (d *Dispatcher) backOff(tries int) time.Duration {
	wait := d.options.FirstRetry
	for range tries - 1 {
		if wait >= d.options.MaxRetry-wait {
			wait = d.options.MaxRetry
			break
		}
		wait *= 2
	}
	chance, err := draw(d.options.Random, 8)
	if err != nil {
		return wait // without chance, but not without waiting
	}
	share := binary.BigEndian.Uint64(chance) >> 11 // 53 bits
	return wait + time.Duration(float64(wait)/2*float64(share)/(1<<53))
}
