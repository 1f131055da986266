package access

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/durward-go/durward/scope"
)

// Keys are told apart whatever their length, in the entry or behind it, and one
// that is longer than any ID is never found.
func TestCacheKeyLengths(t *testing.T) {
	t.Parallel()
	c := newCache[int](1000)
	keyOf := func(n int) string { return strings.Repeat("k", n-1) + "1" }
	for n := 1; n <= scope.MaxIDBytes; n++ {
		c.put(keyOf(n), entry(n))
	}
	for n := 1; n <= scope.MaxIDBytes; n++ {
		found := c.get(keyOf(n))
		if assert.NotNil(t, found, "%d bytes", n) {
			assert.Equal(t, n, *found)
		}
		assert.Nil(t, c.get(strings.Repeat("k", n-1)+"2"), "%d bytes, another last one", n)
	}
	for _, n := range []int{scope.MaxIDBytes + 1, 256, 256 + 5, 1 << 16} {
		assert.Nil(t, c.get(keyOf(n)), "%d bytes", n)
	}
	c.drop(keyOf(nearKey + 1))
	assert.Nil(t, c.get(keyOf(nearKey+1)))
	assert.NotNil(t, c.get(keyOf(nearKey)))
}
