package signin

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"time"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/audit"
)

// A report is what the audit is told of a sign-in.
type report struct {
	individual   string // "" where nobody is known
	link         string // the selector of a standing link, in place of an individual
	organization string
	realm        string
	login        string
	origin       Origin
	// via is what stood in place of the password, if anything did, and factor the
	// second factor that was tried or proven.
	via, factor string
}

// What stands in attributes of events.
const (
	viaLink         = "link"
	viaProof        = "proof" // of somebody who is signed in
	factorCode      = "one-time code"
	factorRecovery  = "recovery code"
	factorEnrolment = "enrolment"
	factorPassword  = "password"
)

// recordTime is how long recording may take when whoever asked has gone away.
const recordTime = 5 * time.Second

// insist returns a context for what must be written though the caller has hung
// up: an attacker would hang up before the line in the audit.
func insist(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), recordTime)
}

// accept records that somebody came in.
func (f *Flow) accept(ctx context.Context, r report) error {
	actor := audit.Individual(r.individual)
	if r.link != "" {
		actor = audit.Link(r.link)
	}
	event, err := f.signInEvent(r, actor)
	if err != nil {
		return err
	}
	event.Action, event.Outcome = audit.ActionSignIn, audit.Succeeded
	return f.record(ctx, event)
}

// refuse records the refusal and returns it, or the failure to record it.
func (f *Flow) refuse(ctx context.Context, r report, refusal *Refusal) error {
	f.options.Logger.LogAttrs(ctx, slog.LevelInfo, "sign-in refused", slog.String("reason", string(refusal.Reason)),
		slog.String("individual", r.individual), slog.String("realm", r.realm))
	switch refusal.Reason {
	case Busy, PasswordRefused, PasswordUnchanged: // nothing was tried, or it goes on
		return refusal
	}
	event, err := f.signInEvent(r, audit.Anonymous())
	if err != nil {
		return err
	}
	event.Action, event.Outcome, event.Reason = audit.ActionRefuseSignIn, audit.Refused, string(refusal.Reason)
	if err := f.record(ctx, event); err != nil {
		return err
	}
	return refusal
}

func (f *Flow) record(ctx context.Context, event audit.Event) error {
	ctx, cancel := insist(ctx)
	defer cancel()
	if _, err := f.store.RecordSignIn(ctx, event); err != nil {
		return hideCause("the store failed to record a sign-in", err)
	}
	return nil
}

func (f *Flow) signInEvent(r report, actor audit.Party) (audit.Event, error) {
	event, err := f.event(actor, r.individual, r.organization, r.realm, r.origin)
	if err != nil {
		return event, err
	}
	if r.login != "" {
		login, err := f.personal(r.login)
		if err != nil {
			return event, err
		}
		event.Attributes = append(event.Attributes, audit.Attribute{Name: "login", Value: login})
	}
	for _, a := range []struct{ name, text string }{{"via", r.via}, {"factor", r.factor}} {
		if a.text != "" {
			event.Attributes = append(event.Attributes, audit.Attribute{Name: a.name, Value: audit.Plain(a.text)})
		}
	}
	return event, nil
}

// event fills in what all events of this package have.
func (f *Flow) event(actor audit.Party, subject, organization, realm string, origin Origin) (audit.Event, error) {
	e := audit.Event{At: f.now(), Actor: actor, Subject: subject, Organization: organization, Surface: surfaceWord(origin.Surface)}
	if isWord(realm) {
		e.Realm = realm
	} else if realm != "" {
		e.Attributes = append(e.Attributes, audit.Attribute{Name: "realm", Value: audit.Plain(audit.Sanitize(realm))})
	}
	if origin.Address.IsValid() {
		address, err := f.personal(plainAddress(origin.Address))
		if err != nil {
			return e, err
		}
		e.Address = address
	}
	return e, nil
}

// personal is a value for what a stranger may have typed.
func (f *Flow) personal(text string) (audit.Value, error) {
	v, err := audit.Personal(f.options.Random, audit.Sanitize(text))
	if err != nil {
		return v, fmt.Errorf("signin: record: %w", err)
	}
	return v, nil
}

// plainAddress leaves out the zone, which names an interface of this machine.
func plainAddress(a netip.Addr) string { return a.Unmap().WithZone("").String() }

func surfaceWord(s access.Surface) string {
	switch s {
	case access.NewInterface:
		return "new"
	case access.OldInterface:
		return "old"
	case access.API:
		return "api"
	default:
		return ""
	}
}

// isWord reports whether the audit takes the text as a name.
func isWord(text string) bool {
	if text == "" || len(text) > audit.MaxNameBytes {
		return false
	}
	for _, c := range []byte(text) {
		switch {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '-', c == '_', c == '.':
		default:
			return false
		}
	}
	return true
}
