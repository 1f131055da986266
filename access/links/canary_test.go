package links_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"mime/quotedprintable"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access/links"
	"github.com/durward-go/durward/store"
)

// A canary is looked for in everything that is printed, logged or stored in
// clear.
type canary struct {
	out     bytes.Buffer
	secrets map[string]bool
}

// guard adds a link whose secret half must be nowhere. Even a part of it counts,
// in whatever case.
func (c *canary) guard(link links.Link) {
	verifier := link.Reveal()[len(link.Selector()):]
	for i := 0; i+guarded <= len(verifier); i++ {
		c.secrets[verifier[i:i+guarded]] = true
	}
}

// guarded is how many characters of a verifier must not be seen together.
const guarded = 16

func (c *canary) leaked() []string {
	var found []string
	text := strings.ToLower(c.out.String())
	for i := 0; i+guarded <= len(text); i++ {
		if c.secrets[text[i:i+guarded]] {
			found = append(found, text[i:i+guarded])
		}
	}
	return found
}

// print prints v in every way that a program may print it by mistake.
func (c *canary) print(v any) {
	type wrapped struct {
		v       any
		pointer *any
		list    []any
	}
	inside := wrapped{v, &v, []any{v}}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%p", "%w"} {
		fmt.Fprintf(&c.out, verb+"\n"+verb+"\n"+verb+"\n", v, inside, &inside)
	}
	if err, ok := v.(error); ok {
		fmt.Fprintf(&c.out, "%v", fmt.Errorf("wrapped: %w", errors.Join(err, err)))
	}
	slog.New(slog.NewTextHandler(&c.out, nil)).Info("m", "v", v, "w", inside)
	slog.New(slog.NewJSONHandler(&c.out, nil)).Info("m", "v", v, "w", inside)
	marshaled, err := json.Marshal(v)
	c.out.Write(marshaled)
	fmt.Fprint(&c.out, err)
}

func TestNoTokenGetsOut(t *testing.T) {
	t.Parallel()
	w, c := newWorld(t), &canary{secrets: make(map[string]bool)}

	// What mailers have been seen to put into their errors.
	sayings := []func(mail links.Mail) error{
		func(mail links.Mail) error { return fmt.Errorf("cannot send %+v", mail) },
		func(mail links.Mail) error { return errors.New("rejected: " + mail.Text.Reveal()) },
		func(mail links.Mail) error { return errors.New("rejected: " + mail.HTML.Reveal()) },
		func(mail links.Mail) error {
			return errors.New("rejected: " + strings.ToUpper(mail.Text.Reveal()))
		},
		func(mail links.Mail) error {
			return errors.New("rejected: " + base64.StdEncoding.EncodeToString([]byte(mail.Text.Reveal())))
		},
		func(mail links.Mail) error {
			return errors.New("rejected: " + hex.EncodeToString([]byte(mail.Text.Reveal())))
		},
		func(mail links.Mail) error {
			var b strings.Builder
			q := quotedprintable.NewWriter(&b)
			_, _ = q.Write([]byte(mail.Text.Reveal()))
			_ = q.Close()
			return errors.New("rejected: " + b.String())
		},
		func(mail links.Mail) error {
			return fmt.Errorf("to %s: %w", mail.To, &links.PermanentError{Err: errors.New(mail.Text.Reveal())})
		},
		func(mail links.Mail) error { panic(mail.Text.Reveal()) },
		func(mail links.Mail) error { panic(mail) },
		func(mail links.Mail) error { panic(struct{ body string }{mail.HTML.Reveal()}) },
	}
	var last *links.Dispatcher
	for i, say := range sayings {
		for _, purpose := range links.LinkPurposes() {
			request := forPerson(purpose, "bob")
			if purpose == links.Standing {
				request = forOrganization("office@abc.example")
			}
			link := w.issue(t, request)
			c.guard(link)
			c.print(link)
			c.print(&link)
			c.print(request)
			found, err := w.peek(link.Reveal(), purpose)
			require.NoError(t, err)
			c.print(found)
			_, err = w.peek(link.Reveal(), links.SignIn)
			c.print(err)
			_, err = w.peek(link.Reveal()+"x", purpose)
			c.print(err)
			for _, stored := range w.tokens(t) {
				c.print(stored)
				fmt.Fprintf(&c.out, "%s %s %x", stored.VerifierHash, stored.Sealed, stored.Sealed)
			}
			box := &mailbox{fail: func(_ context.Context, mail links.Mail) error {
				c.print(mail)
				c.print(&mail)
				c.print(mail.Text)
				return say(mail)
			}}
			d := w.dispatcher(t, box, links.DispatcherOptions{Report: func(r links.Report) {
				c.print(r)
				c.print(r.Err)
				fmt.Fprintln(&c.out, r.String())
			}})
			_, err = d.Dispatch(t.Context())
			require.NoError(t, err, i)
			last = d
			messages := w.messagesLater(t)
			for _, m := range messages[max(0, len(messages)-1):] {
				c.print(m)
				fmt.Fprintf(&c.out, "%s %x %s", m.Sealed, m.Sealed, m.LastError)
				assert.NotContains(t, m.LastError, "bob@abc.example", "nor whom it went to")
				assert.NotContains(t, m.LastError, "BOB@ABC.EXAMPLE")
			}
			w.update(t, func(ctx context.Context, tx store.Tx) error {
				_, err := w.links.Revoke(ctx, tx, store.TokenFilter{Purpose: string(purpose)})
				return err
			})
		}
	}
	c.print(w.links)
	c.print(last)
	assert.Empty(t, c.leaked())
	c.out.Reset()

	// The canary sings where something does get out.
	link := w.issue(t, forPerson(links.SignIn, "bob"))
	c.guard(link)
	c.print(struct{ url string }{link.URL()})
	assert.NotEmpty(t, c.leaked())
}

// messagesLater lists the messages that are due within a day.
func (w *world) messagesLater(t require.TestingT) []store.Message {
	messages, err := w.store.DueMessages(context.Background(), w.clock().Add(24*time.Hour), store.MaxPage)
	require.NoError(t, err)
	return messages
}

// What is hidden says so, and the zero values say that there is nothing.
func TestHidden(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	link := w.issue(t, forPerson(links.SignIn, "bob"))
	want := `Link("` + link.Selector() + `", hidden)`
	mail := w.dispatch(t, links.DispatcherOptions{})[0]
	for _, test := range []struct {
		v    fmt.Stringer
		want string
	}{
		{link, want},
		{links.Link{}, "Link(none)"},
		{mail, `Mail("` + mail.ID + `", purpose "sign-in", for "bob" in "abc", hidden)`},
		{mail.Text, "(hidden)"},
		{links.Body{}, "(none)"},
		{links.NewBody("x"), "(hidden)"},
	} {
		assert.Equal(t, test.want, test.v.String())
		assert.Equal(t, test.want, fmt.Sprintf("%#v", test.v))
		assert.Equal(t, test.want, fmt.Sprintf("%+v", test.v))
		assert.Equal(t, test.want, fmt.Sprint(test.v.(slog.LogValuer).LogValue()))
		_, err := json.Marshal(test.v)
		require.ErrorContains(t, err, "refused")
	}
	assert.True(t, links.Link{}.IsZero())
	assert.False(t, link.IsZero())
	assert.True(t, links.NewBody("").IsZero())
	assert.Empty(t, links.Body{}.Reveal())
	assert.Equal(t, "x", links.NewBody("x").Reveal())
}

func TestScrub(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ said, want string }{
		{"", ""},
		{"421 4.7.0 try again later", "421 4.7.0 try again later"},
		{"dial tcp 192.0.2.1:25: connect: connection refused", "dial tcp 192.0.2.1:25: connect: connection refused"},
		{"550 5.1.1 <bob@abc.example>: unknown", "550 5.1.1 <(hidden)>: unknown"},
		{"550 BOB@abc.example, bob builder", "550 (hidden) (hidden)"},
		{"first\r\nsecond\tthird\x00\x1b[31m", "first second third[31m"},
		{"key=" + strings.Repeat("a", 30) + " end", "(hidden) end"},
		{strings.Repeat("a", 19), strings.Repeat("a", 19)},
		{strings.Repeat("a", 20), "(hidden)"},
		{"\xff\xfe", "?"},
		{strings.Repeat("é ", 400), strings.Repeat("é ", 170) + "é"},
	} {
		got := links.Scrub(test.said, "Bob Builder", "")
		assert.Equal(t, test.want, got)
		message := store.Message{Purpose: "x", Sealed: []byte("x"), LastError: got}
		require.NoError(t, message.Validate(), "the store takes it")
	}
}

func FuzzScrub(f *testing.F) {
	f.Add("550 <bob@abc.example> https://portal/link#"+strings.Repeat("a", 78), "bob@abc.example")
	f.Add("a\nb\x00\xff\u202e", "(hidden)")
	f.Add(strings.Repeat("é", 600), "é")
	f.Fuzz(func(t *testing.T, said, without string) {
		got := links.Scrub(said, without)
		if err := (store.Message{Purpose: "x", Sealed: []byte("x"), LastError: got}).Validate(); err != nil {
			t.Fatalf("%q: %v", said, err)
		}
		run := 0
		for _, r := range got {
			switch {
			case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', strings.ContainsRune("+/=_-", r):
				run++
			default:
				run = 0
			}
			if run >= 20 {
				t.Fatalf("%q: as much as %q is left", said, got)
			}
		}
	})
}
