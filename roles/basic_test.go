package roles_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/durward-go/durward/roles"
)

func TestBasicModeListsNoItems(t *testing.T) {
	t.Parallel()
	tree := roles.MustTree(
		roles.Entity("customer", roles.Panel("address", roles.Item("bcc"), roles.Item("phone")), roles.Panel("billing")),
		roles.Entity("product", roles.NodeSpec{Name: "note", Kind: roles.KindItem}))
	var basic []string
	for n := range tree.Basic() {
		basic = append(basic, n.Path())
	}
	assert.Equal(t, []string{"customer", "customer/address", "customer/billing", "product"}, basic)
	for n := range tree.Basic() {
		assert.Equal(t, "customer", n.Path())
		break
	}
}
