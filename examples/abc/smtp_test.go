package main

import (
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access/links"
)

// A mailServer is a real SMTP server on the loopback, and what it took.
type mailServer struct {
	address string
	taken   chan taken
	refuse  *smtp.SMTPError
}

type taken struct {
	from, to string
	message  []byte
}

func startMailServer(t *testing.T, refuse *smtp.SMTPError) *mailServer {
	t.Helper()
	s := &mailServer{taken: make(chan taken, 8), refuse: refuse}
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &mailSession{server: s}, nil }))
	server.Domain = "localhost"
	server.ReadTimeout, server.WriteTimeout = 10*time.Second, 10*time.Second
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s.address = listener.Addr().String()
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(listener) }()
	t.Cleanup(func() { assert.NoError(t, server.Close()); <-done })
	return s
}

type mailSession struct {
	server *mailServer
	taken
}

func (s *mailSession) Reset()        {}
func (s *mailSession) Logout() error { return nil }
func (s *mailSession) Mail(from string, _ *smtp.MailOptions) error {
	s.from = from
	return nil
}

func (s *mailSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	if s.server.refuse != nil {
		return s.server.refuse
	}
	s.to = to
	return nil
}

func (s *mailSession) Data(r io.Reader) error {
	message, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.server.taken <- taken{s.from, s.to, message}
	return nil
}

func someMail() links.Mail {
	return links.Mail{
		ID: "abcdefghijklmnopqrstuvwxyz", To: "bob@abc.example", Language: "de", Subject: "Zugang zu Ihrem Konto: Größe",
		Text: links.NewBody("Guten Tag Bob,\n\n.a line that begins with a dot\nhttps://portal.example/link/invitation#secret\n"),
		HTML: links.NewBody("<p>Guten Tag <b>Bob</b></p>"), Purpose: links.Invitation,
	}
}

func TestSMTPMailer(t *testing.T) {
	server := startMailServer(t, nil)
	mailer, err := newSMTPMailer(server.address, "Portal <portal@itsp.example>")
	require.NoError(t, err)
	require.NoError(t, mailer.Send(t.Context(), someMail()))

	got := <-server.taken
	assert.Equal(t, "portal@itsp.example", got.from)
	assert.Equal(t, "bob@abc.example", got.to)
	message, err := netmail.ReadMessage(strings.NewReader(string(got.message)))
	require.NoError(t, err)
	subject, err := new(mime.WordDecoder).DecodeHeader(message.Header.Get("Subject"))
	require.NoError(t, err)
	assert.Equal(t, "Zugang zu Ihrem Konto: Größe", subject)
	assert.Equal(t, "<abcdefghijklmnopqrstuvwxyz@127.0.0.1>", message.Header.Get("Message-ID"))
	assert.Equal(t, "auto-generated", message.Header.Get("Auto-Submitted"))
	assert.Equal(t, "de", message.Header.Get("Content-Language"))
	assert.Empty(t, message.Header.Get("User-Agent"))

	kind, params, err := mime.ParseMediaType(message.Header.Get("Content-Type"))
	require.NoError(t, err)
	require.Equal(t, "multipart/alternative", kind)
	parts := multipart.NewReader(message.Body, params["boundary"])
	want := []struct{ kind, text string }{
		{"text/plain; charset=UTF-8", someMail().Text.Reveal()}, {"text/html; charset=UTF-8", someMail().HTML.Reveal()},
	}
	for _, w := range want {
		part, err := parts.NextRawPart()
		require.NoError(t, err)
		assert.Equal(t, w.kind, part.Header.Get("Content-Type"))
		require.Equal(t, "quoted-printable", part.Header.Get("Content-Transfer-Encoding"))
		text, err := io.ReadAll(quotedprintable.NewReader(part))
		require.NoError(t, err)
		assert.Equal(t, w.text, strings.ReplaceAll(string(text), "\r\n", "\n"))
	}
}

func TestSMTPMailerRefused(t *testing.T) {
	for _, c := range []struct {
		name      string
		code      int
		permanent bool
	}{{"no such mailbox", 550, true}, {"busy", 450, false}} {
		t.Run(c.name, func(t *testing.T) {
			server := startMailServer(t, &smtp.SMTPError{Code: c.code, Message: c.name})
			mailer, err := newSMTPMailer(server.address, "portal@itsp.example")
			require.NoError(t, err)
			err = mailer.Send(t.Context(), someMail())
			require.Error(t, err)
			var permanent *links.PermanentError
			assert.Equal(t, c.permanent, errors.As(err, &permanent))
			assert.NotContains(t, err.Error(), "secret")
		})
	}
}

func TestSMTPMailerOptions(t *testing.T) {
	for _, c := range []struct{ server, from, want string }{
		{"localhost", "a@b.example", "missing port"},
		{"localhost:smtp", "a@b.example", "want a number"},
		{"localhost:25", "nobody", "sender"},
	} {
		_, err := newSMTPMailer(c.server, c.from)
		assert.ErrorContains(t, err, c.want)
	}
	// A server elsewhere must speak TLS: the links are as good as passwords.
	mailer, err := newSMTPMailer("mail.example:587", "a@b.example")
	require.NoError(t, err)
	assert.Equal(t, "TLSMandatory", mailer.tls.String())
}

func TestSMTPMailerEndsWithItsContext(t *testing.T) {
	// A server that takes the connection and says nothing.
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = listener.Close() }()
	mailer, err := newSMTPMailer(listener.Addr().String(), "a@b.example")
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	require.Error(t, mailer.Send(ctx, someMail()))
}
