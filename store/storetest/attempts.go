package storetest

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/durward-go/durward/otp"
	"github.com/durward-go/durward/store"
)

// oneWins calls fn from 64 goroutines and fails the test unless exactly one has
// no error, and all others lost to it.
func (s *suite) oneWins(fn func() error) {
	s.Helper()
	var won, lost atomic.Int64
	start := make(chan struct{})
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			<-start
			switch err := fn(); {
			case err == nil:
				won.Add(1)
			case errors.Is(err, store.ErrConflict), errors.Is(err, store.ErrNotFound):
				lost.Add(1)
			default:
				s.Errorf("neither won nor lost: %v", err)
			}
		})
	}
	close(start)
	wg.Wait()
	if won.Load() != 1 || lost.Load() != 63 {
		s.Fatalf("%d won and %d lost, want 1 and 63", won.Load(), lost.Load())
	}
}

// duringRollback starts fn while a commit is under way that then fails, and
// waits for both. A store may make fn wait for the end of the commit.
func (s *suite) duringRollback(fn func() error) {
	s.Helper()
	failure := errors.New("the host changed its mind")
	done := make(chan error, 1)
	s.refuse(failure, func(tx store.Tx) error {
		if err := tx.PutClass(s.ctx, class("rolled-back", "x")); err != nil {
			return err
		}
		started := make(chan struct{})
		go func() {
			close(started)
			done <- fn()
		}()
		<-started
		return failure
	})
	if err := <-done; err != nil {
		s.Fatalf("beside the commit: %v", err)
	}
}

var attemptKey = store.AttemptKey{Provider: "itsp", Realm: "customer", Login: "bob", Factor: "password", Network: "192.0.2.0/24"}

func (s *suite) attempts(key store.AttemptKey) store.Attempts {
	s.Helper()
	row, err := s.store.Attempts(s.ctx, key)
	if err != nil {
		s.Fatalf("Attempts: %v", err)
	}
	return row
}

func (s *suite) swap(row store.Attempts) store.Attempts {
	s.Helper()
	row, err := s.store.SwapAttempts(s.ctx, row)
	if err != nil {
		s.Fatalf("SwapAttempts: %v", err)
	}
	return row
}

// attemptRules are about the counts of attempts to sign in.
func attemptRules() []rule {
	return []rule{
		{"attempts absent", "a key without a row has the zero row with version 0, and no error", func(s *suite) {
			s.equal("row", s.attempts(attemptKey), store.Attempts{Key: attemptKey})
		}},
		{"attempts swap", "a swap with the stored version writes every field and moves the version, and any other swap wraps ErrConflict and writes nothing", func(s *suite) {
			row := store.Attempts{Key: attemptKey, Failures: 7, NotBefore: noon.Add(789).In(time.FixedZone("east", 3600)), LastFailure: noon.Add(-time.Second), LastSuccess: noon.Add(-time.Hour), Off: true}
			first := s.swap(row)
			want := row
			want.NotBefore, want.Version = noon, first.Version
			s.equal("returned", first, want)
			s.equal("stored", s.attempts(attemptKey), want)
			second := s.swap(store.Attempts{Key: attemptKey, Failures: 1, Version: first.Version})
			if first.Version == 0 || second.Version == 0 || second.Version == first.Version {
				s.Fatalf("versions 0, %d, %d", first.Version, second.Version)
			}
			for _, version := range []uint64{0, first.Version, second.Version + 1000} {
				_, err := s.store.SwapAttempts(s.ctx, store.Attempts{Key: attemptKey, Failures: 99, Version: version})
				s.wraps("a swap of another version", err, store.ErrConflict)
			}
			s.equal("stored", s.attempts(attemptKey), store.Attempts{Key: attemptKey, Failures: 1, Version: second.Version})
			other := attemptKey
			other.Network = ""
			_, err := s.store.SwapAttempts(s.ctx, store.Attempts{Key: other, Version: second.Version})
			s.wraps("a version without a row", err, store.ErrConflict)
		}},
		{"attempts keys", "rows are apart when their keys differ in any field, byte by byte", func(s *suite) {
			keys := []store.AttemptKey{attemptKey}
			for _, change := range []func(k *store.AttemptKey){
				func(k *store.AttemptKey) { k.Provider = "" },
				func(k *store.AttemptKey) { k.Provider = "ITSP" },
				func(k *store.AttemptKey) { k.Realm = "admin" },
				func(k *store.AttemptKey) { k.Login = "Bob" },
				func(k *store.AttemptKey) { k.Login = "bob " },
				func(k *store.AttemptKey) { k.Login = "böb" },
				func(k *store.AttemptKey) { k.Login = "bo\u0308b" },
				func(k *store.AttemptKey) { k.Factor = "" },
				func(k *store.AttemptKey) { k.Factor = "code" },
				func(k *store.AttemptKey) { k.Network = "" },
				func(k *store.AttemptKey) { k.Network = "192.0.3.0/24" },
				func(k *store.AttemptKey) { k.Network = "2001:db8::/64" },
			} {
				k := attemptKey
				change(&k)
				keys = append(keys, k)
			}
			for i, k := range keys {
				s.swap(store.Attempts{Key: k, Failures: i + 1})
			}
			for i, k := range keys {
				s.equal("failures", s.attempts(k).Failures, i+1)
			}
		}},
		{"attempts invalid", "a row or a key that is not valid is refused, and the error does not tell the login", func(s *suite) {
			canary := "correct horse\nbattery staple"
			for _, change := range []func(a *store.Attempts){
				func(a *store.Attempts) { a.Key.Login = canary },
				func(a *store.Attempts) { a.Key.Login = "" },
				func(a *store.Attempts) { a.Key.Login = strings.Repeat("x", 255) },
				func(a *store.Attempts) { a.Key.Realm = "" },
				func(a *store.Attempts) { a.Key.Provider = "a\x00b" },
				func(a *store.Attempts) { a.Key.Factor = "Pass word" },
				func(a *store.Attempts) { a.Key.Network = "192.0.2.1/24" },
				func(a *store.Attempts) { a.Key.Network = "192.0.2.1" },
			} {
				row := store.Attempts{Key: attemptKey, Failures: 1}
				change(&row)
				_, err := s.store.Attempts(s.ctx, row.Key)
				_, swapErr := s.store.SwapAttempts(s.ctx, row)
				if err == nil || swapErr == nil || strings.Contains(err.Error()+swapErr.Error(), "correct horse") {
					s.Fatalf("key %+v: errors %v and %v", row.Key, err, swapErr)
				}
			}
			for _, row := range []store.Attempts{{Key: attemptKey, Failures: -1}, {Key: attemptKey, NotBefore: time.Unix(-1, 0)}} {
				if _, err := s.store.SwapAttempts(s.ctx, row); err == nil {
					s.Fatalf("%+v: no error", row)
				}
			}
			s.equal("row", s.attempts(attemptKey), store.Attempts{Key: attemptKey})
		}},
		{"attempts one winner", "of 64 who swap the same version exactly one does, whether the row is there or not", func(s *suite) {
			for range 5 {
				row := s.attempts(attemptKey)
				row.Failures++
				s.oneWins(func() error {
					_, err := s.store.SwapAttempts(s.ctx, row)
					return err
				})
			}
			s.equal("failures", s.attempts(attemptKey).Failures, 5)
		}},
		{"attempts counted", "of concurrent attempts that each count themselves none is lost", func(s *suite) {
			const writers, each = 8, 25
			var wg sync.WaitGroup
			for range writers {
				wg.Go(func() {
					for counted := 0; counted < each; {
						row, err := s.store.Attempts(s.ctx, attemptKey)
						if err == nil {
							row.Failures++
							_, err = s.store.SwapAttempts(s.ctx, row)
						}
						switch {
						case err == nil:
							counted++
						case !errors.Is(err, store.ErrConflict):
							s.Errorf("counting: %v", err)
							return
						}
					}
				})
			}
			wg.Wait()
			s.equal("failures", s.attempts(attemptKey).Failures, writers*each)
		}},
		{"attempts outlive a commit", "a failure that is counted while a commit is under way stays when the commit fails", func(s *suite) {
			s.duringRollback(func() error {
				_, err := s.store.SwapAttempts(s.ctx, store.Attempts{Key: attemptKey, Failures: 1})
				return err
			})
			s.equal("failures", s.attempts(attemptKey).Failures, 1)
			s.equal("revision", s.revision(), uint64(0))
		}},
		{"attempts forgotten", "rows are forgotten by their latest instant, the oldest first, no more than asked for, and never those that are off; a version never comes again", func(s *suite) {
			key := func(n int) store.AttemptKey {
				k := attemptKey
				k.Login = number(n)
				return k
			}
			old := s.swap(store.Attempts{Key: key(0), Failures: 1, LastFailure: noon.Add(-3 * time.Hour)})
			s.swap(store.Attempts{Key: key(1), LastFailure: noon.Add(-9 * time.Hour), LastSuccess: noon.Add(-2 * time.Hour)})
			s.swap(store.Attempts{Key: key(2), LastFailure: noon.Add(-9 * time.Hour), NotBefore: noon})
			s.swap(store.Attempts{Key: key(3), LastFailure: noon.Add(-9 * time.Hour), Off: true})
			s.swap(store.Attempts{Key: key(4)})
			touched := s.swap(store.Attempts{Key: key(5), LastFailure: noon.Add(-9 * time.Hour)})
			touched.LastSuccess = noon.Add(time.Hour)
			s.swap(touched)
			forget := func(before time.Time, limit, want int, left ...int) {
				s.Helper()
				removed, err := s.store.ForgetAttempts(s.ctx, before, limit)
				if err != nil {
					s.Fatal(err)
				}
				s.equal("removed", removed, want)
				var there []int
				for n := range 6 {
					if s.attempts(key(n)).Version != 0 {
						there = append(there, n)
					}
				}
				s.equal("left", there, left)
			}
			forget(time.Time{}, 0, 0, 0, 1, 2, 3, 4, 5)
			forget(noon, 2, 2, 1, 2, 3, 5)
			forget(noon, 0, 1, 2, 3, 5)
			forget(noon, 0, 0, 2, 3, 5)
			forget(noon.Add(time.Microsecond), 9, 1, 3, 5)
			again := s.swap(store.Attempts{Key: key(0)})
			if again.Version == old.Version {
				s.Fatalf("version %d came again", old.Version)
			}
			_, err := s.store.SwapAttempts(s.ctx, old)
			s.wraps("a swap of the forgotten version", err, store.ErrConflict)
		}},
	}
}

func (s *suite) lastStep(individual string) otp.Step {
	s.Helper()
	step, err := s.store.LastStep(s.ctx, individual)
	if err != nil {
		s.Fatalf("LastStep: %v", err)
	}
	return step
}

// stepRules are about the steps of one-time codes.
func stepRules() []rule {
	return []rule{
		{"step forward", "a step is accepted only after every one accepted before, for each individual apart, and 0 never", func(s *suite) {
			s.equal("at first", s.lastStep("bob"), otp.Step(0))
			s.wraps("step 0", s.store.AcceptStep(s.ctx, "bob", 0), store.ErrConflict)
			for _, c := range []struct {
				who  string
				step otp.Step
				ok   bool
			}{{"bob", 59_000_001, true}, {"bob", 59_000_001, false}, {"bob", 59_000_000, false}, {"bob", -1, false}, {"Bob", 59_000_000, true}, {"bob", 59_000_002, true}} {
				err := s.store.AcceptStep(s.ctx, c.who, c.step)
				if c.ok && err != nil {
					s.Fatalf("step %d of %q: %v", c.step, c.who, err)
				}
				if !c.ok {
					s.wraps("a step again or before", err, store.ErrConflict)
				}
			}
			s.equal("last", []otp.Step{s.lastStep("bob"), s.lastStep("Bob"), s.lastStep("nobody")}, []otp.Step{59_000_002, 59_000_000, 0})
			if err := s.store.AcceptStep(s.ctx, "", 1); err == nil {
				s.Fatal("a step of nobody: no error")
			}
		}},
		{"step once", "of 64 who have one step accepted at once exactly one succeeds", func(s *suite) {
			for step := range otp.Step(5) {
				s.oneWins(func() error { return s.store.AcceptStep(s.ctx, "bob", 59_000_000+step) })
			}
		}},
		{"step stays", "an accepted step outlives a commit that fails, and its individual", func(s *suite) {
			revision := s.update(func(tx store.Tx) error { return tx.PutIndividual(s.ctx, person(1)) })
			s.duringRollback(func() error { return s.store.AcceptStep(s.ctx, number(1), 59_000_000) })
			s.update(func(tx store.Tx) error { return tx.DeleteIndividual(s.ctx, number(1), revision) })
			s.equal("last", s.lastStep(number(1)), otp.Step(59_000_000))
		}},
	}
}
