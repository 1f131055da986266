package storetest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/store"
)

// event is one with what it must have.
func event(object string) audit.Event {
	return audit.Event{At: noon, Actor: audit.Individual("bob"), Action: "extension.update", Object: object, Outcome: audit.Succeeded}
}

// fullEvent has every field that a recorder fills.
func fullEvent(subject string) audit.Event {
	salts := rand.NewChaCha8([32]byte{1})
	personal := func(text string) audit.Value {
		v, err := audit.Personal(salts, text)
		if err != nil {
			panic(err)
		}
		return v
	}
	return audit.Event{
		At: noon, Actor: audit.Individual("bob"), OnBehalfOf: audit.Organization("abc"), Organization: "abc", Subject: subject,
		Action: audit.ActionUpdateIndividual, Realm: "customer", Node: "customer/individuals", Object: "ö-7", Address: personal("192.0.2.7"),
		Surface: "new", Outcome: audit.Failed, Reason: "conflict",
		Changes: []audit.Change{
			{Field: "email", Before: personal("steve@abc.example"), After: personal("š@abc.example")},
			{Field: "password", Before: audit.Secret(audit.SecretSet), After: audit.Secret(audit.SecretChanged)},
			{Field: "language", Before: audit.Plain("en"), After: audit.Plain("")},
		},
		Attributes: []audit.Attribute{{Name: "order", Value: audit.Plain("4711")}},
		Note:       personal("asked 'by' \"telephone\""),
	}
}

// record commits events to the chain of changes, each in a commit of its own.
func (s *suite) record(events ...audit.Event) (recorded []audit.Event) {
	s.Helper()
	for _, e := range events {
		s.update(func(tx store.Tx) error {
			e, err := tx.AppendEvent(s.ctx, e)
			recorded = append(recorded, e)
			return err
		})
	}
	return recorded
}

func (s *suite) recordSignIns(events ...audit.Event) (recorded []audit.Event) {
	s.Helper()
	for _, e := range events {
		e, err := s.store.RecordSignIn(s.ctx, e)
		if err != nil {
			s.Fatalf("RecordSignIn: %v", err)
		}
		recorded = append(recorded, e)
	}
	return recorded
}

// recordOn records events on either chain.
func (s *suite) recordOn(chain audit.Chain, events ...audit.Event) []audit.Event {
	s.Helper()
	if chain == audit.SignIns {
		return s.recordSignIns(events...)
	}
	return s.record(events...)
}

func (s *suite) events(filter audit.Filter) (events []audit.Event) {
	s.Helper()
	s.view(func(r store.Reader) (err error) {
		events, err = r.Events(s.ctx, filter)
		return err
	})
	return events
}

// verify holds a chain to its own start and head, and to kept heads.
func (s *suite) verify(chain audit.Chain, kept ...audit.Head) (report audit.Report) {
	s.Helper()
	s.view(func(r store.Reader) error {
		start, err := r.EventStart(s.ctx, chain)
		if err != nil {
			return err
		}
		head, err := r.EventHead(s.ctx, chain)
		if err != nil {
			return err
		}
		report, err = audit.Verify(store.AllEvents(s.ctx, r, audit.Filter{Chain: chain}), start, append(kept, head)...)
		return err
	})
	return report
}

var chains = []audit.Chain{audit.Changes, audit.SignIns}

// eventRules are about recording and listing the audit.
func eventRules() []rule {
	return []rule{
		{"events at first", "a chain without events begins and ends at its start", func(s *suite) {
			s.view(func(r store.Reader) error {
				for _, chain := range chains {
					start, err := r.EventStart(s.ctx, chain)
					if err != nil {
						return err
					}
					head, err := r.EventHead(s.ctx, chain)
					s.equal("start and head", []audit.Head{start, head}, []audit.Head{audit.Start(chain), audit.Start(chain)})
					if err != nil {
						return err
					}
				}
				return nil
			})
		}},
		{"events unknown chain", "a chain that is none of the two wraps ErrNotFound, and a filter must name one and make sense", func(s *suite) {
			s.view(func(r store.Reader) error {
				for _, chain := range []audit.Chain{"", "other"} {
					_, err := r.Events(s.ctx, audit.Filter{Chain: chain})
					s.wraps("Events", err, store.ErrNotFound)
					_, err = r.EventHead(s.ctx, chain)
					s.wraps("EventHead", err, store.ErrNotFound)
					_, err = r.EventStart(s.ctx, chain)
					s.wraps("EventStart", err, store.ErrNotFound)
				}
				if _, err := r.Events(s.ctx, audit.Filter{Chain: audit.Changes, Limit: -1}); err == nil {
					s.Fatal("a limit below 0: no error")
				}
				return nil
			})
			_, err := s.store.CutEvents(s.ctx, audit.Cut{Anchor: audit.Start("other"), At: noon}, audit.System("x"))
			s.wraps("CutEvents", err, store.ErrNotFound)
			_, err = s.store.EraseEvents(s.ctx, "other", "bob")
			s.wraps("EraseEvents", err, store.ErrNotFound)
		}},
		{"event of a commit", "an event appended in a commit has the commit's revision, is seen in the commit, alone makes one, and is not in the feed", func(s *suite) {
			s.update(func(tx store.Tx) error { return tx.PutClass(s.ctx, class("before", "x")) })
			forged := event("one")
			forged.Revision = 999
			var one, two audit.Event
			revision := s.update(func(tx store.Tx) (err error) {
				if one, err = tx.AppendEvent(s.ctx, forged); err != nil {
					return err
				}
				if two, err = tx.AppendEvent(s.ctx, event("two")); err != nil {
					return err
				}
				within, err := tx.Events(s.ctx, audit.Filter{Chain: audit.Changes})
				s.equal("seen in the commit", within, []audit.Event{one, two})
				if err != nil {
					return err
				}
				head, err := tx.EventHead(s.ctx, audit.Changes)
				s.equal("head in the commit", head, two.Head())
				return err
			})
			s.equal("revisions", []uint64{one.Revision, two.Revision}, []uint64{revision, revision})
			s.equal("events", s.events(audit.Filter{Chain: audit.Changes}), []audit.Event{one, two})
			s.equal("feed", len(s.changes(revision-1, 0)), 0)
		}},
		{"event of a sign-in", "a recorded sign-in is on a chain of its own, without a revision, and moves none", func(s *suite) {
			forged := event("one")
			forged.Revision = 999
			recorded := s.recordSignIns(forged)
			s.equal("revision of the event", recorded[0].Revision, uint64(0))
			s.equal("revision", s.revision(), uint64(0))
			s.equal("sign-ins", s.events(audit.Filter{Chain: audit.SignIns}), recorded)
			s.equal("changes", len(s.events(audit.Filter{Chain: audit.Changes})), 0)
		}},
		{"event round trip", "an event is read as it was recorded, every field of it, and so that its hash is right", func(s *suite) {
			for _, chain := range chains {
				given := fullEvent("steve")
				given.At = noon.Add(789).In(time.FixedZone("east", 3600))
				recorded := s.recordOn(chain, given)
				read := s.events(audit.Filter{Chain: chain})
				s.equal("read", read, recorded)
				want := fullEvent("steve")
				want.Chain, want.Sequence, want.Revision = chain, 1, recorded[0].Revision
				want.Previous, want.Hash = recorded[0].Previous, recorded[0].Hash
				s.equal("recorded", recorded[0], want)
				s.equal("verified", s.verify(chain).Events, uint64(1))
			}
		}},
		{"event copies", "what a caller does to an event after the call changes nothing stored", func(s *suite) {
			for _, chain := range chains {
				given := fullEvent("steve")
				recorded := s.recordOn(chain, given)
				for _, e := range append([]audit.Event{given}, append(recorded, s.events(audit.Filter{Chain: chain})...)...) {
					e.Changes[0].Field, e.Attributes[0].Name = "spoilt", "spoilt"
				}
				s.verify(chain)
			}
		}},
		{"event invalid", "an event that audit.Append does not take is refused, and the chain goes on without it", func(s *suite) {
			for _, chain := range chains {
				recorded := s.recordOn(chain, event("one"))
				for _, bad := range []audit.Event{{}, {At: noon, Actor: audit.Individual("bob"), Action: "x"}, recorded[0]} {
					if chain == audit.SignIns {
						_, err := s.store.RecordSignIn(s.ctx, bad)
						s.wraps("RecordSignIn", err, audit.ErrInvalidEvent)
						continue
					}
					s.refuse(audit.ErrInvalidEvent, func(tx store.Tx) error {
						_, err := tx.AppendEvent(s.ctx, bad)
						return err
					})
				}
				s.recordOn(chain, event("two"))
				s.equal("verified", s.verify(chain).Events, uint64(2))
			}
		}},
		{"event rolled back", "the events of a commit that fails were never there, and the chain goes on where it was", func(s *suite) {
			first := s.record(event("one"))
			failure := errors.New("the host changed its mind")
			s.refuse(failure, func(tx store.Tx) error {
				if _, err := tx.AppendEvent(s.ctx, event("lost")); err != nil {
					return err
				}
				return failure
			})
			second := s.record(event("two"))
			s.equal("events", s.events(audit.Filter{Chain: audit.Changes}), append(first, second...))
			s.verify(audit.Changes, first[0].Head())
		}},
		{"events of one state", "a View sees one state of the chain of changes throughout, whatever commits meanwhile", func(s *suite) {
			recorded := s.record(event("one"))
			done := make(chan error, 1)
			s.view(func(r store.Reader) error {
				go func() {
					_, err := s.store.Update(s.ctx, author, func(tx store.Tx) error {
						_, err := tx.AppendEvent(s.ctx, event("two"))
						return err
					})
					done <- err
				}()
				for range 100 {
					head, err := r.EventHead(s.ctx, audit.Changes)
					if err != nil {
						return err
					}
					s.equal("head", head, recorded[0].Head())
					events, err := r.Events(s.ctx, audit.Filter{Chain: audit.Changes})
					if err != nil {
						return err
					}
					s.equal("events", events, recorded)
				}
				return nil
			})
			if err := <-done; err != nil {
				s.Errorf("the commit beside the View: %v", err)
			}
		}},
		{"sign-in outlives a commit", "a sign-in that is recorded while a commit is under way stays when the commit fails", func(s *suite) {
			s.duringRollback(func() error {
				_, err := s.store.RecordSignIn(s.ctx, event("one"))
				return err
			})
			s.equal("verified", s.verify(audit.SignIns).Events, uint64(1))
		}},
		{"events under writers", "concurrent commits and sign-ins never fork a chain nor lose an event, and revisions on the chain of changes do not go back", func(s *suite) {
			const writers, each = 8, 20
			var wg sync.WaitGroup
			for w := range writers {
				wg.Go(func() {
					for i := range each {
						e := event(fmt.Sprintf("%d-%d", w, i))
						if _, err := s.retry(func(tx store.Tx) error {
							_, err := tx.AppendEvent(s.ctx, e)
							return err
						}); err != nil {
							s.Errorf("AppendEvent: %v", err)
							return
						}
						if _, err := s.store.RecordSignIn(s.ctx, e); err != nil {
							s.Errorf("RecordSignIn: %v", err)
							return
						}
					}
				})
			}
			wg.Wait()
			for _, chain := range chains {
				s.equal("verified", s.verify(chain).Events, uint64(writers*each))
				objects, last := make(map[string]bool), uint64(0)
				for _, e := range s.events(audit.Filter{Chain: chain, Limit: 1000}) {
					if e.Revision < last {
						s.Fatalf("revision %d after %d", e.Revision, last)
					}
					objects[e.Object], last = true, e.Revision
				}
				s.equal("objects", len(objects), writers*each)
			}
		}},
		{"event filters", "a filter chooses what audit.Filter says, in the order of sequences, from After on and no more than Limit", func(s *suite) {
			for _, chain := range chains {
				var given []audit.Event
				for i := range 12 {
					e := event(number(i))
					e.At = noon.Add(time.Duration(i) * time.Minute)
					e.Organization = []string{"", "abc", "xyz"}[i%3]
					e.Subject = []string{"steve", "adam"}[i%2]
					e.Node = []string{"customer", "customer/pbx", "customer/pbx/extensions", "customer/pbxx"}[i%4]
					e.Action = []audit.Action{"individual.create", "individual", "individuals.create"}[i%3]
					given = append(given, e)
				}
				given[7].Actor, given[8].OnBehalfOf = audit.Individual("steve"), audit.Individual("steve")
				recorded := s.recordOn(chain, given...)
				for _, f := range []audit.Filter{
					{}, {Organization: "abc"}, {Person: "steve"}, {Node: "customer/pbx"}, {Action: "individual"}, {From: noon.Add(3 * time.Minute)},
					{To: noon.Add(3 * time.Minute)}, {Organization: "abc", Person: "steve", Node: "customer", From: noon.Add(time.Minute), To: noon.Add(time.Hour)},
					{After: 4}, {After: 4, Person: "steve"}, {After: 99}, {Person: "nobody"},
				} {
					f.Chain = chain
					var want []audit.Event
					for _, e := range recorded {
						if f.Match(e) {
							want = append(want, e)
						}
					}
					s.equal(fmt.Sprintf("filter %+v", f), s.events(f), want)
					f.Limit = 2
					s.equal(fmt.Sprintf("filter %+v", f), s.events(f), want[:min(2, len(want))])
				}
			}
		}},
		{"event pages", "a listing without a limit holds DefaultPage events, and page by page it is complete", func(s *suite) {
			const total = 2*store.DefaultPage + 5
			s.update(func(tx store.Tx) error {
				for i := range total {
					if _, err := tx.AppendEvent(s.ctx, event(number(i))); err != nil {
						return err
					}
				}
				return nil
			})
			s.equal("without a limit", len(s.events(audit.Filter{Chain: audit.Changes})), store.DefaultPage)
			for _, limit := range []int{1, 7, total, total + 1} {
				f, n := audit.Filter{Chain: audit.Changes, Limit: limit}, 0
				for {
					page := s.events(f)
					for _, e := range page {
						n++
						s.equal("sequence", e.Sequence, uint64(n))
						f.After = e.Sequence
					}
					if len(page) < limit {
						break
					}
				}
				s.equal("events", n, total)
			}
		}},
	}
}
