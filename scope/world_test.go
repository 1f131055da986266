package scope_test

import (
	"fmt"

	"github.com/durward-go/durward/scope"
)

// A forest is a set of stored entities, as a store would answer for them.
type forest map[string]scope.Entity

func newForest(entities ...scope.Entity) forest {
	f := make(forest, len(entities))
	for _, e := range entities {
		f[e.ID] = e
	}
	return f
}

func (f forest) lookup(id string) (scope.Entity, error) {
	e, ok := f[id]
	if !ok {
		return scope.Entity{}, fmt.Errorf("%w (stored: %d)", scope.ErrUnknown, len(f))
	}
	return e.Clone(), nil
}

func entity(id, kind, parent string, links ...scope.Link) scope.Entity {
	return scope.Entity{ID: id, Kind: kind, Parent: parent, Links: links}
}

func link(name, to string) scope.Link { return scope.Link{Name: name, To: to} }

// world is two providers with everything that the role types of section 2 of
// the design speak of.
//
//	isp                                 a provider
//	├── north                           a reseller
//	│   ├── north-sub                   its subreseller
//	│   │   └── hooli                   a customer      -> distributor dealer-sub
//	│   │       └── hooli-1             an account
//	│   └── acme                        a customer      -> distributor dealer, representative rita
//	│       ├── support, sales          hunt groups
//	│       ├── acme-1                  an account      -> group support
//	│       ├── acme-2                  an account      -> group support, group sales
//	│       └── acme-3                  an account
//	├── east                            a reseller      -> representative rita
//	│   └── globex                      a customer
//	│       ├── desk                    a hunt group
//	│       └── globex-1                an account      -> group desk, distributor dealer
//	├── dealer                          a distributor
//	│   └── dealer-sub                  its subdistributor
//	├── rita                            a representative
//	└── carrier                         a vendor
//	telco                               another provider
//	└── initech                         its customer
//	    └── initech-1                   an account
func world() forest {
	return newForest(
		entity("isp", "provider", ""),
		entity("north", "reseller", "isp"),
		entity("north-sub", "reseller", "north"),
		entity("hooli", "customer", "north-sub", link("distributor", "dealer-sub")),
		entity("hooli-1", "account", "hooli"),
		entity("acme", "customer", "north", link("distributor", "dealer"), link("representative", "rita")),
		entity("support", "hunt_group", "acme"),
		entity("sales", "hunt_group", "acme"),
		entity("acme-1", "account", "acme", link("group", "support")),
		entity("acme-2", "account", "acme", link("group", "support"), link("group", "sales")),
		entity("acme-3", "account", "acme"),
		entity("east", "reseller", "isp", link("representative", "rita")),
		entity("globex", "customer", "east"),
		entity("desk", "hunt_group", "globex"),
		entity("globex-1", "account", "globex", link("group", "desk"), link("distributor", "dealer")),
		entity("dealer", "distributor", "isp"),
		entity("dealer-sub", "distributor", "dealer"),
		entity("rita", "representative", "isp"),
		entity("carrier", "vendor", "isp"),
		entity("telco", "provider", ""),
		entity("initech", "customer", "telco"),
		entity("initech-1", "account", "initech"),
	)
}
