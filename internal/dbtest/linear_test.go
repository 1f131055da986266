package dbtest_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/memstore"
)

// TestLinearizable: what clients on connections of their own see of grants and of
// sign-in state could have happened one after the other, each thing between the
// call of it and its return.
func TestLinearizable(t *testing.T) {
	t.Run("databases", func(t *testing.T) {
		onEachPlace(t, func(t *testing.T, p place) {
			histories := linearHistories()
			if testing.Short() {
				histories /= 3 // as many in the three databases
			}
			p.office(t, histories)
			var clients []store.Store
			for range linearClients {
				clients = append(clients, p.store(t))
			}
			assert.Zero(t, refused(t, clients, linearObjects(), histories))
		})
	})
	t.Run("memstore", func(t *testing.T) {
		t.Parallel()
		s := memstore.New(nil)
		furnish(t, s, linearHistories())
		assert.Zero(t, refused(t, []store.Store{s}, linearObjects(), linearHistories()))
	})
}

// TestNotLinearizable: a store with a fault is found out by what clients see of
// it, for each thing that it keeps.
func TestNotLinearizable(t *testing.T) {
	t.Parallel()
	for _, object := range linearObjects() {
		t.Run(object.name, func(t *testing.T) {
			t.Parallel()
			inner := memstore.New(nil)
			furnish(t, inner, 100)
			assert.Positive(t, refused(t, []store.Store{&faulty{Store: inner}}, []linearObject{object}, 100))
		})
	}
}

const (
	linearClients    = 4
	linearOperations = 3 // of each client in a history
)

func linearHistories() int { return count(1_000, 10_000) }

// A linearObject is a kind of thing that clients work on: what they do, and what
// one alone would see.
type linearObject struct {
	name  string
	model porcupine.Model
	// try does one operation on a thing of this kind. It may look at what the
	// client saw before.
	try func(ctx context.Context, s store.Store, id string, c *linearClient) (input, output any, err error)
}

func linearObjects() []linearObject {
	return []linearObject{grantObject(), attemptsObject(), stepObject()}
}

type linearClient struct {
	random *rand.Rand
	number int
	// known is the revision or version that the client saw last.
	known uint64
}

// refused records histories of clients that all work on one thing, each history on
// another, and returns how many of them are not linearizable.
func refused(t *testing.T, stores []store.Store, objects []linearObject, histories int) (illegal int) {
	t.Helper()
	began := time.Now()
	var decisions sync.WaitGroup
	var mu sync.Mutex
	for n := range histories {
		object := objects[n%len(objects)]
		recorded := make([][]porcupine.Operation, linearClients)
		var clients sync.WaitGroup
		for c := range recorded {
			client := &linearClient{random: rand.New(rand.NewPCG(uint64(n), uint64(c))), number: c}
			clients.Go(func() {
				for range linearOperations {
					if client.random.IntN(4) == 0 {
						pause()
					}
					call := time.Since(began)
					input, output, err := object.try(t.Context(), stores[c%len(stores)], employee(n), client)
					if !assert.NoError(t, err) {
						return
					}
					recorded[c] = append(recorded[c], porcupine.Operation{ClientId: c, Input: input, Call: int64(call), Output: output, Return: int64(time.Since(began))})
				}
			})
		}
		clients.Wait()
		var history []porcupine.Operation
		for _, operations := range recorded {
			history = append(history, operations...)
		}
		require.Len(t, history, linearClients*linearOperations)
		decisions.Go(func() {
			switch porcupine.CheckOperationsTimeout(object.model, history, time.Minute) {
			case porcupine.Illegal:
				mu.Lock()
				defer mu.Unlock()
				if illegal++; illegal == 1 {
					t.Logf("%s of %s: no order of these explains what was seen:", object.name, employee(n))
					for _, o := range history {
						t.Logf("client %d from %8d to %8d: %+v: %+v", o.ClientId, o.Call/1000, o.Return/1000, o.Input, o.Output)
					}
				}
			case porcupine.Unknown:
				t.Errorf("%s of %s: not decided in time", object.name, employee(n))
			}
		})
	}
	decisions.Wait()
	return illegal
}
