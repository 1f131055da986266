package reference

import "github.com/durward-go/durward/individuals"

// A Slot is one half of a grant.
type Slot string

// The slots.
const (
	NoSlot    Slot = "none"
	RoleSlot  Slot = "role"
	LevelSlot Slot = "ACL"
)

// A governing says which slot of a grant decides.
type governing struct {
	slot       Slot
	id         string
	revision   uint64
	superseded Slot
	// reason is granted, or why an empty slot denies.
	reason Reason
}

// govern finds the slot that decides for a request that prefers the given one.
func govern(perSurface bool, g individuals.Grant, preferred Slot) governing {
	r, a := g.Role.Revision, g.ACL.Revision
	d := governing{slot: preferred, superseded: NoSlot, reason: granted}
	if !perSurface && r > a {
		d.slot = RoleSlot
	}
	if !perSurface && a > r {
		d.slot = LevelSlot
	}

	this, other, otherSlot, empty := g.Role, g.ACL, LevelSlot, noRole
	if d.slot == LevelSlot {
		this, other, otherSlot, empty = g.ACL, g.Role, RoleSlot, noACL
	}
	d.id, d.revision = this.ID, this.Revision
	// Where slots govern by surface, neither replaces the other.
	if !perSurface && other.ID != "" && other.Revision < this.Revision {
		d.superseded = otherSlot
	}
	if this.ID == "" {
		d.reason = empty
		if other.ID == "" || !perSurface && r != a {
			d.reason = noGrant
		}
	}
	if r == 0 && a == 0 {
		d.slot = NoSlot
	}
	return d
}

// asDefault is the organization's default role in the place of a grant: it governs on
// every surface, since of the revisions that order grants it has none to lose to. The
// settings that name it give the revision.
func asDefault(o individuals.Organization) governing {
	g := governing{slot: RoleSlot, id: o.DefaultRole, revision: o.Revision, superseded: NoSlot, reason: granted}
	if o.DefaultRole == "" {
		g.reason = noRole
	}
	return g
}

// byLink is the role of the organization's standing link, in the same way.
func byLink(o individuals.Organization) governing {
	o.DefaultRole = o.Link.Role
	return asDefault(o)
}
