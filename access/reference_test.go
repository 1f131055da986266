package access_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/internal/reference"
)

// perWorld is how many requests are asked in one world.
const perWorld = 200

// slow is set where the comparison takes much longer than usual.
var slow bool

// TestReference holds the engine to a second, slow and obvious reading of the design, in
// random worlds that change. DURWARD_LONG=1 asks ten times as much.
func TestReference(t *testing.T) {
	t.Parallel()
	cases := 100_000
	if os.Getenv("DURWARD_LONG") == "1" {
		cases = 1_000_000
	}
	if slow {
		cases /= 10
	}
	count := tally{seen: make(map[reference.Reason]int)}
	disagreements := 0
	for world := 0; count.cases() < cases && disagreements < 5; world++ {
		if found := compare(t, reference.Seeded(uint64(world)), perWorld, reference.Decide, &count); found != "" {
			t.Errorf("world %d: %s", world, found)
			disagreements++
		}
	}
	t.Log(&count)
	if t.Failed() {
		return
	}

	// A test that sees denials only, or never one of them, would hold nothing.
	for _, reason := range access.Reasons() {
		share := float64(count.seen[reference.Reason(reason.String())]) / float64(count.cases())
		least := 0.001
		if reason == access.Granted {
			least = 0.06
		}
		assert.Greater(t, share, least, "share of %v", reason)
	}
	assert.Less(t, count.refused, count.written/10, "most records should be such as a store takes")
}

func (c *tally) cases() int {
	n := 0
	for _, seen := range c.seen {
		n += seen
	}
	return n
}

// String lists the reasons, the most frequent first.
func (c *tally) String() string {
	var lines []string
	for reason, n := range c.seen {
		lines = append(lines, fmt.Sprintf("%8d %s", n, reason))
	}
	slices.Sort(lines)
	slices.Reverse(lines)
	return fmt.Sprintf("%d cases agree with the reference:\n%s", c.cases(), strings.Join(lines, "\n"))
}
