package access

import (
	"fmt"

	"github.com/durward-go/durward/roles"
)

// A Surface is where a request comes from. Beside each other stand the roles
// of the new interface and the access levels of the old one; the surface says
// which of them a request prefers.
type Surface uint8

// The surfaces.
const (
	// Unstated is treated as the API.
	Unstated Surface = iota
	// NewInterface prefers the role.
	NewInterface
	// OldInterface prefers the access level.
	OldInterface
	// API prefers the role where the node is marked moved, else the level.
	API
)

// Surfaces lists the surfaces.
func Surfaces() [4]Surface { return [4]Surface{Unstated, NewInterface, OldInterface, API} }

var surfaceNames = [4]string{"unstated", "new interface", "old interface", "API"}

// String returns "new interface", "old interface", "API" or "unstated".
func (s Surface) String() string {
	if int(s) < len(surfaceNames) {
		return surfaceNames[s]
	}
	return fmt.Sprintf("Surface(%d)", uint8(s))
}

// preferred returns the slot that a request for a node with the marks prefers.
func (s Surface) preferred(marks roles.Marks) Slot {
	switch {
	case s == NewInterface:
		return RoleSlot
	case s == OldInterface:
		return ACLSlot
	case marks&roles.Moved != 0:
		return RoleSlot
	default:
		return ACLSlot
	}
}
