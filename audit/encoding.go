package audit

import (
	"crypto/sha256"
	"encoding/binary"
	"time"
)

// What is hashed begins with one of these, so that no hash of one use is a hash
// of another. None is the beginning of another.
const (
	domainEvent = "durward audit v1 event\x00"
	domainStart = "durward audit v1 start\x00"
	domainValue = "durward audit v1 value\x00"
)

// The hash of an event is
//
//	SHA-256("durward audit v1 event" 00 || previous hash || fields)
//
// Fields stand in the order of their tags. Each is its tag (1 byte), the length
// of its content in bytes (4, big-endian) and the content. A text is its UTF-8,
// a number 8 bytes big-endian, At the seconds since 1970 UTC (8 bytes, two's
// complement) and the nanoseconds (4). Lists repeat their field. A party, a change and an attribute are
// fields in turn. A value is a letter, 'p' and the text if plain, 'd' and the
// digest if personal, erased or masked, 's' and the state if secret. A field
// that is empty, zero or none is left out.
//
// So the bytes can be read back in one way only, and a field that a later
// version adds changes no hash of an event that lacks it.
const (
	tagChain        = 1
	tagSequence     = 2
	tagRevision     = 3
	tagAt           = 4
	tagActor        = 5
	tagOnBehalfOf   = 6
	tagOrganization = 7
	tagSubject      = 8
	tagAction       = 9
	tagRealm        = 10
	tagNode         = 11
	tagObject       = 12
	tagAddress      = 13
	tagSurface      = 14
	tagOutcome      = 15
	tagReason       = 16
	tagChange       = 17
	tagAttribute    = 18
	tagNote         = 19

	// Within a party, a change, an attribute.
	tagKind, tagID                = 1, 2
	tagField, tagBefore, tagAfter = 1, 2, 3
	tagName, tagValue             = 1, 2
)

// hash computes what e.Hash should be. It writes over the buffer, whose
// contents do not matter, and returns it for the next event.
func (e *Event) hash(buffer []byte) (Hash, []byte) {
	b := append(buffer[:0], domainEvent...)
	b = append(b, e.Previous[:]...)
	b = e.appendFields(b)
	return Hash(sha256.Sum256(b)), b
}

func (e *Event) appendFields(b []byte) []byte {
	b = appendText(b, tagChain, string(e.Chain))
	b = appendNumber(b, tagSequence, e.Sequence)
	b = appendNumber(b, tagRevision, e.Revision)
	b = appendInstant(b, tagAt, e.At)
	b = appendParty(b, tagActor, e.Actor)
	b = appendParty(b, tagOnBehalfOf, e.OnBehalfOf)
	b = appendText(b, tagOrganization, e.Organization)
	b = appendText(b, tagSubject, e.Subject)
	b = appendText(b, tagAction, string(e.Action))
	b = appendText(b, tagRealm, e.Realm)
	b = appendText(b, tagNode, e.Node)
	b = appendText(b, tagObject, e.Object)
	b = appendValue(b, tagAddress, e.Address)
	b = appendText(b, tagSurface, e.Surface)
	b = appendText(b, tagOutcome, string(e.Outcome))
	b = appendText(b, tagReason, e.Reason)
	for i := range e.Changes {
		start := len(b)
		b = openField(b, tagChange)
		b = appendText(b, tagField, e.Changes[i].Field)
		b = appendValue(b, tagBefore, e.Changes[i].Before)
		b = appendValue(b, tagAfter, e.Changes[i].After)
		closeField(b, start)
	}
	for i := range e.Attributes {
		start := len(b)
		b = openField(b, tagAttribute)
		b = appendText(b, tagName, e.Attributes[i].Name)
		b = appendValue(b, tagValue, e.Attributes[i].Value)
		closeField(b, start)
	}
	return appendValue(b, tagNote, e.Note)
}

const fieldHeader = 1 + 4 // tag and length

func openField(b []byte, tag byte) []byte { return append(b, tag, 0, 0, 0, 0) }

func closeField(b []byte, start int) {
	binary.BigEndian.PutUint32(b[start+1:], uint32(len(b)-start-fieldHeader))
}

func appendText(b []byte, tag byte, text string) []byte {
	if text == "" {
		return b
	}
	start := len(b)
	b = append(openField(b, tag), text...)
	closeField(b, start)
	return b
}

func appendNumber(b []byte, tag byte, n uint64) []byte {
	if n == 0 {
		return b
	}
	start := len(b)
	b = binary.BigEndian.AppendUint64(openField(b, tag), n)
	closeField(b, start)
	return b
}

func appendInstant(b []byte, tag byte, t time.Time) []byte {
	if t.IsZero() {
		return b
	}
	start := len(b)
	b = binary.BigEndian.AppendUint64(openField(b, tag), uint64(t.Unix()))
	b = binary.BigEndian.AppendUint32(b, uint32(t.Nanosecond()))
	closeField(b, start)
	return b
}

func appendParty(b []byte, tag byte, p Party) []byte {
	if p == (Party{}) {
		return b
	}
	start := len(b)
	b = openField(b, tag)
	b = appendText(b, tagKind, string(p.Kind))
	b = appendText(b, tagID, p.ID)
	closeField(b, start)
	return b
}

func appendValue(b []byte, tag byte, v Value) []byte {
	if v.kind == ValueNone {
		return b
	}
	start := len(b)
	b = openField(b, tag)
	switch v.kind {
	case ValuePlain:
		b = append(append(b, 'p'), v.text...)
	case ValuePersonal, ValueErased, ValueMasked:
		b = append(append(b, 'd'), v.digest[:]...)
	case ValueSecret:
		b = append(append(b, 's'), v.text...)
	}
	closeField(b, start)
	return b
}
