package manage_test

import (
	"fmt"
	"testing"
)

// TestRandomFound repeats the worlds in which random moves found a way round the
// rules: 448508819, in which an agent moved an entity that it reached by a link
// below itself, and had with it what links to that.
func TestRandomFound(t *testing.T) {
	for _, seed := range []uint64{448508819} {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			runRandom(t, seed, 500, &randomTally{accepted: make(map[string]int), refused: make(map[string]int)})
		})
	}
}
