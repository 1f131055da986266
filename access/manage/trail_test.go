package manage_test

import (
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/roles"
)

// changesOf asks for what was changed in an organization.
func changesOf(organization string) audit.Filter {
	return audit.Filter{Chain: audit.Changes, Organization: organization}
}

func listed(_ []audit.Event, err error) error { return err }

// roles_ is a stored role as a new one.
func roles_(w *world, id string) roles.Role {
	r := w.storedRole(id)
	r.Revision = 0
	return r
}
