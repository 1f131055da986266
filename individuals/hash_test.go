package individuals_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"github.com/durward-go/durward/individuals"
)

const hashedPassword = "correct horse battery staple"

func TestHashPassword(t *testing.T) {
	t.Parallel()
	hash, err := individuals.HashPassword(rand.Reader, hashedPassword, individuals.Argon2Params{})
	require.NoError(t, err)
	require.Regexp(t, `^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$`, hash.Encoded())
	assert.False(t, hash.IsZero())

	ok, rehash, err := hash.Verify(hashedPassword, individuals.Argon2Params{})
	require.NoError(t, err)
	assert.True(t, ok)
	assert.False(t, rehash)

	ok, rehash, err = hash.Verify(hashedPassword+" ", individuals.Argon2Params{})
	require.NoError(t, err)
	assert.False(t, ok)
	assert.False(t, rehash)

	read, err := individuals.ParsePasswordHash(hash.Encoded())
	require.NoError(t, err)
	assert.True(t, hash.Equal(read))
	assert.Equal(t, hash, read, "records that hold it are compared by reflection too")
	ok, rehash, err = read.Verify(hashedPassword, individuals.Argon2Params{Passes: 3})
	require.NoError(t, err)
	assert.True(t, ok)
	assert.True(t, rehash, "params became stronger")
}

func TestHashPasswordTakesItsSaltFromTheSource(t *testing.T) {
	t.Parallel()
	salt := []byte("0123456789abcdef, and more")
	first, err := individuals.HashCheaply(iotest.OneByteReader(bytes.NewReader(salt)), hashedPassword)
	require.NoError(t, err)
	assert.Contains(t, first.Encoded(), "$MDEyMzQ1Njc4OWFiY2RlZg$")
	second, err := individuals.HashCheaply(rand.Reader, hashedPassword)
	require.NoError(t, err)
	assert.False(t, first.Equal(second))

	_, err = individuals.HashCheaply(bytes.NewReader(salt[:15]), hashedPassword)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	broken := errors.New("broken")
	hash, err := individuals.HashCheaply(iotest.ErrReader(broken), hashedPassword)
	require.ErrorIs(t, err, broken)
	assert.True(t, hash.IsZero())
}

func TestHashPasswordRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, password, reason string }{
		{"empty", "", "it is empty"},
		{"1,025 bytes", strings.Repeat("x", 1025), "over 1,024 bytes"},
		{"over 1,024 bytes in NFKC", strings.Repeat("\uFDFA", 341), "over 1,024 bytes"},
		{"over 1,024 bytes as typed, fewer in NFKC", strings.Repeat("e\u0301", 400), "over 1,024 bytes"},
		{"not UTF-8", "vrxqhwkd\xFF", "not valid UTF-8"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			// A source that fails shows that the password is refused before
			// anything is done with it.
			hash, err := individuals.HashPassword(iotest.ErrReader(errors.New("asked")), test.password, individuals.Argon2Params{})
			require.ErrorContains(t, err, test.reason)
			assert.True(t, hash.IsZero())
			if test.password != "" {
				assert.NotContains(t, err.Error(), test.password)
			}

			set, err := individuals.HashCheaply(rand.Reader, hashedPassword)
			require.NoError(t, err)
			ok, rehash := set.VerifyCheaply(test.password)
			assert.False(t, ok)
			assert.False(t, rehash)
		})
	}
	_, err := individuals.HashCheaply(rand.Reader, strings.Repeat("x", 1024))
	require.NoError(t, err)
}

func TestHashIsOfTheNormalForm(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, set, typed string
		same             bool
	}{
		{"composed and decomposed", "pâte à choux, légère", norm.NFD.String("pâte à choux, légère"), true},
		{"ligature", "ﬁnance department", "finance department", true},
		{"wide", "ｆｉｎａｎｃｅ", "finance", true},
		{"no-break space", "finance\u00A0department", "finance department", true},
		{"case matters", "Finance", "finance", false},
		{"spaces are not trimmed", "finance ", "finance", false},
		{"nothing after 72 bytes is dropped", strings.Repeat("x", 72) + "a", strings.Repeat("x", 72) + "b", false},
		{"nothing after a zero byte is dropped", "finance\x00a", "finance\x00b", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			hash, err := individuals.HashCheaply(rand.Reader, test.set)
			require.NoError(t, err)
			ok, _ := hash.VerifyCheaply(test.typed)
			assert.Equal(t, test.same, ok)
		})
	}
}

func TestPasswordHashProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		password := rapid.StringN(1, 40, 200).Draw(t, "password")
		other := rapid.StringN(1, 40, 200).Draw(t, "other")
		hash, err := individuals.HashCheaply(rand.Reader, password)
		require.NoError(t, err)
		ok, rehash := hash.VerifyCheaply(password)
		require.True(t, ok)
		require.False(t, rehash)
		ok, _ = hash.VerifyCheaply(other)
		require.Equal(t, norm.NFKC.String(password) == norm.NFKC.String(other), ok)
	})
}

func TestVerifyRefusesInvalidParams(t *testing.T) {
	t.Parallel()
	var none individuals.PasswordHash
	ok, rehash, err := none.Verify(hashedPassword, individuals.Argon2Params{Passes: 1})
	require.ErrorContains(t, err, "individuals: invalid argon2id parameters: 1 passes are not within 2 and 16")
	assert.False(t, ok)
	assert.False(t, rehash)
}

// allocated returns how many bytes fn allocates, at the least: what shows
// without a clock that the work of a hash was done.
func allocated(fn func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	fn()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// An unknown login, a person without a password and an imported hash that could
// not be compared take the work of a hash; what cannot be a password takes none,
// whoever is asked for. Not parallel: it counts what the process allocates.
func TestVerifyDoesEqualWork(t *testing.T) {
	set, err := individuals.HashPassword(rand.Reader, hashedPassword, individuals.Argon2Params{})
	require.NoError(t, err)
	imported, err := individuals.ParsePasswordHash("$2b$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2")
	require.NoError(t, err)
	const work = 19 << 20
	for _, test := range []struct {
		name     string
		hash     individuals.PasswordHash
		password string
		params   individuals.Argon2Params
		least    uint64
	}{
		{"a wrong password", set, "wrong", individuals.Argon2Params{}, work},
		{"no password set", individuals.PasswordHash{}, "wrong", individuals.Argon2Params{}, work},
		{"no password set, stronger params", individuals.PasswordHash{}, "wrong", individuals.Argon2Params{Memory: 32 << 10}, 32 << 20},
		{"too long for the imported hash", imported, strings.Repeat("x", 73), individuals.Argon2Params{}, work},
		{"a zero byte for the imported hash", imported, "a\x00b", individuals.Argon2Params{}, work},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := allocated(func() {
				ok, rehash, err := test.hash.Verify(test.password, test.params)
				require.NoError(t, err)
				assert.False(t, ok)
				assert.False(t, rehash)
			})
			assert.GreaterOrEqual(t, got, test.least)
		})
	}
	for name, hash := range map[string]individuals.PasswordHash{"set": set, "none": {}, "imported": imported} {
		t.Run("what is no password, "+name, func(t *testing.T) {
			got := allocated(func() {
				for _, password := range []string{"", strings.Repeat("x", 1025), "\xFF"} {
					ok, _, err := hash.Verify(password, individuals.Argon2Params{})
					require.NoError(t, err)
					assert.False(t, ok)
				}
			})
			assert.Less(t, got, uint64(work))
		})
	}
}

func TestZeroPasswordHash(t *testing.T) {
	t.Parallel()
	var none individuals.PasswordHash
	assert.True(t, none.IsZero())
	assert.Empty(t, none.Encoded())
	assert.Equal(t, "PasswordHash(none)", none.String())
	read, err := individuals.ParsePasswordHash("")
	require.NoError(t, err)
	assert.True(t, read.IsZero())
	assert.True(t, none.Equal(read))
	ok, _ := none.VerifyCheaply(hashedPassword)
	assert.False(t, ok)

	// The hash that stands in is of every password and of none.
	set, err := individuals.HashCheaply(bytes.NewReader(make([]byte, 16)), hashedPassword)
	require.NoError(t, err)
	assert.False(t, none.Equal(set))
}

// However it is printed, logged or marshaled, by itself or within another value,
// a hash does not show, and neither does the password.
func TestPasswordHashHides(t *testing.T) {
	t.Parallel()
	hash, err := individuals.HashCheaply(bytes.NewReader([]byte("0123456789abcdef")), hashedPassword)
	require.NoError(t, err)
	secrets := append(strings.Split(hash.Encoded(), "$")[3:], hash.Encoded(), "argon2", hashedPassword, "0123456789abcdef")
	check := func(how, shown string) {
		t.Helper()
		for _, secret := range secrets {
			assert.NotContains(t, shown, secret, how)
			assert.NotContains(t, shown, fmt.Sprintf("%x", secret), how)
			assert.NotContains(t, shown, fmt.Sprintf("%d", []byte(secret)), how)
		}
	}

	type exported struct{ Hash individuals.PasswordHash }
	type unexported struct{ hash individuals.PasswordHash }
	for _, value := range []any{
		hash, &hash, exported{hash}, &exported{hash}, unexported{hash}, &unexported{hash},
		[]individuals.PasswordHash{hash}, map[string]individuals.PasswordHash{"a": hash}, []any{hash, unexported{hash}},
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%#x", "%10.3s"} {
			check(verb, fmt.Sprintf(verb, value))
		}
		data, err := json.Marshal(value)
		require.NoError(t, err)
		check("json", string(data))

		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("saved", "value", value)
		slog.New(slog.NewJSONHandler(&log, nil)).Info("saved", "value", value)
		check("slog", log.String())
	}
	data, err := xml.Marshal(exported{hash})
	require.NoError(t, err)
	check("xml", string(data))
	check("error", fmt.Errorf("saving %v: %w", hash, context.Canceled).Error())
	check("cmp", cmp.Diff(hash, individuals.PasswordHash{}))
	check("GoString", hash.GoString())
	assert.Equal(t, "PasswordHash(hidden)", fmt.Sprintf("%#v", hash))
}

// A store that marshals the whole record by mistake finds out when it reads it,
// instead of losing everybody's password.
func TestPasswordHashIsNotUnmarshaled(t *testing.T) {
	t.Parallel()
	hash, err := individuals.HashCheaply(rand.Reader, hashedPassword)
	require.NoError(t, err)
	data, err := json.Marshal(hash)
	require.NoError(t, err)
	for _, text := range []string{string(data), `"` + hash.Encoded() + `"`, `""`} {
		read := hash
		err := json.Unmarshal([]byte(text), &read)
		require.ErrorContains(t, err, "ParsePasswordHash")
		assert.NotContains(t, err.Error(), hash.Encoded())
		assert.True(t, read.Equal(hash))
	}
}

// wellFormedHash is what a fuzzer and a doctored row start from.
const wellFormedHash = "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY"

func TestParsePasswordHashRefuses(t *testing.T) {
	t.Parallel()
	change := func(old, to string) string {
		require.Contains(t, wellFormedHash, old)
		return strings.Replace(wellFormedHash, old, to, 1)
	}
	_, err := individuals.ParsePasswordHash(wellFormedHash)
	require.NoError(t, err)
	for _, test := range []struct{ name, encoded, reason string }{
		{"4 TiB", change("m=19456", "m=4294967295"), "memory of 4294967295 KiB is not within 7168 and 131072"},
		{"just over the memory", change("m=19456", "m=131073"), "memory of 131073 KiB"},
		{"just under the memory", change("m=19456,t=2", "m=7167,t=9"), "memory of 7167 KiB"},
		{"memory that overflows", change("m=19456", "m=4294967296"), "not of the form"},
		{"memory that wraps to a good one", change("m=19456", "m=4294986752"), "not of the form"},
		{"no memory", change("m=19456", "m="), "not of the form"},
		{"negative memory", change("m=19456", "m=-19456"), "not of the form"},
		{"signed memory", change("m=19456", "m=+19456"), "not of the form"},
		{"leading zero", change("m=19456", "m=019456"), "not in canonical form"},
		{"4 billion passes", change("t=2", "t=4294967295"), "4294967295 passes are not within 1 and 16"},
		{"just over the passes", change("t=2", "t=17"), "17 passes"},
		{"no pass", change("t=2", "t=0"), "0 passes"},
		{"too much work", change("m=19456,t=2", "m=131072,t=5"), "memory times passes is 655360 KiB, not within 35840 and 524288"},
		{"too little work", change("m=19456,t=2", "m=19456,t=1"), "memory times passes is 19456 KiB"},
		{"255 lanes", change("p=1", "p=255"), "parallelism of 255 is not within 1 and 16"},
		{"lanes that wrap to one", change("p=1", "p=257"), "not of the form"},
		{"no lane", change("p=1", "p=0"), "parallelism of 0"},
		{"another order", change("m=19456,t=2", "t=2,m=19456"), "not of the form"},
		{"a fourth parameter", change("p=1", "p=1,keyid=a"), "not of the form"},
		{"a space", change("t=2", "t= 2"), "not of the form"},
		{"version 16", change("v=19", "v=16"), "its version is not 19"},
		{"no version", change("v=19$", ""), "it has not version, parameters, salt and tag"},
		{"argon2i", change("argon2id", "argon2i"), "neither argon2id nor bcrypt"},
		{"argon2d", change("argon2id", "argon2d"), "neither argon2id nor bcrypt"},
		{"a field more", wellFormedHash + "$", "it has not version, parameters, salt and tag"},
		{"no salt", change("$MDEyMzQ1Njc4OWFiY2RlZg$", "$$"), "its salt is not Base64 of 8 to 64 bytes"},
		{"a salt of 7 bytes", change("$MDEyMzQ1Njc4OWFiY2RlZg$", "$MDEyMzQ1Ng$"), "its salt"},
		{"a salt of 65 bytes", change("$MDEyMzQ1Njc4OWFiY2RlZg$", "$"+strings.Repeat("MDEy", 21)+"MDE$"), "its salt"},
		{"a salt with padding", change("Y2RlZg$", "Y2RlZg==$"), "its salt"},
		{"a salt with stray bits", change("Y2RlZg$", "Y2RlZh$"), "not in canonical form"},
		{"a line break in the salt", change("MDEyMzQ1Njc4", "MDEyMzQ1\nNjc4"), "not in canonical form"},
		{"URL Base64", change("MDEyMzQ1Njc4", "MDEyMzQ1Nj-_"), "its salt"},
		{"no tag", wellFormedHash[:strings.LastIndex(wellFormedHash, "$")+1], "its tag is not Base64 of 16 to 64 bytes"},
		{"a tag of 15 bytes", wellFormedHash[:len(wellFormedHash)-23], "its tag"},
		{"a tag of 67 bytes", wellFormedHash + strings.Repeat("MDEy", 12), "its tag"},
		{"a line break behind", wellFormedHash + "\n", "not in canonical form"},
		{"a space before", " " + wellFormedHash, "neither argon2id nor bcrypt"},
		{"a megabyte", wellFormedHash + strings.Repeat("A", 1<<20), "it is too long"},
		{"a password", hashedPassword, "neither argon2id nor bcrypt"},
		{"sha512-crypt", "$6$saltsalt$abcdefgh", "neither argon2id nor bcrypt"},
		{"what a hash shows of itself", "PasswordHash(hidden)", "neither argon2id nor bcrypt"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			hash, err := individuals.ParsePasswordHash(test.encoded)
			require.ErrorContains(t, err, test.reason)
			assert.ErrorContains(t, err, "individuals: invalid password hash")
			assert.True(t, hash.IsZero())
			for _, secret := range []string{"MDEy", hashedPassword, "saltsalt"} {
				assert.NotContains(t, err.Error(), secret)
			}
		})
	}
}

func FuzzParsePasswordHash(f *testing.F) {
	for _, seed := range []string{
		"", wellFormedHash, "$2b$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2",
		"$argon2id$v=19$m=4294967295,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$MDEyMzQ1Njc4OWFiY2RlZg",
		"$argon2id$v=19$m=102400,t=2,p=8$MDEyMzQ1Njc4OWFiY2RlZg$MDEyMzQ1Njc4OWFiY2RlZg",
		"$argon2id$v=19$m=7168,t=5,p=1$MDEyMzQ1Njc$MDEyMzQ1Njc4OWFiY2RlZg", "$2$", "$argon2id$", "$2b$31$", "$argon2id$v=19$m=,t=,p=$$",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, encoded string) {
		hash, err := individuals.ParsePasswordHash(encoded)
		if err != nil {
			require.True(t, hash.IsZero())
			return
		}
		require.Equal(t, encoded, hash.Encoded(), "a hash has one spelling")
		if params, ok := hash.StoredArgon2Params(); ok {
			require.GreaterOrEqual(t, params.Memory, uint32(7<<10))
			require.LessOrEqual(t, params.Memory, uint32(128<<10))
			require.LessOrEqual(t, uint64(params.Memory)*uint64(params.Passes), uint64(512<<10))
			require.GreaterOrEqual(t, params.Memory*params.Passes, uint32(35<<10))
			require.Positive(t, params.Parallelism)
			require.LessOrEqual(t, params.Parallelism, uint8(16))
		} else if encoded != "" {
			require.Regexp(t, `^\$2[aby]\$(0[4-9]|1[0-4])\$[./A-Za-z0-9]{53}$`, encoded)
		}
	})
}
