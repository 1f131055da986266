package bulk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/store"
)

// ActionImport is the action of the event that each commit of an [Import] leaves on
// the chain [audit.Changes]. Its Object is the name of the source. Attributes say
// how far the source is written ("lines", "bytes", and "digest", the SHA-256 of
// those bytes), whether it is at its end ("done"), and how many records of each
// kind the commit wrote ("individuals").
const ActionImport audit.Action = "bulk.import"

// The attributes of the event.
const (
	attributeLines  = "lines"
	attributeBytes  = "bytes"
	attributeDigest = "digest"
	attributeDone   = "done"
)

// A cursor says how far a source is written.
type cursor struct {
	sequence uint64 // of the event; 0: none
	lines    int
	digest   string
}

// resume finds the cursor of the source and reads up to it.
func (i *importing) resume(ctx context.Context) error {
	var c cursor
	err := i.store.View(ctx, func(r store.Reader) (err error) {
		c, err = i.cursor(ctx, r, 0)
		return err
	})
	if err != nil {
		return i.failed(err)
	}
	i.last = c.sequence
	for i.lines.lines < c.lines {
		if err := ctx.Err(); err != nil {
			return i.failed(err)
		}
		if _, err := i.lines.next(); errors.Is(err, io.EOF) {
			return fmt.Errorf("bulk: import %q: %d lines are imported already, and the source has %d; give another source another name",
				i.source, c.lines, i.lines.lines)
		} else if err != nil {
			return err
		}
	}
	if c.lines > 0 && i.lines.digest() != c.digest {
		return fmt.Errorf("bulk: import %q: the first %d lines are imported already, and they were others; give another source another name", i.source, c.lines)
	}
	i.progress.Lines, i.progress.Bytes = i.lines.lines, i.lines.bytes
	return nil
}

// cursor returns the latest cursor of the source after an event.
func (i *importing) cursor(ctx context.Context, r store.EventReader, after uint64) (c cursor, err error) {
	for e, err := range store.AllEvents(ctx, r, audit.Filter{Chain: audit.Changes, Action: ActionImport, After: after}) {
		if err != nil {
			return cursor{}, err
		}
		if e.Object != i.source || e.Action != ActionImport {
			continue
		}
		c.sequence = e.Sequence
		for _, a := range e.Attributes {
			text, _ := a.Value.Text()
			switch a.Name {
			case attributeLines:
				if c.lines, err = strconv.Atoi(text); err != nil || c.lines < 0 {
					return cursor{}, fmt.Errorf("event %d: no number of lines", e.Sequence)
				}
			case attributeDigest:
				c.digest = text
			}
		}
	}
	return c, nil
}

// commit writes lines by one commit, and with them how far the source is written.
func (i *importing) commit(ctx context.Context, write func(tx store.Tx) (*chunk, error)) error {
	var wrote *chunk
	var sequence uint64
	revision, err := i.store.Update(ctx, i.author(), func(tx store.Tx) error {
		// Nobody else has written lines of the source since they were looked for.
		other, err := i.cursor(ctx, tx, i.last)
		if err != nil {
			return err
		}
		if other.sequence != 0 {
			return fmt.Errorf("another import of it is under way: %w", store.ErrConflict)
		}
		if wrote, err = write(tx); err != nil || wrote.counts.total() == 0 {
			return err
		}
		e, err := tx.AppendEvent(ctx, i.event(wrote))
		sequence = e.Sequence
		return err
	})
	if err != nil {
		return i.failed(err)
	}
	if wrote.counts.total() == 0 {
		return nil
	}
	i.last = sequence
	i.progress = Progress{Lines: wrote.lines, Bytes: wrote.bytes, Written: i.progress.Written + wrote.counts.total(), Revision: revision, Done: wrote.done}
	if i.options.Progress != nil {
		i.options.Progress(i.progress)
	}
	return nil
}

// event is that of a commit.
func (i *importing) event(c *chunk) audit.Event {
	e := audit.Event{At: i.options.Clock(), Actor: i.actor, Action: ActionImport, Object: i.source, Outcome: audit.Succeeded}
	note := func(name, text string) {
		e.Attributes = append(e.Attributes, audit.Attribute{Name: name, Value: audit.Plain(text)})
	}
	note(attributeLines, strconv.Itoa(c.lines))
	note(attributeBytes, strconv.FormatInt(c.bytes, 10))
	note(attributeDigest, c.digest)
	if c.done {
		note(attributeDone, "yes")
	}
	for _, n := range c.counts.named() {
		if n.n > 0 {
			note(n.name, strconv.Itoa(n.n))
		}
	}
	return e
}

// failed names the source, but before an error of a line, which says enough.
func (i *importing) failed(err error) error {
	var line *LineError
	if errors.As(err, &line) {
		return err
	}
	return fmt.Errorf("bulk: import %q: %w", i.source, err)
}

// counts is how many records of each kind were written.
type counts struct {
	classes, entities, links, organizations, roles, acls, individuals, credentials, grants int
}

func (c *counts) add(b store.Batch) {
	c.classes += len(b.Classes)
	c.entities += len(b.Entities)
	c.links += len(b.Links)
	c.organizations += len(b.Organizations)
	c.roles += len(b.Roles)
	c.acls += len(b.ACLs)
	c.individuals += len(b.Individuals)
	c.credentials += len(b.Credentials)
	c.grants += len(b.Grants)
}

type count struct {
	name string
	n    int
}

func (c *counts) named() []count {
	return []count{
		{"classes", c.classes}, {"entities", c.entities}, {"links", c.links}, {"organizations", c.organizations}, {"roles", c.roles},
		{"acls", c.acls}, {"individuals", c.individuals}, {"credentials", c.credentials}, {"grants", c.grants},
	}
}

func (c *counts) total() (n int) {
	for _, each := range c.named() {
		n += each.n
	}
	return n
}
