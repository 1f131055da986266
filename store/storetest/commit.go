package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/store"
)

func class(id, name string) individuals.Class { return individuals.Class{ID: id, Name: name} }

// commitRules are about View and Update themselves.
func commitRules() []rule {
	return []rule{
		{"empty", "an empty store is at revision 0, has an empty feed, and lists nothing", func(s *suite) {
			s.equal("revision", s.revision(), uint64(0))
			s.equal("feed", len(s.changes(0, 0)), 0)
			s.view(func(r store.Reader) error {
				classes, err := r.Classes(s.ctx, store.Page{})
				s.equal("classes", len(classes), 0)
				return err
			})
		}},
		{"nothing written", "an Update that writes nothing commits nothing", func(s *suite) {
			before := s.update(func(tx store.Tx) error { return tx.PutClass(s.ctx, class("c", "1")) })
			after := s.update(func(store.Tx) error { return nil })
			s.equal("revision", after, before)
			s.equal("feed", len(s.changes(before, 0)), 0)
		}},
		{"all or nothing", "a commit that fails midway leaves none of its writes", func(s *suite) {
			s.refuse(store.ErrConflict, func(tx store.Tx) error {
				for _, id := range []string{"a", "b", "a"} {
					if err := tx.PutClass(s.ctx, class(id, "1")); err != nil {
						return err
					}
				}
				return nil
			})
			s.view(func(r store.Reader) error {
				classes, err := r.Classes(s.ctx, store.Page{})
				s.equal("classes", len(classes), 0)
				return err
			})
		}},
		{"panic", "a function that panics leaves nothing, and the store goes on", func(s *suite) {
			func() {
				defer func() {
					if recover() == nil {
						s.Fatal("the panic was swallowed")
					}
				}()
				_, _ = s.store.Update(s.ctx, author, func(tx store.Tx) error {
					if err := tx.PutClass(s.ctx, class("a", "1")); err != nil {
						return err
					}
					panic("the host fell over")
				})
			}()
			s.update(func(tx store.Tx) error { return tx.PutClass(s.ctx, class("a", "2")) })
		}},
		{"view is one state", "a View sees one state throughout, whatever commits meanwhile", func(s *suite) {
			revision := s.update(func(tx store.Tx) error { return tx.PutClass(s.ctx, class("a", "old")) })
			done := make(chan error, 1)
			s.view(func(r store.Reader) error {
				first, err := r.Class(s.ctx, "a")
				if err != nil {
					return err
				}
				go func() {
					_, err := s.store.Update(s.ctx, author, func(tx store.Tx) error {
						c := class("a", "new")
						c.Revision = revision
						if err := tx.PutClass(s.ctx, c); err != nil {
							return err
						}
						return tx.PutClass(s.ctx, class("b", "new"))
					})
					done <- err
				}()
				// A store may make the writer wait for the View, so do not wait
				// for the writer here.
				for range 100 {
					again, err := r.Class(s.ctx, "a")
					if err != nil {
						return err
					}
					s.equal("the class in the View", again, first)
					if _, err := r.Class(s.ctx, "b"); !errors.Is(err, store.ErrNotFound) {
						s.Fatalf("the View sees half of a later commit: %v", err)
					}
					s.equal("the View's revision", r.Revision(), revision)
				}
				return nil
			})
			if err := <-done; err != nil {
				s.Errorf("the commit beside the View: %v", err)
			}
		}},
		{"read your writes", "a View that begins after an Update returned sees what it wrote", func(s *suite) {
			for n := range 50 {
				revision := s.update(func(tx store.Tx) error { return tx.PutClass(s.ctx, class(number(n), "x")) })
				s.view(func(r store.Reader) error {
					if r.Revision() < revision {
						s.Fatalf("the View is at revision %d after %d was returned", r.Revision(), revision)
					}
					_, err := r.Class(s.ctx, number(n))
					return err
				})
			}
		}},
		{"lost update", "of concurrent writers who read the same revision one wins, the others get ErrConflict, and no increment is lost", func(s *suite) {
			s.update(func(tx store.Tx) error { return tx.PutClass(s.ctx, class("counter", "0")) })
			const writers, each = 8, 25
			var wg sync.WaitGroup
			for range writers {
				wg.Go(func() {
					for range each {
						if err := s.increment("counter"); err != nil {
							s.Errorf("increment: %v", err)
							return
						}
					}
				})
			}
			wg.Wait()
			s.view(func(r store.Reader) error {
				c, err := r.Class(s.ctx, "counter")
				s.equal("counter", c.Name, fmt.Sprint(writers*each))
				return err
			})
		}},
		{"revisions", "concurrent commits have revisions of their own, and each commit's feed holds its record", func(s *suite) {
			const writers, each = 8, 20
			var mu sync.Mutex
			wrote := make(map[uint64]string)
			var wg sync.WaitGroup
			for w := range writers {
				wg.Go(func() {
					for i := range each {
						id := fmt.Sprintf("%d-%d", w, i)
						revision, err := s.retry(func(tx store.Tx) error { return tx.PutClass(s.ctx, class(id, "x")) })
						if err != nil {
							s.Errorf("Update: %v", err)
							return
						}
						mu.Lock()
						if other, taken := wrote[revision]; taken {
							s.Errorf("revision %d was given to %q and %q", revision, other, id)
						}
						wrote[revision] = id
						mu.Unlock()
					}
				})
			}
			wg.Wait()
			changes := s.changes(0, 7)
			s.equal("changes", len(changes), writers*each)
			for _, c := range changes {
				s.equal("record of the commit", wrote[c.Revision], c.ID)
			}
		}},
		{"cancelled", "a cancelled context gives its error and changes nothing", func(s *suite) {
			ctx, cancel := context.WithCancel(s.ctx)
			cancel()
			if err := s.store.View(ctx, func(store.Reader) error { return nil }); !errors.Is(err, context.Canceled) {
				s.Fatalf("View: %v", err)
			}
			if _, err := s.store.Changes(ctx, 0, 0); !errors.Is(err, context.Canceled) {
				s.Fatalf("Changes: %v", err)
			}
			ctx, cancel = context.WithCancel(s.ctx)
			if _, err := s.store.Update(ctx, author, func(tx store.Tx) error {
				defer cancel()
				return tx.PutClass(ctx, class("a", "1"))
			}); !errors.Is(err, context.Canceled) {
				s.Fatalf("Update cancelled before its commit: %v", err)
			}
			s.equal("revision", s.revision(), uint64(0))
		}},
		{"after its end", "a reader is of no use after its View, and a tx after its Update", func(s *suite) {
			var reader store.Reader
			var writer store.Tx
			s.view(func(r store.Reader) error { reader = r; return nil })
			s.update(func(tx store.Tx) error { writer = tx; return tx.PutClass(s.ctx, class("a", "1")) })
			if _, err := reader.Class(s.ctx, "a"); err == nil || errors.Is(err, store.ErrNotFound) {
				s.Errorf("reading after the View: %v", err)
			}
			if err := writer.PutClass(s.ctx, class("b", "1")); err == nil {
				s.Errorf("writing after the Update: no error")
			}
		}},
		{"closed", "after Close every call gives ErrClosed", func(s *suite) {
			if err := s.store.Close(); err != nil {
				s.Fatalf("Close: %v", err)
			}
			s.wraps("View", s.store.View(s.ctx, func(store.Reader) error { return nil }), store.ErrClosed)
			_, err := s.store.Update(s.ctx, author, func(store.Tx) error { return nil })
			s.wraps("Update", err, store.ErrClosed)
			_, err = s.store.Changes(s.ctx, 0, 0)
			s.wraps("Changes", err, store.ErrClosed)
		}},
	}
}

// retry runs an Update until it is no conflict.
func (s *suite) retry(fn func(tx store.Tx) error) (uint64, error) {
	for {
		revision, err := s.store.Update(s.ctx, author, fn)
		if !errors.Is(err, store.ErrConflict) {
			return revision, err
		}
	}
}

// increment reads outside of the commit and writes by compare-and-set.
func (s *suite) increment(id string) error {
	for {
		var c individuals.Class
		err := s.store.View(s.ctx, func(r store.Reader) (err error) {
			c, err = r.Class(s.ctx, id)
			return err
		})
		if err != nil {
			return err
		}
		var n int
		if _, err := fmt.Sscan(c.Name, &n); err != nil {
			return err
		}
		c.Name = fmt.Sprint(n + 1)
		_, err = s.store.Update(s.ctx, author, func(tx store.Tx) error { return tx.PutClass(s.ctx, c) })
		if !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
}
