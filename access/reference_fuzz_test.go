package access_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/internal/reference"
)

// FuzzReference is TestReference with worlds and requests drawn from a fuzzer's bytes.
func FuzzReference(f *testing.F) {
	for _, seed := range []string{"", "a", "a resource tree", strings.Repeat("Durward ", 64)} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		count := tally{seen: make(map[reference.Reason]int)}
		found := compare(t, reference.NewDraw(data), 40, reference.Decide, &count)
		require.Empty(t, found)
	})
}
