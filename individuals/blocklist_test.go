package individuals_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/durward-go/durward/individuals"
)

func blocklistEntries(t testing.TB) []string {
	t.Helper()
	list, ok := strings.CutSuffix(individuals.Blocklist, "\n")
	require.True(t, ok, "the last line ends like the others")
	return strings.Split(list, "\n")
}

func TestBlocklistIsWellFormed(t *testing.T) {
	t.Parallel()
	entries := blocklistEntries(t)
	assert.GreaterOrEqual(t, len(entries), 10_000)
	assert.True(t, slices.IsSorted(entries))
	assert.Len(t, slices.Compact(slices.Clone(entries)), len(entries))
	for _, entry := range entries {
		require.Equal(t, individuals.FoldPassword(entry), entry, "an entry that is not folded is never found")
		require.GreaterOrEqual(t, utf8.RuneCountInString(entry), 4)
	}
}

func TestBlocklistCarriesItsLicence(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("blocklist.txt")
	require.NoError(t, err)
	notice, list, ok := strings.Cut(string(data), "\n\n")
	require.True(t, ok)
	assert.Equal(t, individuals.Blocklist, list)
	assert.Contains(t, notice, "Copyright (c) 2012-2016 Dan Wheeler and Dropbox, Inc.")
	assert.Contains(t, notice, "Copyright (c) 2021 @zxcvbn-ts")
	assert.Contains(t, notice, "The above copyright notice and this permission notice shall be")
}

func TestEveryBlocklistEntryIsFound(t *testing.T) {
	t.Parallel()
	var policy individuals.PasswordPolicy
	bases := 0
	for _, entry := range blocklistEntries(t) {
		require.True(t, individuals.IsListed(entry), "%q", entry)
		require.Contains(t, policy.Check(entry, false), unmetCommon, "%q", entry)
		require.Contains(t, policy.Check(strings.ToUpper(entry), false), unmetCommon, "%q in capitals", entry)
		if first, _ := utf8.DecodeRuneInString(entry); !unicode.IsLetter(first) {
			continue
		}
		if last, _ := utf8.DecodeLastRuneInString(entry); !unicode.IsLetter(last) {
			continue
		}
		bases++
		require.Contains(t, policy.Check(entry+"2024!?", false), unmetCommon, "%q decorated", entry)
		require.Contains(t, policy.Check(entry+entry+entry, false), unmetCommon, "%q repeated", entry)
	}
	assert.Greater(t, bases, 5000)
}

// The commonest passwords of all are there, whatever the list is made from.
func TestBlocklistKnowsTheCommonest(t *testing.T) {
	t.Parallel()
	for _, password := range []string{
		"123456", "password", "12345678", "qwerty", "michael", "jackson", "december", "123456789", "111111", "abc123", "letmein", "iloveyou", "admin",
		"welcome1", "p@ssw0rd", "passw0rd", "changeme", "qwertyuiop", "1q2w3e4r", "football", "trustno1",
	} {
		assert.True(t, individuals.IsListed(password), password)
	}
}

// The search in place finds what a map of the lines finds, and nothing else.
func TestIsListedAgainstAMap(t *testing.T) {
	t.Parallel()
	entries := blocklistEntries(t)
	listed := map[string]bool{}
	for _, entry := range entries {
		listed[entry] = true
	}
	near := rapid.Custom(func(t *rapid.T) string {
		entry := rapid.SampledFrom(entries).Draw(t, "entry")
		cut := rapid.IntRange(0, len(entry)).Draw(t, "cut")
		return rapid.SampledFrom([]string{entry, entry[:cut], entry[cut:], entry + "a", "!" + entry, entry + "\n", "\n" + entry}).Draw(t, "near")
	})
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(near, rapid.String()).Draw(t, "s")
		require.Equal(t, listed[s], individuals.IsListed(s), "%q", s)
	})
	for _, s := range []string{"", "\n", "\x00", "\U0010FFFF", entries[0] + "\n" + entries[1]} {
		assert.False(t, individuals.IsListed(s), "%q", s)
	}
}

// The linear search for a repetition finds what trying every length finds.
func TestRepeatedUnitAgainstTryingAll(t *testing.T) {
	t.Parallel()
	slow := func(s string) string {
		runes := []rune(s)
		for n := 1; 2*n <= len(runes); n++ {
			repeats := true
			for i := n; i < len(runes); i++ {
				repeats = repeats && runes[i] == runes[i-n]
			}
			if repeats {
				return string(runes[:n])
			}
		}
		return ""
	}
	rapid.Check(t, func(t *rapid.T) {
		unit := rapid.StringOfN(rapid.SampledFrom([]rune("abЖ")), 0, 6, -1).Draw(t, "unit")
		s := strings.Repeat(unit, rapid.IntRange(0, 4).Draw(t, "times")) +
			rapid.StringOfN(rapid.SampledFrom([]rune("abЖ")), 0, 4, -1).Draw(t, "rest")
		require.Equal(t, slow(s), individuals.RepeatedUnit(s), "%q", s)
	})
}
