package individuals_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/individuals"
)

const (
	// The list is made from src/passwords.json of the npm package
	// @zxcvbn-ts/language-common 4.1.3, which ranks 49,233 passwords, the most
	// common first.
	blocklistSource = "f422773d94d630f27e08b26d7017e847bb1feb2a84809340e9c0b0c47b33e3f1"

	// The commonest are what an attacker tries before the attempt limit; the
	// long ones are what someone reaches for when a password must be long.
	blocklistCommonest = 10_000
	blocklistLong      = 12

	// A shorter word is no base of a password worth naming.
	blocklistShortest = 4
)

// TestBlocklistIsMadeOfItsSource makes the entries again and compares. With
// DURWARD_BLOCKLIST_UPDATE=1 it writes them below the notice that stands there.
func TestBlocklistIsMadeOfItsSource(t *testing.T) {
	t.Parallel()
	path := os.Getenv("DURWARD_BLOCKLIST_SOURCE")
	if path == "" {
		t.Skip("DURWARD_BLOCKLIST_SOURCE does not name src/passwords.json of the npm package @zxcvbn-ts/language-common 4.1.3")
	}
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, blocklistSource, fmt.Sprintf("%x", sha256.Sum256(data)))
	var source []string
	require.NoError(t, json.Unmarshal(data, &source))

	var entries []string
	for rank, password := range source {
		entry := individuals.FoldPassword(password)
		length := utf8.RuneCountInString(entry)
		if length >= blocklistShortest && (rank < blocklistCommonest || length >= blocklistLong) {
			entries = append(entries, entry)
		}
	}
	slices.Sort(entries)
	made := strings.Join(slices.Compact(entries), "\n") + "\n"

	if os.Getenv("DURWARD_BLOCKLIST_UPDATE") == "1" {
		old, err := os.ReadFile("blocklist.txt")
		require.NoError(t, err)
		notice, _, ok := strings.Cut(string(old), "\n\n")
		require.True(t, ok)
		require.NoError(t, os.WriteFile("blocklist.txt", []byte(notice+"\n\n"+made), 0o644))
		return
	}
	if diff := cmp.Diff(made, individuals.Blocklist); diff != "" {
		t.Errorf("blocklist.txt is not what its source makes (-made +there):\n%s", diff)
	}
}
