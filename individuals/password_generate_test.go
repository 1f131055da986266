package individuals_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/individuals"
)

func TestGenerate(t *testing.T) {
	t.Parallel()
	var policy individuals.PasswordPolicy
	random := []byte{0, 1, 31, 32, 255, 9, 8, 7, 6, 5, 10, 11, 12, 13, 14, 100, 101, 102, 103, 104}
	password, err := policy.Generate(iotest.OneByteReader(bytes.NewReader(random)))
	require.NoError(t, err)
	assert.Equal(t, "01z0z-98765-abcde-45678", password)
}

func TestGenerateMeetsThePolicy(t *testing.T) {
	t.Parallel()
	for _, minLength := range []int{15, 23, 24, 40, 64} {
		policy, err := individuals.NewPasswordPolicy(&individuals.PasswordOptions{MinLength: minLength, ContextWords: []string{"portabilling"}})
		require.NoError(t, err)
		seen := map[string]bool{}
		for range 200 {
			password, err := policy.Generate(rand.Reader, steve...)
			require.NoError(t, err)
			require.Regexp(t, `^[0-9a-hjkmnp-tv-z]{5}(-[0-9a-hjkmnp-tv-z]{5}){3,}$`, password)
			require.GreaterOrEqual(t, len(password), max(23, minLength))
			require.Less(t, len(password), max(24, minLength+6))
			require.Empty(t, policy.Check(password, false, steve...))
			require.Empty(t, policy.Check(password, true, steve...))
			require.False(t, seen[password])
			seen[password] = true
		}
	}
}

// Each symbol stands for equally many values of a random byte, at every place.
func TestGenerateIsUnbiased(t *testing.T) {
	t.Parallel()
	var policy individuals.PasswordPolicy
	varied := []byte{3, 14, 15, 9, 26, 5, 30, 8, 21, 2, 6, 19, 11, 29, 1, 27, 17, 24, 0, 12}
	for place := range varied {
		count := map[byte]int{}
		for value := range 256 {
			random := bytes.Clone(varied)
			random[place] = byte(value)
			password, err := policy.Generate(bytes.NewReader(random))
			require.NoError(t, err)
			count[strings.ReplaceAll(password, "-", "")[place]]++
		}
		require.Len(t, count, 32)
		for symbol, n := range count {
			require.Equal(t, 8, n, "%c", symbol)
		}
	}
}

// A source that is broken gives no password, rather than one that others get too.
func TestGenerateFromABrokenSource(t *testing.T) {
	t.Parallel()
	var policy individuals.PasswordPolicy
	for _, value := range []byte{0, 1, 0x55, 0xFF} {
		password, err := policy.Generate(bytes.NewReader(bytes.Repeat([]byte{value}, 1<<12)))
		require.ErrorContains(t, err, "what the random source gave makes no password")
		assert.Empty(t, password)
	}
	password, err := policy.Generate(bytes.NewReader(make([]byte, 19)))
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	assert.Empty(t, password)
	broken := errors.New("broken")
	_, err = policy.Generate(iotest.ErrReader(broken))
	require.ErrorIs(t, err, broken)
}
