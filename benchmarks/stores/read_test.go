package stores

import (
	"context"
	"database/sql"
	"sync"
	"testing"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/store"
)

// BenchmarkStanding reads all that decides what one individual may do: the record
// with its allow-list, the grants, the organization, its class, and the entities
// up to the provider. The floor is one row by its key.
func BenchmarkStanding(b *testing.B) {
	onEach(b, func(b *testing.B, s *stand) {
		b.Run("what=durward", func(b *testing.B) {
			b.ReportAllocs()
			for n := 0; b.Loop(); n++ {
				must(b, s.store.View(b.Context(), func(r store.Reader) error {
					return standing(b.Context(), r, employee(n%customers, n/customers%employees))
				}))
			}
		})
		b.Run("what=floor", func(b *testing.B) {
			b.ReportAllocs()
			one := s.floorRow(b)
			for n := 0; b.Loop(); n++ {
				one(employee(n%customers, n/customers%employees))
			}
		})
	})
}

func standing(ctx context.Context, r store.Reader, id string) error {
	p, err := r.Individual(ctx, id)
	if err != nil {
		return err
	}
	grants, err := r.Grants(ctx, store.GrantFilter{Individual: id}, store.GrantPage{})
	if err != nil {
		return err
	}
	for _, g := range grants {
		o, err := r.Organization(ctx, g.Organization)
		if err != nil {
			return err
		}
		if _, err := r.Class(ctx, o.Class); err != nil {
			return err
		}
	}
	for at := p.Organization; at != ""; {
		e, err := r.Entity(ctx, at)
		if err != nil {
			return err
		}
		at = e.Parent
	}
	return nil
}

// floorRow reads one individual's row; in memory, an entry of a map with a lock.
func (s *stand) floorRow(b *testing.B) func(id string) {
	b.Helper()
	if s.db == nil {
		rows := make(map[string]individuals.Individual)
		for c := range customers {
			for e := range employees {
				rows[employee(c, e)] = individuals.Individual{ID: employee(c, e)}
			}
		}
		var mu sync.RWMutex
		return func(id string) {
			mu.RLock()
			defer mu.RUnlock()
			if rows[id].ID != id {
				b.Fatal("another one")
			}
		}
	}
	query, err := s.db.PrepareContext(b.Context(), s.words("SELECT id, login, name FROM "+s.table("individuals")+" WHERE id = ?"))
	must(b, err)
	b.Cleanup(func() { _ = query.Close() })
	return func(id string) {
		var found, login, name string
		must(b, query.QueryRowContext(b.Context(), id).Scan(&found, &login, &name))
	}
}

// BenchmarkPage lists the hundred employees of a customer, with their allow-lists.
// The floor is the rows of the individuals alone.
func BenchmarkPage(b *testing.B) {
	onEach(b, func(b *testing.B, s *stand) {
		b.Run("what=durward", func(b *testing.B) {
			b.ReportAllocs()
			for n := 0; b.Loop(); n++ {
				must(b, s.store.View(b.Context(), func(r store.Reader) error {
					page, err := r.Individuals(b.Context(), store.IndividualFilter{Organization: customer(n % customers)}, store.Page{Limit: employees})
					if len(page) != employees {
						b.Fatalf("%d of %d", len(page), employees)
					}
					return err
				}))
			}
		})
		b.Run("what=floor", func(b *testing.B) {
			b.ReportAllocs()
			page := s.floorPage(b)
			for n := 0; b.Loop(); n++ {
				page(customer(n % customers))
			}
		})
	})
}

func (s *stand) floorPage(b *testing.B) func(organization string) {
	b.Helper()
	if s.db == nil {
		pages := make(map[string][]individuals.Individual)
		for c := range customers {
			pages[customer(c)] = make([]individuals.Individual, employees)
		}
		var mu sync.RWMutex
		return func(organization string) {
			mu.RLock()
			defer mu.RUnlock()
			if page := append([]individuals.Individual(nil), pages[organization]...); len(page) != employees {
				b.Fatal("another one")
			}
		}
	}
	query, err := s.db.PrepareContext(b.Context(), s.words("SELECT id, provider, realm, role_type, organization, login, name, email, contact, activation, expiration, zone, "+
		"language, anywhere, second_factor, enrolled, disabled, epoch, revision FROM "+s.table("individuals")+" WHERE organization = ? ORDER BY id LIMIT 100"))
	must(b, err)
	b.Cleanup(func() { _ = query.Close() })
	return func(organization string) {
		rows, err := query.QueryContext(b.Context(), organization)
		must(b, err)
		defer func() { must(b, rows.Close()) }()
		n := 0
		var columns [19]sql.RawBytes
		into := make([]any, len(columns))
		for i := range columns {
			into[i] = &columns[i]
		}
		for ; rows.Next(); n++ {
			must(b, rows.Scan(into...))
		}
		must(b, rows.Err())
		if n != employees {
			b.Fatalf("%d of %d", n, employees)
		}
	}
}
