package dbtest_test

import (
	"context"
	"fmt"
	"sync"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/otp"
	"github.com/durward-go/durward/store"
)

// faulty is a store that is not linearizable: it shows grants as they were when
// they were first read, and compares what is swapped before it swaps, not while.
type faulty struct {
	store.Store

	mu     sync.Mutex
	grants map[string]individuals.Grant
	steps  map[string]otp.Step
}

func (s *faulty) View(ctx context.Context, fn func(store.Reader) error) error {
	return s.Store.View(ctx, func(r store.Reader) error { return fn(faultyReader{r, s}) })
}

type faultyReader struct {
	store.Reader
	store *faulty
}

func (r faultyReader) Grant(ctx context.Context, individual, organization string) (individuals.Grant, error) {
	r.store.mu.Lock()
	defer r.store.mu.Unlock()
	if g, had := r.store.grants[individual]; had {
		return g, nil
	}
	g, err := r.Reader.Grant(ctx, individual, organization)
	if err == nil {
		if r.store.grants == nil {
			r.store.grants = make(map[string]individuals.Grant)
		}
		r.store.grants[individual] = g
	}
	return g, err
}

func (s *faulty) SwapAttempts(ctx context.Context, a store.Attempts) (store.Attempts, error) {
	there, err := s.Attempts(ctx, a.Key)
	if err == nil && there.Version != a.Version {
		err = fmt.Errorf("faulty: %w", store.ErrConflict)
	}
	for err == nil {
		pause()
		if there, err = s.Attempts(ctx, a.Key); err == nil {
			a.Version = there.Version
			if swapped, err := s.Store.SwapAttempts(ctx, a); err == nil {
				return swapped, nil
			}
		}
	}
	return store.Attempts{}, err
}

func (s *faulty) AcceptStep(_ context.Context, individual string, step otp.Step) error {
	s.mu.Lock()
	last := s.steps[individual]
	s.mu.Unlock()
	if step <= last {
		return fmt.Errorf("faulty: %w", store.ErrConflict)
	}
	pause()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.steps == nil {
		s.steps = make(map[string]otp.Step)
	}
	s.steps[individual] = step
	return nil
}

func (s *faulty) LastStep(_ context.Context, individual string) (otp.Step, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.steps[individual], nil
}
