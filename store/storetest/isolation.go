package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// isolationRules are about commits and views that run at once.
func isolationRules() []rule {
	return []rule{
		{"write skew", "commits that each decide by records which the other writes do not both go through on the same state", func(s *suite) {
			// As many lamps as writers: each puts out its own if another is lit.
			const writers, rounds = 6, 12
			s.update(func(tx store.Tx) error {
				for w := range writers {
					if err := tx.PutClass(s.ctx, class(number(w), "lit")); err != nil {
						return err
					}
				}
				return nil
			})
			lit := func(r store.Reader) (n int, err error) {
				lamps, err := r.Classes(s.ctx, store.Page{})
				for _, lamp := range lamps {
					if lamp.Name == "lit" {
						n++
					}
				}
				return n, err
			}
			var wg sync.WaitGroup
			for w := range writers {
				wg.Go(func() {
					for range rounds {
						_, err := s.retry(func(tx store.Tx) error {
							n, err := lit(tx)
							if err != nil {
								return err
							}
							lamp, err := tx.Class(s.ctx, number(w))
							if err != nil {
								return err
							}
							switch {
							case lamp.Name == "out":
								lamp.Name = "lit"
							case n > 1:
								lamp.Name = "out"
							}
							return tx.PutClass(s.ctx, lamp)
						})
						if err != nil {
							s.Errorf("Update: %v", err)
							return
						}
						s.view(func(r store.Reader) error {
							n, err := lit(r)
							if err == nil && n == 0 {
								s.Error("all lamps are out, and no commit would have put out the last")
							}
							return err
						})
					}
				})
			}
			wg.Wait()
		}},
		{"phantom", "commits that count what is there before they add to it never go beyond the bound together", func(s *suite) {
			const writers, bound = 12, 5
			var wg sync.WaitGroup
			for w := range writers {
				wg.Go(func() {
					_, err := s.retry(func(tx store.Tx) error {
						there, err := tx.Classes(s.ctx, store.Page{})
						if err != nil || len(there) == bound {
							return err
						}
						return tx.PutClass(s.ctx, class(number(w), "x"))
					})
					if err != nil {
						s.Errorf("Update: %v", err)
					}
				})
			}
			wg.Wait()
			s.view(func(r store.Reader) error {
				there, err := r.Classes(s.ctx, store.Page{})
				s.equal("records", len(there), bound)
				return err
			})
		}},
		{"view has no phantoms", "a View's listings, filters and logins show one state, whatever commits meanwhile", func(s *suite) {
			member := func(n int) individuals.Individual {
				p := person(n)
				p.Realm, p.Login = "customer", fmt.Sprintf("login-%d", n)
				return p
			}
			revision := s.update(func(tx store.Tx) error {
				for n := range 5 {
					if err := tx.PutIndividual(s.ctx, member(n)); err != nil {
						return err
					}
				}
				return nil
			})
			done := make(chan error, 1)
			s.view(func(r store.Reader) error {
				go func() {
					_, err := s.store.Update(s.ctx, author, func(tx store.Tx) error {
						if err := tx.DeleteIndividual(s.ctx, number(2), revision); err != nil {
							return err
						}
						return tx.PutIndividual(s.ctx, member(7))
					})
					done <- err
				}()
				for range 50 {
					all, err := r.Individuals(s.ctx, store.IndividualFilter{Organization: "abc"}, store.Page{})
					if err != nil {
						return err
					}
					s.equal("people in the View", ids(all, nil), sequence("record-%04d", 5))
					if _, err := r.IndividualByLogin(s.ctx, "", "customer", "login-2"); err != nil {
						return err
					}
					if _, err := r.IndividualByLogin(s.ctx, "", "customer", "login-7"); !errors.Is(err, store.ErrNotFound) {
						s.Fatalf("a login of a later commit: %v", err)
					}
				}
				return nil
			})
			if err := <-done; err != nil {
				s.Errorf("the commit beside the View: %v", err)
			}
		}},
		{"unseen before its end", "what a commit writes is seen by nobody else before it is done", func(s *suite) {
			before := s.update(func(tx store.Tx) error { return tx.PutClass(s.ctx, class("a", "old")) })
			s.update(func(tx store.Tx) error {
				c := class("a", "new")
				c.Revision = before
				if err := tx.PutClass(s.ctx, c); err != nil {
					return err
				}
				if err := tx.PutClass(s.ctx, class("b", "new")); err != nil {
					return err
				}
				s.view(func(r store.Reader) error {
					all, err := r.Classes(s.ctx, store.Page{})
					s.equal("classes", all, []individuals.Class{{ID: "a", Name: "old", Revision: before}})
					s.equal("revision", r.Revision(), before)
					return err
				})
				feed, err := s.store.Changes(s.ctx, before, 0)
				s.equal("feed", len(feed.Changes), 0)
				s.equal("through", feed.Through, before)
				return err
			})
		}},
		{"waiting ends with its context", "an Update whose context ends while another is under way gives that error, or ErrConflict, and writes nothing", func(s *suite) {
			ctx, cancel := context.WithCancel(s.ctx)
			done := make(chan error, 1)
			s.update(func(tx store.Tx) error {
				go func() {
					_, err := s.store.Update(ctx, author, func(tx store.Tx) error {
						<-ctx.Done() // the store let it begin at once
						return tx.PutClass(ctx, class("late", "x"))
					})
					done <- err
				}()
				if err := tx.PutClass(s.ctx, class("early", "x")); err != nil {
					return err
				}
				cancel()
				if err := <-done; !errors.Is(err, context.Canceled) && !errors.Is(err, store.ErrConflict) {
					s.Errorf("the Update that waited: %v", err)
				}
				return nil
			})
			s.view(func(r store.Reader) error {
				_, err := r.Class(s.ctx, "late")
				s.wraps("what it would have written", err, store.ErrNotFound)
				return nil
			})
		}},
		{"refused calls", "a call that is refused within a commit writes nothing of it, and the commit goes on without the call", func(s *suite) {
			first := s.update(func(tx store.Tx) error {
				if err := tokenNeeds(s.ctx, tx); err != nil {
					return err
				}
				taken := person(7)
				taken.Realm, taken.Login = "customer", "bob"
				return errors.Join(tx.PutIndividual(s.ctx, taken), tx.PutClass(s.ctx, class("a", "1")),
					tx.PutGrant(s.ctx, individuals.Grant{Individual: number(1), Organization: "abc"}.WithRole("r")))
			})
			rival := person(8)
			rival.Realm, rival.Login = "customer", "BOB"
			second := s.update(func(tx store.Tx) error {
				stale := class("a", "2")
				stale.Revision = first + 1000
				for what, err := range map[string]error{
					"duplicate":        tx.PutClass(s.ctx, class("a", "2")),
					"stale":            tx.PutClass(s.ctx, stale),
					"invalid":          tx.PutClass(s.ctx, class("", "2")),
					"login":            tx.PutIndividual(s.ctx, rival),
					"nobody's grant":   tx.PutGrant(s.ctx, individuals.Grant{Individual: "nobody", Organization: "abc"}.WithRole("r")),
					"nobody's token":   tx.PutToken(s.ctx, token("t", "nobody", "")),
					"in use":           tx.DeleteIndividual(s.ctx, number(1), first),
					"absent":           tx.DeleteRole(s.ctx, "absent", 1),
					"orphan":           tx.PutEntity(s.ctx, scope.Entity{ID: "orphan", Kind: "customer", Parent: "nowhere"}),
					"unknown to touch": tx.Touch(s.ctx, store.Kind(99), "x"),
				} {
					if err == nil {
						s.Errorf("%s: no error", what)
					}
				}
				return tx.PutClass(s.ctx, class("b", "1"))
			})
			s.equal("feed", s.changes(first, 0), []store.Change{{Revision: second, Kind: store.Classes, ID: "b"}})
			s.view(func(r store.Reader) error {
				classes, err := r.Classes(s.ctx, store.Page{})
				s.equal("classes", classes, []individuals.Class{{ID: "a", Name: "1", Revision: first}, {ID: "b", Name: "1", Revision: second}})
				return err
			})
		}},
	}
}
