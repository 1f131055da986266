package otp_test

import (
	"encoding/base32"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/otp"
)

// seeded returns randomness that is the same on every run.
func seeded(seed string) io.Reader {
	var full [32]byte
	copy(full[:], seed)
	return rand.NewChaCha8(full)
}

func newKey(t testing.TB, seed string) otp.Key {
	t.Helper()
	key, err := otp.GenerateKey(seeded(seed))
	require.NoError(t, err)
	return key
}

func parseKey(t testing.TB, text string) otp.Key {
	t.Helper()
	key, err := otp.ParseKey(text)
	require.NoError(t, err)
	return key
}

// tool returns the path of a program that is an oracle here, and skips the test
// without it.
func tool(t *testing.T, name, debianPackage string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err == nil {
		return path
	}
	message := "needs the program " + name + ": apt-get install " + debianPackage
	if os.Getenv("DURWARD_REQUIRE_SERVERS") == "1" {
		t.Fatal(message)
	}
	t.Skip(message)
	return ""
}

// count picks how often a test repeats something: little under -short, and a
// lot with DURWARD_LONG=1.
func count(short, normal, long int) int {
	switch {
	case testing.Short():
		return short
	case os.Getenv("DURWARD_LONG") == "1":
		return long
	}
	return normal
}

// base32Std is the base32 of RFC 4648 §6, padded.
func base32Std(secret []byte) string { return base32.StdEncoding.EncodeToString(secret) }
