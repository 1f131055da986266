package bulk_test

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/bulk"
	"github.com/durward-go/durward/store/memstore"
)

// A crowd is a store of very many people and entities that nobody keeps.
type crowd struct {
	store.Store
	size int
}

func (s crowd) View(ctx context.Context, fn func(store.Reader) error) error {
	return s.Store.View(ctx, func(r store.Reader) error { return fn(crowdReader{r, s.size}) })
}

type crowdReader struct {
	store.Reader
	size int
}

func (r crowdReader) numbers(after string, limit int) (from, to int) {
	if after != "" {
		_, _ = fmt.Sscanf(after, "n%08d", &from)
		from++
	}
	return from, min(r.size, from+limit)
}

func (r crowdReader) Individuals(_ context.Context, _ store.IndividualFilter, p store.Page) (all []individuals.Individual, _ error) {
	from, to := r.numbers(p.After, p.Size())
	for i := from; i < to; i++ {
		all = append(all, individuals.Individual{ID: fmt.Sprintf("n%08d", i), Name: "somebody in the crowd", RoleType: "customer", Organization: "acme", Revision: 1})
	}
	return all, nil
}

func (r crowdReader) Entities(_ context.Context, _ store.EntityFilter, p store.Page) (all []scope.Entity, _ error) {
	from, to := r.numbers(p.After, p.Size())
	for i := from; i < to; i++ {
		all = append(all, r.entity(i))
	}
	return all, nil
}

// entity gives every one another parent, two levels below a root.
func (r crowdReader) entity(i int) scope.Entity {
	e := scope.Entity{ID: fmt.Sprintf("n%08d", i), Kind: "customer", Revision: 1}
	if third := r.size / 3; i >= third {
		e.Parent = fmt.Sprintf("n%08d", i-third)
	}
	return e
}

func (r crowdReader) Entity(_ context.Context, id string) (scope.Entity, error) {
	i, _ := r.numbers(id, 0)
	return r.entity(i - 1), nil
}

// TestExportIsStreamed: what an export holds does not grow with the store.
func TestExportIsStreamed(t *testing.T) {
	size := 150_000
	if testing.Short() {
		size = 30_000
	}
	written, most := 0, uint64(0)
	before := heap()
	_, err := bulk.Export(t.Context(), crowd{memstore.New(nil), size}, writerFunc(func(p []byte) (int, error) {
		if written += len(p); written%8 == 0 {
			most = max(most, heap())
		}
		return len(p), nil
	}), nil)
	require.NoError(t, err)
	assert.Greater(t, written, size*150)
	assert.Less(t, most, before+16<<20, "of %d bytes written", written)
}

// heap is what is in use.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// A sink is a store that keeps events and nothing else.
type sink struct{ store.Store }

func (s sink) Update(ctx context.Context, by store.Author, fn func(store.Tx) error) (uint64, error) {
	return s.Store.Update(ctx, by, func(tx store.Tx) error { return fn(sinkTx{tx}) })
}

type sinkTx struct{ store.Tx }

func (sinkTx) PutBatch(context.Context, store.Batch) error { return nil }

// TestImportIsStreamed: what an import holds is two chunks.
func TestImportIsStreamed(t *testing.T) {
	size := 200_000
	if testing.Short() {
		size = 40_000
	}
	before, most := heap(), uint64(0)
	progress, err := bulk.Import(t.Context(), sink{memstore.New(nil)}, admin, bulk.Source{Name: "crowd", Lines: &lines{size: size}}, &bulk.ImportOptions{
		ChunkLines: 1000,
		Progress: func(p bulk.Progress) {
			if p.Lines%10_000 == 0 {
				most = max(most, heap())
			}
		},
	})
	require.NoError(t, err)
	assert.Equal(t, size, progress.Written)
	assert.Less(t, most, before+16<<20, "of %d bytes read", progress.Bytes)
}

// lines are made as they are read.
type lines struct {
	size, made int
	rest       []byte
}

func (l *lines) Read(p []byte) (int, error) {
	if len(l.rest) == 0 {
		if l.made == l.size {
			return 0, io.EOF
		}
		l.made++
		l.rest = fmt.Appendf(l.rest, `{"individual":{"id":"n%08d","name":"somebody in the crowd","role_type":"customer","organization":"acme"}}`+"\n", l.made)
	}
	n := copy(p, l.rest)
	l.rest = append(l.rest[:0], l.rest[n:]...)
	return n, nil
}
