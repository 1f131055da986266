package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"

	_ "modernc.org/sqlite" // registers "sqlite"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/otp"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/memstore"
	"github.com/durward-go/durward/store/sqlstore"
)

// open opens the store and returns the host's key. A host keeps that where it
// keeps its other secrets, and never beside the database; an example has no such
// place.
func (w *world) open(ctx context.Context, file string) (otp.HostKey, error) {
	if file == "" {
		w.store = memstore.New(nil)
		return otp.GenerateHostKey(w.random)
	}
	var err error
	if w.database, err = sql.Open("sqlite", "file:"+(&url.URL{Path: file}).EscapedPath()); err != nil {
		return otp.HostKey{}, err
	}
	if err := sqlstore.Migrate(ctx, w.database, nil); err != nil {
		return otp.HostKey{}, err
	}
	if w.store, err = sqlstore.New(ctx, w.database, nil); err != nil {
		return otp.HostKey{}, err
	}
	return hostKey(file+".key", w.random)
}

// hostKey reads the key from a file, or makes both.
func hostKey(file string, random io.Reader) (otp.HostKey, error) {
	text, err := os.ReadFile(file)
	if err == nil {
		return otp.ParseHostKey(string(text))
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return otp.HostKey{}, err
	}
	key, err := otp.GenerateHostKey(random)
	if err != nil {
		return key, err
	}
	return key, os.WriteFile(file, []byte(key.Base64()), 0o600)
}

// resume goes on where an earlier run stopped: the people, their roles and the
// trail are there.
func (w *world) resume(ctx context.Context, bob individuals.Individual) ([]step, error) {
	s := &storyteller{world: w}
	var people []individuals.Individual
	var last audit.Event
	var checked audit.Report
	err := w.store.View(ctx, func(r store.Reader) (err error) {
		if people, err = r.Individuals(ctx, store.IndividualFilter{Organization: abc}, store.Page{}); err != nil {
			return err
		}
		start, err := r.EventStart(ctx, audit.Changes)
		if err != nil {
			return err
		}
		head, err := r.EventHead(ctx, audit.Changes)
		if err != nil {
			return err
		}
		events := store.AllEvents(ctx, r, audit.Filter{Chain: audit.Changes})
		if checked, err = audit.Verify(events, start, head); err != nil {
			return err
		}
		for e, err := range store.AllEvents(ctx, r, audit.Filter{Chain: audit.Changes, After: head.Sequence - 1}) {
			if err != nil {
				return err
			}
			last = e
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	w.at(last.At)
	s.step("The story has been told: the database has Bob")
	s.line("revision %d; bob is %s, of %s, written in revision %d", w.engine.Revision(), bob.Login, bob.Organization, bob.Revision)
	for _, p := range people {
		s.line("at ABC: %s (%s)", p.ID, p.Name)
	}
	s.line("the trail has %d events, and nobody altered one", checked.Events)
	p, err := w.engine.Principal(ctx, access.Identity{Individual: bob.ID, Surface: access.NewInterface, Epoch: access.CurrentEpoch,
		Address: office, Factors: access.Factors{SecondFactor: w.clock()}})
	if err != nil {
		return nil, err
	}
	events, err := w.manager.Roles(p).RevealedEvents(ctx, audit.Filter{Chain: audit.Changes, Organization: abc, Limit: 1000})
	if err != nil {
		return nil, fmt.Errorf("what Bob reads: %w", err)
	}
	s.step("Who changed this? What Bob reads of ABC")
	for _, e := range events {
		s.line("%s", audit.Line{Reveal: true}.Write(e))
	}
	return s.steps, nil
}
