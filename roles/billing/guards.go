package billing

import "github.com/durward-go/durward/roles"

// Guards returns the nodes that administration asks for. The provider's people
// are users; everyone else's are the individuals of their kind of entity.
// Every call makes a new value.
func Guards() roles.Guards {
	g := roles.Guards{
		Kinds: map[string]roles.KindGuards{
			KindProvider: {
				Individuals:  "user",
				Credentials:  "user/credentials",
				AllowedRoles: "user/allowed-roles",
				Grants:       "user/grants",
				Audit:        "user/audit-log",
				SignInAs:     "user/sign-in-as",
			},
		},
		Roles:       "role",
		ACLs:        "acl",
		Entities:    "entity",
		GrantBeyond: "role/grant-beyond",
	}
	for _, kind := range []string{KindReseller, KindCustomer, KindDistributor, KindRepresentative, KindVendor, KindAccount} {
		g.Kinds[kind] = roles.KindGuards{
			Individuals:  kind + "/individuals",
			Credentials:  kind + "/individuals/credentials",
			AllowedRoles: kind + "/allowed-roles",
			Grants:       kind + "/individuals/grants",
			Audit:        kind + "/audit-log",
			SignInAs:     kind + "/sign-in-as",
		}
	}
	return g
}
