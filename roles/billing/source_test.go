package billing_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/roles/billing"
)

// Short names for the rows below.
const (
	view          = roles.Read
	modify        = roles.Modify
	create        = roles.Permission(roles.Create)
	update        = roles.Permission(roles.Update)
	remove        = roles.Permission(roles.Delete)
	change        = roles.Permission(roles.Create | roles.Update | roles.Delete)
	updateDelete  = roles.Permission(roles.Update | roles.Delete)
	viewAndCreate = roles.Permission(roles.View | roles.Create)
)

// Every sentence of the published list of operations by kind of user: what
// the default role of that kind permits, and where the sentence sets a limit,
// what no role of the type can permit.
func TestOperationsByKindOfUser(t *testing.T) {
	type row struct {
		sentence string
		path     string
		reach    roles.Reach
		allowed  roles.Permission // by the default role
		refused  roles.Permission // to every role of the type
	}
	for id, rows := range map[string][]row{
		billing.RoleRoot: {
			{"Manage nodes", "node", roles.Below, modify, 0},
			{"Manage destinations", "destination", roles.Below, modify, 0},
			{"Configure currency and taxation", "currency", roles.Below, modify, 0},
			{"Configure currency and taxation", "taxation", roles.Below, modify, 0},
			{"Configure rates", "tariff/rates", roles.Below, modify, 0},
			{"Configure services", "service", roles.Below, modify, 0},
			{"Manage bundles", "bundle", roles.Below, modify, 0},
			{"Manage subscriptions", "subscription", roles.Below, modify, 0},
			{"Set up routing", "routing", roles.Below, modify, 0},
			{"Configure user permissions", "role", roles.Own, modify, 0},
			{"Configure user permissions", "acl", roles.Own, modify, 0},
			{"Configure user permissions", "user/grants", roles.Own, modify, 0},
			{"Manage admin users", "user", roles.Own, modify, 0},
			{"Manage customers", "customer", roles.Below, modify, 0},
			{"Manage accounts", "account", roles.Below, modify, 0},
			{"Manage resellers", "reseller", roles.Below, modify, 0},
			{"Manage vendors", "vendor", roles.Below, modify, 0},
			{"Manage distributors", "distributor", roles.Below, modify, 0},
			{"Manage representatives", "representative", roles.Below, modify, 0},
			{"View logs", "log", roles.Own, view, 0},
			{"Browse xDRs and reports", "report", roles.Below, view, 0},
			{"Customer self-care: view invoices", "customer/billing/invoices", roles.Below, view, 0},
			{"Customer self-care: make online payment", "customer/billing/payments/pay", roles.Below, create, 0},
			{"Customer self-care: change PBX configuration", "customer/pbx", roles.Below, modify, 0},
			{"Customer self-care: set up periodic payment", "customer/billing/auto-payments", roles.Below, modify, 0},
			{"Account self-care: change personal info", "account/personal", roles.Below, modify, 0},
			{"Account self-care: change service parameters, e.g. follow-me", "account/services/follow-me", roles.Below, modify, 0},
			{"Account self-care: browse xDRs", "account/billing/xdrs", roles.Below, view, 0},
			{"Account self-care: download xDRs", "account/billing/xdrs/download", roles.Below, view, 0},
			{"As the reseller: set up online payment processing", "reseller/payment-processing", roles.Below, modify, 0},
			{"As the distributor: create vouchers", "voucher", roles.Below, create, 0},
			{"As the representative: see commission plan info", "representative/commission", roles.Below, view, 0},
		},
		billing.RoleCustomer: {
			{"View invoices", "customer/billing/invoices", roles.Own, view, change},
			{"View invoices", "customer/billing/invoices/download", roles.Own, view, change},
			{"Make online payment", "customer/billing/payments/pay", roles.Own, create, updateDelete},
			{"Change PBX configuration", "customer/pbx/extensions", roles.Own, modify, 0},
			{"Set up periodic payment", "customer/billing/auto-payments", roles.Own, modify, 0},
			{"Can view credit limit, but cannot modify it", "customer/credit-limit", roles.Own, view, change},
			{"Can view credit limit, but cannot modify it", "customer/credit-limit/permanent", roles.Own, view, change},
			{"Can view credit limit, but cannot modify it", "customer/credit-limit/temporary", roles.Own, view, change},
			{"Can view credit limit, but cannot modify it", "customer/credit-limit/temporary", roles.Below, view, change},
			{"Only their access information", "customer/web-self-care", roles.Own, view | update, create | remove},
			{"And their accounts", "account", roles.Below, modify, 0},
			{"Limited to their own entity", "reseller", roles.Below, 0, modify},
			{"Limited to their own entity", "product", roles.Below, 0, modify},
			{"Limited to their own entity", "user", roles.Below, 0, modify},
			{"Limited to their own entity", "customer", roles.Own, view | update, create | remove},
			{"Cannot give itself money", "customer/billing/adjustments/credit", roles.Own, 0, change},
			{"Cannot give itself money", "customer/billing/payments/refund", roles.Own, 0, modify},
		},
		billing.RoleAccount: {
			{"Change personal info", "account/personal", roles.Own, modify, 0},
			{"Change service parameters, e.g. follow-me", "account/services/follow-me", roles.Own, modify, 0},
			{"Browse xDRs", "account/billing/xdrs", roles.Own, view, change},
			{"Download xDRs", "account/billing/xdrs/download", roles.Own, view, change},
			{"Limited to their own entity", "customer", roles.Own, 0, modify},
			{"Limited to their own entity", "customer/billing/invoices", roles.Own, 0, modify},
			{"Security-related limits", "account/credit-limit", roles.Own, view, change},
			{"Security-related limits", "account/general/product", roles.Own, view, change},
		},
		billing.RoleReseller: {
			{"Configure rates", "tariff/rates", roles.Own, modify, 0},
			{"Configure products", "product", roles.Own, modify, 0},
			{"Manage own bundles", "bundle", roles.Own, modify, 0},
			{"Manage own subscriptions", "subscription", roles.Own, modify, 0},
			{"Set up online payment processing", "reseller/payment-processing", roles.Own, modify, 0},
			{"Manage accounts", "account", roles.Below, modify, 0},
			{"Manage customers", "customer", roles.Below, modify, 0},
			{"Manage customers", "customer", roles.Own, create, 0},
			{"Manage distributors", "distributor", roles.Below, modify, 0},
			{"Manage representatives", "representative", roles.Below, modify, 0},
			{"Manage subresellers", "reseller", roles.Below, modify, 0},
			{"Manage subresellers", "reseller", roles.Own, create, remove},
			{"Cannot raise its own limit", "reseller/credit-limit", roles.Own, view, change},
			{"Can raise its subresellers' limit", "reseller/credit-limit/permanent", roles.Below, modify, 0},
			{"Can raise its customers' limit", "customer/credit-limit/permanent", roles.Below, modify, 0},
			{"Without an object the smaller ceiling applies", "reseller/credit-limit", roles.Either, view, change},
			{"Limited to their own entity", "node", roles.Own, 0, modify},
			{"Limited to their own entity", "routing", roles.Own, 0, modify},
			{"Limited to their own entity", "log", roles.Own, 0, modify},
			{"Limited to their own entity", "vendor", roles.Below, 0, modify},
			{"Limited to their own entity", "destination", roles.Own, view, change},
		},
		billing.RoleDistributor: {
			{"Create new accounts", "account", roles.Below, viewAndCreate, updateDelete},
			{"Create new customers", "customer", roles.Own, viewAndCreate, updateDelete},
			{"Create vouchers", "voucher", roles.Own, viewAndCreate, updateDelete},
			{"Create vouchers", "voucher/batches/generate", roles.Own, create, updateDelete},
			{"Browse xDRs", "report/xdrs", roles.Below, view, change},
			{"Browse xDRs", "customer/billing/xdrs", roles.Below, view, change},
			{"Browse xDRs", "account/billing/xdrs", roles.Below, view, change},
			{"Download xDRs", "report/xdrs/download", roles.Below, view, change},
			{"Download xDRs", "customer/billing/xdrs/download", roles.Below, view, change},
			{"View invoices", "customer/billing/invoices", roles.Below, view, change},
			{"Browse info about own customers", "customer", roles.Below, view, updateDelete},
			{"Browse info about own customers", "customer/credit-limit", roles.Below, view, change},
			{"Browse info about own customers", "customer/taxation", roles.Below, view, change},
			{"Browse info about own customers", "customer/billing/balance", roles.Below, view, change},
			{"Modify only personal info", "customer/personal", roles.Below, modify, 0},
			{"Modify only personal info", "customer/address/email", roles.Below, modify, 0},
			{"Modify only personal info", "customer/web-self-care", roles.Below, 0, change},
			{"Modify only personal info", "customer/individuals", roles.Below, 0, modify},
			{"Modify only personal info", "customer/pbx", roles.Below, 0, change},
			{"Modify only personal info", "customer/billing/payments/pay", roles.Below, 0, change},
			{"Browse info about own accounts", "account/general", roles.Below, view, change},
			{"Browse info about own accounts (modify only personal info)", "account/personal", roles.Below, modify, 0},
			{"Browse info about own accounts (modify only personal info)", "account/services", roles.Below, 0, change},
			{"Manage subdistributors", "distributor", roles.Own, create, remove},
			{"Manage subdistributors", "distributor", roles.Below, modify, 0},
			{"Manage subdistributors", "distributor/credit-limit", roles.Below, modify, 0},
			{"Its own limit is its seller's", "distributor/credit-limit", roles.Own, view, change},
			{"Its own commission is its seller's", "distributor/commission", roles.Own, view, change},
		},
		billing.RoleRepresentative: {
			{"See customer info", "customer", roles.Below, view, change},
			{"See customer info", "customer/personal", roles.Below, view, change},
			{"See customer info", "customer/address", roles.Below, view, change},
			{"See commission plan info", "representative/commission/plan", roles.Own, view, change},
			{"Nothing else", "customer/billing/invoices", roles.Below, 0, modify},
			{"Nothing else", "customer/credit-limit", roles.Below, 0, modify},
			{"Nothing else", "customer/individuals", roles.Below, 0, modify},
			{"Nothing else", "customer/calls", roles.Below, 0, modify},
			{"Nothing else", "account", roles.Below, 0, modify},
			{"Nothing else", "report/xdrs", roles.Below, 0, modify},
		},
		billing.RoleCCStaff: {
			{"Check and edit customer details", "customer/personal", roles.Below, modify, 0},
			{"Check and edit customer details", "customer", roles.Below, view | update, create | remove},
			{"Check and edit customer details", "account/services", roles.Below, modify, 0},
			{"Credits within its limits", "customer/billing/adjustments/credit", roles.Below, create, updateDelete},
			{"Raises a limit for a time only", "customer/credit-limit/temporary", roles.Below, update, create | remove},
			{"Raises a limit for a time only", "customer/credit-limit/permanent", roles.Below, view, change},
			{"Not its own reseller's contract", "reseller", roles.Own, 0, modify},
			{"Its own limits are its reseller's", "cc-staff/limits", roles.Own, view, change},
		},
		billing.RoleVendor: {
			{"Limited to their own entity", "vendor/statistics", roles.Own, view, change},
			{"Limited to their own entity", "vendor/tariffs", roles.Own, view, change},
			{"Limited to their own entity", "customer", roles.Below, 0, modify},
			{"Limited to their own entity", "routing", roles.Own, 0, modify},
		},
		billing.RoleHuntGroupSupervisor: {
			{"Watches over the groups' calls", "customer/calls/activity/current/whisper", roles.Below, create, 0},
			{"Watches over the groups' agents", "customer/supervisor/agents/pause", roles.Below, update, 0},
			{"Listens to recordings", "customer/calls/recordings/play", roles.Below, view, change},
			{"Deletes none", "customer/calls/recordings/delete", roles.Below, 0, change},
			{"Sees the groups' setup", "customer/pbx/ring-groups/members", roles.Below, view, change},
			{"Nothing else", "customer/billing", roles.Below, 0, modify},
			{"Nothing else", "customer/individuals", roles.Below, 0, modify},
		},
	} {
		table := compileDefault(t, id)
		for _, r := range rows {
			n := tree.MustNode(r.path)
			got := table.Permission(n, r.reach)
			assert.True(t, got.Contains(r.allowed), "%s: %s: %s %v: %v, want %v", id, r.sentence, r.path, r.reach, got, r.allowed)
			assert.Zero(t, got&r.refused, "%s: %s: %s %v", id, r.sentence, r.path, r.reach)
			ceiling := model.Ceiling(table.Type(), n, r.reach) & most(n, table.Type())
			assert.Zero(t, ceiling&r.refused, "%s: %s: %s %v: a role of type %s can permit %v", id, r.sentence, r.path, r.reach, table.Type(), ceiling)
			require.Zero(t, r.allowed&r.refused, "%s: %s: row contradicts itself", id, r.sentence)
		}
	}
}

func compileDefault(t *testing.T, id string) *roles.Table {
	t.Helper()
	for _, r := range billing.DefaultRoles() {
		if r.ID == id {
			table, err := model.Compile(r)
			require.NoError(t, err)
			return table
		}
	}
	t.Fatalf("no default role %q", id)
	return nil
}
