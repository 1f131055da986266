package access

import (
	"fmt"
	"strings"

	"github.com/durward-go/durward/roles"
)

// A Decision is the answer to one request. It is a small value, made without
// allocation. The zero Decision denies.
type Decision struct {
	tree     *roles.Tree // of the node
	codes    codes
	granted  uint64
	revision uint64
}

// codes packs the small parts of a decision: four words, the node's place in
// its tree included, travel in registers, and more would not.
type codes uint64

const (
	reasonAt     = 0
	actionAt     = 8
	surfaceAt    = 16
	slotAt       = 24
	supersededAt = 32
	unscopedAt   = 40
	nodeAt       = 48 // 16 bits, all others 8
)

func newDecision(reason Reason, r *Request, node roles.Node, governs *side, revision uint64) Decision {
	c := codes(reason)<<reasonAt | codes(r.Action)<<actionAt | codes(r.Surface)<<surfaceAt | codes(node.Index())<<nodeAt
	if r.Object == "" {
		c |= 1 << unscopedAt
	}
	var granted uint64
	if governs != nil {
		c |= codes(governs.slot)<<slotAt | codes(governs.superseded)<<supersededAt
		granted = governs.granted
	}
	return Decision{tree: node.Tree(), codes: c, granted: granted, revision: revision}
}

func (c codes) at(shift uint) uint8 { return uint8(c >> shift) }

// Allowed reports whether the request may go on.
func (d Decision) Allowed() bool { return d.Reason() == Granted }

// Reason returns [Granted], or the first gate that failed.
func (d Decision) Reason() Reason { return Reason(d.codes.at(reasonAt)) }

// Action returns what was asked.
func (d Decision) Action() roles.Action { return roles.Action(d.codes.at(actionAt)) }

// Node returns the node that was asked for, the zero Node where it is unknown.
func (d Decision) Node() roles.Node { return d.tree.At(int(d.codes >> nodeAt)) }

// Surface returns where the request came from.
func (d Decision) Surface() Surface { return Surface(d.codes.at(surfaceAt)) }

// Unscoped reports that the request named no object, so that the scope was
// not asked and the smaller ceiling applied.
func (d Decision) Unscoped() bool { return d.codes.at(unscopedAt) != 0 }

// Slot returns the slot that governed, [NoSlot] where the decision did not
// get that far.
func (d Decision) Slot() Slot { return Slot(d.codes.at(slotAt)) }

// GrantRevision returns the revision of the governing slot's last grant, 0
// where no slot governed.
func (d Decision) GrantRevision() uint64 { return d.granted }

// Superseded returns the slot that holds something older than what governed,
// [NoSlot] where there is none.
func (d Decision) Superseded() Slot { return Slot(d.codes.at(supersededAt)) }

// Revision returns the revision of the store that the engine had applied.
func (d Decision) Revision() uint64 { return d.revision }

// String is one line for a log: no person and no object is in it.
func (d Decision) String() string {
	var b strings.Builder
	if d.Allowed() {
		b.WriteString("allowed")
	} else {
		fmt.Fprintf(&b, "denied (%v)", d.Reason())
	}
	fmt.Fprintf(&b, ": %v", d.Action())
	if d.tree != nil {
		fmt.Fprintf(&b, " %s", d.Node())
	}
	if d.Slot() != NoSlot {
		fmt.Fprintf(&b, " by the %v granted in revision %d", d.Slot(), d.granted)
	}
	if d.Superseded() != NoSlot {
		fmt.Fprintf(&b, ", superseding the %v", d.Superseded())
	}
	if d.Unscoped() {
		b.WriteString(", no object")
	}
	return b.String()
}
