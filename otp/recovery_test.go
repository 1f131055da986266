package otp_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/durward-go/durward/otp"
)

func newRecoveryCodes(t testing.TB, seed string) ([]string, otp.RecoverySet) {
	t.Helper()
	codes, set, err := otp.GenerateRecoveryCodes(seeded(seed))
	require.NoError(t, err)
	return codes.Reveal(), set
}

func spend(t testing.TB, set otp.RecoverySet, index int) otp.RecoverySet {
	t.Helper()
	spent, err := set.Spend(index)
	require.NoError(t, err)
	return spent
}

func TestRecoveryCodesLookAsTheyShould(t *testing.T) {
	t.Parallel()
	codes, set := newRecoveryCodes(t, "look")
	require.Len(t, codes, otp.RecoveryCodeCount)
	assert.Equal(t, otp.RecoveryCodeCount, set.Remaining())
	form := regexp.MustCompile(`^([0-9A-HJKMNP-TV-Z]{4}-){5}[0-9A-HJKMNP-TV-Z]{4}$`)
	seen := map[string]bool{}
	for _, code := range codes {
		assert.Regexp(t, form, code)
		assert.False(t, seen[code])
		seen[code] = true
	}
}

// All 120 bits of a code come from the randomness: each of them is 0 in one code
// of many and 1 in another.
func TestRecoveryCodesUseAllTheirBits(t *testing.T) {
	t.Parallel()
	const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	var ones, zeros big.Int
	everything := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 120), big.NewInt(1))
	random := seeded("bits")
	for range 10 {
		codes, _, err := otp.GenerateRecoveryCodes(random)
		require.NoError(t, err)
		for _, code := range codes.Reveal() {
			var number big.Int
			for _, r := range strings.ReplaceAll(code, "-", "") {
				number.Lsh(&number, 5)
				number.Or(&number, big.NewInt(int64(strings.IndexRune(alphabet, r))))
			}
			ones.Or(&ones, &number)
			zeros.Or(&zeros, new(big.Int).Xor(everything, &number))
		}
	}
	assert.Zero(t, ones.Cmp(everything))
	assert.Zero(t, zeros.Cmp(everything))
}

func TestRecoveryCodeIsGoodOnce(t *testing.T) {
	t.Parallel()
	codes, set := newRecoveryCodes(t, "once")
	others, _ := newRecoveryCodes(t, "others")
	for want, code := range codes {
		index, err := set.Verify(code)
		require.NoError(t, err)
		require.Equal(t, want, index)
		set = spend(t, set, index)
		require.Equal(t, otp.RecoveryCodeCount-1-want, set.Remaining())
		for i, code := range codes {
			index, err := set.Verify(code)
			if i > want {
				require.NoError(t, err)
				require.Equal(t, i, index)
				continue
			}
			require.ErrorIs(t, err, otp.ErrUsedCode)
			require.EqualError(t, err, "otp: verify recovery code: code already used")
			require.Equal(t, -1, index)
		}
		index, err = set.Verify(others[want])
		require.ErrorIs(t, err, otp.ErrWrongCode)
		require.Equal(t, -1, index)
	}
}

func TestSpendLeavesItsSetAlone(t *testing.T) {
	t.Parallel()
	codes, set := newRecoveryCodes(t, "immutable")
	spent := spend(t, set, 3)
	assert.Equal(t, otp.RecoveryCodeCount, set.Remaining())
	index, err := set.Verify(codes[3])
	require.NoError(t, err)
	assert.Equal(t, 3, index)
	assert.False(t, set.Equal(spent))

	_, err = spent.Spend(3)
	require.ErrorIs(t, err, otp.ErrUsedCode)
	for _, index := range []int{-1, otp.RecoveryCodeCount, 16, 64, 1 << 40} {
		_, err = spent.Spend(index)
		require.ErrorContains(t, err, "no such code", "index %d", index)
		require.NotErrorIs(t, err, otp.ErrUsedCode)
	}
}

func TestRecoveryCodesAreReadAsPeopleTypeThem(t *testing.T) {
	t.Parallel()
	// Randomness whose codes hold 0 and 1 in every place that people confuse.
	codes, set, err := otp.GenerateRecoveryCodes(io.MultiReader(
		bytes.NewReader([]byte("0123456789abcdef")),
		bytes.NewReader([]byte{0x00, 0x44, 0x32, 0x14, 0xc7, 0x42, 0x54, 0xb6, 0x35, 0xcf, 0x84, 0x65, 0x3a, 0x56, 0xd7}),
		seeded("rest"),
	))
	require.NoError(t, err)
	code := codes.Reveal()[0]
	require.Equal(t, "0123-4567-89AB-CDEF-GHJK-MNPQ", code)
	for _, typed := range []string{
		code, strings.ToLower(code), strings.ReplaceAll(code, "-", ""), strings.ReplaceAll(code, "-", " "),
		"  " + code + "\r\n", strings.ReplaceAll(code, "-", " - "), "O123-4567-89AB-CDEF-GHJK-MNPQ", "oI23-4567-89ab-cdef-ghjk-mnpq",
		"0L23456789ABCDEFGHJKMNPQ", "oi23456789abcdefghjkmnpq", "0l23456789abcdefghjkmnpq",
		strings.ReplaceAll(code, "-", "\u2013"), strings.ReplaceAll(code, "-", "\u2212"), strings.ReplaceAll(code, "-", "\u00a0"),
	} {
		index, err := set.Verify(typed)
		require.NoError(t, err, "%q", typed)
		assert.Equal(t, 0, index)
	}
	for _, typed := range []string{
		"", "-", code[:28], code + "0", code + code, "U" + code[1:], code[:28] + "*", code[:28] + "=", "1" + code[1:], code[:28] + "R",
		strings.Repeat(" ", 200) + code, code + "\x00", "０" + code[1:], code[:4] + "_" + code[5:], code[:28] + "\xff",
	} {
		index, err := set.Verify(typed)
		require.ErrorIs(t, err, otp.ErrWrongCode, "%q", typed)
		assert.Equal(t, -1, index)
		if len(typed) > 4 {
			assert.NotContains(t, err.Error(), typed)
		}
	}
}

func TestRevealGivesACopy(t *testing.T) {
	t.Parallel()
	codes, _, err := otp.GenerateRecoveryCodes(seeded("copy"))
	require.NoError(t, err)
	first := codes.Reveal()
	want := first[0]
	first[0] = "changed"
	assert.Equal(t, want, codes.Reveal()[0])
}

func TestRecoveryCodesRefuseRepeatingRandomness(t *testing.T) {
	t.Parallel()
	_, _, err := otp.GenerateRecoveryCodes(bytes.NewReader(bytes.Repeat([]byte("fifteen letters"), 20)))
	require.ErrorContains(t, err, "the randomness repeats itself")
}

// The stored form, computed here from its description alone.
func TestRecoverySetIsSaltedHMAC(t *testing.T) {
	t.Parallel()
	_, set := newRecoveryCodes(t, "hash")
	random := make([]byte, 16+10*15)
	_, err := io.ReadFull(seeded("hash"), random)
	require.NoError(t, err)
	want := append(bytes.Clone(random[:16]), 0, 1<<2)
	for i := range 10 {
		mac := hmac.New(sha256.New, random[:16])
		mac.Write(random[16+i*15:][:15])
		want = mac.Sum(want)
	}
	text, err := spend(t, set, 2).MarshalText()
	require.NoError(t, err)
	assert.Equal(t, "recovery1."+base64.RawURLEncoding.EncodeToString(want), string(text))
}

func TestRecoverySetsOfOnePersonDifferInSalt(t *testing.T) {
	t.Parallel()
	_, one := newRecoveryCodes(t, "one")
	_, two := newRecoveryCodes(t, "two")
	assert.False(t, one.Equal(two))
	assert.False(t, one.Equal(otp.RecoverySet{}))
	assert.True(t, otp.RecoverySet{}.Equal(otp.RecoverySet{}))
	a, err := one.MarshalText()
	require.NoError(t, err)
	b, err := two.MarshalText()
	require.NoError(t, err)
	assert.NotEqual(t, a[:20], b[:20])
}

func TestRecoverySetIsStoredWhole(t *testing.T) {
	t.Parallel()
	codes, set := newRecoveryCodes(t, "stored")
	set = spend(t, spend(t, set, 0), 9)
	type record struct{ Codes otp.RecoverySet }
	text, err := json.Marshal(record{set})
	require.NoError(t, err)
	for _, code := range codes {
		assert.NotContains(t, string(text), code)
		assert.NotContains(t, string(text), strings.ReplaceAll(code, "-", ""))
	}
	var read record
	require.NoError(t, json.Unmarshal(text, &read))
	assert.True(t, set.Equal(read.Codes))
	assert.Equal(t, 8, read.Codes.Remaining())
	index, err := read.Codes.Verify(codes[4])
	require.NoError(t, err)
	assert.Equal(t, 4, index)
	_, err = read.Codes.Verify(codes[9])
	require.ErrorIs(t, err, otp.ErrUsedCode)
}

func TestZeroRecoverySet(t *testing.T) {
	t.Parallel()
	codes, set := newRecoveryCodes(t, "zero")
	var zero otp.RecoverySet
	assert.Zero(t, zero.Remaining())
	for _, code := range []string{"", codes[0], "0000-0000-0000-0000-0000-0000"} {
		index, err := zero.Verify(code)
		require.ErrorIs(t, err, otp.ErrWrongCode)
		assert.Equal(t, -1, index)
	}
	_, err := zero.Spend(0)
	require.ErrorContains(t, err, "no such code")
	text, err := zero.MarshalText()
	require.NoError(t, err)
	assert.Empty(t, text)
	require.NoError(t, set.UnmarshalText(text))
	assert.True(t, set.IsZero())
	assert.Empty(t, otp.RecoveryCodes{}.Reveal())
}

func TestRecoverySetRefusesWhatItDidNotWrite(t *testing.T) {
	t.Parallel()
	_, set := newRecoveryCodes(t, "strict")
	whole, err := set.MarshalText()
	require.NoError(t, err)
	text := string(whole)
	for name, bad := range map[string]string{
		"cut short":       text[:len(text)-4],
		"one letter less": text[:len(text)-1],
		"one letter more": text + "A",
		"another version": "recovery2." + text[10:],
		"no version":      text[10:],
		"only a version":  "recovery1.",
		"padding":         text + "=",
		"stray bits":      text[:len(text)-1] + string(text[len(text)-1]+1),
		"line break":      text[:40] + "\n" + text[40:],
		"carriage return": text + "\r",
		"space":           " " + text,
		"other base64":    text[:20] + "+/+/" + text[24:],
		"an 11th code":    "recovery1." + base64.RawURLEncoding.EncodeToString(append(append(make([]byte, 16), 0x04, 0x00), make([]byte, 320)...)),
	} {
		kept := set
		err := kept.UnmarshalText([]byte(bad))
		require.Error(t, err, name)
		assert.True(t, kept.Equal(set), "%s: left as it was", name)
		assert.NotContains(t, err.Error(), text[10:30], name)
	}
}

func TestRecoverySetPropertyEachCodeOnceInAnyOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		codes, set, err := otp.GenerateRecoveryCodes(seeded(rapid.StringN(1, 8, 8).Draw(t, "seed")))
		require.NoError(t, err)
		used := map[int]bool{}
		for _, index := range rapid.SliceOfN(rapid.IntRange(0, otp.RecoveryCodeCount-1), 1, 30).Draw(t, "order") {
			got, err := set.Verify(codes.Reveal()[index])
			if used[index] {
				require.ErrorIs(t, err, otp.ErrUsedCode)
				continue
			}
			require.NoError(t, err)
			require.Equal(t, index, got)
			used[index] = true
			set, err = set.Spend(got)
			require.NoError(t, err)
			text, err := set.MarshalText()
			require.NoError(t, err)
			require.NoError(t, set.UnmarshalText(text))
			require.Equal(t, otp.RecoveryCodeCount-len(used), set.Remaining())
		}
	})
}

func FuzzRecoverySetVerify(f *testing.F) {
	codes, set := newRecoveryCodes(f, "fuzz")
	set = spend(f, set, 1)
	for _, code := range codes[:3] {
		f.Add(code)
		f.Add(strings.ToLower(code))
		f.Add(strings.ReplaceAll(code, "-", "\u2013"))
	}
	f.Add("")
	f.Add("OIL0-1")
	// The reference spells the rule out: what counts, and what it counts as.
	canonical := func(text string) string {
		text = strings.ToUpper(regexp.MustCompile(`[\p{Pd}\p{Z}\s\x{2212}\x{85}\x0b]`).ReplaceAllString(text, ""))
		return strings.NewReplacer("O", "0", "I", "1", "L", "1").Replace(text)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		index, err := set.Verify(typed)
		if err == nil {
			require.NotEqual(t, 1, index)
		} else {
			require.Equal(t, -1, index)
		}
		if err == nil || errors.Is(err, otp.ErrUsedCode) {
			match := false
			for i, code := range codes {
				match = match || (canonical(code) == canonical(typed) && (i == index || index < 0 && i == 1))
			}
			require.True(t, match, "%q was taken for code %d", typed, index)
		}
	})
}

func FuzzRecoverySetUnmarshalText(f *testing.F) {
	_, set := newRecoveryCodes(f, "fuzz text")
	text, err := spend(f, set, 4).MarshalText()
	require.NoError(f, err)
	f.Add(text)
	f.Add([]byte("recovery1."))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, text []byte) {
		var set otp.RecoverySet
		if err := set.UnmarshalText(text); err != nil {
			require.True(t, set.IsZero())
			return
		}
		again, err := set.MarshalText()
		require.NoError(t, err)
		require.Equal(t, string(text), string(again), "one set has one text")
		require.LessOrEqual(t, set.Remaining(), otp.RecoveryCodeCount)
	})
}
