package links_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log"
	"net/url"
	"strings"
	"testing/fstest"
	"time"

	"github.com/durward-go/durward/access/links"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/otp"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/memstore"
)

// exampleStore has ABC and Adam, who starts on 20 April.
func exampleStore(ctx context.Context) store.Store {
	s := memstore.New(nil)
	start, _ := individuals.ParseDate("2026-04-20")
	_, err := s.Update(ctx, store.Author{ID: "alice"}, func(tx store.Tx) error {
		return errors.Join(
			tx.PutEntity(ctx, scope.Entity{ID: "abc", Kind: "customer", Title: "ABC"}),
			tx.PutOrganization(ctx, individuals.Organization{Entity: "abc", Link: individuals.StandingLink{Open: true}}),
			tx.PutIndividual(ctx, individuals.Individual{
				ID: "adam", Realm: "customer", RoleType: "customer", Organization: "abc", Name: "Adam",
				Login: "adam@abc.example", Email: "adam@abc.example",
				Window: individuals.Window{Activation: start, Zone: "Europe/Prague"},
			}))
	})
	if err != nil {
		log.Fatal(err)
	}
	return s
}

func exampleSealer() otp.Sealer {
	key, err := otp.GenerateHostKey(rand.Reader) // hosts keep one, outside their database
	if err != nil {
		log.Fatal(err)
	}
	sealer, err := otp.NewKeyring(rand.Reader, key)
	if err != nil {
		log.Fatal(err)
	}
	return sealer
}

func exampleClock() time.Time { return time.Date(2026, time.April, 1, 9, 0, 0, 0, time.UTC) }

// A printer is a Mailer for examples. A real one speaks SMTP.
type printer struct{ last links.Mail }

func (p *printer) Send(_ context.Context, mail links.Mail) error {
	p.last = mail
	text, _, _ := strings.Cut(mail.Text.Reveal(), "#") // the token is another each time
	fmt.Printf("To: %s\nSubject: %s\n\n%s#...\n", mail.To, mail.Subject, text)
	return nil
}

// An administrator invites Adam; the mail goes out; Adam opens the link and sets
// a password.
func Example() {
	ctx := context.Background()
	s, sealer := exampleStore(ctx), exampleSealer()
	l, err := links.New(sealer, &links.Options{
		BaseURLs: map[string]string{"customer": "https://portal.example.com/link"},
		Clock:    exampleClock,
	})
	if err != nil {
		log.Fatal(err)
	}

	// The token and the mail are written in the commit of the change.
	_, err = s.Update(ctx, store.Author{ID: "alice"}, func(tx store.Tx) error {
		_, err := l.Issue(ctx, tx, links.Request{Purpose: links.Invitation, Individual: individuals.Individual{ID: "adam"}})
		return err
	})
	if err != nil {
		log.Fatal(err)
	}

	// A program that runs on calls Run in a goroutine instead.
	mailer := new(printer)
	dispatcher, err := links.NewDispatcher(s, mailer, sealer, &links.DispatcherOptions{Clock: exampleClock})
	if err != nil {
		log.Fatal(err)
	}
	sent, err := dispatcher.Dispatch(ctx)
	fmt.Println("sent:", sent, err)

	// The page reads what stands after "#" and posts it.
	_, link, _ := strings.Cut(mailer.last.Text.Reveal(), "https://")
	link, _, _ = strings.Cut(link, "\n")
	u, err := url.Parse("https://" + link)
	if err != nil {
		log.Fatal(err)
	}
	token := u.Fragment

	// Showing the form consumes nothing.
	err = s.View(ctx, func(r store.Reader) error {
		found, err := l.Peek(ctx, r, token, links.Invitation)
		fmt.Println("for:", found.Individual.Login)
		return err
	})
	if err != nil {
		log.Fatal(err)
	}

	// Setting the password consumes the link, in one commit.
	for range 2 {
		_, err = s.Update(ctx, store.Author{ID: "adam"}, func(tx store.Tx) error {
			_, err := l.Consume(ctx, tx, token, links.Invitation)
			// Here the hash of the password is written.
			return err
		})
		fmt.Println(err)
	}
	// Output:
	// To: adam@abc.example
	// Subject: Your login at ABC
	//
	// Hello Adam,
	//
	// A login was made for you at ABC.
	//
	// Your login: adam@abc.example
	//
	// It works from 20 April 2026 (Europe/Prague). You can choose your password before that day.
	//
	// Choose your password:
	// https://portal.example.com/link/invitation#...
	// sent: 1 <nil>
	// for: adam@abc.example
	// <nil>
	// links: this link does not work, or no longer: ask for a new one
}

// The application learns why a link was refused; the person does not.
func ExampleRefusal() {
	ctx := context.Background()
	s := exampleStore(ctx)
	l, err := links.New(exampleSealer(), nil)
	if err != nil {
		log.Fatal(err)
	}
	err = s.View(ctx, func(r store.Reader) error {
		_, err := l.Peek(ctx, r, strings.Repeat("a", 78), links.SignIn)
		return err
	})
	var refusal *links.Refusal
	if errors.As(err, &refusal) {
		fmt.Println("log: ", refusal.Reason)
		fmt.Println("page:", refusal)
	}
	// Output:
	// log:  unknown
	// page: links: this link does not work, or no longer: ask for a new one
}

// An invoice carries the standing link of its customer, the same each month.
func ExampleLinks_Standing() {
	ctx := context.Background()
	s := exampleStore(ctx)
	l, err := links.New(exampleSealer(), &links.Options{BaseURLs: map[string]string{"customer": "https://portal.example.com/link"}})
	if err != nil {
		log.Fatal(err)
	}
	var issued, later links.Link
	_, err = s.Update(ctx, store.Author{ID: "alice"}, func(tx store.Tx) (err error) {
		issued, err = l.Issue(ctx, tx, links.Request{Purpose: links.Standing, Organization: "abc", Realm: "customer"})
		return err
	})
	if err != nil {
		log.Fatal(err)
	}
	err = s.View(ctx, func(r store.Reader) (err error) {
		later, err = l.Standing(ctx, r, "abc")
		return err
	})
	fmt.Println(later.URL() == issued.URL(), err)
	// Output: true <nil>
}

// A host writes one mail in its own words and leaves the others as they are. A
// mistake is an error here, and not when somebody waits for a mail.
func ExampleParseTemplates() {
	host := fstest.MapFS{ // or an embed.FS, or os.DirFS
		"en/sign-in.txt": {Data: []byte(`{{define "subject"}}Welcome back{{end}}Good to see you, {{.Name}}: {{.Link}}`)},
	}
	templates, err := links.ParseTemplates(host)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(templates.Languages())

	host["en/sign-in.txt"].Data = []byte(`{{define "subject"}}Welcome back{{end}}Good to see you, {{.Name}}!`)
	_, err = links.ParseTemplates(host)
	fmt.Println(err)
	// Output:
	// [de en]
	// links: parse templates: en/sign-in: the text has no {{.Link}}
}
