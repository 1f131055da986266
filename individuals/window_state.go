package individuals

import "fmt"

// A State says where an instant lies in a [Window]. Only [Active] lets anyone
// in. The zero State is none of the three: it is what comes with an error.
type State uint8

const (
	// Active says that the instant lies within the window.
	Active State = iota + 1

	// NotYetActive says that it lies before the first instant of the activation date.
	NotYetActive

	// Expired says that it is at or after the first instant of the expiration date.
	Expired
)

// String returns "active", "not_yet_active" or "expired", as decisions name
// them, "unknown" for the zero State.
func (s State) String() string {
	switch s {
	case 0:
		return "unknown"
	case Active:
		return "active"
	case NotYetActive:
		return "not_yet_active"
	case Expired:
		return "expired"
	}
	return fmt.Sprintf("State(%d)", uint8(s))
}
