package access_test

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/store"
)

// TestLinkRotatedWhileAsked has a writer rotate a standing link, close it and
// open it again while others ask by it. A question that lies wholly between
// the return of one change and the beginning of the next is answered as that
// change says: no rotated link is ever seen open again.
func TestLinkRotatedWhileAsked(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(o *access.Options, s store.Store) store.Store {
		o.PollInterval = 100 * time.Microsecond // so that the poll and the writer meet
		return s
	})
	engines := []*access.Engine{f.engine, f.open(nil)}
	const kept = 3 // epochs that are asked for, in turn
	visitors := func(e *access.Engine) (by [kept]*access.Principal) {
		for epoch := range by {
			p, err := e.LinkPrincipal(f.ctx, access.LinkIdentity{Organization: "acme", Epoch: uint64(epoch), Start: time.Now()})
			require.NoError(t, err)
			by[epoch] = p
		}
		return by
	}
	q := query(roles.View, "customer/personal", "acme-1")
	n := node(q.Path)
	ask := func(p *access.Principal, way int) bool {
		switch way % 5 {
		case 0:
			return p.Can(f.ctx, q.Action, n)
		case 1:
			return p.CanOn(f.ctx, q.Action, n, q.Object)
		case 2:
			return p.CheckAll(f.ctx, []access.Query{q})[0].Allowed()
		case 3:
			return p.Explain(f.ctx, q).Decision.Allowed()
		default:
			return p.Check(f.ctx, q).Allowed()
		}
	}
	allowed := func(change int64, epoch int) bool { return change%5 != 0 && int(change)%kept == epoch }

	var phase atomic.Int64 // odd while change phase/2 + 1 is under way
	var certain atomic.Int64
	done := make(chan struct{})
	var readers sync.WaitGroup
	for _, e := range engines {
		by := visitors(e)
		readers.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-done:
					return
				default:
				}
				before := phase.Load()
				got := ask(by[i%kept], i/kept)
				if before%2 != 0 || before == 0 || phase.Load() != before {
					continue
				}
				certain.Add(1)
				if want := allowed(before/2, i%kept); got != want {
					t.Errorf("epoch %d: allowed %v after change %d returned", i%kept, got, before/2)
					return
				}
			}
		})
	}
	by := [][kept]*access.Principal{visitors(engines[0]), visitors(engines[1])}
	for change := int64(1); change <= int64(count(60, 300, 20_000)) && !t.Failed(); change++ {
		phase.Add(1)
		f.link("acme", individuals.StandingLink{Role: "viewer", Open: change%5 != 0, Epoch: uint64(change % kept)})
		phase.Add(1)
		for _, by := range by {
			for epoch, p := range by {
				if got := ask(p, int(change)); got != allowed(change, epoch) {
					t.Errorf("epoch %d: allowed %v right after change %d", epoch, got, change)
				}
			}
		}
		for before := certain.Load(); certain.Load() == before && !t.Failed(); {
			runtime.Gosched()
		}
	}
	close(done)
	readers.Wait()
}
