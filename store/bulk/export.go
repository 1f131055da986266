package bulk

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"time"

	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/store"
)

// ExportOptions adjust [Export].
type ExportOptions struct {
	// Secrets adds credentials (password hashes, sealed keys, recovery codes) and
	// tokens. Without them nobody can sign in to what is restored before a reset.
	// Default: none are written.
	Secrets bool
	// Clock tells when the export is made. Default: [time.Now].
	Clock func() time.Time
}

// Export writes what a store holds at one revision, which it returns: classes,
// entities, organizations, roles, access levels, individuals, grants and both
// chains of the audit, with all revisions and stamps. [Restore] reads it.
//
// It streams: memory does not grow with the store, only by what it takes to know
// who owns whom. Attempts to sign in, accepted steps and waiting messages are of
// the moment, and are not in it; nor is the past that [store.History] keeps.
//
// Values of the audit that are personal data are in it, in clear. Keep it like the
// store itself.
func Export(ctx context.Context, s store.Store, to io.Writer, opts *ExportOptions) (revision uint64, err error) {
	e := &exporting{to: bufio.NewWriterSize(to, 256<<10), sum: sha256.New(), clock: time.Now}
	if opts != nil {
		e.secrets = opts.Secrets
		if opts.Clock != nil {
			e.clock = opts.Clock
		}
	}
	err = s.View(ctx, func(r store.Reader) error {
		e.reader = r
		return e.run(ctx)
	})
	if err == nil {
		err = e.to.Flush()
	}
	if err != nil {
		return 0, fmt.Errorf("bulk: export: %w", err)
	}
	return e.revision, nil
}

// exporting is one Export.
type exporting struct {
	reader   store.Reader
	to       *bufio.Writer
	sum      hash.Hash
	lines    int
	buffer   []byte
	secrets  bool
	clock    func() time.Time
	revision uint64
}

func (e *exporting) run(ctx context.Context) error {
	e.revision = e.reader.Revision()
	header, err := e.header(ctx)
	if err != nil {
		return err
	}
	if err := e.write(line{Export: header}); err != nil {
		return err
	}
	for _, part := range []func(context.Context) error{
		e.classes, e.entities, e.links, e.organizations, e.roles, e.acls, e.individuals, e.grants, e.tokens,
	} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	if err := e.events(ctx, header.Changes, header.ChangesHead); err != nil {
		return err
	}
	if err := e.events(ctx, header.SignIns, header.SignInsHead); err != nil {
		return err
	}
	return e.write(line{End: &endLine{Lines: e.lines, Digest: hex.EncodeToString(e.sum.Sum(nil))}})
}

func (e *exporting) header(ctx context.Context) (h *headerLine, err error) {
	h = &headerLine{Format: formatNumber, Revision: e.revision, At: store.Instant(e.clock()), Secrets: e.secrets}
	for _, c := range []struct {
		chain       audit.Chain
		start, head *audit.Head
	}{{audit.Changes, &h.Changes, &h.ChangesHead}, {audit.SignIns, &h.SignIns, &h.SignInsHead}} {
		if *c.start, err = e.reader.EventStart(ctx, c.chain); err != nil {
			return nil, err
		}
		if *c.head, err = e.reader.EventHead(ctx, c.chain); err != nil {
			return nil, err
		}
	}
	return h, nil
}

// write adds one line.
func (e *exporting) write(l line) (err error) {
	if e.buffer, err = l.append(e.buffer[:0]); err != nil {
		return err
	}
	if len(e.buffer) > MaxLineBytes {
		return fmt.Errorf("line %d: %w, which Restore reads; split the record", e.lines+1, errLong)
	}
	e.lines++
	_, _ = e.sum.Write(e.buffer) // never fails
	_, err = e.to.Write(e.buffer)
	return err
}

// pageSize is how many records are held at once.
const pageSize = 1000

// pages calls write for each record of a listing. list returns the records after
// one; the zero record is before the first.
func pages[T any](list func(after T) ([]T, error), write func(T) error) error {
	var last T
	for {
		page, err := list(last)
		if err != nil {
			return err
		}
		for _, record := range page {
			if err := write(record); err != nil {
				return err
			}
			last = record
		}
		if len(page) < pageSize {
			return nil
		}
	}
}

// events writes a chain from its start to its head: to the sign-ins some may have
// been added since these were read, or some cut, and then nobody could restore it.
func (e *exporting) events(ctx context.Context, start, head audit.Head) error {
	last := start
	for event, err := range store.AllEvents(ctx, e.reader, audit.Filter{Chain: head.Chain}) {
		if err != nil {
			return err
		}
		if event.Sequence > head.Sequence || event.Sequence != last.Sequence+1 || event.Previous != last.Hash {
			break
		}
		last = event.Head()
		if err := e.write(line{Event: &event}); err != nil {
			return err
		}
	}
	if last != head {
		return fmt.Errorf("chain %q: event %d is missing or another; was the chain cut meanwhile? export again", head.Chain, last.Sequence+1)
	}
	return nil
}

func (e *exporting) tokens(ctx context.Context) error {
	if !e.secrets {
		return nil
	}
	return pages(func(after store.Token) ([]store.Token, error) {
		return e.reader.Tokens(ctx, store.TokenFilter{}, store.Page{After: after.Selector, Limit: pageSize})
	}, func(t store.Token) error { return e.write(line{Token: lineOfToken(t)}) })
}

// credential writes that of an individual, which comes right before.
func (e *exporting) credential(ctx context.Context, individual string) error {
	if !e.secrets {
		return nil
	}
	c, err := e.reader.Credential(ctx, individual)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	l, err := lineOfCredential(c)
	if err != nil {
		return err
	}
	return e.write(line{Credential: l})
}
