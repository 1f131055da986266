package individuals

import (
	"fmt"

	"github.com/durward-go/durward/scope"
)

// A Class gives defaults to many organizations.
type Class struct {
	// ID is the host's own, see [scope.CheckID].
	ID string
	// Name is shown to people.
	Name string
	// SecondFactor asks a second factor of everyone whose own setting is
	// [AsClassDefines].
	SecondFactor bool
	// Revision is the commit that last wrote the record; 0 before the first.
	Revision uint64
}

// Validate reports what is wrong with the record on its own.
func (c Class) Validate() error {
	if err := scope.CheckID(c.ID); err != nil {
		return fmt.Errorf("individuals: class: %w", err)
	}
	if err := checkText("name", c.Name, MaxNameBytes); err != nil {
		return fmt.Errorf("individuals: class %q: %w", c.ID, err)
	}
	return nil
}
