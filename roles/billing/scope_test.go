package billing_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/roles/billing"
	"github.com/durward-go/durward/scope"
)

// What people of each type reach in a small world of two providers.
func TestWhatEachTypeReaches(t *testing.T) {
	link := func(name, to string) scope.Link { return scope.Link{Name: name, To: to} }
	world := []scope.Entity{
		{ID: "provider", Kind: billing.KindProvider},
		{ID: "reseller", Kind: billing.KindReseller, Parent: "provider"},
		{ID: "subreseller", Kind: billing.KindReseller, Parent: "reseller"},
		{ID: "distributor", Kind: billing.KindDistributor, Parent: "provider"},
		{ID: "subdistributor", Kind: billing.KindDistributor, Parent: "distributor"},
		{ID: "representative", Kind: billing.KindRepresentative, Parent: "provider"},
		{ID: "vendor", Kind: billing.KindVendor, Parent: "provider"},
		{ID: "abc", Kind: billing.KindCustomer, Parent: "reseller", Links: []scope.Link{
			link(billing.LinkDistributor, "distributor"), link(billing.LinkRepresentative, "representative")}},
		{ID: "abc-sales", Kind: billing.KindGroup, Parent: "abc"},
		{ID: "abc-support", Kind: billing.KindGroup, Parent: "abc"},
		{ID: "abc-1", Kind: billing.KindAccount, Parent: "abc", Links: []scope.Link{link(billing.LinkGroup, "abc-sales")}},
		{ID: "abc-2", Kind: billing.KindAccount, Parent: "abc"},
		{ID: "xyz", Kind: billing.KindCustomer, Parent: "subreseller", Links: []scope.Link{link(billing.LinkDistributor, "subdistributor")}},
		{ID: "xyz-1", Kind: billing.KindAccount, Parent: "xyz"},
		{ID: "other-provider", Kind: billing.KindProvider},
		{ID: "other-customer", Kind: billing.KindCustomer, Parent: "other-provider"},
	}
	lookup := func(id string) (scope.Entity, error) {
		for _, e := range world {
			if e.ID == id {
				return e, nil
			}
		}
		return scope.Entity{}, fmt.Errorf("%w: %q", scope.ErrUnknown, id)
	}
	for _, e := range world {
		require.NoError(t, scope.CheckPlacement(lookup, e))
	}
	for _, c := range []struct {
		typeName, organization string
		listed                 []string
		reached                []string
	}{
		{billing.TypeAdmin, "provider", nil, []string{"provider", "reseller", "subreseller", "distributor", "subdistributor", "representative",
			"vendor", "abc", "abc-sales", "abc-support", "abc-1", "abc-2", "xyz", "xyz-1"}},
		{billing.TypeReseller, "reseller", nil, []string{"reseller", "subreseller", "abc", "abc-sales", "abc-support", "abc-1", "abc-2", "xyz", "xyz-1"}},
		{billing.TypeCCStaff, "subreseller", nil, []string{"subreseller", "xyz", "xyz-1"}},
		{billing.TypeCustomer, "abc", nil, []string{"abc", "abc-sales", "abc-support", "abc-1", "abc-2"}},
		{billing.TypeDistributor, "distributor", nil, []string{"distributor", "subdistributor", "abc", "abc-sales", "abc-support", "abc-1", "abc-2", "xyz", "xyz-1"}},
		{billing.TypeDistributor, "subdistributor", nil, []string{"subdistributor", "xyz", "xyz-1"}},
		{billing.TypeRepresentative, "representative", nil, []string{"representative", "abc"}},
		{billing.TypeVendor, "vendor", nil, []string{"vendor"}},
		{billing.TypeAccount, "abc-1", nil, []string{"abc-1"}},
		{billing.TypeHuntGroupSupervisor, "abc", []string{"abc-sales"}, []string{"abc-sales", "abc-1"}},
		{billing.TypeHuntGroupSupervisor, "abc", nil, nil},
	} {
		typ, err := model.Type(c.typeName)
		require.NoError(t, err)
		organization, err := lookup(c.organization)
		require.NoError(t, err)
		assert.Equal(t, typ.OwnerKind, organization.Kind)
		var reached []string
		for _, e := range world {
			ok, err := scope.Check(lookup, typ.Scope, c.organization, c.listed, e.ID)
			require.NoError(t, err)
			if ok {
				reached = append(reached, e.ID)
			}
		}
		assert.Equal(t, c.reached, reached, "%s of %s %v", c.typeName, c.organization, c.listed)
	}
}
