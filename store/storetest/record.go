package storetest

import (
	"context"
	"errors"

	"github.com/durward-go/durward/store"
)

// recordRules are those that every kind of records follows.
func recordRules() []rule {
	var rules []rule
	for _, k := range kinds() {
		add := func(name, sentence string, test func(s *suite)) {
			rules = append(rules, rule{name: k.name + " " + name, sentence: sentence, test: func(s *suite) {
				s.Helper()
				err := s.store.View(s.ctx, func(store.Reader) error { return nil })
				if err != nil {
					s.Fatalf("View of an empty store: %v", err)
				}
				s.need(k)
				test(s)
			}})
		}
		add("absent", "reading, and deleting, what is not there wraps ErrNotFound", func(s *suite) {
			s.view(func(r store.Reader) error {
				_, err := k.get(s.ctx, r, 1)
				s.wraps("reading", err, store.ErrNotFound)
				return nil
			})
			s.refuse(store.ErrNotFound, func(tx store.Tx) error { return k.remove(s.ctx, tx, 1, 1) })
		})
		add("round trip", "what is read is what was written, every field of it", func(s *suite) {
			s.put(k, k.make(1, 1))
			s.equal("read", s.read(k, 1), unstamped(k.make(1, 1)))
		})
		add("update", "a Put with the stored revision replaces the record, and stamps it with the commit's", func(s *suite) {
			first := s.put(k, k.make(1, 1))
			second := s.put(k, k.revised(k.make(1, 2), first))
			if second <= first {
				s.Fatalf("the revision went from %d to %d", first, second)
			}
			s.equal("read", s.read(k, 1), unstamped(k.make(1, 2)))
			s.refuse(store.ErrConflict, func(tx store.Tx) error { return k.put(s.ctx, tx, k.revised(k.make(1, 3), first)) })
			s.put(k, k.revised(k.make(1, 3), second))
		})
		add("duplicate", "a Put with revision 0 of what is there wraps ErrConflict and changes nothing", func(s *suite) {
			s.put(k, k.make(1, 1))
			s.refuse(store.ErrConflict, func(tx store.Tx) error { return k.put(s.ctx, tx, k.make(1, 2)) })
			s.equal("read", s.read(k, 1), unstamped(k.make(1, 1)))
		})
		add("put after delete", "a Put with the revision of what is gone wraps ErrConflict; with revision 0 it creates", func(s *suite) {
			revision := s.put(k, k.make(1, 1))
			s.update(func(tx store.Tx) error { return k.remove(s.ctx, tx, 1, revision) })
			s.refuse(store.ErrConflict, func(tx store.Tx) error { return k.put(s.ctx, tx, k.revised(k.make(1, 2), revision)) })
			s.put(k, k.make(1, 4))
			s.equal("read", s.read(k, 1), unstamped(k.make(1, 4)))
		})
		add("stale delete", "a Delete with another revision than the stored one wraps ErrConflict", func(s *suite) {
			first := s.put(k, k.make(1, 1))
			second := s.put(k, k.revised(k.make(1, 2), first))
			s.refuse(store.ErrConflict, func(tx store.Tx) error { return k.remove(s.ctx, tx, 1, first) })
			s.update(func(tx store.Tx) error { return k.remove(s.ctx, tx, 1, second) })
		})
		add("invalid", "a record that is not valid is refused", func(s *suite) {
			s.refuse(nil, func(tx store.Tx) error { return k.put(s.ctx, tx, k.broken) })
		})
		add("copies", "what a caller does to a record after the call changes nothing stored", func(s *suite) {
			record := k.make(1, 1)
			s.update(func(tx store.Tx) error {
				if err := k.put(s.ctx, tx, record); err != nil {
					return err
				}
				k.spoil(record)
				within, err := k.get(s.ctx, tx, 1)
				if err == nil {
					k.spoil(within)
				}
				return err
			})
			s.view(func(r store.Reader) error {
				read, err := k.get(s.ctx, r, 1)
				k.spoil(read)
				return err
			})
			s.equal("read", s.read(k, 1), unstamped(k.make(1, 1)))
		})
		add("own writes", "a commit sees its own writes, and nobody else does before it is done", func(s *suite) {
			s.update(func(tx store.Tx) error {
				if err := k.put(s.ctx, tx, k.make(1, 1)); err != nil {
					return err
				}
				if got, err := k.get(s.ctx, tx, 1); err != nil {
					s.Fatalf("reading in the commit: %v", err)
				} else {
					s.equal("read in the commit", unstamped(got), unstamped(k.make(1, 1)))
				}
				return nil
			})
		})
		add("rolled back", "a commit whose function fails leaves nothing", func(s *suite) {
			failure := errors.New("the host changed its mind")
			s.refuse(failure, func(tx store.Tx) error {
				if err := k.put(s.ctx, tx, k.make(1, 1)); err != nil {
					return err
				}
				return failure
			})
			s.view(func(r store.Reader) error {
				_, err := k.get(s.ctx, r, 1)
				s.wraps("reading what was rolled back", err, store.ErrNotFound)
				return nil
			})
		})
		if k.change == nil {
			add("not in the feed", "writing a record of a kind that is not in the feed is a commit with a revision and without changes", func(s *suite) {
				before := s.revision()
				first := s.put(k, k.make(1, 1))
				second := s.put(k, k.revised(k.make(1, 2), first))
				third := s.update(func(tx store.Tx) error { return k.remove(s.ctx, tx, 1, second) })
				if first <= before || third <= second {
					s.Fatalf("the revision went from %d to %d, %d and %d", before, first, second, third)
				}
				s.equal("feed", len(s.changes(before, 0)), 0)
				feed, err := s.store.Changes(s.ctx, before, 0)
				if err != nil {
					s.Fatal(err)
				}
				s.equal("through", feed.Through, third)
			})
		} else {
			add("in the feed", "creating, changing and deleting a record are in the feed with their revisions", func(s *suite) {
				before := s.revision()
				first := s.put(k, k.make(1, 1))
				second := s.put(k, k.revised(k.make(1, 2), first))
				third := s.update(func(tx store.Tx) error { return k.remove(s.ctx, tx, 1, second) })
				var want []store.Change
				for _, revision := range []uint64{first, second, third} {
					c := k.change(1)
					c.Revision = revision
					want = append(want, c)
				}
				s.equal("feed", s.changes(before, 0), want)
			})
		}
		if k.list == nil {
			continue
		}
		add("pages", "a listing is in the byte order of IDs, complete, without repeats, at any page size", func(s *suite) {
			s.update(func(tx store.Tx) error {
				for n := 118; n >= 0; n -= 2 { // not in their order
					if err := k.put(s.ctx, tx, k.make(n, 0)); err != nil {
						return err
					}
				}
				return nil
			})
			for _, limit := range []int{1, 7, 60, 1000} {
				var got []any
				s.view(func(r store.Reader) error {
					for after := -1; ; {
						some, err := k.list(s.ctx, r, after, limit)
						if err != nil {
							return err
						}
						if len(some) > limit {
							s.Fatalf("%d records on a page of %d", len(some), limit)
						}
						got = append(got, some...)
						if len(some) < limit {
							return nil
						}
						after = 2*len(got) - 2
					}
				})
				if len(got) != 60 {
					s.Fatalf("pages of %d: %d records, want 60", limit, len(got))
				}
				for i := range got {
					s.equal("record", unstamped(got[i]), unstamped(k.make(2*i, 0)))
				}
			}
		})
	}
	return rules
}

func (s *suite) need(k kind) {
	s.Helper()
	s.update(func(tx store.Tx) error { return k.need(s.ctx, tx) })
}

func (s *suite) put(k kind, record any) uint64 {
	s.Helper()
	return s.update(func(tx store.Tx) error { return k.put(s.ctx, tx, record) })
}

func (s *suite) read(k kind, n int) any {
	s.Helper()
	var record any
	s.view(func(r store.Reader) (err error) {
		record, err = k.get(context.WithoutCancel(s.ctx), r, n)
		return err
	})
	return unstamped(record)
}
