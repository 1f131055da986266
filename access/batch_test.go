package access_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/store"
)

// TestCheckAll: answers come in the order of the questions, as Check gives
// them one by one.
func TestCheckAll(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	assert.Empty(t, f.engine.CheckAll(f.ctx, nil))
	var requests []access.Request
	for _, who := range []string{"steve", "nobody", "alice", ""} {
		for _, path := range []string{"customer/pbx", "nothing", "customer/billing"} {
			for _, object := range []string{"", "acme", "globex"} {
				requests = append(requests, ask(who, roles.View, path, object))
			}
		}
	}
	got := f.engine.CheckAll(f.ctx, requests)
	assert.Len(t, got, len(requests))
	for i, r := range requests {
		assert.Equal(t, f.check(r), got[i], "%+v", r)
	}
	p := f.principal("steve")
	assert.Empty(t, p.CheckAll(f.ctx, nil))
	queries := []access.Query{query(roles.View, "customer/pbx", "acme"), {}, query(roles.View, "customer/pbx", "globex")}
	for i, d := range p.CheckAll(f.ctx, queries) {
		assert.Equal(t, p.Check(f.ctx, queries[i]), d)
	}
}

// TestBatchOfOneInstant: what names no instant is decided for that at which
// the batch began, however long it takes; what names one keeps it.
func TestBatchOfOneInstant(t *testing.T) {
	t.Parallel()
	calls := 0
	begin := time.Date(2000, 1, 1, 23, 59, 59, 0, time.UTC)
	f := newFixture(t, func(o *access.Options, s store.Store) store.Store {
		o.Clock = func() time.Time { // a second passes each time it is read
			calls++
			return begin.Add(time.Duration(calls) * time.Second / 4)
		}
		return s
	})
	f.individual("steve", func(p *individuals.Individual) {
		p.Window = individuals.Window{Expiration: date("2000-01-02"), Zone: "UTC"}
	})
	calls = 0
	r := ask("steve", roles.View, "customer/pbx", "acme")
	late := r
	late.At = begin.Add(time.Hour)
	requests := []access.Request{r, r, late, r, r, r, r, r}
	for i, d := range f.engine.CheckAll(f.ctx, requests) {
		want := access.Granted
		if i == 2 {
			want = access.Expired
		}
		assert.Equal(t, want, d.Reason(), i)
	}
	calls = 0
	q := query(roles.View, "customer/pbx", "acme")
	p := f.principal("steve")
	for i, d := range p.CheckAll(f.ctx, []access.Query{q, q, q, q, q, {Action: q.Action, Path: q.Path, At: begin.Add(time.Hour)}}) {
		assert.Equal(t, i != 5, d.Allowed(), i)
	}
}
