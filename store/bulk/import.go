package bulk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// DefaultChunkLines is how many lines an [Import] writes by one commit where the
// host does not say. A commit keeps others waiting, for a quarter of a second or
// so with these.
const DefaultChunkLines = 5000

// MaxChunkLines bounds them: a chunk is held in memory.
const MaxChunkLines = 100_000

// maxChunkBytes ends a chunk of long lines early.
const maxChunkBytes = 64 << 20

// A Source is what an [Import] reads.
type Source struct {
	// Name is what the source is known by, an ID as [scope.CheckID] wants it, such
	// as "customers-2026-11". What was imported under a name is not imported again.
	Name string
	// Lines are the records. Every Import of a name reads from the beginning, and
	// none returns while a Read is under way: close what blocks.
	Lines io.Reader
}

// ImportOptions adjust [Import].
type ImportOptions struct {
	// ChunkLines is how many lines are written by one commit, at most
	// [MaxChunkLines]. Default: [DefaultChunkLines].
	ChunkLines int
	// OneCommit writes all lines by one commit. Other commits wait until it is
	// done, and its feed is held in memory: some hundred bytes a record.
	OneCommit bool
	// Credentials lets password hashes be imported: of bcrypt and argon2id, as
	// [individuals.ParsePasswordHash] takes them. Default: their lines are refused.
	Credentials bool
	// System is where grants count as made. Default: the host.
	System individuals.System
	// Progress is called after each commit, by the goroutine of Import.
	Progress func(Progress)
	// Clock tells when a commit's event happened. Default: [time.Now].
	Clock func() time.Time
}

// Progress says how far an [Import] has come.
type Progress struct {
	// Lines is how many lines of the source are in the store, those of earlier
	// Imports among them, and Bytes how long they are.
	Lines int
	Bytes int64
	// Written is how many of them this Import wrote.
	Written int
	// Revision is that of the last commit; 0 where there was none.
	Revision uint64
	// Done says that the source is at its end.
	Done bool
}

// Import creates the records of a source, each line by the rules of the Put of its
// kind, and returns how far it came. What a line names is on a line above it, or
// in the store.
//
// Each chunk of lines is one commit with one event, [ActionImport], that says how
// far the source is written. When Import fails or the process dies, all chunks
// before are written whole, the rest not at all; called again it reads the lines
// that are written already, makes sure that they are the same, and goes on after
// them. It does so for as long as its last event is kept. With OneCommit it is all
// or nothing.
//
// A line that is refused gives a [*LineError]; mend it, and call Import again.
// Two Imports of a name at once: one of them gets [store.ErrConflict].
//
// Grants count as made by the actor with the revision of their commit. Revisions,
// epochs and who granted what in another system are refused: [Restore] takes those
// from an [Export].
func Import(ctx context.Context, s store.Store, actor audit.Party, source Source, opts *ImportOptions) (Progress, error) {
	i := &importing{store: s, actor: actor, source: source.Name}
	if opts != nil {
		i.options = *opts
	}
	if err := i.settle(); err != nil {
		return Progress{}, err
	}
	if source.Lines == nil {
		return Progress{}, fmt.Errorf("bulk: import %q: no lines to read", source.Name)
	}
	i.lines = newLineReader(source.Lines)
	err := i.run(ctx)
	i.progress.Done = err == nil
	return i.progress, err
}

// importing is one Import.
type importing struct {
	store    store.Store
	actor    audit.Party
	source   string
	options  ImportOptions
	lines    *lineReader
	progress Progress
	// last is the latest event of the source that this Import knows of.
	last uint64
}

func (i *importing) settle() error {
	o := &i.options
	if o.ChunkLines <= 0 {
		o.ChunkLines = DefaultChunkLines
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if err := scope.CheckID(i.source); err != nil {
		return fmt.Errorf("bulk: import: name of the source: %w", err)
	}
	if o.ChunkLines > MaxChunkLines {
		return fmt.Errorf("bulk: import %q: chunks of %d lines, at most %d", i.source, o.ChunkLines, MaxChunkLines)
	}
	if i.actor.Kind != audit.KindIndividual && i.actor.Kind != audit.KindSystem {
		return fmt.Errorf("bulk: import %q: actor %v: want an individual or a system", i.source, i.actor)
	}
	return nil
}

func (i *importing) author() store.Author {
	return store.Author{ID: i.actor.ID, System: i.options.System}
}

func (i *importing) run(ctx context.Context) error {
	if err := i.resume(ctx); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	next := i.readAhead(ctx)
	defer func() {
		// Nobody reads the source any longer when Import returns.
		cancel()
		for range next {
		}
	}()
	for done := false; !done; {
		// A chunk is there before a commit begins: others do not wait for the source.
		r := receive(ctx, next)
		if r.err != nil {
			return r.err
		}
		err := i.commit(ctx, func(tx store.Tx) (*chunk, error) {
			all := new(chunk)
			for {
				if err := r.chunk.put(ctx, tx); err != nil {
					return nil, err
				}
				all.add(r.chunk)
				if done = all.done; done || !i.options.OneCommit {
					return all, nil
				}
				if r = receive(ctx, next); r.err != nil {
					return nil, r.err
				}
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// A chunk is lines that are written together.
type chunk struct {
	batch store.Batch
	// origins are the lines of the records in each list of the batch.
	origins map[string][]origin
	order   *order // nil where lines are looked at one by one
	counts  counts
	// lines, bytes and digest say how far the source is read with it, and done that
	// it is at its end.
	lines  int
	bytes  int64
	digest string
	done   bool
}

type origin struct {
	line   int
	record string
}

// add makes c tell of another chunk too, which is written already.
func (c *chunk) add(other *chunk) {
	c.counts.add(other.batch)
	c.lines, c.bytes, c.digest, c.done = other.lines, other.bytes, other.digest, other.done
}

type readResult struct {
	chunk *chunk
	err   error
}

// receive returns what was read next.
func receive(ctx context.Context, next <-chan readResult) readResult {
	if r, ok := <-next; ok {
		return r
	}
	return readResult{err: ctx.Err()}
}

// readAhead reads the next chunk while one is written. The channel is closed after
// the last chunk, after an error and when the context is done.
func (i *importing) readAhead(ctx context.Context) <-chan readResult {
	next := make(chan readResult)
	go func() {
		defer close(next)
		for {
			var r readResult
			r.chunk, r.err = i.read()
			select {
			case next <- r:
			case <-ctx.Done():
				return
			}
			if r.err != nil || r.chunk.done {
				return
			}
		}
	}()
	return next
}

// read reads and checks the next lines.
func (i *importing) read() (*chunk, error) {
	c := &chunk{origins: make(map[string][]origin), order: newOrder()}
	from := i.lines.bytes
	for range i.options.ChunkLines {
		text, err := i.lines.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if err := i.take(c, text); err != nil {
			return nil, err
		}
		if i.lines.bytes-from >= maxChunkBytes {
			break
		}
	}
	_, err := i.lines.from.Peek(1)
	c.lines, c.bytes, c.digest, c.done = i.lines.lines, i.lines.bytes, i.lines.digest(), errors.Is(err, io.EOF)
	return c, nil
}

func (i *importing) take(c *chunk, text []byte) error {
	number := i.lines.lines
	l, err := decodeLine(text)
	if err != nil {
		return onLine(number, "", err)
	}
	if record, err := l.importable(i.options.Credentials); err != nil {
		return onLine(number, record, err)
	}
	record, list, err := l.addTo(&c.batch)
	if err == nil && c.order != nil {
		err = c.order.take(&l, number)
	}
	if err != nil {
		return onLine(number, record, err)
	}
	c.origins[list] = append(c.origins[list], origin{number, record})
	return nil
}

// put writes the chunk.
func (c *chunk) put(ctx context.Context, tx store.Tx) error {
	// What was signed in under an ID that was deleted and is used again does not
	// live again: no epoch is as large as the revision of the commit.
	epoch := tx.Revision() + 1
	for i := range c.batch.Individuals {
		c.batch.Individuals[i].Epoch = epoch
	}
	for i := range c.batch.Organizations {
		c.batch.Organizations[i].Link.Epoch = epoch
	}
	return c.explain(store.PutBatch(ctx, tx, c.batch))
}

// explain says which line a refused record is of.
func (c *chunk) explain(err error) error {
	var refused *store.BatchError
	if errors.As(err, &refused) {
		if origins := c.origins[refused.List]; refused.Index < len(origins) {
			o := origins[refused.Index]
			return onLine(o.line, o.record, refused.Err)
		}
	}
	return err
}
