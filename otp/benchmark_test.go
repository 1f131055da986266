package otp_test

import (
	"crypto/rand"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/otp"
)

func BenchmarkVerify(b *testing.B) {
	key := newKey(b, "benchmark")
	code := codeAt(b, key, noon)
	b.ReportAllocs()
	for b.Loop() {
		_, err := otp.Verify(key, code, noon, 0)
		require.NoError(b, err)
	}
}

func BenchmarkRecoverySetVerify(b *testing.B) {
	codes, set := newRecoveryCodes(b, "benchmark")
	b.ReportAllocs()
	for b.Loop() {
		_, err := set.Verify(codes[9])
		require.NoError(b, err)
	}
}

func BenchmarkOpenKey(b *testing.B) {
	keyring := newKeyring(b, rand.Reader, newHostKey(b, "benchmark"))
	sealed, err := otp.SealKey(keyring, newKey(b, "benchmark"), "steve")
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		_, err := otp.OpenKey(keyring, sealed, "steve")
		require.NoError(b, err)
	}
}

func BenchmarkQR(b *testing.B) {
	key := newKey(b, "benchmark")
	b.ReportAllocs()
	for b.Loop() {
		_, err := key.QR(usualLabel)
		require.NoError(b, err)
	}
}
