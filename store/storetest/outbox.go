package storetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/durward-go/durward/store"
)

func message(purpose string) store.Message {
	return store.Message{Individual: number(1), Organization: "abc", Purpose: purpose, Language: "cs", Sealed: []byte("\x00sealed\xff " + purpose), Created: noon}
}

// send commits messages and returns them as they were assigned.
func (s *suite) send(messages ...store.Message) (sent []store.Message) {
	s.Helper()
	s.update(func(tx store.Tx) error {
		for _, m := range messages {
			m, err := tx.PutMessage(s.ctx, m)
			if err != nil {
				return err
			}
			sent = append(sent, m)
		}
		return nil
	})
	return sent
}

func (s *suite) due(now time.Time, limit int) []store.Message {
	s.Helper()
	messages, err := s.store.DueMessages(s.ctx, now, limit)
	if err != nil {
		s.Fatalf("DueMessages: %v", err)
	}
	return messages
}

// plain is a message as rules compare it: a message prints without its content.
func plain(messages ...store.Message) []string {
	var out []string
	for _, m := range messages {
		out = append(out, fmt.Sprintf("%d %s %s %s %s %q %v %v %d %q v%d", m.ID, m.Individual, m.Organization, m.Purpose, m.Language, m.Sealed, m.Created, m.NotBefore, m.Tries, m.LastError, m.Version))
	}
	return out
}

func purposes(messages []store.Message) (out []string) {
	for _, m := range messages {
		out = append(out, m.Purpose)
	}
	return out
}

// outboxRules are about messages.
func outboxRules() []rule {
	return []rule{
		{"message assigned", "a message gets an ID larger than every earlier one's and version 1, and is kept as it was given", func(s *suite) {
			forged := message("forged")
			forged.ID, forged.Version, forged.Tries = 99, 99, 2
			forged.NotBefore = noon.Add(789 * time.Nanosecond).In(time.FixedZone("east", 3600))
			sent := s.send(forged, message("second"))
			sent = append(sent, s.send(message("third"))...)
			for i, m := range sent {
				if m.Version != 1 || m.ID == 0 || i > 0 && m.ID <= sent[i-1].ID {
					s.Fatalf("message %d: %v, version %d, after %v", i, m, m.Version, sent[max(i, 1)-1])
				}
			}
			want := message("forged")
			want.ID, want.Version, want.Tries, want.NotBefore = sent[0].ID, 1, 2, noon
			s.equal("returned", plain(sent[0]), plain(want))
			s.equal("stored", plain(s.due(noon, 0)...), plain(sent[1], sent[2], want))
		}},
		{"message with its commit", "a message is in the outbox once its commit is done, and never if that fails", func(s *suite) {
			failure := errors.New("the host changed its mind")
			before := s.revision()
			s.refuse(failure, func(tx store.Tx) error {
				if _, err := tx.PutMessage(s.ctx, message("lost")); err != nil {
					return err
				}
				return failure
			})
			s.equal("due", len(s.due(noon, 0)), 0)
			s.send(message("sent"))
			if s.revision() <= before {
				s.Fatal("a commit of a message alone has no revision")
			}
			s.equal("feed", len(s.changes(before, 0)), 0)
			s.equal("due", purposes(s.due(noon, 0)), []string{"sent"})
		}},
		{"message invalid", "a message that is not valid is refused, when it is put and when it is swapped", func(s *suite) {
			bad := []store.Message{message(""), message("Not a word"), message("ok"), message("ok"), message("ok")}
			bad[2].Sealed, bad[3].Tries, bad[4].LastError = nil, -1, strings.Repeat("x", store.MaxLastErrorBytes+1)
			for _, m := range bad {
				s.refuse(nil, func(tx store.Tx) error {
					_, err := tx.PutMessage(s.ctx, m)
					return err
				})
			}
			sent := s.send(message("ok"))
			for _, m := range bad[3:] {
				m.ID, m.Version = sent[0].ID, sent[0].Version
				if _, err := s.store.SwapMessage(s.ctx, m); err == nil {
					s.Fatalf("SwapMessage of %v: no error", m)
				}
			}
			s.equal("stored", plain(s.due(noon, 0)...), plain(sent...))
		}},
		{"messages due", "the messages that are due come by NotBefore and then by ID, and no more than asked for", func(s *suite) {
			late, early, next := message("late"), message("early"), message("next")
			late.NotBefore, early.NotBefore, next.NotBefore = noon.Add(time.Hour), noon.Add(-time.Hour), noon
			s.send(late, next, message("one"), early, message("two"))
			s.equal("due", purposes(s.due(noon, 0)), []string{"one", "two", "early", "next"})
			s.equal("first three", purposes(s.due(noon, 3)), []string{"one", "two", "early"})
			s.equal("a microsecond before", purposes(s.due(noon.Add(-time.Microsecond), 0)), []string{"one", "two", "early"})
			s.equal("later", purposes(s.due(noon.Add(time.Hour), 9)), []string{"one", "two", "early", "next", "late"})
			var many []store.Message
			for range store.DefaultPage {
				many = append(many, message("many"))
			}
			s.send(many...)
			s.equal("without a limit", len(s.due(noon, 0)), store.DefaultPage)
		}},
		{"message swapped", "a swap with the stored version writes NotBefore, Tries and LastError and no other field, and moves the version", func(s *suite) {
			sent := s.send(message("a"), message("b"))
			lease := sent[0]
			lease.NotBefore, lease.Tries, lease.LastError = noon.Add(time.Minute), 1, "451 try again"
			other := lease
			other.Sealed, other.Purpose, other.Individual, other.Language, other.Created = []byte("other"), "other", "other", "en", noon.Add(time.Hour)
			got, err := s.store.SwapMessage(s.ctx, other)
			if err != nil {
				s.Fatal(err)
			}
			if got.Version == sent[0].Version {
				s.Fatal("the version did not move")
			}
			lease.Version = got.Version
			s.equal("returned", plain(got), plain(lease))
			s.equal("due now", purposes(s.due(noon, 0)), []string{"b"})
			s.equal("due later", plain(s.due(noon.Add(time.Minute), 0)...), plain(sent[1], lease))
			_, err = s.store.SwapMessage(s.ctx, sent[0])
			s.wraps("a swap of the former version", err, store.ErrConflict)
			gone := lease
			gone.ID = sent[1].ID + 1000
			_, err = s.store.SwapMessage(s.ctx, gone)
			s.wraps("a swap of what is not there", err, store.ErrNotFound)
		}},
		{"message deleted", "a message is deleted with its stored version only, and its ID does not come again", func(s *suite) {
			sent := s.send(message("a"))
			leased, err := s.store.SwapMessage(s.ctx, sent[0])
			if err != nil {
				s.Fatal(err)
			}
			s.wraps("deleting the former version", s.store.DeleteMessage(s.ctx, sent[0].ID, sent[0].Version), store.ErrConflict)
			if err := s.store.DeleteMessage(s.ctx, leased.ID, leased.Version); err != nil {
				s.Fatal(err)
			}
			s.wraps("deleting it twice", s.store.DeleteMessage(s.ctx, leased.ID, leased.Version), store.ErrNotFound)
			_, err = s.store.SwapMessage(s.ctx, leased)
			s.wraps("swapping it", err, store.ErrNotFound)
			s.equal("due", len(s.due(noon, 0)), 0)
			if again := s.send(message("b")); again[0].ID <= leased.ID {
				s.Fatalf("ID %d came after %d", again[0].ID, leased.ID)
			}
		}},
		{"message copies", "what a caller does to a message after the call changes nothing stored", func(s *suite) {
			given := message("a")
			var returned store.Message
			s.update(func(tx store.Tx) (err error) {
				returned, err = tx.PutMessage(s.ctx, given)
				given.Sealed[0] = 'X'
				return err
			})
			returned.Sealed[0] = 'Y'
			s.due(noon, 0)[0].Sealed[0] = 'Z'
			swapped, err := s.store.SwapMessage(s.ctx, returned)
			if err != nil {
				s.Fatal(err)
			}
			swapped.Sealed[0] = 'Z'
			s.equal("content", s.due(noon, 0)[0].Sealed, message("a").Sealed)
		}},
		{"message leased once", "of many who lease one version of a message exactly one does", func(s *suite) {
			lease := s.send(message("a"))[0]
			lease.NotBefore = noon.Add(time.Minute)
			s.oneWins(func() error {
				_, err := s.store.SwapMessage(s.ctx, lease)
				return err
			})
		}},
		{"outbox under senders", "while some write messages, several senders who lease, send and delete send each message once and leave none", func(s *suite) {
			const writers, each, senders = 4, 25, 4
			var mu sync.Mutex
			var sent []string
			var wg sync.WaitGroup
			for w := range writers {
				wg.Go(func() {
					for i := range each {
						m := message(fmt.Sprintf("m-%d-%02d", w, i))
						if _, err := s.retry(func(tx store.Tx) error {
							_, err := tx.PutMessage(s.ctx, m)
							return err
						}); err != nil {
							s.Errorf("PutMessage: %v", err)
							return
						}
					}
				})
			}
			done := func() bool {
				mu.Lock()
				defer mu.Unlock()
				return len(sent) >= writers*each
			}
			deadline := time.Now().Add(time.Minute)
			for range senders {
				wg.Go(func() {
					for !done() && !s.Failed() && time.Now().Before(deadline) {
						messages, err := s.store.DueMessages(s.ctx, noon, 5)
						if err != nil {
							s.Errorf("DueMessages: %v", err)
							return
						}
						for _, m := range messages {
							m.NotBefore = noon.Add(time.Hour)
							leased, err := s.store.SwapMessage(s.ctx, m)
							if errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrNotFound) {
								continue
							}
							if err == nil {
								mu.Lock()
								sent = append(sent, leased.Purpose)
								mu.Unlock()
								err = s.store.DeleteMessage(s.ctx, leased.ID, leased.Version)
							}
							if err != nil {
								s.Errorf("sending: %v", err)
								return
							}
						}
					}
				})
			}
			wg.Wait()
			slices.Sort(sent)
			s.equal("sent", len(slices.Compact(slices.Clone(sent))), writers*each)
			s.equal("sent in all", len(sent), writers*each)
			s.equal("left", len(s.due(noon.Add(2*time.Hour), 0)), 0)
		}},
	}
}
