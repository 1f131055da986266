package individuals

import (
	"fmt"
	"slices"

	"github.com/durward-go/durward/scope"
)

// MaxAllowedRoles bounds the roles of one organization.
const MaxAllowedRoles = 4096

// An Organization holds the settings of an entity whose people sign in. An
// entity without one has no people: every decision for it denies.
type Organization struct {
	// Entity is the ID of the entity.
	Entity string
	// Class is the ID of the [Class] that gives defaults; empty for none.
	Class string
	// AllowedRoles are the IDs of the roles that its individuals can be given.
	AllowedRoles []string
	// DefaultRole is the ID of the role that is written into a grant where the
	// one who creates an individual names none. Empty: none.
	DefaultRole string
	// Link says what the organization's standing link opens.
	Link StandingLink
	// Closed ends all access of its people.
	Closed bool
	// Revision is the commit that last wrote the record; 0 before the first.
	Revision uint64
}

// A StandingLink says what an organization's standing link gives: a link that
// is mailed to it and that opens the portal without a sign-in. The link itself
// is a token; what stands here decides, whatever links are in circulation. The
// zero StandingLink opens nothing.
type StandingLink struct {
	// Role is the ID of the role that whoever comes by the link has, the
	// Non-Portal role. Empty: the link gives nothing.
	Role string
	// Open says that the link opens. An organization whose people have logins of
	// their own is closed to it, until somebody opens it again.
	Open bool
	// Epoch moves when the link is rotated, and whoever came by an older one is
	// out at once.
	Epoch uint64
}

// Copy returns an organization equal to o that shares nothing with it.
func (o Organization) Copy() Organization {
	o.AllowedRoles = slices.Clone(o.AllowedRoles)
	return o
}

// Validate reports what is wrong with the record on its own.
func (o Organization) Validate() error {
	if err := scope.CheckID(o.Entity); err != nil {
		return fmt.Errorf("individuals: organization: %w", err)
	}
	fail := func(err error) error { return fmt.Errorf("individuals: organization %q: %w", o.Entity, err) }
	if len(o.AllowedRoles) > MaxAllowedRoles {
		return fail(fmt.Errorf("%d allowed roles, at most %d", len(o.AllowedRoles), MaxAllowedRoles))
	}
	seen := make(map[string]bool, len(o.AllowedRoles))
	for _, id := range o.AllowedRoles {
		if err := scope.CheckID(id); err != nil {
			return fail(fmt.Errorf("allowed role: %w", err))
		}
		if seen[id] {
			return fail(fmt.Errorf("allowed role %q is given twice", id))
		}
		seen[id] = true
	}
	for _, id := range []struct{ what, id string }{{"class", o.Class}, {"default role", o.DefaultRole}, {"role of the standing link", o.Link.Role}} {
		if id.id != "" {
			if err := scope.CheckID(id.id); err != nil {
				return fail(fmt.Errorf("%s: %w", id.what, err))
			}
		}
	}
	if o.DefaultRole != "" && !seen[o.DefaultRole] {
		return fail(fmt.Errorf("default role %q is not among the allowed roles", o.DefaultRole))
	}
	return nil
}
