package storetest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/store"
)

// history returns the store's, and skips the rule where it has none. That is the
// only exception: a store that does not implement store.History.
func (s *suite) history() store.History {
	s.Helper()
	h, ok := s.store.(store.History)
	if !ok {
		s.Skip("the store keeps no history: it does not implement store.History")
	}
	return h
}

// viewAt reads the past and fails the test where that fails.
func (s *suite) viewAt(revision uint64, fn func(r store.Reader) error) {
	s.Helper()
	if err := s.history().ViewAt(s.ctx, revision, fn); err != nil {
		s.Fatalf("ViewAt(%d): %v", revision, err)
	}
}

// everything is what a reader has of the kinds that are kept, one by one and in
// listings.
func (s *suite) everything(r store.Reader) (all []any) {
	s.Helper()
	for _, k := range kinds() {
		if k.change == nil {
			continue
		}
		for n := range 4 {
			record, err := k.get(s.ctx, r, n)
			if errors.Is(err, store.ErrNotFound) {
				record, err = fmt.Sprintf("no %s %d", k.name, n), nil
			}
			if err != nil {
				s.Fatalf("%s %d: %v", k.name, n, err)
			}
			all = append(all, record)
		}
		listed, err := k.list(s.ctx, r, -1, store.MaxPage)
		if err != nil {
			s.Fatalf("listing of each %s: %v", k.name, err)
		}
		all = append(all, listed...)
	}
	return all
}

// historyRules are about what was.
func historyRules() []rule {
	var rules []rule
	for _, k := range kinds() {
		if k.change == nil {
			continue
		}
		rules = append(rules, rule{k.name + " as it was", "a reader of a past revision reads every record as the commit left it, and no record that came later or was gone", func(s *suite) {
			s.history()
			s.need(k)
			was := make(map[uint64][]any)
			keep := func(revision uint64) uint64 {
				s.view(func(r store.Reader) error {
					if r.Revision() != revision {
						s.Fatalf("revision %d, want %d", r.Revision(), revision)
					}
					was[revision] = s.everything(r)
					return nil
				})
				return revision
			}
			begun := keep(s.revision())
			first := keep(s.put(k, k.make(1, 0)))
			keep(s.put(k, k.make(2, 1)))
			second := keep(s.put(k, k.revised(k.make(1, 1), first)))
			keep(s.update(func(tx store.Tx) error { return k.remove(s.ctx, tx, 1, second) }))
			again := s.put(k, k.make(1, 2))
			keep(again)
			// Several writes of one commit are one version.
			both := keep(s.update(func(tx store.Tx) error {
				for v, revision := 3, again; v < 5; v, revision = v+1, again+1 {
					if err := k.put(s.ctx, tx, k.revised(k.make(1, v), revision)); err != nil {
						return err
					}
				}
				if err := k.put(s.ctx, tx, k.make(3, 0)); err != nil {
					return err
				}
				return k.remove(s.ctx, tx, 3, again+1)
			}))
			if both != again+1 {
				s.Fatalf("the revision went from %d to %d", again, both)
			}
			_ = s.put(classKind(), classKind().make(90, 0)) // something else
			for revision := begun; revision <= both; revision++ {
				s.viewAt(revision, func(r store.Reader) error {
					s.equal("revision", r.Revision(), revision)
					s.equal(fmt.Sprintf("state of revision %d", revision), s.everything(r), was[revision])
					return nil
				})
			}
		}})
	}
	return append(rules, []rule{
		{"history of nobody", "revision 0 is the empty state", func(s *suite) {
			s.history()
			s.put(classKind(), classKind().make(1, 0))
			s.viewAt(0, func(r store.Reader) error {
				s.equal("revision", r.Revision(), uint64(0))
				_, err := r.Class(s.ctx, number(1))
				s.wraps("class", err, store.ErrNotFound)
				return nil
			})
		}},
		{"history that has not come", "a revision that has not come, and a commit 0, are ErrNotFound", func(s *suite) {
			h := s.history()
			for range 2 {
				next := s.revision() + 1
				s.wraps("ViewAt", h.ViewAt(s.ctx, next, func(store.Reader) error { return nil }), store.ErrNotFound)
				s.wraps("ViewAt", h.ViewAt(s.ctx, 1<<63, func(store.Reader) error { return nil }), store.ErrNotFound)
				_, err := h.CommitOf(s.ctx, next)
				s.wraps("CommitOf", err, store.ErrNotFound)
				_, err = h.CommitOf(s.ctx, 0)
				s.wraps("CommitOf 0", err, store.ErrNotFound)
				s.put(classKind(), classKind().make(int(next), 0))
			}
			s.refuse(errFailed, func(tx store.Tx) error {
				return errors.Join(tx.PutClass(s.ctx, class("c", "C")), errFailed)
			})
			s.wraps("of a commit that failed", h.ViewAt(s.ctx, 3, func(store.Reader) error { return nil }), store.ErrNotFound)
		}},
		{"who committed, and when", "CommitOf tells the author and the instant of a commit, and RevisionAt finds it by that instant", func(s *suite) {
			h := s.history()
			by := store.Author{ID: "bob", OnBehalfOf: "abc", System: individuals.ACLSystem}
			before := time.Now().Add(-time.Minute)
			revision, err := s.store.Update(s.ctx, by, func(tx store.Tx) error { return tx.PutClass(s.ctx, class("a", "A")) })
			if err != nil {
				s.Fatal(err)
			}
			commit, err := h.CommitOf(s.ctx, revision)
			if err != nil {
				s.Fatalf("CommitOf: %v", err)
			}
			s.equal("revision", commit.Revision, revision)
			s.equal("author", commit.By, by)
			s.equal("instant as kept", commit.At, store.Instant(commit.At))
			if commit.At.Before(before) || commit.At.After(time.Now().Add(time.Minute)) {
				s.Fatalf("instant %v, want about now", commit.At)
			}
			for _, c := range []struct {
				at   time.Time
				want uint64
			}{{commit.At, revision}, {commit.At.Add(time.Hour), revision}, {commit.At.Add(-time.Microsecond), revision - 1}, {time.Time{}, 0}} {
				got, err := h.RevisionAt(s.ctx, c.at)
				if err != nil || got != c.want {
					s.Fatalf("RevisionAt(%v): %d, %v, want %d", c.at, got, err, c.want)
				}
			}
		}},
		{"feed as it was", "the feed of a past reader ends at its revision", func(s *suite) {
			s.history()
			k := classKind()
			first := s.put(k, k.make(1, 0))
			second := s.put(k, k.make(2, 0))
			s.viewAt(first, func(r store.Reader) error {
				feed, err := r.Changes(s.ctx, 0, 0)
				want := k.change(1)
				want.Revision = first
				s.equal("feed", feed, store.Feed{Changes: []store.Change{want}, Through: first})
				if err == nil {
					feed, err = r.Changes(s.ctx, first, 0)
					s.equal("nothing more", len(feed.Changes) == 0 && feed.Through == first && !feed.More, true)
				}
				return err
			})
			s.equal("revision", s.revision(), second)
		}},
		{"events as they were", "a past reader sees the events of changes up to its revision that are still kept, and their head then", func(s *suite) {
			h := s.history()
			recorded := s.record(event("1"), event("2"), event("3"))
			signIns := s.recordSignIns(event("4"))
			for i, e := range recorded {
				s.viewAt(e.Revision, func(r store.Reader) error {
					events, err := r.Events(s.ctx, audit.Filter{Chain: audit.Changes})
					s.equal("events", events, recorded[:i+1])
					if err == nil {
						var head audit.Head
						head, err = r.EventHead(s.ctx, audit.Changes)
						s.equal("head", head, e.Head())
					}
					if err == nil {
						events, err = r.Events(s.ctx, audit.Filter{Chain: audit.SignIns})
						s.equal("sign-ins", events, signIns)
					}
					return err
				})
			}
			s.viewAt(0, func(r store.Reader) error {
				head, err := r.EventHead(s.ctx, audit.Changes)
				s.equal("head of nothing", head, audit.Start(audit.Changes))
				return err
			})
			if _, err := s.store.CutEvents(s.ctx, audit.Cut{Anchor: recorded[1].Head(), At: noon}, audit.System("retention")); err != nil {
				s.Fatal(err)
			}
			err := h.ViewAt(s.ctx, recorded[2].Revision, func(r store.Reader) error {
				events, err := r.Events(s.ctx, audit.Filter{Chain: audit.Changes})
				s.equal("events after a cut", events, recorded[2:])
				start, startErr := r.EventStart(s.ctx, audit.Changes)
				s.equal("start", start, recorded[1].Head())
				return errors.Join(err, startErr)
			})
			if err != nil {
				s.Fatal(err)
			}
			s.viewAt(recorded[0].Revision, func(r store.Reader) error {
				_, err := r.EventHead(s.ctx, audit.Changes)
				s.wraps("head that was cut", err, store.ErrGone)
				return nil
			})
		}},
		{"no secrets of the past", "credentials and tokens are not kept: reading one at a past revision is ErrNotKept", func(s *suite) {
			s.history()
			s.need(credentialKind())
			s.put(credentialKind(), credentialKind().make(1, 0))
			s.viewAt(s.revision(), func(r store.Reader) error {
				_, err := r.Credential(s.ctx, number(1))
				s.wraps("credential", err, store.ErrNotKept)
				_, err = r.Token(s.ctx, number(1))
				s.wraps("token", err, store.ErrNotKept)
				_, err = r.Tokens(s.ctx, store.TokenFilter{}, store.Page{})
				s.wraps("tokens", err, store.ErrNotKept)
				if _, writes := r.(store.Tx); writes {
					s.Error("the past can be written")
				}
				return nil
			})
		}},
		{"erased from the past", "what was erased of an individual is gone from the past versions of its record, and nothing else is", func(s *suite) {
			s.history()
			k := individualKind()
			first := s.put(k, k.make(1, 1))
			s.put(k, k.make(2, 1))
			second := s.put(k, k.revised(k.make(1, 2), first))
			last := s.update(func(tx store.Tx) error { return k.remove(s.ctx, tx, 1, second) })
			if _, err := s.store.EraseEvents(s.ctx, audit.Changes, number(1)); err != nil {
				s.Fatalf("EraseEvents: %v", err)
			}
			for revision := first; revision < last; revision++ {
				s.viewAt(revision, func(r store.Reader) error {
					p, err := r.Individual(s.ctx, number(1))
					want := k.make(1, 1).(individuals.Individual)
					if want.Revision = first; revision == second {
						want = k.make(1, 2).(individuals.Individual)
						want.Revision = second
					}
					want.Login, want.Name, want.Email, want.Contact = "", "", "", ""
					s.equal("erased", p, want)
					_, loginErr := r.IndividualByLogin(s.ctx, "itsp", "customer", "login-1")
					s.wraps("by login", loginErr, store.ErrNotFound)
					return err
				})
			}
			s.viewAt(second, func(r store.Reader) error {
				p, err := r.IndividualByLogin(s.ctx, "itsp", "customer", "login-2")
				s.equal("another", unstamped(p), unstamped(k.make(2, 1)))
				return err
			})
		}},
		{"past grants by filter", "listings of a past state select by what was true then", func(s *suite) {
			s.history()
			k := grantKind()
			s.need(k)
			first := s.put(k, k.make(1, 1))
			second := s.put(k, k.revised(k.make(1, 2), first))
			for revision, role := range map[uint64]string{first: "role-1", second: "role-2"} {
				s.viewAt(revision, func(r store.Reader) error {
					for _, asked := range []string{"role-1", "role-2"} {
						grants, err := r.Grants(s.ctx, store.GrantFilter{Role: asked}, store.GrantPage{})
						if err != nil {
							return err
						}
						s.equal(fmt.Sprintf("holders of %s at %d", asked, revision), len(grants) == 1, asked == role)
					}
					return nil
				})
			}
		}},
		{"past readers end", "a reader is of no use after its ViewAt returned, and ViewAt returns what the function does", func(s *suite) {
			h := s.history()
			var kept store.Reader
			if err := h.ViewAt(s.ctx, 0, func(r store.Reader) error { kept = r; return errFailed }); !errors.Is(err, errFailed) {
				s.Fatalf("ViewAt: %v", err)
			}
			for what, read := range map[string]func() error{
				"class":   func() error { _, err := kept.Class(s.ctx, "c"); return err },
				"changes": func() error { _, err := kept.Changes(s.ctx, 0, 0); return err },
				"events":  func() error { _, err := kept.Events(s.ctx, audit.Filter{Chain: audit.Changes}); return err },
				"head":    func() error { _, err := kept.EventHead(s.ctx, audit.Changes); return err },
				"start":   func() error { _, err := kept.EventStart(s.ctx, audit.Changes); return err },
			} {
				if err := read(); err == nil || errors.Is(err, store.ErrNotFound) {
					s.Errorf("%s after the end: %v", what, err)
				}
			}
		}},
		{"history unusable", "after Close every call about the past gives ErrClosed, and a cancelled context its error", func(s *suite) {
			h := s.history()
			calls := map[string]func(ctx context.Context) error{
				"ViewAt":     func(ctx context.Context) error { return h.ViewAt(ctx, 0, func(store.Reader) error { return nil }) },
				"RevisionAt": func(ctx context.Context) error { _, err := h.RevisionAt(ctx, time.Now()); return err },
				"CommitOf":   func(ctx context.Context) error { _, err := h.CommitOf(ctx, 1); return err },
				"Prune":      func(ctx context.Context) error { _, err := h.Prune(ctx); return err },
			}
			cancelled, cancel := context.WithCancel(s.ctx)
			cancel()
			for name, call := range calls {
				s.wraps(name, call(cancelled), context.Canceled)
			}
			oldest, err := h.Prune(s.ctx)
			s.equal("oldest", oldest, uint64(0))
			if err = errors.Join(err, s.store.Close()); err != nil {
				s.Fatal(err)
			}
			for name, call := range calls {
				s.wraps(name, call(s.ctx), store.ErrClosed)
			}
		}},
	}...)
}

var errFailed = errors.New("storetest: the host gave up")
