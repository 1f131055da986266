package access_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/roles"
)

// TestOrganizationWithoutSettings holds that an organization that does not exist is
// closed and no fault of any record, whatever entity has its name.
func TestOrganizationWithoutSettings(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.assign("steve", "acme", "customer-admin")
	for _, organization := range []string{
		"nowhere", // no entity either
		"acme-1",  // an entity of another kind than the person's type belongs to
	} {
		r := ask("steve", roles.View, "customer/billing/invoices", "acme")
		r.Organization = organization
		for range 2 {
			assert.Equal(t, access.OrganizationClosed, f.check(r).Reason(), organization)
		}
	}
	assert.Empty(t, f.engine.Problems())
}
