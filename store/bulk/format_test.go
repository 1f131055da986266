package bulk_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/store/memstore"
)

// TestFormat: an export that was made once is read by every later version, and
// written the same.
func TestFormat(t *testing.T) {
	t.Parallel()
	text := must[[]byte](t)(os.ReadFile("testdata/full.jsonl"))
	to := memstore.New(nil)
	require.NoError(t, restore(t, to, []string{string(text)}))
	var want []string
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, `{"export"`) && !strings.HasPrefix(line, `{"end"`) {
			want = append(want, line)
		}
	}
	require.Empty(t, cmp.Diff(want, records(t, to)))
}
