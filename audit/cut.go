package audit

import (
	"fmt"
	"time"
)

// A Cut records that retention removed every event of a chain up to and
// including the anchor. Keep it in place of them: [Verify] begins at the anchor.
// The zero Cut is not valid.
type Cut struct {
	// Anchor is the head after the last event that was removed.
	Anchor Head `json:"anchor"`
	// At is when.
	At time.Time `json:"at"`
}

// NewCut makes the cut that removes last and every event before it. It refuses
// an event that does not give its own hash: cutting there would make a broken
// chain look sound. Verify the chain before you cut it.
func NewCut(last Event, at time.Time) (Cut, error) {
	if err := last.Check(); err != nil {
		return Cut{}, fmt.Errorf("audit: cut: %w", err)
	}
	if err := last.Head().Validate(); err != nil {
		return Cut{}, fmt.Errorf("audit: cut: %w", err)
	}
	return Cut{Anchor: last.Head(), At: at}, nil
}

// anchorAttribute names the attribute in which an event records a cut.
const anchorAttribute = "anchor"

// Event returns the event that records the cut, to be appended to the chain that
// is cut, in the commit that removes the events. With it [Report.CutAt] tells a
// cut that somebody answers for from a prefix that is just gone.
func (c Cut) Event(actor Party) Event {
	return Event{
		At: c.At, Actor: actor, Action: ActionCut, Outcome: Succeeded,
		Attributes: []Attribute{{Name: anchorAttribute, Value: Plain(c.Anchor.String())}},
	}
}

func (e *Event) recordsCut(anchor Head) bool {
	if e.Action != ActionCut || e.Outcome != Succeeded {
		return false
	}
	for _, a := range e.Attributes {
		if a.Name == anchorAttribute {
			return a.Value == Plain(anchor.String())
		}
	}
	return false
}
