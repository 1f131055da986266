package audit

import (
	"strconv"
	"strings"
)

// maxShownChanges is how many changes a line tells; more make it unreadable.
const maxShownChanges = 8

// A Line says how to write an event as one line of text. The zero Line masks
// personal values and shows IDs.
type Line struct {
	// Reveal shows personal values in clear, for viewers who may see them.
	Reveal bool
	// Name returns the name under which the viewer knows a party, or "" to show
	// its ID. A subject is asked for as an individual. Default: IDs.
	Name func(Party) string
}

// String writes the event as the zero [Line] does.
func (e Event) String() string { return Line{}.Write(e) }

// Write returns the event as one line of printable characters, such as
//
//	2026-04-20 08:00Z bob (for ABC) granted role pbx-admin to steve from 10.1.2.3, revision 41
//
// Seconds stand there if they are not zero. Texts that are not one printable
// word are quoted, so no value can forge another part or a second line. It holds
// no secret, since events hold none.
func (l Line) Write(e Event) string {
	var b strings.Builder
	at := e.At.UTC()
	if at.Second() == 0 {
		b.WriteString(at.Format("2006-01-02 15:04Z"))
	} else {
		b.WriteString(at.Format("2006-01-02 15:04:05Z"))
	}
	b.WriteString(" " + l.party(e.Actor))
	if e.OnBehalfOf != (Party{}) {
		b.WriteString(" (for " + l.party(e.OnBehalfOf) + ")")
	}
	text, t := l.phrase(e)
	b.WriteString(" " + text)
	if e.Reason != "" {
		b.WriteString(" (" + printable(e.Reason) + ")")
	}
	b.WriteString(l.changes(e.Changes, t.field))
	if e.Node != "" {
		b.WriteString(" at " + printable(e.Node))
	}
	if !e.Address.IsZero() {
		b.WriteString(" from " + l.value(e.Address))
	}
	if e.Surface != "" {
		b.WriteString(" by interface " + printable(e.Surface))
	}
	for _, a := range e.Attributes {
		b.WriteString(", " + printable(a.Name) + " " + l.value(a.Value))
	}
	if !e.Note.IsZero() {
		b.WriteString(", note " + l.value(e.Note))
	}
	if e.Revision != 0 {
		b.WriteString(", revision " + strconv.FormatUint(e.Revision, 10))
	}
	return b.String()
}

func (l Line) party(p Party) string {
	if l.Name != nil {
		if name := l.Name(p); name != "" {
			return printable(name)
		}
	}
	return p.String()
}

func (l Line) value(v Value) string {
	text := v.String()
	switch v.kind {
	case ValueErased:
		return text
	case ValuePersonal:
		if l.Reveal {
			text = v.text
		}
	}
	return printable(text)
}

// told is what a phrase has told already.
type told struct {
	subject, object bool
	field           string
}

// phrase returns what was done, and what else of the event that tells.
func (l Line) phrase(e Event) (string, told) {
	var t told
	var text string
	p, known := phrases[e.Action]
	switch {
	case known && p.of == e.Outcome:
		text = l.expand(p.text, e, &t)
	case e.Outcome == Refused:
		text = "was refused " + printable(string(e.Action))
	case e.Outcome == Failed:
		text = "failed at " + printable(string(e.Action))
	default:
		text = "did " + printable(string(e.Action))
	}
	if e.Object != "" && !t.object {
		text += " on " + printable(e.Object)
	}
	if e.Subject != "" && !t.subject && e.Actor != Individual(e.Subject) {
		text += " for " + l.party(Individual(e.Subject))
	}
	return text, t
}

func (l Line) expand(text string, e Event, t *told) string {
	var b strings.Builder
	for text != "" {
		plain, rest, optional := strings.Cut(text, "[")
		b.WriteString(plain)
		if !optional {
			break
		}
		var part string
		part, text, _ = strings.Cut(rest, "]")
		before, rest, _ := strings.Cut(part, "{")
		name, after, _ := strings.Cut(rest, "}")
		if filled := l.named(name, e, t); filled != "" {
			b.WriteString(before + filled + after)
		}
	}
	return b.String()
}

func (l Line) named(name string, e Event, t *told) string {
	switch name {
	case "subject":
		if t.subject = e.Subject != ""; t.subject {
			return l.party(Individual(e.Subject))
		}
	case "object":
		if t.object = e.Object != ""; t.object {
			return printable(e.Object)
		}
	default:
		for _, c := range e.Changes {
			if c.Field != name {
				continue
			}
			if c.After.IsZero() {
				t.field = name
				return l.value(c.Before)
			}
			if c.Before.IsZero() {
				t.field = name // otherwise what was before is still to be told
			}
			return l.value(c.After)
		}
	}
	return ""
}

func (l Line) changes(changes []Change, told string) string {
	var b strings.Builder
	separator := ": "
	shown, left := 0, 0
	for _, c := range changes {
		switch {
		case c.Field == told:
			continue
		case shown == maxShownChanges:
			left++
			continue
		}
		b.WriteString(separator + printable(c.Field) + " " + l.change(c))
		separator = ", "
		shown++
	}
	if left > 0 {
		b.WriteString(" and " + strconv.Itoa(left) + " more")
	}
	return b.String()
}

func (l Line) change(c Change) string {
	switch {
	case c.After.kind == ValueSecret:
		return l.value(c.After)
	case c.Before.kind == ValueSecret:
		return l.value(c.Before)
	case c.Before.IsZero():
		return "set to " + l.value(c.After)
	case c.After.IsZero():
		return l.value(c.Before) + " removed"
	default:
		return l.value(c.Before) + " → " + l.value(c.After)
	}
}
