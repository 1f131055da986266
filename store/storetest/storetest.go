// Package storetest holds a store to the rules of package store. It uses the
// standard library only.
//
//	func TestStore(t *testing.T) {
//		storetest.Run(t, func(t *testing.T) store.Store { return mystore.New(t) })
//	}
package storetest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"

	"github.com/durward-go/durward/store"
)

// Run runs one subtest a rule, each on a store of its own. open returns an
// empty store and arranges for its end, with t.Cleanup, itself. Run may be
// called from several tests at once.
func Run(t *testing.T, open func(t *testing.T) store.Store) {
	t.Helper()
	for _, group := range [][]rule{
		recordRules(), referenceRules(), commitRules(), isolationRules(), feedRules(), listingRules(), pagingRules(), identifierRules(), oddRules(),
		credentialRules(), tokenRules(), outboxRules(), attemptRules(), stepRules(), eventRules(), retentionRules(), besideRules(), historyRules(), modelRules(), bulkRules(), overrideRules(),
	} {
		for _, r := range group {
			t.Run(r.name, func(t *testing.T) {
				t.Parallel()
				r.check(&suite{T: t, ctx: t.Context(), store: open(t)})
			})
		}
	}
}

// A rule is one sentence that a store must make true. The sentence is the
// subtest's name in short and is told in full when it fails.
type rule struct {
	name     string
	sentence string
	test     func(s *suite)
}

func (r rule) check(s *suite) {
	defer func() {
		if s.Failed() {
			s.Logf("the rule: %s", r.sentence)
		}
	}()
	r.test(s)
}

// A suite is one store under test.
type suite struct {
	*testing.T
	ctx   context.Context
	store store.Store
}

var author = store.Author{ID: "storetest"}

// update commits fn and fails the test where that fails.
func (s *suite) update(fn func(tx store.Tx) error) uint64 {
	s.Helper()
	revision, err := s.store.Update(s.ctx, author, fn)
	if err != nil {
		s.Fatalf("Update: %v", err)
	}
	return revision
}

// refuse commits fn and fails the test unless that gives an error, which
// wraps want where want is not nil, and changes nothing.
func (s *suite) refuse(want error, fn func(tx store.Tx) error) {
	s.Helper()
	before := s.revision()
	_, err := s.store.Update(s.ctx, author, fn)
	if err == nil {
		s.Fatalf("Update: no error, want one")
	}
	if want != nil && !errors.Is(err, want) {
		s.Fatalf("Update: error %q, want one that wraps %q", err, want)
	}
	if after := s.revision(); after != before {
		s.Fatalf("a refused Update moved the revision from %d to %d", before, after)
	}
}

// view reads and fails the test where that fails.
func (s *suite) view(fn func(r store.Reader) error) {
	s.Helper()
	if err := s.store.View(s.ctx, fn); err != nil {
		s.Fatalf("View: %v", err)
	}
}

func (s *suite) revision() (revision uint64) {
	s.Helper()
	s.view(func(r store.Reader) error {
		revision = r.Revision()
		return nil
	})
	return revision
}

// changes reads the whole feed after a revision, with the given limit a call.
func (s *suite) changes(after uint64, limit int) []store.Change {
	s.Helper()
	var all []store.Change
	for range 10_000 {
		feed, err := s.store.Changes(s.ctx, after, limit)
		if err != nil {
			s.Fatalf("Changes after %d: %v", after, err)
		}
		all = append(all, feed.Changes...)
		if feed.Through < after {
			s.Fatalf("Changes after %d: through %d", after, feed.Through)
		}
		if feed.More && feed.Through == after {
			s.Fatalf("Changes after %d: more, but no way on", after)
		}
		after = feed.Through
		if !feed.More {
			return all
		}
	}
	s.Fatal("the feed does not end")
	return nil
}

func (s *suite) equal(what string, got, want any) {
	s.Helper()
	if !reflect.DeepEqual(got, want) {
		s.Fatalf("%s:\n got %s\nwant %s", what, show(got), show(want))
	}
}

func (s *suite) wraps(what string, err, want error) {
	s.Helper()
	if !errors.Is(err, want) {
		s.Fatalf("%s: error %v, want one that wraps %q", what, err, want)
	}
}

func show(v any) string { return fmt.Sprintf("%+v", v) }
