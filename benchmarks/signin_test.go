package benchmarks

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/netip"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/access/signin"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/ipallow"
	"github.com/durward-go/durward/otp"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/roles/billing"
	"github.com/durward-go/durward/store"
)

const benchmarkPassword = "correct zebra battery staple"

// An office is the world of the other benchmarks with so many people who can
// sign in. One half has a second factor.
type office struct {
	*world
	flow  *signin.Flow
	slots *individuals.HashSlots
	hash  individuals.PasswordHash
	key   otp.Key
	clock func() time.Time
	now   atomic.Int64
}

func newOffice(tb testing.TB, people int, slots *individuals.HashSlotsOptions) *office {
	tb.Helper()
	ctx := context.Background()
	o := &office{world: newWorld(tb, 3, 1000)}
	o.now.Store(time.Date(2026, 4, 20, 8, 0, 0, 0, time.UTC).UnixNano())
	o.clock = func() time.Time { return time.Unix(0, o.now.Load()).UTC() }
	hostKey, err := otp.GenerateHostKey(rand.Reader)
	must(tb, err)
	sealer, err := otp.NewKeyring(rand.Reader, hostKey)
	must(tb, err)
	o.hash, err = individuals.HashPassword(rand.Reader, benchmarkPassword, individuals.Argon2Params{})
	must(tb, err)
	o.key, err = otp.GenerateKey(rand.Reader)
	must(tb, err)
	update(tb, o.store, func(tx store.Tx) {
		for i := range people {
			id := fmt.Sprintf("person-%04d", i)
			p := individuals.Individual{ID: id, Realm: "customer", RoleType: billing.TypeCustomer, Organization: o.objects[i%len(o.objects)],
				Login: id, AllowList: ipallow.Anywhere(), SecondFactor: individuals.SecondFactorNo, Enrolled: i%2 == 1}
			must(tb, tx.PutIndividual(ctx, p))
			must(tb, tx.PutGrant(ctx, individuals.Grant{Individual: id, Organization: p.Organization}.WithRole(roleID(i%3))))
			c := individuals.Credential{Individual: id, Password: o.hash, MeetsAlone: true}
			if p.Enrolled {
				c.SealedKey, err = otp.SealKey(sealer, o.key, id)
				must(tb, err)
			}
			must(tb, tx.PutCredential(ctx, c))
		}
	})
	o.slots, err = individuals.NewHashSlots(slots)
	must(tb, err)
	o.flow, err = signin.New(o.engine, o.store, &signin.Options{Sealer: sealer, LoginKey: hostKey, HashSlots: o.slots, Clock: o.clock})
	must(tb, err)
	return o
}

// attempt is one of the person's, from a network that is one of many.
func (o *office) attempt(i int, password string) signin.Attempt {
	return signin.Attempt{Realm: "customer", Login: fmt.Sprintf("person-%04d", i), Password: password, Surface: access.NewInterface,
		Address: netip.AddrFrom4([4]byte{10, byte(i >> 8), byte(i), 3})}
}

// BenchmarkSignIn holds a sign-in beside the hash alone. The two take turns, so
// that what slows the machine down slows both; the medians are compared. On a
// loaded machine their difference is noise. So what a sign-in does beside the
// hash is measured by itself as well, by parts: a refusal of the empty password,
// which costs none, and the step with a code.
func BenchmarkSignIn(b *testing.B) {
	ctx := context.Background()
	const people = 1000
	o := newOffice(b, people, nil)
	var floor, whole, refused, code []time.Duration
	took := func(list *[]time.Duration, fn func()) {
		start := time.Now()
		fn()
		*list = append(*list, time.Since(start))
	}
	i := 0
	for b.Loop() {
		person := 2 * (i % (people / 2))
		i++
		took(&floor, func() {
			if ok, _, err := o.hash.Verify(benchmarkPassword, individuals.Argon2Params{}); !ok || err != nil {
				b.Fatal("not verified")
			}
		})
		took(&whole, func() {
			outcome, err := o.flow.Begin(ctx, o.attempt(person, benchmarkPassword))
			if err != nil || !outcome.Done() {
				b.Fatal(err)
			}
		})
		took(&refused, func() {
			if _, err := o.flow.Begin(ctx, o.attempt(person, "")); !errors.Is(err, &signin.Refusal{Reason: signin.WrongPassword}) {
				b.Fatal(err)
			}
		})
		outcome, err := o.flow.Begin(ctx, o.attempt(person+1, benchmarkPassword))
		must(b, err)
		text, err := otp.GenerateCode(o.key, o.clock())
		must(b, err)
		took(&code, func() {
			outcome, err := o.flow.Continue(ctx, outcome.Challenge.Reveal(), signin.Answer{Code: text, Address: o.attempt(person+1, "").Address})
			if err != nil || !outcome.Done() {
				b.Fatal(err)
			}
		})
		o.now.Add(int64(time.Hour))
	}
	b.ReportMetric(0, "ns/op") // four things an iteration: no figure of its own
	b.ReportMetric(float64(median(floor).Microseconds()), "hash-µs")
	b.ReportMetric(float64(median(whole).Microseconds()), "sign-in-µs")
	b.ReportMetric(float64(median(refused).Nanoseconds())/1000, "refusal-without-hash-µs")
	b.ReportMetric(float64(median(code).Nanoseconds())/1000, "code-step-µs")
	b.ReportMetric(100*float64(median(whole)-median(floor))/float64(median(floor)), "overhead-%")
	b.ReportMetric(100*float64(median(refused)+median(code))/float64(median(floor)), "overhead-by-parts-%")
}

func median(list []time.Duration) time.Duration { return quantile(list, 0.5) }

func quantile(list []time.Duration, q float64) time.Duration {
	sorted := slices.Clone(list)
	slices.Sort(sorted)
	return sorted[int(q*float64(len(sorted)-1))]
}

// BenchmarkSignInBurst lets 500 people sign in at once, while somebody who is in
// goes on asking, and tells what memory it takes beyond what there was, how many
// were served, how soon the others were refused, and how long decisions took.
//
// What is alive is a hash's memory for each slot. On top comes what earlier
// hashes left and the collector has not taken yet; a memory limit, as by
// GOMEMLIMIT, bounds that too.
func BenchmarkSignInBurst(b *testing.B) {
	b.Run("limit=none", func(b *testing.B) { burst(b, 0) })
	b.Run("limit=slots", func(b *testing.B) { burst(b, burstSlots*19<<20) })
}

const burstSlots = 2

func burst(b *testing.B, limit int64) {
	ctx := context.Background()
	const people, slots = 500, burstSlots
	o := newOffice(b, people, &individuals.HashSlotsOptions{Slots: slots})
	if limit > 0 {
		debug.FreeOSMemory()
		// The stacks of 500 goroutines, and the runtime's own, beside the hashes.
		const others = 8 << 20
		before := debug.SetMemoryLimit(int64(memory("/memory/classes/total:bytes")-memory("/memory/classes/heap/released:bytes")) + limit + others)
		defer debug.SetMemoryLimit(before)
	}
	in, err := o.engine.Principal(ctx, access.Identity{Individual: o.people[0], Surface: access.NewInterface, Address: netip.MustParseAddr("10.1.2.3")})
	must(b, err)
	quiet := decisions(ctx, in, o.nodes[0], func(done <-chan struct{}) { time.Sleep(200 * time.Millisecond) })

	var peaks, lives []float64
	var refusals, during []time.Duration
	var served, hints int
	for b.Loop() {
		o.now.Add(int64(time.Hour))
		runtime.GC()
		base := memory(heapObjects)
		watch := watchMemory()
		during = append(during, decisions(ctx, in, o.nodes[0], func(<-chan struct{}) {
			var group sync.WaitGroup
			var mu sync.Mutex
			start := make(chan struct{})
			for i := range people {
				group.Go(func() {
					<-start
					began := time.Now()
					_, err := o.flow.Begin(ctx, o.attempt(i, benchmarkPassword))
					took := time.Since(began)
					mu.Lock()
					defer mu.Unlock()
					var refusal *signin.Refusal
					switch {
					case err == nil:
						served++
					case errors.As(err, &refusal) && refusal.Reason == signin.Busy && refusal.RetryAfter > 0:
						hints++
						refusals = append(refusals, took)
					default:
						b.Error(err)
					}
				})
			}
			close(start)
			group.Wait()
		})...)
		peak, live := watch()
		peaks, lives = append(peaks, float64(peak)-float64(base)), append(lives, float64(live)-float64(base))
	}
	const mib = 1 << 20
	b.ReportMetric(slices.Max(peaks)/mib, "peak-heap-above-base-MiB")
	b.ReportMetric(slices.Max(lives)/mib, "live-heap-above-base-MiB")
	b.ReportMetric(slots*19, "slots-times-19-MiB")
	b.ReportMetric(float64(served)/float64(b.N), "served/burst")
	b.ReportMetric(float64(hints)/float64(b.N), "refused-with-hint/burst")
	b.ReportMetric(float64(median(refusals).Microseconds()), "refusal-median-µs")
	b.ReportMetric(float64(median(quiet).Nanoseconds()), "decision-quiet-ns")
	b.ReportMetric(float64(median(during).Nanoseconds()), "decision-during-ns")
	b.ReportMetric(float64(quantile(during, 0.99).Nanoseconds()), "decision-during-p99-ns")
}

// decisions measures checks while fn runs: batches of a hundred, as the time of
// one.
func decisions(ctx context.Context, p *access.Principal, n roles.Node, fn func(done <-chan struct{})) []time.Duration {
	done := make(chan struct{})
	out := make(chan []time.Duration)
	go func() {
		var list []time.Duration
		for {
			select {
			case <-done:
				out <- list
				return
			default:
			}
			const batch = 100
			start := time.Now()
			for range batch {
				if p.Check(ctx, access.Query{Action: roles.View, Node: n}).Allowed() {
					sink++
				}
			}
			list = append(list, time.Since(start)/batch)
			time.Sleep(100 * time.Microsecond)
		}
	}()
	fn(done)
	close(done)
	return <-out
}

const (
	heapObjects = "/memory/classes/heap/objects:bytes" // live, and dead but not swept
	heapLive    = "/gc/heap/live:bytes"                // what the last collection found alive
)

func memory(name string) uint64 {
	sample := []metrics.Sample{{Name: name}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// watchMemory samples the heap until the function that it returns is called.
func watchMemory() (stop func() (peak, live uint64)) {
	done, out := make(chan struct{}), make(chan [2]uint64)
	go func() {
		var most [2]uint64
		sample := []metrics.Sample{{Name: heapObjects}, {Name: heapLive}}
		for {
			metrics.Read(sample)
			most[0], most[1] = max(most[0], sample[0].Value.Uint64()), max(most[1], sample[1].Value.Uint64())
			select {
			case <-done:
				out <- most
				return
			case <-time.After(200 * time.Microsecond):
			}
		}
	}()
	return func() (uint64, uint64) {
		close(done)
		most := <-out
		return most[0], most[1]
	}
}
