package storetest

import (
	"context"
	"errors"
	"maps"
	"sync"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/store"
)

// ownNames is a host that keeps the names of people in a table of its own, by
// embedding a store and overriding what reads and writes them. The rest of the
// record stays in the store, which other records refer to.
type ownNames struct {
	store.Store
	mu    sync.Mutex
	names map[string]string
}

// View implements [store.Store].
func (s *ownNames) View(ctx context.Context, fn func(store.Reader) error) error {
	return s.Store.View(ctx, func(r store.Reader) error { return fn(namedReader{r, s.committed()}) })
}

// Update implements [store.Store].
func (s *ownNames) Update(ctx context.Context, by store.Author, fn func(store.Tx) error) (uint64, error) {
	names := s.committed()
	revision, err := s.Store.Update(ctx, by, func(tx store.Tx) error { return fn(namedTx{tx, names}) })
	if err == nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.names = names
	}
	return revision, err
}

func (s *ownNames) committed() map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.names)
}

type namedReader struct {
	store.Reader
	names map[string]string
}

// Individual implements [store.IndividualReader].
func (r namedReader) Individual(ctx context.Context, id string) (individuals.Individual, error) {
	p, err := r.Reader.Individual(ctx, id)
	p.Name = r.names[id]
	return p, err
}

type namedTx struct {
	store.Tx
	names map[string]string
}

// Individual implements [store.IndividualReader].
func (t namedTx) Individual(ctx context.Context, id string) (individuals.Individual, error) {
	p, err := t.Tx.Individual(ctx, id)
	p.Name = t.names[id]
	return p, err
}

// PutIndividual implements [store.IndividualWriter].
func (t namedTx) PutIndividual(ctx context.Context, p individuals.Individual) error {
	name := p.Name
	p.Name = ""
	err := t.Tx.PutIndividual(ctx, p)
	if err == nil {
		t.names[p.ID] = name
	}
	return err
}

// rename writes the host's own table, and tells of it.
func (t namedTx) rename(ctx context.Context, id, name string) error {
	t.names[id] = name
	return t.Touch(ctx, store.Individuals, id)
}

// overrideRules are about hosts that keep some records themselves.
func overrideRules() []rule {
	return []rule{
		{"overridden", "a host that embeds the store and overrides part of it has its own records read and written in the commits of the store, and Touch tells of them", func(s *suite) {
			host := &ownNames{Store: s.store, names: make(map[string]string)}
			reads := func(r store.Reader) string {
				p, err := r.Individual(s.ctx, number(1))
				if err != nil {
					s.Fatal(err)
				}
				return p.Name
			}
			first, err := host.Update(s.ctx, author, func(tx store.Tx) error {
				p := person(1)
				p.Name = "Steve"
				err := tx.PutIndividual(s.ctx, p)
				s.equal("name in the commit", reads(tx), "Steve")
				return err
			})
			if err != nil {
				s.Fatal(err)
			}
			failure := errors.New("the host changed its mind")
			_, err = host.Update(s.ctx, author, func(tx store.Tx) error {
				return errors.Join(tx.(namedTx).rename(s.ctx, number(1), "Lost"), failure)
			})
			s.wraps("Update", err, failure)
			second, err := host.Update(s.ctx, author, func(tx store.Tx) error { return tx.(namedTx).rename(s.ctx, number(1), "Stephen") })
			if err != nil {
				s.Fatal(err)
			}
			if second <= first {
				s.Fatalf("the host's own write left the revision at %d after %d", second, first)
			}
			var name, inner string
			if err := host.View(s.ctx, func(r store.Reader) error { name = reads(r); return nil }); err != nil {
				s.Fatal(err)
			}
			s.view(func(r store.Reader) error { inner = reads(r); return nil })
			s.equal("names of the host and of the store", []string{name, inner}, []string{"Stephen", ""})
			s.equal("feed", s.changes(0, 0), []store.Change{
				{Revision: first, Kind: store.Individuals, ID: number(1)}, {Revision: second, Kind: store.Individuals, ID: number(1)}})
		}},
	}
}
