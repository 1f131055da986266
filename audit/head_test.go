package audit_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/audit"
)

func TestHeadAsText(t *testing.T) {
	t.Parallel()
	_, heads := chainOf(t, audit.SignIns, 12)
	for _, h := range heads {
		text := h.String()
		back, err := audit.ParseHead(text)
		require.NoError(t, err)
		assert.Equal(t, h, back)
		data, err := json.Marshal(h)
		require.NoError(t, err)
		assert.Equal(t, `"`+text+`"`, string(data))
		back = audit.Head{}
		require.NoError(t, json.Unmarshal(data, &back))
		assert.Equal(t, h, back)
	}
	assert.True(t, strings.HasPrefix(heads[12].String(), "sign-ins:12:"))
}

func TestChainsBeginApart(t *testing.T) {
	t.Parallel()
	assert.NotEqual(t, audit.Start(audit.Changes).Hash, audit.Start(audit.SignIns).Hash)
}

func TestParseHeadRefuses(t *testing.T) {
	t.Parallel()
	hash := strings.Repeat("ab", 32)
	const want = `; want "chain:sequence:hash"`
	for _, c := range []struct{ text, reason string }{
		{"", "not three parts"},
		{"changes:1", "not three parts"},
		{"changes:1:" + hash + ":", "not three parts"},
		{"changes:+1:" + hash, "the sequence is no number"},
		{"changes:01:" + hash, "the sequence is no number"},
		{"changes:-1:" + hash, "the sequence is no number"},
		{"changes::" + hash, "the sequence is no number"},
		{"changes:18446744073709551616:" + hash, "the sequence is no number"},
		{"changes:9223372036854775808:" + hash, `head of chain "changes": sequence 9223372036854775808: above 9223372036854775807`},
		{"changes:1:" + strings.ToUpper(hash), "the hash is not 64 lower-case hexadecimal digits"},
		{"changes:1:" + hash[2:], "the hash is not 64 lower-case hexadecimal digits"},
		{"changes:1:" + strings.Repeat("0", 64), `head of chain "changes" at 1: no hash; a chain begins with audit.Start`},
		{"changes:0:" + hash, `head of chain "changes" at 0: the hash is not that of audit.Start`},
		{":1:" + hash, `head: chain "": 0 bytes, want 1 to 64`},
		{"Changes:1:" + hash, `head: chain "Changes": want lower-case letters, digits, '-', '_' and '.'`},
	} {
		h, err := audit.ParseHead(c.text)
		require.Error(t, err, c.text)
		assert.True(t, strings.HasSuffix(err.Error(), ": "+c.reason+want), err.Error())
		assert.Equal(t, audit.Head{}, h)
		h = audit.Start(audit.Changes)
		require.Error(t, h.UnmarshalText([]byte(c.text)))
		assert.Equal(t, audit.Start(audit.Changes), h)
	}
}

func TestBadHeadIsNotWritten(t *testing.T) {
	t.Parallel()
	_, err := json.Marshal(audit.Head{})
	require.Error(t, err)
}

func TestHash(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("0f", 32)
	h, err := audit.ParseHash(text)
	require.NoError(t, err)
	assert.Equal(t, text, h.String())
	assert.False(t, h.IsZero())
	assert.True(t, audit.Hash{}.IsZero())
	_, err = audit.ParseHash("0g" + text[2:])
	assert.EqualError(t, err, `audit: hash "0g0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f": character 2 is no lower-case hexadecimal digit`)
}

func FuzzParseHead(f *testing.F) {
	f.Add("changes:41:" + strings.Repeat("ab", 32))
	f.Add(audit.Start(audit.Changes).String())
	f.Fuzz(func(t *testing.T, text string) {
		h, err := audit.ParseHead(text)
		if err != nil {
			return
		}
		require.NoError(t, h.Validate())
		assert.Equal(t, text, h.String())
	})
}
