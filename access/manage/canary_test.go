package manage_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access/links"
	"github.com/durward-go/durward/access/manage"
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles/billing"
	"github.com/durward-go/durward/store"
)

// Secrets that must not turn up anywhere.
const (
	canaryPassword = "tangerine-locomotive-8131"
	canaryShort    = "kumquat"
	canaryKey      = "canary-sealed-key-of-steve"
)

func (w *world) credential(individual string) (c individuals.Credential) {
	w.t.Helper()
	w.read(func(r store.Reader) (err error) { c, err = r.Credential(w.ctx, individual); return err })
	return c
}

func (w *world) class(id string) (c individuals.Class) {
	w.t.Helper()
	w.read(func(r store.Reader) (err error) { c, err = r.Class(w.ctx, id); return err })
	return c
}

func (w *world) peek(text string, purpose links.Purpose) (found links.Found, err error) {
	w.t.Helper()
	err = w.store.View(w.ctx, func(r store.Reader) (err error) {
		found, err = w.links.Peek(w.ctx, r, text, purpose)
		return err
	})
	return found, err
}

// verifyAudit holds that the chain of changes is whole.
func (w *world) verifyAudit() {
	w.t.Helper()
	w.read(func(r store.Reader) error {
		_, err := audit.Verify(store.AllEvents(w.ctx, r, audit.Filter{Chain: audit.Changes}), audit.Start(audit.Changes))
		require.NoError(w.t, err)
		return nil
	})
}

// A caughtMail keeps what a dispatcher sends.
type caughtMail struct{ mails []links.Mail }

func (c *caughtMail) Send(_ context.Context, m links.Mail) error {
	c.mails = append(c.mails, m)
	return nil
}

// No password, hash, key or token is in any answer, error, event, or row of the
// outbox.
func TestNoSecretIsSaid(t *testing.T) {
	w := apartWorld(t)
	ann := w.role("ann")
	var said []string
	say := func(values ...any) {
		for _, v := range values {
			said = append(said, everythingSaid(v))
		}
	}
	// Everything that has a secret in it, made and refused.
	w.write(func(tx store.Tx) error {
		return tx.PutCredential(w.ctx, individuals.Credential{Individual: "greg", SealedKey: []byte(canaryKey)})
	})
	require.NoError(t, w.organizationWith("abc", func(o *individuals.Organization) { o.Link.Role = billing.RoleNonPortal }))
	standing, _, err := ann.RotateLink(w.ctx, "abc", billing.TypeCustomer, "info@abc.example")
	require.NoError(t, err)
	say(fmt.Sprintf("%v %+v %#v %s %q", standing, standing, standing, standing, standing))
	with := someone("new", billing.TypeCustomer, "abc", "")
	with.Password = canaryPassword
	say(with.Individual)
	for _, attempt := range []func() error{
		func() error { return errOf(ann.CreateIndividual(w.ctx, with)) },
		func() error { return errOf(ann.CreateIndividual(w.ctx, with)) }, // again: a conflict
		func() error { return errOf(ann.SetPassword(w.ctx, "steve", canaryPassword)) },
		func() error { return errOf(ann.SetPassword(w.ctx, "nobody", canaryPassword)) },
		func() error { return errOf(ann.SetPassword(w.ctx, "ann", canaryPassword)) },
		func() error { return errOf(w.role("zoe").SetPassword(w.ctx, "steve", canaryPassword)) },
		func() error { return errOf(ann.SetPassword(w.ctx, "steve", canaryShort)) },
		func() error { return errOf(ann.SendReset(w.ctx, "steve")) },
		func() error { return errOf(ann.Invite(w.ctx, "adam")) },
		func() error { return errOf(ann.ResetSecondFactor(w.ctx, "greg")) },
		func() error { return errOf(ann.ResetSecondFactor(w.ctx, "bob")) },
		func() error {
			_, err := ann.Preview(w.ctx, func(d *manage.RoleDesk) error { return errOf(d.SetPassword(w.ctx, "bob", canaryPassword)) })
			return err
		},
	} {
		say(attempt())
	}
	for _, m := range w.outbox() {
		say(m)
	}
	for _, desk := range []any{w.dry().Roles(w.principal("ann")), w.dry().ACLs(w.principal("ann"))} {
		everyAnswer(w, desk, func(_, text string) { said = append(said, text) })
	}
	say(w.events(0), fmt.Sprintf("%v %+v %#v", ann, ann, ann))
	w.read(func(r store.Reader) error {
		tokens, err := r.Tokens(w.ctx, store.TokenFilter{}, store.Page{})
		for _, token := range tokens {
			say(fmt.Sprintf("%v %+v %#v", token, token, token))
		}
		return err
	})

	// The secrets themselves: passwords, hashes, and the tokens that were mailed.
	secrets := []string{canaryPassword, canaryShort, canaryKey, standing.Reveal()}
	for _, id := range []string{"new", "steve"} {
		hash := w.credential(id).Password.Encoded()
		require.NotEmpty(t, hash)
		secrets = append(secrets, hash, hash[strings.LastIndex(hash, "$")+1:])
	}
	caught := new(caughtMail)
	dispatcher, err := links.NewDispatcher(w.store, caught, w.sealer, &links.DispatcherOptions{Clock: w.clock.now})
	require.NoError(t, err)
	_, err = dispatcher.Dispatch(w.ctx)
	require.NoError(t, err)
	for _, m := range caught.mails {
		if _, token, found := strings.Cut(m.Text.Reveal(), "#"); found {
			secrets = append(secrets, strings.Fields(token)[0])
		}
		require.NotContains(t, m.Text.Reveal()+m.HTML.Reveal(), canaryPassword, "a mail never holds a password")
	}
	require.Greater(t, len(secrets), 15, "the invitations of the world are among them")
	all := strings.Join(said, "\n")
	for _, secret := range secrets {
		require.NotContains(t, all, secret)
		if len(secret) > 40 {
			require.NotContains(t, all, secret[len(secret)-30:], "nor the half that proves it")
		}
	}
}
