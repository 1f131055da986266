package audit

import (
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"time"
)

// An Outcome says how something ended. The zero Outcome is refused by [Append],
// so that nobody records a refusal as a success by leaving it out.
type Outcome string

// How something can end.
const (
	Succeeded Outcome = "succeeded"
	Refused   Outcome = "refused"
	Failed    Outcome = "failed"
)

// An Event is one line of the audit: who did what to whom, on whose behalf, from
// where, and what it changed. Whoever records one fills the fields from Revision
// to Note; [Append] gives it its place. All fields are in its hash, but for the
// text and salt of personal values, whose digests are.
//
// Events hold IDs, not names: see [Party]. Everything that tells of a person
// belongs into a [Personal] value.
type Event struct {
	// Chain, Sequence, Previous and Hash are the event's place, set by [Append].
	// Sequences count from 1 in each chain without a gap.
	Chain    Chain  `json:"chain"`
	Sequence uint64 `json:"sequence"`

	// Revision is the commit that wrote the event; 0 where there was none, as
	// for sign-ins.
	Revision uint64 `json:"revision,omitzero"`
	// At is for reading, in UTC, to the microsecond. The order is that of
	// sequences: clocks may be wrong, or step back.
	At time.Time `json:"at"`
	// Actor is who did it. It is required.
	Actor Party `json:"actor"`
	// OnBehalfOf is the individual or organization that the actor stood in for;
	// the zero Party: nobody but themselves.
	OnBehalfOf Party `json:"on_behalf_of,omitzero"`
	// Organization is the ID of the entity to whose administrators the event
	// belongs. An event without one is seen only by those who see all.
	Organization string `json:"organization,omitzero"`
	// Subject is the ID of the individual to whom it was done, if any.
	Subject string `json:"subject,omitzero"`
	// Action is what was done. It is required.
	Action Action `json:"action"`
	// Realm is that of the sign-in, if any: "admin", "customer".
	Realm string `json:"realm,omitzero"`
	// Node is the path of the node that guards the action, "customer/pbx/extensions".
	Node string `json:"node,omitzero"`
	// Object is the ID of what it was done to: an entity, a role, an extension.
	Object string `json:"object,omitzero"`
	// Address is where the request came from, the text of a netip.Addr: [Plain],
	// or [Personal] where an address counts as a person's data.
	Address Value `json:"address,omitzero"`
	// Surface is the kind of interface it came through: "new", "old", "api".
	Surface string `json:"surface,omitzero"`
	// Outcome is how it ended. It is required.
	Outcome Outcome `json:"outcome"`
	// Reason is the code of a refusal or failure, "address_not_allowed".
	Reason string `json:"reason,omitzero"`
	// Changes are what was before and after, each field once.
	Changes []Change `json:"changes,omitempty"`
	// Attributes are further facts, each name once: "order", "user-agent".
	Attributes []Attribute `json:"attributes,omitempty"`
	// Note is the host's remark.
	Note Value `json:"note,omitzero"`

	// Previous is the hash of the event before, or that of [Start].
	Previous Hash `json:"previous,omitzero"`
	// Hash is that of Previous and of the event.
	Hash Hash `json:"hash,omitzero"`
}

// A Change is one field that got another value: a column, a setting, or a node
// of a role.
type Change struct {
	Field  string `json:"field"`
	Before Value  `json:"before,omitzero"`
	After  Value  `json:"after,omitzero"`
}

// An Attribute is a named fact of an event.
type Attribute struct {
	Name  string `json:"name"`
	Value Value  `json:"value"`
}

// Head returns the head of the event's chain right after it.
func (e Event) Head() Head { return Head{e.Chain, e.Sequence, e.Hash} }

// Clone returns a copy that shares nothing with e.
func (e Event) Clone() Event {
	e.Changes = slices.Clone(e.Changes)
	e.Attributes = slices.Clone(e.Attributes)
	return e
}

// Check reports whether the event's content is what its own hash was made of,
// and its personal texts are those in the hash. What stands before and after it
// is for [Verify]. The error is a [*ChainError].
func (e Event) Check() error {
	_, err := e.check(nil)
	return err
}

func (e *Event) check(buffer []byte) ([]byte, error) {
	hash, buffer := e.hash(buffer)
	if hash != e.Hash {
		return buffer, e.problem(Edited, "its content does not give its hash")
	}
	for place, v := range e.values() {
		if v.kind == ValueMasked {
			return buffer, e.problem(Masked, "%s is a masked copy; verify the events that were kept", place)
		}
		if !v.authentic() {
			return buffer, e.problem(Edited, "the personal text of %s does not give its digest", place)
		}
	}
	return buffer, nil
}

func (e *Event) problem(p Problem, format string, args ...any) error {
	return &ChainError{Problem: p, Chain: e.Chain, Sequence: e.Sequence, Detail: fmt.Sprintf(format, args...)}
}

// Masked returns a copy for a viewer who may not see personal data, see
// [Value.Masked]. Its hash stays, but [Verify] refuses it.
func (e Event) Masked() Event {
	e = e.Clone()
	for _, v := range e.values() {
		*v = v.Masked()
	}
	return e
}

// Erase returns a copy without the personal data of the individual, and how many
// values it erased. The address is the actor's (of an anonymous actor: the
// subject's), all else is the subject's (where there is none: the actor's). The
// hash of the event stays as it was.
func (e Event) Erase(individual string) (Event, int) {
	e = e.Clone()
	subject := e.Subject
	if subject == "" && e.Actor.Kind == KindIndividual {
		subject = e.Actor.ID
	}
	address := subject
	if e.Actor.Kind != KindAnonymous {
		address = ""
		if e.Actor.Kind == KindIndividual {
			address = e.Actor.ID
		}
	}
	erased := 0
	for _, v := range e.values() {
		owner := subject
		if v == &e.Address {
			owner = address
		}
		if owner != individual || individual == "" {
			continue
		}
		if v.kind == ValuePersonal || v.kind == ValueMasked {
			*v = v.Erase()
			erased++
		}
	}
	return e, erased
}

// A place says where in an event a value stands.
type place struct{ what, name string }

func (p place) String() string {
	if p.name == "" {
		return "the " + p.what
	}
	return p.what + " of " + quote(p.name)
}

// values yields every value of the event and where it stands.
func (e *Event) values() iter.Seq2[place, *Value] {
	return func(yield func(place, *Value) bool) {
		if !yield(place{what: "address"}, &e.Address) || !yield(place{what: "note"}, &e.Note) {
			return
		}
		for i := range e.Changes {
			c := &e.Changes[i]
			if !yield(place{"value before", c.Field}, &c.Before) || !yield(place{"value after", c.Field}, &c.After) {
				return
			}
		}
		for i := range e.Attributes {
			if !yield(place{"attribute", e.Attributes[i].Name}, &e.Attributes[i].Value) {
				return
			}
		}
	}
}

// UnmarshalJSON reads what encoding/json wrote of an event, exactly: unknown,
// repeated or differently spelt members are errors. Whether the event is whole
// is for [Verify] to say.
func (e *Event) UnmarshalJSON(data []byte) error {
	type plain Event // without this method
	var read plain
	if err := decodeJSON(data, &read); err != nil {
		return fmt.Errorf("audit: event: %w", err)
	}
	*e = Event(read)
	return nil
}

// LogValue logs the event as its [Event.String], so that no log handler prints
// personal text by way of JSON.
func (e Event) LogValue() slog.Value { return slog.StringValue(e.String()) }
