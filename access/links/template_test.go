package links_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access/links"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

var update = flag.Bool("update", false, "write the mails in testdata anew")

// counter is a source of the same bytes in every run.
type counter struct{ next byte }

func (c *counter) Read(p []byte) (int, error) {
	for i := range p {
		c.next++
		p[i] = c.next
	}
	return len(p), nil
}

// Every mail as it is sent, in both languages, to read and to compare.
func TestGoldenMails(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"en", "de"} {
		for _, purpose := range append(links.LinkPurposes(), links.NoticePurposes()...) {
			t.Run(language+"/"+string(purpose), func(t *testing.T) {
				w := newWorldWith(t, links.Options{Random: new(counter)})
				r := forPerson(purpose, "adam")
				if purpose == links.Standing {
					r = forOrganization("office@abc.example")
				}
				r.Language = language
				if purpose.IsLink() {
					w.issue(t, r)
				} else {
					w.update(t, func(ctx context.Context, tx store.Tx) error {
						p, err := tx.Individual(ctx, "adam")
						if err != nil {
							return err
						}
						return w.links.Notify(ctx, tx, links.Notice{Purpose: purpose, Individual: p, Email: "adam@abc.example", Language: language})
					})
				}
				mails := w.dispatch(t, links.DispatcherOptions{Product: "ABC portal", Contact: "support@telco.example", Zone: "Europe/Prague"})
				require.Len(t, mails, 1)
				mail := mails[0]
				assert.Equal(t, language, mail.Language)
				var got bytes.Buffer
				fmt.Fprintf(&got, "To: %s\nSubject: %s\n\n%s\n%s", mail.To, mail.Subject, mail.Text.Reveal(), mail.HTML.Reveal())
				path := filepath.Join("testdata", language, string(purpose)+".golden")
				if *update {
					require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o750))
					require.NoError(t, os.WriteFile(path, got.Bytes(), 0o600))
				}
				want, err := os.ReadFile(path)
				require.NoError(t, err, "go test -update writes it")
				assert.Empty(t, cmp.Diff(string(want), got.String()))
				for _, body := range []string{mail.Text.Reveal(), mail.HTML.Reveal()} {
					assert.NotContains(t, body, "<no value>")
					assert.NotContains(t, body, "ZgotmplZ", "a value was refused by the escaper")
				}
			})
		}
	}
}

func TestActivationIsNamed(t *testing.T) {
	t.Parallel()
	for language, want := range map[string]string{"en": "works from 20 April 2026", "de": "gilt ab dem 20. April 2026", "de-AT": "gilt ab dem 20. April 2026", "fr": "works from 20 April 2026"} {
		w := newWorld(t)
		r := forPerson(links.Invitation, "adam")
		r.Language = language
		w.issue(t, r)
		mails := w.dispatch(t, links.DispatcherOptions{})
		require.Len(t, mails, 1)
		for _, body := range []string{mails[0].Text.Reveal(), mails[0].HTML.Reveal()} {
			assert.Contains(t, body, want, language)
			assert.Contains(t, body, "adam@abc.example", "the login")
		}
	}
	w := newWorld(t)
	w.advance(60 * 24 * 60 * 60 * 1e9)
	w.issue(t, forPerson(links.Invitation, "adam"))
	mails := w.dispatch(t, links.DispatcherOptions{Languages: []string{"en"}})
	assert.NotContains(t, mails[0].Text.Reveal(), "works from", "a date that has passed is not named")
}

func TestLanguages(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		person    string
		languages []string
		want      string
	}{
		{"", nil, "en"}, {"en", nil, "en"}, {"en-GB", nil, "en"}, {"de", nil, "de"}, {"de-CH", nil, "de"}, {"gsw", nil, "de"},
		{"cs", nil, "en"}, {"und", nil, "en"}, {"not a tag", nil, "en"}, {strings.Repeat("x", 35), nil, "en"}, {"DE", nil, "de"},
		{"", []string{"de", "en"}, "de"}, {"cs", []string{"de", "en"}, "de"}, {"en", []string{"de", "en"}, "en"}, {"en", []string{"de"}, "de"},
	} {
		w := newWorld(t)
		r := forPerson(links.SignIn, "bob")
		r.Language = test.person
		w.issue(t, r)
		mails := w.dispatch(t, links.DispatcherOptions{Languages: test.languages})
		require.Len(t, mails, 1)
		assert.Equal(t, test.want, mails[0].Language, "%q of %q", test.person, test.languages)
	}
	_, err := links.NewDispatcher(newWorld(t).store, new(mailbox), newSealer(t), &links.DispatcherOptions{Languages: []string{"cs"}})
	require.ErrorContains(t, err, `"cs": there are templates in ["de" "en"] only`)
}

// Names are written by people who may mean harm.
func TestHostileNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' onmouseover='alert(1)`, `{{.Link}}`, `</title><script>`, `javascript:alert(1)`,
		"Bob\u2028Subject: other", "Bob\u202eevil", "Bob\u0085Bcc: eve", `<!--`, `&lt;b&gt;`, "\ufeffBob", `C:\temp`, strings.Repeat("w", 200),
		"see https://evil.example/now", "www.evil.example", "WWW.EVIL.EXAMPLE", "evil.example", "//evil.example",
	} {
		w := newWorld(t)
		w.change(t, "bob", func(p *individuals.Individual) { p.Name = name })
		w.update(t, func(ctx context.Context, tx store.Tx) error {
			e, err := tx.Entity(ctx, "abc")
			if err != nil {
				return err
			}
			if e.Title = name; e.Validate() != nil {
				e.Title = ""
			}
			return tx.PutEntity(ctx, e)
		})
		link := w.issue(t, forPerson(links.Invitation, "bob"))
		mails := w.dispatch(t, links.DispatcherOptions{})
		require.Len(t, mails, 1, name)
		html, text, subject := mails[0].HTML.Reveal(), mails[0].Text.Reveal(), mails[0].Subject
		for _, tag := range []string{"<script", "<img", "<!--", "onerror=alert(1)>", "' onmouseover='", "</title><s"} {
			assert.NotContains(t, html, tag, name)
		}
		for _, all := range []string{html, text, subject} {
			assert.NotContains(t, all, "\u202e", name)
			assert.NotContains(t, all, "\u2028", name)
			assert.NotContains(t, all, "\u0085", name)
			assert.NotContains(t, strings.ToLower(all), "evil.example", name)
			assert.NotContains(t, all, strings.Repeat("w", 81), name)
		}
		assert.Equal(t, 1, strings.Count(text, link.URL()), name)
		assert.NotContains(t, subject, "\n", name)
		assert.LessOrEqual(t, len(subject), links.MaxSubjectBytes)
	}
}

func TestDisplayName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"": "", "Bob": "Bob", "  Bob \t Builder ": "Bob Builder", "J. R. Smith": "J. R. Smith", "ABC Inc.": "ABC Inc.", "A.C.M.E.": "A.C.M.E.",
		"Nový, s.r.o.": "Nový, s.r.o.", "O'Neil & Söhne": "O'Neil & Söhne", "नि\u200dर": "नि\u200dर", "example.com": "", "Shop at http:// now": "",
		"a\u202eb": "ab", "a\x00b": "ab", "\xff": "", "1.2.3": "1.2.3",
	} {
		assert.Equal(t, want, links.DisplayName(name), "%q", name)
	}
}

// file replaces one file of the English templates, or adds one.
func file(name, text string) fstest.MapFS { return fstest.MapFS{name: {Data: []byte(text)}} }

func TestHostTemplates(t *testing.T) {
	t.Parallel()
	const subject = `{{define "subject"}}S{{end}}`
	templates, err := links.ParseTemplates(file("en/sign-in.txt", subject+"Our own words: {{.Link}} for {{.Login}}"))
	require.NoError(t, err)
	assert.Equal(t, []string{"de", "en"}, templates.Languages())
	w := newWorld(t)
	link := w.issue(t, forPerson(links.SignIn, "bob"))
	w.issue(t, forPerson(links.PasswordReset, "bob"))
	mails := w.dispatch(t, links.DispatcherOptions{Templates: templates})
	require.Len(t, mails, 2)
	assert.Equal(t, "Our own words: "+link.URL()+" for bob@abc.example\n", mails[0].Text.Reveal())
	assert.Equal(t, "S", mails[0].Subject)
	assert.Contains(t, mails[0].HTML.Reveal(), ">Sign in</a>", "what the host leaves out is ours")
	assert.Contains(t, mails[1].Text.Reveal(), "choose a new one")

	for _, test := range []struct{ name, file, text, want string }{
		{"does not parse", "en/sign-in.txt", subject + "{{.Link", "unclosed action"},
		{"HTML does not parse", "en/sign-in.html", "{{if}}", "missing value for if"},
		{"unknown field", "en/sign-in.txt", subject + "{{.Link}} {{.Password}}", "can't evaluate field Password"},
		{"unknown definition", "en/sign-in.html", `{{template "header"}}<a href="{{.Link}}">x</a>`, "no such template"},
		{"fails in December only", "en/invitation.txt", subject + `{{.Link}} {{.Login}} {{.Activation}}{{if eq .Activation.Month 12}}{{index .Login 999}}{{end}}`, "index out of range"},
		{"no subject", "en/sign-in.txt", "{{.Link}}", "no {{define \"subject\"}}"},
		{"empty subject", "en/sign-in.txt", `{{define "subject"}} {{end}}{{.Link}}`, "the subject is empty"},
		{"empty text", "en/password-changed.txt", subject, "the text or the HTML is empty"},
		{"link in the subject", "en/sign-in.txt", `{{define "subject"}}{{.Link}}{{end}}{{.Link}}`, "the subject holds the link"},
		{"no link", "en/sign-in.txt", subject + "Sign in!", "the text has no {{.Link}}"},
		{"no link in HTML", "en/sign-in.html", "<p>{{.Link}}</p>", "the HTML has no <a href"},
		{"link in a script", "en/sign-in.html", "<script>location = {{.Link}}</script>", "the HTML has no <a href"},
		{"an invitation without the login", "en/invitation.txt", subject + "{{.Link}} {{.Activation}}", "an invitation names the login"},
		{"an invitation without the activation", "en/invitation.txt", subject + "{{.Link}} {{.Login}}", "names an activation date"},
		{"words that fail", "en/words.txt", `{{define "date"}}{{.Century}}{{end}}`, "not defined"},
		{"an incomplete language", "cs/sign-in.txt", subject + "{{.Link}}", "must be complete"},
		{"no language", "english/sign-in.txt", "", "not a language tag"},
	} {
		_, err := links.ParseTemplates(file(test.file, test.text))
		require.ErrorContains(t, err, test.want, test.name)
		require.ErrorContains(t, err, "links: parse templates: ", test.name)
	}
	_, err = links.ParseTemplates(fstest.MapFS{"EN/sign-in.txt": {Data: []byte("x")}})
	require.ErrorContains(t, err, "are the same language")
}

// A language of the host's own, in which dates are written otherwise.
func TestHostLanguage(t *testing.T) {
	t.Parallel()
	host := fstest.MapFS{"cs/words.txt": {Data: []byte(`{{define "date"}}{{.Day}}. {{printf "%d" .Month}}. {{.Year}}{{end}}`)}}
	for _, purpose := range append(links.LinkPurposes(), links.NoticePurposes()...) {
		host["cs/"+string(purpose)+".txt"] = &fstest.MapFile{Data: []byte(`{{define "subject"}}Předmět{{end}}{{with .Link}}{{.}}{{else}}Změna{{end}} {{.Login}} od {{template "date" .Activation}}`)}
		host["cs/"+string(purpose)+".html"] = &fstest.MapFile{Data: []byte(`<p><a href="{{.Link}}">odkaz</a> {{.Login}} od {{template "date" .Activation}}</p>`)}
	}
	templates, err := links.ParseTemplates(host)
	require.NoError(t, err)
	assert.Equal(t, []string{"cs", "de", "en"}, templates.Languages())
	w := newWorld(t)
	r := forPerson(links.Invitation, "adam")
	r.Language = "cs-CZ"
	w.issue(t, r)
	mails := w.dispatch(t, links.DispatcherOptions{Templates: templates})
	require.Len(t, mails, 1)
	assert.Equal(t, "cs", mails[0].Language)
	assert.Equal(t, "Předmět", mails[0].Subject)
	assert.Contains(t, mails[0].Text.Reveal(), "od 20. 4. 2026")
}

// An organization without a title and a person without a name have plain mails.
func TestMailWithoutNames(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.change(t, "bob", func(p *individuals.Individual) { p.Name = "" })
	w.update(t, func(ctx context.Context, tx store.Tx) error {
		e, err := tx.Entity(ctx, "abc")
		if err != nil {
			return err
		}
		return tx.PutEntity(ctx, scope.Entity{ID: e.ID, Kind: e.Kind, Parent: e.Parent, Revision: e.Revision})
	})
	w.issue(t, forPerson(links.Invitation, "bob"))
	mails := w.dispatch(t, links.DispatcherOptions{})
	require.Len(t, mails, 1)
	assert.Equal(t, "Your login", mails[0].Subject)
	assert.True(t, strings.HasPrefix(mails[0].Text.Reveal(), "Hello,\n\nA login was made for you.\n"), mails[0].Text.Reveal())
	assert.NotContains(t, mails[0].Text.Reveal(), "abc ", "an ID is not a name")
}
