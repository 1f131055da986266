package roles

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestPathIndexFitsAtOnce holds that the first seed and size all but always
// do: a second attempt doubles the memory of the tree's index.
func TestPathIndexFitsAtOnce(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 2, 10, 100, 1_000, 13_000, 52_000} {
		paths := make(map[string]uint16, n)
		for i := range n {
			paths[fmt.Sprintf("customer/panel-%d", i)] = uint16(i)
		}
		size := pathIndexSize(n)
		require.GreaterOrEqual(t, size, n)
		require.LessOrEqual(t, size, 4*n)
		attempts := min(50, 1+200_000/n)
		failed := 0
		for range attempts {
			if _, ok := tryPathIndex(paths, size); !ok {
				failed++
			}
		}
		require.LessOrEqual(t, failed, attempts/10, "%d paths in %d slots", n, size)
	}
}

// TestPathIndexWithoutRoom holds that an attempt that cannot succeed ends.
func TestPathIndexWithoutRoom(t *testing.T) {
	t.Parallel()
	paths := map[string]uint16{"a": 0, "b": 1, "c": 2}
	_, ok := tryPathIndex(paths, 2)
	require.False(t, ok)
	x := newPathIndex(paths)
	for path, node := range paths {
		got, ok := x.find(path)
		require.True(t, ok)
		require.Equal(t, node, got)
	}
}
