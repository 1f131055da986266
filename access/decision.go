package access

import (
	"fmt"
	"strings"

	"github.com/durward-go/durward/roles"
)

// A Decision is the answer to one request. It is a small value, made without
// allocation. The zero Decision denies.
type Decision struct {
	reason     Reason
	action     roles.Action
	surface    Surface
	slot       Slot
	superseded Slot
	unscoped   bool
	node       roles.Node
	granted    uint64
	revision   uint64
}

// Allowed reports whether the request may go on.
func (d Decision) Allowed() bool { return d.reason == Granted }

// Reason returns [Granted], or the first gate that failed.
func (d Decision) Reason() Reason { return d.reason }

// Action returns what was asked.
func (d Decision) Action() roles.Action { return d.action }

// Node returns the node that was asked for, the zero Node where it is unknown.
func (d Decision) Node() roles.Node { return d.node }

// Surface returns where the request came from.
func (d Decision) Surface() Surface { return d.surface }

// Unscoped reports that the request named no object, so that the scope was
// not asked and the smaller ceiling applied.
func (d Decision) Unscoped() bool { return d.unscoped }

// Slot returns the slot that governed, [NoSlot] where the decision did not
// get that far.
func (d Decision) Slot() Slot { return d.slot }

// GrantRevision returns the revision of the governing slot's last grant, 0
// where no slot governed.
func (d Decision) GrantRevision() uint64 { return d.granted }

// Superseded returns the slot that holds something older than what governed,
// [NoSlot] where there is none.
func (d Decision) Superseded() Slot { return d.superseded }

// Revision returns the revision of the store that the engine had applied.
func (d Decision) Revision() uint64 { return d.revision }

// String is one line for a log: no person and no object is in it.
func (d Decision) String() string {
	var b strings.Builder
	if d.Allowed() {
		b.WriteString("allowed")
	} else {
		fmt.Fprintf(&b, "denied (%v)", d.reason)
	}
	fmt.Fprintf(&b, ": %v", d.action)
	if !d.node.IsZero() {
		fmt.Fprintf(&b, " %s", d.node)
	}
	if d.slot != NoSlot {
		fmt.Fprintf(&b, " by the %v granted in revision %d", d.slot, d.granted)
	}
	if d.superseded != NoSlot {
		fmt.Fprintf(&b, ", superseding the %v", d.superseded)
	}
	if d.unscoped {
		b.WriteString(", no object")
	}
	return b.String()
}
