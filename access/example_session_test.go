package access_test

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/store"
)

// Between two requests a host keeps a session, where its owner cannot write: it
// is not signed. Each request gives it back with the address that it came from.
func ExampleEngine_Resume() {
	ctx := context.Background()
	engine, err := access.New(ctx, exampleStore(ctx), exampleModel, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer engine.Close()

	steve, err := engine.Principal(ctx, access.Identity{Individual: "steve", Surface: access.NewInterface, Start: time.Now()})
	if err != nil {
		fmt.Println(err)
		return
	}
	kept, err := steve.Session().MarshalText() // into the host's own table, under a random key
	if err != nil {
		fmt.Println(err)
		return
	}

	var session access.Session
	if err := session.UnmarshalText(kept); err != nil {
		fmt.Println(err)
		return
	}
	again, err := engine.Resume(ctx, session, netip.MustParseAddr("192.0.2.7"), access.NewInterface)
	if err != nil {
		fmt.Println(err) // it has ended: sign in again
		return
	}
	fmt.Println(again.Individual(), "is in for", session.End.Sub(session.Start))
	fmt.Println(again.Check(ctx, access.Query{Action: roles.View, Path: "customer/pbx", Object: "acme"}))
	// Output:
	// steve is in for 12h0m0s
	// allowed: view customer/pbx by the role granted in revision 1
}

// Whoever comes by the standing link of an organization may do what the role of
// the link permits, until the link is rotated or closed.
func ExampleEngine_LinkPrincipal() {
	ctx := context.Background()
	s := exampleStore(ctx)
	engine, err := access.New(ctx, s, exampleModel, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer engine.Close()
	change := func(link individuals.StandingLink) {
		_, err := s.Update(ctx, store.Author{ID: "alice"}, func(tx store.Tx) error {
			acme, err := tx.Organization(ctx, "acme")
			if err != nil {
				return err
			}
			acme.Link = link
			return tx.PutOrganization(ctx, acme)
		})
		if err != nil {
			fmt.Println(err)
		}
	}

	change(individuals.StandingLink{Role: "pbx-admin", Open: true, Epoch: 1})
	visitor, err := engine.LinkPrincipal(ctx, access.LinkIdentity{Organization: "acme", Epoch: 1, Start: time.Now()})
	if err != nil {
		fmt.Println(err)
		return
	}
	extensions := access.Query{Action: roles.View, Path: "customer/pbx/extensions", Object: "acme"}
	fmt.Println(visitor.Check(ctx, extensions))
	change(individuals.StandingLink{Role: "pbx-admin", Open: true, Epoch: 2})
	fmt.Println(visitor.Explain(ctx, extensions).Because)
	// Output:
	// allowed: view customer/pbx/extensions by the role granted in revision 2
	// the standing link of "acme" was rotated since
}
