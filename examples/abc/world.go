package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/access/links"
	"github.com/durward-go/durward/access/manage"
	"github.com/durward-go/durward/access/signin"
	aclbilling "github.com/durward-go/durward/acl/billing"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/otp"
	"github.com/durward-go/durward/roles/billing"
	"github.com/durward-go/durward/store"
)

// The businesses: the provider sells through Rivertel to ABC, and to XYZ
// itself.
const (
	itsp     = "itsp"
	rivertel = "rivertel"
	otherco  = "otherco"
	abc      = "abc"
	xyz      = "xyz"
)

// A world is the application: everything that a host of Durward wires together.
type world struct {
	store      store.Store
	database   *sql.DB // nil: memory
	engine     *access.Engine
	links      *links.Links
	manager    *manage.Manager
	flow       *signin.Flow
	dispatcher *links.Dispatcher
	mailbox    *mailbox
	now        atomic.Int64 // the example's clock stands still until it is moved
	random     io.Reader
}

// options are what the command line says.
type options struct {
	// mailer sends mails besides showing them; nil: they are only shown.
	mailer links.Mailer
	// database is the file that everything is kept in; empty: memory.
	database string
}

func newWorld(ctx context.Context, o options) (*world, error) {
	w := &world{mailbox: &mailbox{next: o.mailer}}
	w.at(time.Date(2026, time.April, 10, 9, 0, 0, 0, time.UTC))
	// Keys, salts and tokens are drawn from a fixed source, so that the story is
	// the same each time. Nobody else may do that: a host leaves Random out.
	w.random = mathrand.NewChaCha8([32]byte([]byte("the same story is told each time")))
	if o.mailer != nil || o.database != "" {
		w.random = rand.Reader // what is drawn leaves the program
	}
	hostKey, err := w.open(ctx, o.database)
	if err != nil {
		w.close()
		return nil, err
	}
	if err := w.wire(ctx, hostKey); err != nil {
		w.close()
		return nil, err
	}
	return w, nil
}

// wire makes what stands on the store.
func (w *world) wire(ctx context.Context, hostKey otp.HostKey) error {
	keyring, err := otp.NewKeyring(w.random, hostKey)
	if err != nil {
		return err
	}
	if w.links, err = links.New(keyring, &links.Options{
		BaseURLs: map[string]string{
			realmOf(billing.TypeAdmin):    "https://admin.itsp.example/link",
			realmOf(billing.TypeCustomer): "https://portal.itsp.example/link",
			realmOf(billing.TypeReseller): "https://reseller.itsp.example/link",
		},
		Random: w.random, Clock: w.clock,
	}); err != nil {
		return err
	}
	if w.dispatcher, err = links.NewDispatcher(w.store, w.mailbox, keyring, &links.DispatcherOptions{
		Product: "ITSP portal", Random: w.random, Clock: w.clock,
	}); err != nil {
		return err
	}
	if w.engine, err = access.New(ctx, w.store, billing.Model(), &access.Options{ACLs: aclbilling.System(), Clock: w.clock}); err != nil {
		return err
	}
	slots, err := individuals.NewHashSlots(nil)
	if err != nil {
		return err
	}
	if w.manager, err = manage.New(w.engine, w.store, billing.Guards(), &manage.Options{
		ACLs: aclbilling.System(), Links: w.links, HashSlots: slots, Random: w.random,
	}); err != nil {
		return err
	}
	w.flow, err = signin.New(w.engine, w.store, &signin.Options{
		Sealer: keyring, LoginKey: hostKey, Links: w.links, HashSlots: slots, Issuer: "ITSP portal",
		Clock: w.clock, Random: w.random,
	})
	return err
}

func (w *world) close() {
	if w.engine != nil {
		_ = w.engine.Close()
	}
	if w.store != nil {
		_ = w.store.Close()
	}
	if w.database != nil {
		_ = w.database.Close()
	}
}

func (w *world) clock() time.Time   { return time.Unix(0, w.now.Load()).UTC() }
func (w *world) at(t time.Time)     { w.now.Store(t.UnixNano()) }
func (w *world) in(d time.Duration) { w.now.Add(int64(d)) }

// realmOf is where people of a role type sign in.
func realmOf(roleType string) string {
	t, err := billing.Model().Type(roleType)
	if err != nil {
		panic(fmt.Sprintf("abc: %v", err)) // a constant of the program
	}
	return t.Realm
}
