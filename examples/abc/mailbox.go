package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/durward-go/durward/access/links"
)

// A mailbox keeps what was mailed, to show it and to follow the links in it, and
// hands it on where there is a mail server.
type mailbox struct {
	next  links.Mailer
	mails []letter
}

// A letter is a mail as its reader sees it.
type letter struct {
	To      string `json:"to"`
	Subject string `json:"subject"`
	Text    string `json:"text"`
}

// Send implements [links.Mailer].
func (m *mailbox) Send(ctx context.Context, mail links.Mail) error {
	if m.next != nil {
		if err := m.next.Send(ctx, mail); err != nil {
			return err
		}
	}
	m.mails = append(m.mails, letter{mail.To, mail.Subject, mail.Text.Reveal()})
	return nil
}

// link returns the token in the latest mail to the address: what stands after
// "#" in its link. The page that a link leads to posts it.
func (m *mailbox) link(to string) (string, error) {
	for i := len(m.mails) - 1; i >= 0; i-- {
		if m.mails[i].To != to {
			continue
		}
		for _, word := range strings.Fields(m.mails[i].Text) {
			if at := strings.IndexByte(word, '#'); at >= 0 && strings.HasPrefix(word, "https://") {
				return word[at+1:], nil
			}
		}
	}
	return "", fmt.Errorf("no mail to %q holds a link", to)
}
