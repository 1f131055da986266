package signin_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access/signin"
)

// A code that oathtool makes of the key signs in, and sets up the authenticator
// before.
func TestOathtool(t *testing.T) {
	t.Parallel()
	tool := needs(t, "oathtool", "oathtool")
	w := newWorld(t)
	code := func(key string) string {
		at := w.clock.Now().Format("2006-01-02 15:04:05") + " UTC"
		out, err := exec.CommandContext(w.ctx, tool, "--totp", "-b", "--now", at, key).Output()
		require.NoError(t, err)
		return strings.TrimSpace(string(out))
	}
	c := w.challenged(attempt("new", right))
	key := c.Key().Base32()
	o, err := w.flow.Continue(w.ctx, c.Reveal(), signin.Answer{Code: code(key), Address: home})
	require.NoError(t, err)
	require.True(t, o.Done())
	w.clock.Pass(time.Minute)
	c = w.challenged(attempt("new", right))
	o, err = w.flow.Continue(w.ctx, c.Reveal(), signin.Answer{Code: code(key), Address: home})
	require.NoError(t, err)
	require.True(t, o.Done())
}

// The QR code that enrolment shows is the URI, byte for byte, to a reader that
// we did not write.
func TestZbarimg(t *testing.T) {
	t.Parallel()
	tool := needs(t, "zbarimg", "zbar-tools")
	w := newWorld(t)
	c := w.challenged(attempt("new", right))
	uri, err := c.URI()
	require.NoError(t, err)
	qr, err := c.QR()
	require.NoError(t, err)
	png, err := qr.PNG(8)
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "qr.png")
	require.NoError(t, os.WriteFile(file, png, 0o600))
	out, err := exec.CommandContext(w.ctx, tool, "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", file).Output()
	require.NoError(t, err)
	assert.Equal(t, uri, strings.TrimSuffix(string(out), "\n"))
}
