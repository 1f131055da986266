package main

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestTelling holds the story to what it is to tell, whatever the golden files
// say.
func TestTelling(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out, true, options{}))
	var r report
	require.NoError(t, json.Unmarshal(out.Bytes(), &r))

	find := func(title string) step {
		t.Helper()
		for _, s := range r.Story {
			if strings.Contains(s.Title, title) {
				return s
			}
		}
		t.Fatalf("no step %q", title)
		return step{}
	}
	said := func(s step, words string) {
		t.Helper()
		assert.Contains(t, strings.Join(s.Lines, "\n"), words)
	}
	mailTo := func(s step, to string) string {
		t.Helper()
		for _, m := range s.Mails {
			if m.To == to {
				return m.Subject + "\n" + m.Text
			}
		}
		t.Fatalf("no mail to %q after %q", to, s.Title)
		return ""
	}

	assert.Contains(t, mailTo(find("sets up ABC"), "bob@abc.example"), "https://portal.itsp.example/link/invitation#")
	bob := find("from a cafe")
	said(bob, "address_not_allowed")
	said(bob, "one-time code")
	said(bob, "bob is in")
	assert.Contains(t, bob.QR, "█")
	created := find("creates Steve and Adam")
	assert.Contains(t, mailTo(created, "adam@abc.example"), "It works from 20 April 2026 (America/Halifax)")
	assert.Contains(t, mailTo(created, "steve@abc.example"), "Passwort wählen")

	before, after := find("a second before"), find("a second later")
	assert.Equal(t, "2026-04-20T02:59:59Z", before.At.Format("2006-01-02T15:04:05Z07:00"))
	said(before, "not_yet_active")
	said(after, "adam is in")
	said(after, "adam may view customer/billing/invoices of abc")
	said(after, "adam may not view customer/pbx/extensions of abc")
	said(find("guesses"), "guess 6: There were too many attempts")
	said(find("guesses"), "is not kept out")

	trail := find("Who changed this?")
	for _, words := range []string{
		"alice created individual bob", "bob created individual steve", "bob created individual adam",
		"steve enrolled a second factor", "and of XYZ: manage: list events",
	} {
		said(trail, words)
	}
	// What people type is in no mail and in no event. What Bob typed first is
	// shown, as the example of a weak password.
	for _, s := range r.Story {
		text, err := json.Marshal(s)
		require.NoError(t, err)
		for _, password := range []string{"seven lamps", "green kettle", "maple tree", "copper wires"} {
			assert.NotContains(t, string(text), password, s.Title)
		}
	}
}

// TestMailsThroughAServer sends the story's mails through a real server.
func TestMailsThroughAServer(t *testing.T) {
	server := startMailServer(t, nil)
	server.taken = make(chan taken, 100)
	mailer, err := newSMTPMailer(server.address, "ITSP portal <portal@itsp.example>")
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), io.Writer(&out), true, options{mailer: mailer}))
	var r report
	require.NoError(t, json.Unmarshal(out.Bytes(), &r))
	var to []string
	for _, s := range r.Story {
		for _, m := range s.Mails {
			to = append(to, m.To)
		}
	}
	require.NotEmpty(t, to)
	require.Len(t, server.taken, len(to))
	for _, want := range to {
		assert.Equal(t, want, (<-server.taken).to)
	}
}
