package otp_test

import (
	"bytes"
	"errors"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/otp"
)

func TestGenerateRefusesBadRandomness(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	for name, generate := range map[string]func(r *bytes.Reader) error{
		"key":      func(r *bytes.Reader) error { _, err := otp.GenerateKey(r); return err },
		"host key": func(r *bytes.Reader) error { _, err := otp.GenerateHostKey(r); return err },
		"codes":    func(r *bytes.Reader) error { _, _, err := otp.GenerateRecoveryCodes(r); return err },
	} {
		require.ErrorContains(t, generate(bytes.NewReader([]byte("too short"))), "read randomness: unexpected EOF", name)
		require.ErrorContains(t, generate(bytes.NewReader(make([]byte, 1024))), "not random", name)
	}
	_, err := otp.GenerateKey(iotest.ErrReader(broken))
	require.ErrorIs(t, err, broken)
	key, err := otp.GenerateKey(nil)
	require.EqualError(t, err, "otp: generate key: read randomness: no source; pass crypto/rand.Reader")
	assert.True(t, key.IsZero())
	_, err = otp.GenerateHostKey(nil)
	require.Error(t, err)
	_, _, err = otp.GenerateRecoveryCodes(nil)
	require.Error(t, err)
}
