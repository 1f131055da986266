package otp_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/durward-go/durward/otp"
)

func TestGenerateKeyHas160Bits(t *testing.T) {
	t.Parallel()
	key := newKey(t, "one")
	assert.Len(t, key.Base32(), otp.KeySize*8/5)
	assert.False(t, key.IsZero())
	assert.False(t, key.Equal(newKey(t, "two")))
}

func TestParseKey(t *testing.T) {
	t.Parallel()
	const canonical = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" // "12345678901234567890"
	for name, text := range map[string]string{
		"as written":   canonical,
		"lower case":   strings.ToLower(canonical),
		"grouped":      "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ",
		"hyphens":      "gezd-gnbv-gy3t-qojq-gezd-gnbv-gy3t-qojq",
		"white space":  "\t" + canonical + "\r\n",
		"some padding": canonical + "==",
	} {
		key, err := otp.ParseKey(text)
		require.NoError(t, err, name)
		assert.Equal(t, canonical, key.Base32(), name)
	}
	for name, want := range map[string]struct{ text, reason string }{
		"empty":             {"", "0 bytes: want 16 to 64"},
		"only padding":      {"====", "0 bytes"},
		"120 bits":          {strings.Repeat("A", 24), "15 bytes: want 16 to 64"},
		"520 bits":          {strings.Repeat("A", 104), "65 bytes"},
		"too long to look":  {strings.Repeat(" ", 257), "257 characters: longer than 256"},
		"a zero":            {"0EZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "byte 0 is not base32"},
		"an eight":          {"GE8DGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "byte 2 is not base32"},
		"padding inside":    {"GEZD=GNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "byte 4 is not base32"},
		"not ASCII":         {"ＧEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "byte 0 is not base32"},
		"not UTF-8":         {"GEZD\xffGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "byte 4 is not base32"},
		"a character short": {canonical[:31], "not whole bytes"},
		"stray bits":        {"GEZDGNBVGY3TQOJQGEZDGNBVGZ", "not whole bytes"},
	} {
		key, err := otp.ParseKey(want.text)
		require.ErrorContains(t, err, "otp: parse key: ", name)
		require.ErrorContains(t, err, want.reason, name)
		assert.True(t, key.IsZero(), name)
		assert.NotContains(t, err.Error(), "NBVGY3", name)
	}
}

func TestParseKeyTakesEveryLengthThatRFC4226Allows(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.SliceOfN(rapid.Byte(), 16, 64).Draw(t, "secret")
		text := strings.TrimRight(base32Std(secret), "=")
		key, err := otp.ParseKey(text)
		require.NoError(t, err)
		require.Equal(t, text, key.Base32())
		padded, err := otp.ParseKey(base32Std(secret))
		require.NoError(t, err)
		require.True(t, key.Equal(padded))
	})
}

func TestZeroKey(t *testing.T) {
	t.Parallel()
	var zero otp.Key
	assert.True(t, zero.IsZero())
	assert.Empty(t, zero.Base32())
	assert.True(t, zero.Equal(otp.Key{}))
	assert.False(t, zero.Equal(newKey(t, "one")))
}

func FuzzParseKey(f *testing.F) {
	f.Add("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
	f.Add("gezd gnbv-GY3TQOJQGEZDGNBVGY======")
	f.Add("GEZDGNBVGY3TQOJQGEZDGNBVGZ")
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		key, err := otp.ParseKey(text)
		if err != nil {
			require.True(t, key.IsZero())
			return
		}
		written := key.Base32()
		require.GreaterOrEqual(t, len(written), 26, "128 bits")
		again, err := otp.ParseKey(written)
		require.NoError(t, err)
		require.True(t, key.Equal(again))
		// Nothing but case, separators and padding was dropped.
		kept := strings.NewReplacer(" ", "", "-", "", "\t", "", "\r", "", "\n", "", "=", "").Replace(text)
		require.Equal(t, strings.ToUpper(kept), written)
	})
}
