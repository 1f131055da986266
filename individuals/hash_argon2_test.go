package individuals_test

import (
	"bytes"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/individuals"
)

func TestArgon2ParamsValidate(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		params individuals.Argon2Params
		reason string
	}{
		{"zero is the default", individuals.Argon2Params{}, ""},
		{"the default, written out", individuals.Argon2Params{Memory: 19456, Passes: 2, Parallelism: 1}, ""},
		{"RFC 9106, second recommendation", individuals.Argon2Params{Memory: 65536, Passes: 3, Parallelism: 4}, ""},
		{"the most memory", individuals.Argon2Params{Memory: 131072, Passes: 4, Parallelism: 16}, ""},
		{"the most passes", individuals.Argon2Params{Passes: 16}, ""},
		{"less memory", individuals.Argon2Params{Memory: 19455}, "memory of 19455 KiB is not within 19456 and 131072"},
		{"less memory, more passes", individuals.Argon2Params{Memory: 12288, Passes: 3}, "memory of 12288 KiB"},
		{"fewer passes", individuals.Argon2Params{Memory: 65536, Passes: 1}, "1 passes are not within 2 and 16"},
		{"too much memory", individuals.Argon2Params{Memory: 131073}, "memory of 131073 KiB"},
		{"too many passes", individuals.Argon2Params{Passes: 17}, "17 passes"},
		{"too many lanes", individuals.Argon2Params{Parallelism: 17}, "parallelism of 17 is not within 1 and 16"},
		{"too much work", individuals.Argon2Params{Memory: 131072, Passes: 5}, "memory times passes is 655360 KiB"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			err := test.params.Validate()
			_, hashErr := individuals.HashPassword(bytes.NewReader(nil), hashedPassword, test.params)
			require.Error(t, hashErr, "there is no salt to be had")
			if test.reason == "" {
				require.NoError(t, err)
				assert.ErrorContains(t, hashErr, "random source")
				return
			}
			require.ErrorContains(t, err, "individuals: invalid argon2id parameters: "+test.reason)
			assert.EqualError(t, hashErr, err.Error())
		})
	}
}

// Hashes that other systems write with their defaults can be imported.
func TestParsePasswordHashOfOtherSystems(t *testing.T) {
	t.Parallel()
	for _, params := range []string{
		"m=19456,t=2,p=1", "m=65536,t=4,p=1", "m=65536,t=3,p=4", "m=65536,t=1,p=2", "m=65536,t=2,p=1", "m=102400,t=2,p=8",
		"m=47104,t=1,p=1", "m=12288,t=3,p=1", "m=9216,t=4,p=1", "m=7168,t=5,p=1",
	} {
		encoded := strings.Replace(wellFormedHash, "m=19456,t=2,p=1", params, 1)
		hash, err := individuals.ParsePasswordHash(encoded)
		require.NoError(t, err, params)
		assert.Equal(t, encoded, hash.Encoded())
	}
}

func TestRehashOfWeakerHashes(t *testing.T) {
	t.Parallel()
	params := individuals.Argon2Params{Memory: 64, Passes: 2, Parallelism: 2}
	for _, test := range []struct {
		name   string
		stored individuals.Argon2Params
		rehash bool
	}{
		{"the same", params, false},
		{"stronger in all", individuals.Argon2Params{Memory: 128, Passes: 3, Parallelism: 4}, false},
		{"less memory", individuals.Argon2Params{Memory: 63, Passes: 9, Parallelism: 9}, true},
		{"fewer passes", individuals.Argon2Params{Memory: 999, Passes: 1, Parallelism: 9}, true},
		{"fewer lanes", individuals.Argon2Params{Memory: 999, Passes: 9, Parallelism: 1}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			hash, err := individuals.HashWith(strings.NewReader(strings.Repeat("s", 16)), hashedPassword, test.stored)
			require.NoError(t, err)
			ok, rehash := hash.VerifyWith(hashedPassword, params)
			assert.True(t, ok)
			assert.Equal(t, test.rehash, rehash)
			ok, rehash = hash.VerifyWith("wrong", params)
			assert.False(t, ok)
			assert.False(t, rehash, "a wrong password rehashes nothing")
		})
	}
}

// Hashes that the argon2 reference implementation made: version 1.3, argon2id.
// The second is a test vector of its source (test.c), with a salt of 8 bytes.
func TestArgon2idOfTheReferenceImplementation(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, password, encoded string }{
		{
			"our parameters", hashedPassword,
			"$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$gy5SuVm5Z7Vw7keB9se9p87QGcomaseB/S2U1OhTsM0",
		},
		{
			"64 MiB", "password",
			"$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			hash, err := individuals.ParsePasswordHash(test.encoded)
			require.NoError(t, err)
			ok, rehash, err := hash.Verify(test.password, individuals.Argon2Params{})
			require.NoError(t, err)
			assert.True(t, ok)
			assert.Equal(t, test.name == "64 MiB", rehash, "a short salt is a reason to rehash")
			ok, _, err = hash.Verify(test.password+"!", individuals.Argon2Params{})
			require.NoError(t, err)
			assert.False(t, ok)
		})
	}
}

// The argon2 program writes the same text for the same salt.
func TestHashPasswordAgainstTheArgon2Tool(t *testing.T) {
	t.Parallel()
	tool := requireTool(t, "argon2", "argon2")
	const salt = "salt of 16 bytes"
	for _, test := range []struct {
		password string
		params   individuals.Argon2Params
	}{
		{hashedPassword, individuals.Argon2Params{Memory: 19456, Passes: 2, Parallelism: 1}},
		{"пароль з пробілами", individuals.Argon2Params{Memory: 20000, Passes: 3, Parallelism: 2}},
		{strings.Repeat("x", 120), individuals.Argon2Params{Memory: 19459, Passes: 2, Parallelism: 3}},
	} {
		hash, err := individuals.HashPassword(strings.NewReader(salt), test.password, test.params)
		require.NoError(t, err)
		command := exec.CommandContext(t.Context(), tool, salt, "-id", "-e", "-v", "13", "-l", "32",
			"-k", strconv.Itoa(int(test.params.Memory)), "-t", strconv.Itoa(int(test.params.Passes)), "-p", strconv.Itoa(int(test.params.Parallelism)))
		command.Stdin = strings.NewReader(test.password)
		output, err := command.Output()
		require.NoError(t, err)
		assert.Equal(t, strings.TrimSpace(string(output)), hash.Encoded())
	}
}
