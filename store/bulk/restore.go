package bulk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/store"
)

// ActionRestore is the action of the event that a [Restore] leaves on the chain
// [audit.Changes], after those that it restored. Attributes say how many lines were
// read ("lines"), their SHA-256 ("digest") and the revision that they were exported
// at ("revision").
const ActionRestore audit.Action = "bulk.restore"

// RestoreOptions adjust [Restore].
type RestoreOptions struct {
	// Clock tells when the restoring happened. Default: [time.Now].
	Clock func() time.Time
}

// Restore makes an empty store equal to the one that an [Export] was made of, and
// returns its revision, the next after that of the export. The store must be a
// [store.Restorer]; those of this module are.
//
// All records are as they were, with their revisions: the slot that governs a grant
// is the same, and what was signed in, if it goes on, sees the same epochs. The
// chains have the same events with the same hashes, and the heads that the export
// names; they are verified as they are read. Restoring is one commit with one event
// of its own. The feed begins with it, so engines read everything anew, and so does
// the past.
//
// It is all or nothing: an export that was cut short or damaged leaves the store
// empty. One that was forged with care need not: it has no key, so take it from
// where only the host writes. A line that is refused gives a [*LineError].
func Restore(ctx context.Context, s store.Store, actor audit.Party, from io.Reader, opts *RestoreOptions) (revision uint64, err error) {
	clock := time.Now
	if opts != nil && opts.Clock != nil {
		clock = opts.Clock
	}
	if actor.Kind != audit.KindIndividual && actor.Kind != audit.KindSystem {
		return 0, fmt.Errorf("bulk: restore: actor %v: want an individual or a system", actor)
	}
	restorer, ok := s.(store.Restorer)
	if !ok {
		return 0, fmt.Errorf("bulk: restore: %T is no store.Restorer, so revisions cannot be kept; Import takes records as new ones", s)
	}
	r := &restoring{lines: newLineReader(from)}
	if err := r.begin(); err != nil {
		return 0, err
	}
	origin := store.Origin{Revision: r.header.Revision, Changes: r.header.Changes, SignIns: r.header.SignIns}
	revision, err = restorer.Restore(ctx, store.Author{ID: actor.ID}, origin, func(tx store.RestoreTx) error {
		if err := r.run(ctx, tx); err != nil {
			return err
		}
		_, err := tx.AppendEvent(ctx, audit.Event{
			At: clock(), Actor: actor, Action: ActionRestore, Outcome: audit.Succeeded,
			Attributes: []audit.Attribute{
				{Name: attributeLines, Value: audit.Plain(strconv.Itoa(r.end.Lines))},
				{Name: attributeDigest, Value: audit.Plain(r.end.Digest)},
				{Name: "revision", Value: audit.Plain(strconv.FormatUint(r.header.Revision, 10))},
			},
		})
		return err
	})
	var line *LineError
	if err != nil && !errors.As(err, &line) {
		err = fmt.Errorf("bulk: restore: %w", err)
	}
	return revision, err
}

// restoring is one Restore.
type restoring struct {
	lines  *lineReader
	header headerLine
	end    *endLine
	// heads are those of the chains as far as they are read.
	heads map[audit.Chain]audit.Head
}

// begin reads the first line.
func (r *restoring) begin() error {
	text, err := r.lines.next()
	if errors.Is(err, io.EOF) {
		return errors.New("bulk: restore: nothing to read")
	}
	if err != nil {
		return err
	}
	l, err := decodeLine(text)
	switch {
	case err == nil && l.Export == nil:
		err = errors.New("not the first line of an export")
	case err == nil && l.Export.Format != formatNumber:
		err = fmt.Errorf("format %d: this version knows %d", l.Export.Format, formatNumber)
	}
	if err != nil {
		return onLine(1, "export", err)
	}
	r.header = *l.Export
	h := &r.header
	for _, c := range []struct {
		name        audit.Chain
		start, head audit.Head
	}{{audit.Changes, h.Changes, h.ChangesHead}, {audit.SignIns, h.SignIns, h.SignInsHead}} {
		if c.start.Chain != c.name || c.head.Chain != c.name || c.start.Sequence > c.head.Sequence {
			return onLine(1, "export", fmt.Errorf("heads of chain %q that do not fit each other", c.name))
		}
	}
	if h.Revision > audit.MaxSequence-1 {
		return onLine(1, "export", fmt.Errorf("revision %d: above %d", h.Revision, uint64(audit.MaxSequence-1)))
	}
	r.heads = map[audit.Chain]audit.Head{audit.Changes: h.Changes, audit.SignIns: h.SignIns}
	return nil
}

// run writes all records.
func (r *restoring) run(ctx context.Context, tx store.RestoreTx) error {
	for r.end == nil {
		c, err := r.read()
		if err != nil {
			return err
		}
		if err := c.explain(tx.PutBatch(ctx, c.batch)); err != nil {
			return err
		}
	}
	if r.heads[audit.Changes] != r.header.ChangesHead || r.heads[audit.SignIns] != r.header.SignInsHead {
		return onLine(r.lines.lines, "end", errors.New("the chains do not end with the heads that the first line names"))
	}
	if _, err := r.lines.next(); !errors.Is(err, io.EOF) {
		return onLine(r.lines.lines, "", errors.New("a line after the end"))
	}
	return nil
}

// read reads the next lines up to the end.
func (r *restoring) read() (*chunk, error) {
	c := &chunk{origins: make(map[string][]origin)}
	from := r.lines.bytes
	for range DefaultChunkLines {
		digest, above := r.lines.sum.Sum(nil), r.lines.lines
		text, err := r.lines.next()
		if errors.Is(err, io.EOF) {
			return nil, onLine(r.lines.lines+1, "", errors.New("the export ends without its last line: it was cut short"))
		}
		if err != nil {
			return nil, err
		}
		l, err := decodeLine(text)
		if err != nil {
			return nil, onLine(r.lines.lines, "", err)
		}
		if l.End != nil {
			if l.End.Lines != above || l.End.Digest != fmt.Sprintf("%x", digest) {
				return nil, onLine(r.lines.lines, "end", errors.New("the lines above are not those that were exported"))
			}
			r.end = l.End
			return c, nil
		}
		if err := r.take(c, &l); err != nil {
			return nil, err
		}
		if r.lines.bytes-from >= maxChunkBytes {
			break
		}
	}
	return c, nil
}

func (r *restoring) take(c *chunk, l *line) error {
	number := r.lines.lines
	if !r.header.Secrets && (l.Credential != nil || l.Token != nil) {
		return onLine(number, "", errors.New("a secret in an export that says it has none"))
	}
	record, list, err := l.addTo(&c.batch)
	if err == nil {
		err = r.check(l)
	}
	if err != nil {
		return onLine(number, record, err)
	}
	c.origins[list] = append(c.origins[list], origin{number, record})
	return nil
}

// check holds a line to what the first line says.
func (r *restoring) check(l *line) error {
	if l.Event != nil {
		head, known := r.heads[l.Event.Chain]
		switch {
		case !known:
			return errors.New("of an unknown chain")
		case l.Event.Sequence != head.Sequence+1 || l.Event.Previous != head.Hash:
			return errors.New("it does not follow the event before it")
		case l.Event.Revision > r.header.Revision:
			return errors.New("of a later revision than the export")
		}
		if err := checkEvent(*l.Event); err != nil {
			return err
		}
		r.heads[l.Event.Chain] = l.Event.Head()
		return nil
	}
	for _, revision := range l.revisions() {
		if revision == 0 || revision > r.header.Revision {
			return at("revision", fmt.Errorf("%d: want 1 to %d, the revision of the export", revision, r.header.Revision))
		}
	}
	return nil
}

// checkEvent holds an event to its hash and to the limits of what can be recorded.
// In the place of values that were erased since stands what could.
func checkEvent(e audit.Event) error {
	if err := e.Check(); err != nil {
		return err
	}
	e = e.Clone()
	fill := func(v *audit.Value, text string) {
		if v.Kind() == audit.ValueErased {
			*v = audit.Plain(text)
		}
	}
	fill(&e.Address, "::")
	fill(&e.Note, "erased")
	for i := range e.Changes {
		fill(&e.Changes[i].Before, "erased")
		fill(&e.Changes[i].After, "erased")
	}
	for i := range e.Attributes {
		fill(&e.Attributes[i].Value, "erased")
	}
	return e.Validate()
}
