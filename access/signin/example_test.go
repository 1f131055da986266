package signin_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log"
	"net/netip"
	"time"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/access/links"
	"github.com/durward-go/durward/access/signin"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/ipallow"
	"github.com/durward-go/durward/otp"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/memstore"
)

// exampleOffice is a customer with one employee who has an invitation, and a
// flow that signs people in there.
func exampleOffice() (flow *signin.Flow, invitation string, closeOffice func()) {
	ctx := context.Background()
	must := func(err error) {
		if err != nil {
			log.Panic(err)
		}
	}
	tree := roles.MustTree(roles.Entity("customer"))
	model := roles.MustModel(tree, roles.Type{Name: "customer", Ceiling: roles.Ceiling{Base: roles.Modify}})
	s := memstore.New(nil)

	// The host keeps this key outside of its database.
	key, err := otp.GenerateHostKey(rand.Reader)
	must(err)
	sealer, err := otp.NewKeyring(rand.Reader, key)
	must(err)
	office, err := links.New(sealer, &links.Options{BaseURLs: map[string]string{"customer": "https://portal.example.com/link"}})
	must(err)

	_, err = s.Update(ctx, store.Author{ID: "setup"}, func(tx store.Tx) error {
		must(tx.PutEntity(ctx, scope.Entity{ID: "abc", Kind: "customer"}))
		must(tx.PutOrganization(ctx, individuals.Organization{Entity: "abc"}))
		steve := individuals.Individual{ID: "17", Realm: "customer", RoleType: "customer", Organization: "abc", Login: "steve",
			Email: "steve@abc.example", AllowList: ipallow.Anywhere(), SecondFactor: individuals.SecondFactorYes}
		must(tx.PutIndividual(ctx, steve))
		link, err := office.Issue(ctx, tx, links.Request{Purpose: links.Invitation, Individual: steve})
		invitation = link.Reveal() // Steve has it in his mail
		return err
	})
	must(err)
	engine, err := access.New(ctx, s, model, nil)
	must(err)
	flow, err = signin.New(engine, s, &signin.Options{Sealer: sealer, LoginKey: key, Links: office, Issuer: "ABC portal"})
	must(err)
	return flow, invitation, func() { _ = engine.Close() }
}

// Steve accepts his invitation, signs in, sets up an authenticator, and is in.
func Example() {
	flow, invitation, closeOffice := exampleOffice()
	defer closeOffice()
	ctx, address := context.Background(), netip.MustParseAddr("192.0.2.17")

	err := flow.AcceptInvitation(ctx, invitation, "correct zebra battery staple", signin.Origin{Address: address})
	if err != nil {
		log.Panic(err)
	}
	outcome, err := flow.Begin(ctx, signin.Attempt{
		Realm: "customer", Login: "Steve", Password: "correct zebra battery staple", Address: address,
	})
	if err != nil {
		log.Panic(err)
	}
	fmt.Println("needs:", outcome.Challenge.Need())

	// The page shows outcome.Challenge.QR(), and Steve types what his telephone
	// shows then.
	code, err := otp.GenerateCode(outcome.Challenge.Key(), time.Now())
	if err != nil {
		log.Panic(err)
	}
	outcome, err = flow.Continue(ctx, outcome.Challenge.Reveal(), signin.Answer{Code: code, Address: address})
	if err != nil {
		log.Panic(err)
	}
	fmt.Println("in:", outcome.Done())
	fmt.Println("recovery codes to print:", len(outcome.RecoveryCodes.Reveal()))
	fmt.Println("session of:", outcome.Principal.Session().Individual)
	// Output:
	// needs: enrolment
	// in: true
	// recovery codes to print: 10
	// session of: 17
}

// What the application knows, and what the person is told.
func ExampleRefusal() {
	flow, _, closeOffice := exampleOffice()
	defer closeOffice()

	for _, login := range []string{"steve", "stefan"} {
		_, err := flow.Begin(context.Background(), signin.Attempt{Realm: "customer", Login: login, Password: "a guess"})
		var refusal *signin.Refusal
		if errors.As(err, &refusal) {
			fmt.Println("log:", refusal.Reason)
			fmt.Println("page:", refusal.Public())
		}
	}
	// Output:
	// log: wrong_password
	// page: The login or the password is not right, or this login cannot be used.
	// log: unknown_login
	// page: The login or the password is not right, or this login cannot be used.
}

// Every rule that a new password does not meet is told at once.
func ExampleFlow_AcceptInvitation() {
	flow, invitation, closeOffice := exampleOffice()
	defer closeOffice()

	err := flow.AcceptInvitation(context.Background(), invitation, "steve1", signin.Origin{})
	var refusal *signin.Refusal
	if errors.As(err, &refusal) {
		for _, rule := range refusal.Unmet {
			fmt.Println(rule.Rule)
		}
	}
	// Output:
	// too_short
	// common
	// personal
}
