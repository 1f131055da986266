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
	if other.ID != "" && other.Revision < this.Revision {
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

// asDefault puts the organization's default role into the role slot, as if granted
// after everything else.
func asDefault(g individuals.Grant, role string) individuals.Grant {
	g.Role = individuals.Slot{ID: role, Revision: individuals.ThisCommit}
	return g
}
