package billing

import (
	"fmt"
	"strings"

	"github.com/durward-go/durward/roles"
)

// loginPanels declares what every kind of entity has whose people sign in:
// its individuals, the roles it may use, signing in as one of them, and its
// audit log. An entity's own login is one of its individuals, so there is one
// place for all of them. [Guards] points at these nodes.
func loginPanels(whose string) []roles.NodeSpec {
	return []roles.NodeSpec{
		individuals(whose),
		allowedRoles(whose),
		signInAs("Sign in as " + strings.ToLower(whose) + " or one of its individuals"),
		auditLog(),
	}
}

func individuals(whose string) roles.NodeSpec {
	children := append(individualFields(), credentials(), grants())
	return marked(roles.OwnHands, panel("individuals", whose+" individuals", children...))
}

func individualFields() []roles.NodeSpec {
	return []roles.NodeSpec{
		item("login", "Login"), item("name", "Name"), item("email", "Email"), item("state", "State"),
		item("activation", "Activation date"), item("expiration", "Expiration date"), item("time-zone", "Time zone"),
		item("language", "Web interface language"), item("allow-list", "Allowed IP addresses and networks"),
	}
}

func credentials() roles.NodeSpec {
	return item("credentials", "Credentials",
		item("password", "Password"), item("second-factor", "Two-factor authentication"),
		operation("second-factor-reset", "Reset 2FA key"), item("api-tokens", "API tokens"))
}

func grants() roles.NodeSpec { return item("grants", "Role and access level") }

// allowedRoles can be read or not by the people of the entity itself; only
// those who sell to it decide which roles it may use.
func allowedRoles(whose string) roles.NodeSpec {
	n := readOnly(panel("allowed-roles", fmt.Sprintf("Roles allowed for the %s's individuals", strings.ToLower(whose))))
	all := []roles.Permission{roles.Restrict, roles.Read, roles.Modify}
	n.ChoicesFor = map[string][]roles.Permission{TypeAdmin: all, TypeReseller: all}
	return n
}

func signInAs(title string) roles.NodeSpec {
	return explicit(marked(roles.OwnHands, asPanel(operation("sign-in-as", title))))
}

func auditLog() roles.NodeSpec { return asPanel(record("audit-log", "Audit log")) }
