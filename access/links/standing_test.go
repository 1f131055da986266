package links_test

import (
	"context"
	"crypto/rand"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access/links"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/otp"
	"github.com/durward-go/durward/store"
)

func (w *world) standing(t require.TestingT) (link links.Link, err error) {
	w.view(t, func(ctx context.Context, r store.Reader) error {
		link, err = w.links.Standing(ctx, r, "abc")
		return nil
	})
	return link, err
}

func (w *world) linkEpoch(t require.TestingT) (epoch uint64) {
	w.view(t, func(ctx context.Context, r store.Reader) error {
		o, err := r.Organization(ctx, "abc")
		epoch = o.Link.Epoch
		return err
	})
	return epoch
}

func TestStanding(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.standing(t)
	assert.Equal(t, links.Unknown, reason(t, err), "before the first")

	first := w.issue(t, forOrganization(""))
	assert.Empty(t, w.due(t), "no address, no mail")
	got, err := w.standing(t)
	require.NoError(t, err)
	assert.Equal(t, first.Reveal(), got.Reveal(), "the same link, whenever a mail carries it")
	assert.Equal(t, first.URL(), got.URL())
	found, err := w.peek(got.Reveal(), links.Standing)
	require.NoError(t, err)
	assert.Equal(t, "abc", found.Organization)
	assert.Equal(t, w.linkEpoch(t), found.Epoch, "what a link principal is made with")

	second := w.issue(t, forOrganization("office@abc.example"))
	assert.Equal(t, found.Epoch+1, w.linkEpoch(t), "rotating ends what the old one opened")
	_, err = w.peek(first.Reveal(), links.Standing)
	assert.Equal(t, links.Unknown, reason(t, err))
	got, err = w.standing(t)
	require.NoError(t, err)
	assert.Equal(t, second.Reveal(), got.Reveal())
	assert.Len(t, w.tokens(t), 1)

	w.changeOrganization(t, func(o *individuals.Organization) { o.Link.Open = false })
	_, err = w.standing(t)
	assert.Equal(t, links.LinkClosed, reason(t, err), "mails do not carry what does not open")
	w.changeOrganization(t, func(o *individuals.Organization) { o.Link.Open = true })

	w.update(t, func(ctx context.Context, tx store.Tx) error {
		n, err := w.links.Revoke(ctx, tx, store.TokenFilter{Organization: "abc", Purpose: string(links.Standing)})
		assert.Equal(t, 1, n)
		return err
	})
	assert.Equal(t, found.Epoch+2, w.linkEpoch(t), "and so does revoking")
	_, err = w.peek(second.Reveal(), links.Standing)
	assert.Equal(t, links.Unknown, reason(t, err))
	_, err = w.standing(t)
	assert.Equal(t, links.Unknown, reason(t, err))
}

func TestSendStanding(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	send := func(r links.Request) (link links.Link, err error) {
		_, err = w.store.Update(t.Context(), author, func(tx store.Tx) error {
			link, err = w.links.SendStanding(t.Context(), tx, r)
			return err
		})
		return link, err
	}
	to := links.Request{Organization: "abc", Email: "office@abc.example", Language: "de"}
	_, err := send(to)
	assert.Equal(t, links.Unknown, reason(t, err))
	issued := w.issue(t, forOrganization(""))
	epoch := w.linkEpoch(t)
	sent, err := send(to)
	require.NoError(t, err)
	assert.Equal(t, issued.URL(), sent.URL())
	assert.Equal(t, epoch, w.linkEpoch(t), "sending does not rotate")
	mails := w.dispatch(t, links.DispatcherOptions{})
	require.Len(t, mails, 1)
	assert.Equal(t, "de", mails[0].Language)
	assert.Equal(t, "abc", mails[0].Organization)
	assert.Contains(t, mails[0].Text.Reveal(), issued.URL())

	_, err = send(links.Request{Organization: "abc"})
	require.ErrorContains(t, err, "no e-mail address")
	_, err = send(links.Request{Purpose: links.SignIn, Organization: "abc", Email: "a@abc.example"})
	require.ErrorContains(t, err, `want "standing"`)
	other, err := links.New(w.sealer, nil)
	require.NoError(t, err)
	w.links = other
	_, err = send(to)
	require.ErrorContains(t, err, "no base URL")
}

// The sealed form of one row does not open in another, nor under another key.
func TestStandingIsBoundToItsRow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.issue(t, forOrganization(""))
	w.update(t, func(ctx context.Context, tx store.Tx) error {
		stored := w.tokens(t)[0]
		moved := stored.Copy()
		moved.Selector, moved.Revision = "aaaaaaaaaaaaaaaaaaaaaaaaaa", 0
		if err := tx.DeleteToken(ctx, stored.Selector, stored.Revision); err != nil {
			return err
		}
		return tx.PutToken(ctx, moved)
	})
	_, err := w.standing(t)
	require.ErrorContains(t, err, "altered, or sealed for another context")

	w.issue(t, forOrganization(""))
	w.links, err = links.New(newSealer(t), nil)
	require.NoError(t, err)
	_, err = w.standing(t)
	require.ErrorContains(t, err, "unknown host key")
}

// A host key is replaced without a flag day: what was kept under the old one is
// sealed anew, and the links stay the same.
func TestReseal(t *testing.T) {
	t.Parallel()
	hostKey := func() otp.HostKey {
		key, err := otp.GenerateHostKey(rand.Reader)
		require.NoError(t, err)
		return key
	}
	ring := func(primary otp.HostKey, older ...otp.HostKey) otp.Sealer {
		ring, err := otp.NewKeyring(rand.Reader, primary, older...)
		require.NoError(t, err)
		return ring
	}
	before, after := hostKey(), hostKey()
	w := newWorld(t)
	under := func(sealer otp.Sealer) *links.Links {
		l, err := links.New(sealer, &links.Options{Clock: w.clock, BaseURLs: map[string]string{"customer": "https://portal.abc.example"}})
		require.NoError(t, err)
		return l
	}
	w.links = under(ring(before))
	link, change := w.issue(t, forOrganization("")), w.issue(t, forPerson(links.EmailChange, "bob"))
	w.issue(t, forPerson(links.SignIn, "bob"))
	for _, want := range []int{2, 0} {
		n, err := under(ring(after, before)).Reseal(t.Context(), w.store)
		require.NoError(t, err)
		assert.Equal(t, want, n)
	}
	w.links = under(ring(after))
	got, err := w.standing(t)
	require.NoError(t, err)
	assert.Equal(t, link.Reveal(), got.Reveal())
	_, err = w.consume(change.Reveal(), links.EmailChange)
	require.NoError(t, err)
	_, err = under(ring(before)).Reseal(t.Context(), w.store)
	require.ErrorContains(t, err, "unknown host key")
	n, err := under(struct{ otp.Sealer }{ring(after)}).Reseal(t.Context(), w.store)
	require.NoError(t, err)
	assert.Equal(t, 1, n, "a sealer that does not say is taken to need it")
}

func TestRevoke(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var bobs []links.Link
	for _, purpose := range []links.Purpose{links.Invitation, links.PasswordReset, links.SignIn} {
		bobs = append(bobs, w.issue(t, forPerson(purpose, "bob")))
	}
	adams := w.issue(t, forPerson(links.SignIn, "adam"))
	revoke := func(f store.TokenFilter) (n int, err error) {
		_, err = w.store.Update(t.Context(), author, func(tx store.Tx) error {
			n, err = w.links.Revoke(t.Context(), tx, f)
			return err
		})
		return n, err
	}
	_, err := revoke(store.TokenFilter{})
	require.ErrorContains(t, err, "an empty filter")
	n, err := revoke(store.TokenFilter{Individual: "bob"})
	require.NoError(t, err)
	assert.Equal(t, len(bobs), n)
	_, err = w.peek(bobs[0].Reveal(), links.Invitation)
	assert.Equal(t, links.Unknown, reason(t, err))
	_, err = w.peek(adams.Reveal(), links.SignIn)
	require.NoError(t, err)
	n, err = revoke(store.TokenFilter{Individual: "bob"})
	require.NoError(t, err)
	assert.Zero(t, n)
	assert.Len(t, w.dispatch(t, links.DispatcherOptions{}), 1, "mails with a revoked link are not sent")
}

func TestSweep(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const people = 1200 // more than two batches
	w.update(t, func(ctx context.Context, tx store.Tx) error {
		for i := range people {
			if err := tx.PutIndividual(ctx, person("p"+strconv.Itoa(i))); err != nil {
				return err
			}
			request := forPerson(links.SignIn, "p"+strconv.Itoa(i))
			request.WithoutMail = true
			if _, err := w.links.Issue(ctx, tx, request); err != nil {
				return err
			}
		}
		return nil
	})
	kept := w.issue(t, forPerson(links.Invitation, "bob"))
	w.issue(t, forOrganization(""))
	w.advance(10*time.Minute - 1)
	n, err := w.links.Sweep(t.Context(), w.store)
	require.NoError(t, err)
	assert.Zero(t, n)
	w.advance(1)
	n, err = w.links.Sweep(t.Context(), w.store)
	require.NoError(t, err)
	assert.Equal(t, people, n)
	assert.Len(t, w.tokens(t), 2)
	_, err = w.peek(kept.Reveal(), links.Invitation)
	require.NoError(t, err)

	revision, err := w.store.Update(t.Context(), author, func(store.Tx) error { return nil })
	require.NoError(t, err)
	_, err = w.links.Sweep(t.Context(), w.store)
	require.NoError(t, err)
	after, err := w.store.Update(t.Context(), author, func(store.Tx) error { return nil })
	require.NoError(t, err)
	assert.Equal(t, revision, after, "nothing to sweep, nothing committed")

	require.NoError(t, w.store.Close())
	_, err = w.links.Sweep(t.Context(), w.store)
	require.ErrorIs(t, err, store.ErrClosed)
}

// A sweep meets other writers: it tries again, and not for ever.
func TestSweepConflict(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.issue(t, forPerson(links.SignIn, "bob"))
	w.advance(time.Hour)
	busy := &conflicting{Store: w.store, conflicts: 2}
	n, err := w.links.Sweep(t.Context(), busy)
	require.NoError(t, err)
	assert.Equal(t, 1, n)

	w.issue(t, forPerson(links.SignIn, "bob"))
	w.advance(time.Hour)
	busy.conflicts = 100
	_, err = w.links.Sweep(t.Context(), busy)
	require.ErrorIs(t, err, store.ErrConflict)
}

type conflicting struct {
	store.Store
	conflicts int
}

func (c *conflicting) Update(ctx context.Context, by store.Author, fn func(store.Tx) error) (uint64, error) {
	if c.conflicts > 0 {
		c.conflicts--
		return 0, store.ErrConflict
	}
	return c.Store.Update(ctx, by, fn)
}
