package access

import (
	"fmt"

	"github.com/durward-go/durward/individuals"
)

// A Slot is one of the two halves of a grant.
type Slot uint8

// The slots.
const (
	NoSlot Slot = iota
	RoleSlot
	ACLSlot
)

// String returns "role", "ACL" or "none".
func (s Slot) String() string {
	switch s {
	case RoleSlot:
		return "role"
	case ACLSlot:
		return "ACL"
	default:
		return "none"
	}
}

func (s Slot) other() Slot {
	switch s {
	case RoleSlot:
		return ACLSlot
	case ACLSlot:
		return RoleSlot
	default:
		return NoSlot
	}
}

// A Coexistence says which slot of a grant governs a request, where a person
// has held a role and an access level.
type Coexistence uint8

// The ways to coexist.
const (
	// LastWrite has the slot that was granted last govern on every surface.
	// With equal revisions, which one commit wrote, the preferred slot does.
	LastWrite Coexistence = iota
	// PerSurface has the preferred slot govern.
	PerSurface
)

// String returns "last write" or "per surface".
func (c Coexistence) String() string {
	switch c {
	case LastWrite:
		return "last write"
	case PerSurface:
		return "per surface"
	default:
		return fmt.Sprintf("Coexistence(%d)", uint8(c))
	}
}

// A Governing says which slot of a grant decides, and what it superseded.
type Governing struct {
	// Slot governs; NoSlot when nothing was ever granted.
	Slot Slot
	// ID is the role or access level in it; empty when it denies.
	ID string
	// Revision is that of the slot's last grant.
	Revision uint64
	// Superseded is the other slot, where it holds something older.
	Superseded Slot
	// Reason is Granted, or why an empty slot denies.
	Reason Reason
}

// Govern tells which slot of g decides for a request that prefers the given
// one. It is the whole of the rule, for those who want to show it.
func (c Coexistence) Govern(g individuals.Grant, preferred Slot) Governing {
	slot := preferred
	if c == LastWrite && g.Role.Revision != g.ACL.Revision {
		slot = ACLSlot
		if g.Role.Revision > g.ACL.Revision {
			slot = RoleSlot
		}
	}
	governs, other := g.Role, g.ACL
	if slot == ACLSlot {
		governs, other = g.ACL, g.Role
	}
	out := Governing{Slot: slot, ID: governs.ID, Revision: governs.Revision, Reason: Granted}
	if governs.ID == "" {
		switch {
		case other.ID == "", c == LastWrite && governs.Revision != other.Revision:
			out.Reason = NoGrant
		case slot == RoleSlot:
			out.Reason = NoRole
		default:
			out.Reason = NoACL
		}
	}
	if governs.Revision == 0 && other.Revision == 0 {
		out.Slot = NoSlot
	}
	if c == LastWrite && other.ID != "" && other.Revision < governs.Revision {
		out.Superseded = slot.other()
	}
	return out
}
