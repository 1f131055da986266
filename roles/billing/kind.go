package billing

// Kinds of entities, for [scope.Entity.Kind].
const (
	KindProvider       = "provider"
	KindReseller       = "reseller"
	KindCustomer       = "customer"
	KindAccount        = "account"
	KindDistributor    = "distributor"
	KindRepresentative = "representative"
	KindVendor         = "vendor"
	// KindGroup is a hunt group of a customer. Its members are the accounts
	// that link to it by [LinkGroup], and what lies below it.
	KindGroup = "group"
)

// Names of links between entities, for [scope.Link.Name].
const (
	// LinkDistributor leads from a customer to the distributor that sold it.
	LinkDistributor = "distributor"
	// LinkRepresentative leads from a customer to its representative.
	LinkRepresentative = "representative"
	// LinkGroup leads from an account to a hunt group that it is a member of.
	LinkGroup = "group"
)
