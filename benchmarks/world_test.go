package benchmarks

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/ipallow"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/roles/billing"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/memstore"
)

// A world is a billing business with so many roles and individuals, ten to a
// customer, a thousand customers to a reseller. Every gate has something to
// do: each person has a window and an allow-list.
type world struct {
	store   *memstore.Store
	engine  *access.Engine
	people  []string
	objects []string // the customer of the person at the same place
	nodes   []roles.Node
	paths   []string
}

func newWorld(tb testing.TB, roleCount, people int) *world {
	tb.Helper()
	ctx := context.Background()
	random := rand.New(rand.NewPCG(1, 2))
	w := &world{store: memstore.New(nil)}
	model := billing.Model()
	ceiling := func(n roles.Node) bool { return model.Ceiling(billing.TypeCustomer, n, roles.Either) != roles.Restrict }
	for n := range model.Tree().Nodes() {
		if ceiling(n) {
			w.nodes = append(w.nodes, n)
			w.paths = append(w.paths, n.Path())
		}
	}
	allow, err := ipallow.Parse([]string{"10.0.0.0/8", "192.0.2.0/24", "2001:db8::/32"})
	must(tb, err)
	update(tb, w.store, func(tx store.Tx) {
		must(tb, tx.PutEntity(ctx, scope.Entity{ID: "itsp", Kind: billing.KindProvider}))
		for i := range roleCount {
			permissions := make(map[string]roles.Permission)
			for range 20 {
				n := w.nodes[random.IntN(len(w.nodes))]
				choices := n.Choices(billing.TypeCustomer)
				permissions[n.Path()] = choices[random.IntN(len(choices))]
			}
			permissions["customer"] = roles.Modify
			must(tb, tx.PutRole(ctx, roles.NewRole(roleID(i), roleID(i), billing.TypeCustomer, permissions)))
		}
	})
	for from := 0; from < people; from += 10_000 {
		update(tb, w.store, func(tx store.Tx) {
			for i := from; i < min(from+10_000, people); i++ {
				customer := fmt.Sprintf("customer-%06d", i/10)
				if i%10_000 == 0 {
					must(tb, tx.PutEntity(ctx, scope.Entity{ID: fmt.Sprintf("reseller-%03d", i/10_000), Kind: billing.KindReseller, Parent: "itsp"}))
				}
				if i%10 == 0 {
					must(tb, tx.PutEntity(ctx, scope.Entity{ID: customer, Kind: billing.KindCustomer, Parent: fmt.Sprintf("reseller-%03d", i/10_000)}))
					must(tb, tx.PutOrganization(ctx, individuals.Organization{Entity: customer}))
				}
				id := fmt.Sprintf("individual-%06d", i)
				must(tb, tx.PutIndividual(ctx, individuals.Individual{ID: id, RoleType: billing.TypeCustomer, Organization: customer, AllowList: allow,
					Window: individuals.Window{Activation: date(tb, "2020-04-20"), Expiration: date(tb, "2099-01-01"), Zone: "Europe/Prague"}}))
				must(tb, tx.PutGrant(ctx, individuals.Grant{Individual: id, Organization: customer}.WithRole(roleID(random.IntN(roleCount)))))
				w.people = append(w.people, id)
				w.objects = append(w.objects, customer)
			}
		})
	}
	// Neighbours in memory are not neighbours in the stream of requests.
	order := random.Perm(len(w.people))
	w.people, w.objects = permuted(w.people, order), permuted(w.objects, order)
	w.engine, err = access.New(ctx, w.store, model, nil)
	must(tb, err)
	tb.Cleanup(func() { _ = w.engine.Close() })
	return w
}

func permuted(list []string, order []int) []string {
	out := make([]string, len(list))
	for i, at := range order {
		out[i] = list[at]
	}
	return slices.Clip(out)
}

func roleID(i int) string { return fmt.Sprintf("role-%04d", i) }

func date(tb testing.TB, s string) individuals.Date {
	d, err := individuals.ParseDate(s)
	must(tb, err)
	return d
}

func update(tb testing.TB, s store.Store, fn func(store.Tx)) {
	tb.Helper()
	_, err := s.Update(context.Background(), store.Author{ID: "setup"}, func(tx store.Tx) error {
		fn(tx)
		return nil
	})
	must(tb, err)
}

func must(tb testing.TB, err error) {
	if err != nil {
		tb.Helper()
		tb.Fatal(err)
	}
}

func roleOf(tb testing.TB, w *world, individual string) string {
	var role string
	must(tb, w.store.View(context.Background(), func(r store.Reader) error {
		grants, err := r.Grants(context.Background(), store.GrantFilter{Individual: individual}, store.GrantPage{})
		role = grants[0].Role.ID
		return err
	}))
	return role
}
