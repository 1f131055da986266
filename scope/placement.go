package scope

import (
	"errors"
	"fmt"
)

// CheckPlacement reports whether e may be written: its parent and the targets
// of its links exist, it would not be above itself, its chain is no longer
// than [MaxDepth], and its links stay within its own tree. lookup gives the
// entities as they are without e; an older version of e itself is ignored.
func CheckPlacement(lookup Lookup, e Entity) error {
	if err := e.Validate(); err != nil {
		return err
	}
	with := func(id string) (Entity, error) {
		if id == e.ID {
			return e, nil
		}
		return lookup(id)
	}
	_, err := Resolve(with, e.ID)
	if errors.Is(err, ErrUnknown) {
		return fmt.Errorf("%w; write that entity first", err)
	}
	return err
}
