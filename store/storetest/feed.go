package storetest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/durward-go/durward/store"
)

// feedRules are about Changes and Watch.
func feedRules() []rule {
	return []rule{
		{"feed whole commits", "a commit's changes come together however small the limit, and in the order of revisions", func(s *suite) {
			for c := range 5 {
				s.update(func(tx store.Tx) error {
					for n := range 4 {
						if err := tx.PutClass(s.ctx, class(number(4*c+n), "x")); err != nil {
							return err
						}
					}
					return nil
				})
			}
			for _, limit := range []int{1, 3, 4, 5, 100} {
				feed, err := s.store.Changes(s.ctx, 0, limit)
				if err != nil {
					s.Fatal(err)
				}
				if len(feed.Changes)%4 != 0 || len(feed.Changes) == 0 {
					s.Fatalf("limit %d: %d changes, which is not whole commits", limit, len(feed.Changes))
				}
				all := s.changes(0, limit)
				if len(all) != 20 {
					s.Fatalf("limit %d: %d changes in all, want 20", limit, len(all))
				}
				for i := 1; i < len(all); i++ {
					if all[i].Revision < all[i-1].Revision {
						s.Fatalf("limit %d: revision %d after %d", limit, all[i].Revision, all[i-1].Revision)
					}
				}
			}
		}},
		{"feed says where it is", "Through is the latest revision when there is no more, and the one asked for when nothing is new", func(s *suite) {
			revision := s.update(func(tx store.Tx) error { return tx.PutClass(s.ctx, class("a", "x")) })
			for _, after := range []uint64{0, revision} {
				feed, err := s.store.Changes(s.ctx, after, 0)
				if err != nil {
					s.Fatal(err)
				}
				s.equal("through", feed.Through, revision)
				s.equal("more", feed.More, false)
			}
		}},
		{"feed once", "a record written several times in one commit is one change", func(s *suite) {
			s.update(func(tx store.Tx) error {
				if err := tx.Touch(s.ctx, store.Classes, "a"); err != nil {
					return err
				}
				return tx.PutClass(s.ctx, class("a", "x"))
			})
			s.equal("changes", len(s.changes(0, 0)), 1)
			const others = 40 // written in between
			s.update(func(tx store.Tx) error {
				for round := range 2 {
					for i := range others {
						c := class(fmt.Sprint("c", i), fmt.Sprint(round))
						if had, err := tx.Class(s.ctx, c.ID); err == nil {
							c.Revision = had.Revision
						}
						if err := tx.PutClass(s.ctx, c); err != nil {
							return err
						}
					}
				}
				return nil
			})
			s.equal("changes", len(s.changes(0, 0)), 1+others)
		}},
		{"feed under writers", "a reader that polls while others write loses nothing and sees nothing twice", func(s *suite) {
			const writers, each = 8, 40
			var wg sync.WaitGroup
			for w := range writers {
				wg.Go(func() {
					for i := range each {
						if _, err := s.retry(func(tx store.Tx) error { return tx.PutClass(s.ctx, class(number(w*each+i), "x")) }); err != nil {
							s.Errorf("Update: %v", err)
							return
						}
					}
				})
			}
			seen := make(map[string]uint64)
			var after uint64
			deadline := time.Now().Add(time.Minute)
			for len(seen) < writers*each && time.Now().Before(deadline) && !s.Failed() {
				feed, err := s.store.Changes(s.ctx, after, 3)
				if err != nil {
					s.Fatal(err)
				}
				for _, c := range feed.Changes {
					if c.Revision <= after || seen[c.ID] != 0 {
						s.Fatalf("%q of revision %d came again after %d", c.ID, c.Revision, after)
					}
					seen[c.ID] = c.Revision
				}
				after = feed.Through
			}
			wg.Wait()
			s.equal("changes seen", len(seen), writers*each)
		}},
		{"watch", "a store that can be watched has told its watchers when Update returns, and not after stop", func(s *suite) {
			w, ok := s.store.(store.Watcher)
			if !ok {
				s.Skip("the store is not a store.Watcher, which is allowed")
			}
			var told atomic.Uint64
			stop := w.Watch(func(revision uint64) { told.Store(max(told.Load(), revision)) })
			for n := range 20 {
				revision := s.update(func(tx store.Tx) error { return tx.PutClass(s.ctx, class(number(n), "x")) })
				if told.Load() < revision {
					s.Fatalf("told of %d when Update returned %d", told.Load(), revision)
				}
			}
			stop()
			before := told.Load()
			s.update(func(tx store.Tx) error { return tx.PutClass(s.ctx, class("after", "x")) })
			s.equal("told after stop", told.Load(), before)
		}},
	}
}
