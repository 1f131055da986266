package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/wneessen/go-mail"

	"github.com/durward-go/durward/access/links"
)

// An smtpMailer sends mails through a mail server. It is what a host would
// write: Durward makes the mail, go-mail speaks SMTP.
type smtpMailer struct {
	host, from string
	port       int
	tls        mail.TLSPolicy
}

// newSMTPMailer makes a mailer for a server such as "localhost:1025". Mail in
// clear goes to the machine itself only; any other server must speak TLS.
func newSMTPMailer(server, from string) (*smtpMailer, error) {
	host, port, err := net.SplitHostPort(server)
	if err != nil {
		return nil, fmt.Errorf("mail server %q: %w; want host:port", server, err)
	}
	m := &smtpMailer{host: host, from: from, tls: mail.TLSMandatory}
	if m.port, err = strconv.Atoi(port); err != nil {
		return nil, fmt.Errorf("mail server %q: port %q: want a number", server, port)
	}
	if address := net.ParseIP(host); host == "localhost" || address != nil && address.IsLoopback() {
		m.tls = mail.TLSOpportunistic
	}
	if err := mail.NewMsg().From(from); err != nil {
		return nil, fmt.Errorf("sender %q: %w", from, err)
	}
	return m, nil
}

// Send implements [links.Mailer].
func (m *smtpMailer) Send(ctx context.Context, what links.Mail) error {
	// No user agent is named: what a stranger knows of the host is enough.
	message := mail.NewMsg(mail.WithNoDefaultUserAgent())
	if err := message.From(m.from); err != nil {
		return fmt.Errorf("sender: %w", err)
	}
	if err := message.To(what.To); err != nil {
		return &links.PermanentError{Err: errors.New("the address is none")}
	}
	message.Subject(what.Subject)
	message.SetDate()
	message.SetMessageIDWithValue(what.ID + "@" + m.host) // a mail that comes twice is told by it
	message.SetGenHeader(mail.HeaderContentLang, what.Language)
	message.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: nobody's absence answers
	message.SetBodyString(mail.TypeTextPlain, what.Text.Reveal())
	message.AddAlternativeString(mail.TypeTextHTML, what.HTML.Reveal())

	// go-mail heeds ctx until it is connected; afterwards the connection must end
	// with it.
	stop := func() bool { return true }
	defer func() { stop() }()
	dial := func(_ context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		if err == nil {
			stop = context.AfterFunc(ctx, func() { _ = conn.Close() })
		}
		return conn, err
	}
	client, err := mail.NewClient(m.host, mail.WithPort(m.port), mail.WithTLSPolicy(m.tls), mail.WithTimeout(30*time.Second),
		mail.WithDialContextFunc(dial))
	if err != nil {
		return err
	}
	err = client.DialAndSendWithContext(ctx, message)
	// A reply of 5yz is for good (RFC 5321 §4.2.1), unless it speaks of us and
	// not of the mailbox.
	if failed := new(mail.SendError); errors.As(err, &failed) && failed.ErrorCode() >= 500 && failed.Reason == mail.ErrSMTPRcptTo {
		return &links.PermanentError{Err: fmt.Errorf("the mail server refuses the mailbox: %d", failed.ErrorCode())}
	}
	return err
}
