package signin_test

import (
	"context"
	"sync"

	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/memstore"
)

// A spy counts the calls of a store.
type spy struct {
	*memstore.Store
	mu    sync.Mutex
	calls []string
}

func (s *spy) note(call string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, call)
}

// called returns the calls since it was asked last.
func (s *spy) called() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.calls
	s.calls = nil
	return out
}

func (s *spy) View(ctx context.Context, fn func(store.Reader) error) error {
	s.note("View")
	return s.Store.View(ctx, func(r store.Reader) error { return fn(spyReader{r, s}) })
}

func (s *spy) Update(ctx context.Context, by store.Author, fn func(store.Tx) error) (uint64, error) {
	s.note("Update")
	return s.Store.Update(ctx, by, fn)
}

func (s *spy) RecordSignIn(ctx context.Context, e audit.Event) (audit.Event, error) {
	s.note("RecordSignIn")
	return s.Store.RecordSignIn(ctx, e)
}

func (s *spy) Attempts(ctx context.Context, key store.AttemptKey) (store.Attempts, error) {
	s.note("Attempts")
	return s.Store.Attempts(ctx, key)
}

func (s *spy) SwapAttempts(ctx context.Context, row store.Attempts) (store.Attempts, error) {
	s.note("SwapAttempts")
	return s.Store.SwapAttempts(ctx, row)
}

type spyReader struct {
	store.Reader
	spy *spy
}

func (r spyReader) IndividualByLogin(ctx context.Context, provider, realm, login string) (individuals.Individual, error) {
	r.spy.note("IndividualByLogin")
	return r.Reader.IndividualByLogin(ctx, provider, realm, login)
}

func (r spyReader) Individual(ctx context.Context, id string) (individuals.Individual, error) {
	r.spy.note("Individual")
	return r.Reader.Individual(ctx, id)
}

func (r spyReader) Credential(ctx context.Context, id string) (individuals.Credential, error) {
	r.spy.note("Credential")
	return r.Reader.Credential(ctx, id)
}

func (r spyReader) Organization(ctx context.Context, id string) (individuals.Organization, error) {
	r.spy.note("Organization")
	return r.Reader.Organization(ctx, id)
}

// A rowSpy keeps the keys of the rows that are written.
type rowSpy struct {
	*spy
	swapped []store.AttemptKey
}

func (s *rowSpy) SwapAttempts(ctx context.Context, row store.Attempts) (store.Attempts, error) {
	s.swapped = append(s.swapped, row.Key)
	return s.spy.SwapAttempts(ctx, row)
}
