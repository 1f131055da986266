package scope

import (
	"errors"
	"fmt"
)

// CheckPlacement reports whether e may be written: its parent and the targets
// of its links exist, it would not be above itself, its chain is no longer
// than [MaxDepth], and its links stay within its own tree. lookup gives the
// entities as they are without e; an older version of e itself is ignored.
//
// It looks up from e, not down: when e moves with what lies below it, something
// there can come to lie deeper than [MaxDepth], or a link to it or from it can
// come to cross trees. [Resolve] fails for such objects, so nobody gains by it,
// but a caller that moves entities checks what lies below as well.
func CheckPlacement(lookup Lookup, e Entity) error {
	if err := e.Validate(); err != nil {
		return err
	}
	if lookup == nil {
		return fmt.Errorf("scope: entity %q: no Lookup to ask", e.ID)
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
