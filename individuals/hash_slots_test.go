package individuals_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/individuals"
)

func newHashSlots(t testing.TB, opts *individuals.HashSlotsOptions) *individuals.HashSlots {
	t.Helper()
	slots, err := individuals.NewHashSlots(opts)
	require.NoError(t, err)
	return slots
}

func TestHashSlotsBoundHowManyRun(t *testing.T) {
	t.Parallel()
	const bound = 3
	slots := newHashSlots(t, &individuals.HashSlotsOptions{Slots: bound, Waiting: 1000})
	var running, most, done atomic.Int32
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			release, err := slots.Acquire(t.Context())
			if !assert.NoError(t, err) {
				return
			}
			defer release()
			now := running.Add(1)
			for was := most.Load(); now > was && !most.CompareAndSwap(was, now); was = most.Load() {
			}
			runtime.Gosched()
			running.Add(-1)
			done.Add(1)
		})
	}
	all.Wait()
	assert.Equal(t, int32(100), done.Load())
	assert.LessOrEqual(t, most.Load(), int32(bound))
	assert.Positive(t, most.Load())
	for range bound {
		_, ok := slots.TryAcquire()
		assert.True(t, ok, "every slot was given back")
	}
	_, ok := slots.TryAcquire()
	assert.False(t, ok)
}

func TestHashSlotsRefuseBeyondTheQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slots := newHashSlots(t, &individuals.HashSlotsOptions{Slots: 1, Waiting: 2, RetryAfter: 3 * time.Second})
		release, err := slots.Acquire(t.Context())
		require.NoError(t, err)

		var served []int
		for i := range 2 {
			go func() {
				release, err := slots.Acquire(t.Context())
				if assert.NoError(t, err) {
					served = append(served, i)
					release()
				}
			}()
			synctest.Wait() // both wait, in this order
		}
		_, err = slots.Acquire(t.Context())
		var busy *individuals.HashBusyError
		require.ErrorAs(t, err, &busy)
		assert.Equal(t, 3*time.Second, busy.RetryAfter)
		assert.NoError(t, busy.Unwrap())
		require.EqualError(t, err, "individuals: too many passwords are being hashed: try again in 3s")
		_, ok := slots.TryAcquire()
		assert.False(t, ok)

		release()
		synctest.Wait()
		assert.Equal(t, []int{0, 1}, served, "who waits longest goes first")
		release, err = slots.Acquire(t.Context())
		require.NoError(t, err, "the queue is empty again")
		release()
	})
}

func TestHashSlotsWaitNoLongerThanTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slots := newHashSlots(t, &individuals.HashSlotsOptions{Slots: 1, Waiting: 1})
		release, err := slots.Acquire(t.Context())
		require.NoError(t, err)

		began := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		_, err = slots.Acquire(ctx)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		var busy *individuals.HashBusyError
		require.ErrorAs(t, err, &busy)
		assert.Equal(t, time.Second, busy.RetryAfter)
		assert.Equal(t, 200*time.Millisecond, time.Since(began))

		// The place in the queue was given back with the wait.
		gone := errors.New("the browser is gone")
		ctx, cancelCause := context.WithCancelCause(t.Context())
		go cancelCause(gone)
		_, err = slots.Acquire(ctx)
		require.ErrorIs(t, err, gone)

		release()
		_, err = slots.Acquire(ctx)
		require.ErrorIs(t, err, gone, "a context that has ended gets no slot, though one is free")
		release, err = slots.Acquire(t.Context())
		require.NoError(t, err)
		release()
	})
}

func TestHashSlotsReleaseTwiceFreesOneSlot(t *testing.T) {
	t.Parallel()
	slots := newHashSlots(t, &individuals.HashSlotsOptions{Slots: 2})
	first, ok := slots.TryAcquire()
	require.True(t, ok)
	_, ok = slots.TryAcquire()
	require.True(t, ok)
	first()
	first()
	_, ok = slots.TryAcquire()
	assert.True(t, ok)
	_, ok = slots.TryAcquire()
	assert.False(t, ok)
}

func TestNewHashSlots(t *testing.T) {
	t.Parallel()
	slots := newHashSlots(t, nil)
	for range min(runtime.GOMAXPROCS(0), 1024) {
		_, ok := slots.TryAcquire()
		require.True(t, ok)
	}
	_, ok := slots.TryAcquire()
	assert.False(t, ok)

	for _, test := range []struct {
		opts   individuals.HashSlotsOptions
		reason string
	}{
		{individuals.HashSlotsOptions{Slots: -1}, "Slots -1 is not within 1 and 1024"},
		{individuals.HashSlotsOptions{Slots: 1025}, "Slots 1025"},
		{individuals.HashSlotsOptions{Waiting: -1}, "Waiting -1 is not within 1 and 65536"},
		{individuals.HashSlotsOptions{Waiting: 65537}, "Waiting 65537"},
		{individuals.HashSlotsOptions{RetryAfter: -1}, "RetryAfter -1ns is negative"},
	} {
		slots, err := individuals.NewHashSlots(&test.opts)
		require.ErrorContains(t, err, test.reason)
		assert.Nil(t, slots)
	}
}

func TestZeroHashSlotsRefuseEveryone(t *testing.T) {
	t.Parallel()
	var slots individuals.HashSlots
	_, ok := slots.TryAcquire()
	assert.False(t, ok)
	_, err := slots.Acquire(t.Context())
	var busy *individuals.HashBusyError
	require.ErrorAs(t, err, &busy)
}
