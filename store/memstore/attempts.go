package memstore

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/tidwall/btree"

	"github.com/durward-go/durward/otp"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// attempts is the state of signing in. It is no part of what a commit copies, so
// nothing rolls it back.
type attempts struct {
	mu   sync.Mutex
	rows map[store.AttemptKey]store.Attempts
	// ages holds the keys of the rows that can be forgotten, by ageKey.
	ages *btree.Map[string, store.AttemptKey]
	// version is the latest of any row, so that none comes twice.
	version uint64
	steps   map[string]otp.Step
}

func newAttempts() attempts {
	return attempts{
		rows:  make(map[store.AttemptKey]store.Attempts),
		ages:  new(btree.Map[string, store.AttemptKey]),
		steps: make(map[string]otp.Step),
	}
}

func ageKey(a store.Attempts) string {
	k := a.Key
	return strings.Join([]string{instantKey(a.Latest()), k.Provider, k.Realm, k.Login, k.Factor, k.Network}, separator)
}

// Attempts implements [store.SignInState].
func (s *Store) Attempts(ctx context.Context, key store.AttemptKey) (store.Attempts, error) {
	if err := s.ready(ctx); err != nil {
		return store.Attempts{}, err
	}
	if err := key.Validate(); err != nil {
		return store.Attempts{}, err
	}
	s.attempts.mu.Lock()
	defer s.attempts.mu.Unlock()
	if row, ok := s.attempts.rows[key]; ok {
		return row, nil
	}
	return store.Attempts{Key: key}, nil
}

// SwapAttempts implements [store.SignInState].
func (s *Store) SwapAttempts(ctx context.Context, row store.Attempts) (store.Attempts, error) {
	if err := s.ready(ctx); err != nil {
		return store.Attempts{}, err
	}
	if err := row.Validate(); err != nil {
		return store.Attempts{}, err
	}
	a := &s.attempts
	a.mu.Lock()
	defer a.mu.Unlock()
	old, there := a.rows[row.Key]
	if old.Version != row.Version {
		return store.Attempts{}, fmt.Errorf("memstore: attempts: read at version %d, now at %d: %w", row.Version, old.Version, store.ErrConflict)
	}
	if there {
		a.ages.Delete(ageKey(old))
	}
	a.version++
	row = row.Stamp(a.version)
	a.rows[row.Key] = row
	if !row.Off {
		a.ages.Set(ageKey(row), row.Key)
	}
	return row, nil
}

// ForgetAttempts implements [store.SignInState].
func (s *Store) ForgetAttempts(ctx context.Context, before time.Time, limit int) (int, error) {
	if err := s.ready(ctx); err != nil {
		return 0, err
	}
	a := &s.attempts
	a.mu.Lock()
	defer a.mu.Unlock()
	most := store.Page{Limit: limit}.Size()
	for removed := range most {
		age, key, ok := a.ages.Min()
		if !ok || !a.rows[key].Latest().Before(before) {
			return removed, nil
		}
		a.ages.Delete(age)
		delete(a.rows, key)
	}
	return most, nil
}

// AcceptStep implements [store.SignInState].
func (s *Store) AcceptStep(ctx context.Context, individual string, step otp.Step) error {
	if err := s.ready(ctx); err != nil {
		return err
	}
	if err := scope.CheckID(individual); err != nil {
		return fmt.Errorf("memstore: accept step: %w", err)
	}
	s.attempts.mu.Lock()
	defer s.attempts.mu.Unlock()
	if last := s.attempts.steps[individual]; step <= last {
		return fmt.Errorf("memstore: step %d of individual %q: %d was accepted already: %w", step, individual, last, store.ErrConflict)
	}
	s.attempts.steps[individual] = step
	return nil
}

// LastStep implements [store.SignInState].
func (s *Store) LastStep(ctx context.Context, individual string) (otp.Step, error) {
	if err := s.ready(ctx); err != nil {
		return 0, err
	}
	s.attempts.mu.Lock()
	defer s.attempts.mu.Unlock()
	return s.attempts.steps[individual], nil
}
