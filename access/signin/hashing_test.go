package signin_test

import (
	"context"
	"encoding/base64"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access/links"
	"github.com/durward-go/durward/access/signin"
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
)

// A password of another system, "imported from elsewhere" under bcrypt of cost 4.
const imported, importedHash = "imported from elsewhere", "$2b$04$I.bQUt9hKHdbaWbgDMy8iuonhDGX58WaA74uZ0TGkDQes7ekHEpJq"

// Who comes with another system's hash, or a weaker one, has one of ours after
// the first sign-in. No session ends by it, and nobody else's challenge.
func TestRehash(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	earnest := w.slow()
	hashes := earnest.CountHashes(false)
	w.change("bob", func(_ *individuals.Individual, c *individuals.Credential) {
		var err error
		c.Password, err = individuals.ParsePasswordHash(importedHash)
		require.NoError(t, err)
		c.MeetsAlone = false
	})
	events := len(w.events(audit.Changes))
	_, err := earnest.Begin(w.ctx, attempt("bob", wrong))
	require.Equal(t, signin.WrongPassword, refused(t, err).Reason)
	require.Zero(t, hashes.Made())
	o, err := earnest.Begin(w.ctx, attempt("bob", imported))
	require.NoError(t, err)
	require.True(t, o.Done())
	require.Equal(t, 1, hashes.Made())
	c := w.credential("bob")
	assert.True(t, strings.HasPrefix(c.Password.Encoded(), "$argon2id$v=19$m=19456,t=2,p=1$"))
	assert.True(t, c.MeetsAlone, "long enough, as is known now")
	assert.Equal(t, uint64(7), w.person("bob").Epoch)
	assert.Len(t, w.events(audit.Changes), events)
	o, err = earnest.Begin(w.ctx, attempt("bob", imported))
	require.NoError(t, err)
	require.True(t, o.Done())
	require.Zero(t, hashes.Made())
}

// The argon2 program makes of the password the hash that is stored here.
func TestArgon2Tool(t *testing.T) {
	t.Parallel()
	tool := needs(t, "argon2", "argon2")
	w := newWorld(t)
	earnest := w.slow()
	require.NoError(t, earnest.AcceptInvitation(w.ctx, w.issue(links.Request{Purpose: links.Invitation, Individual: w.person("invited")}), brandNew, atHome))
	encoded := w.credential("invited").Password.Encoded()
	parts := strings.Split(encoded, "$")
	require.Len(t, parts, 6)
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	require.NoError(t, err)
	command := exec.CommandContext(w.ctx, tool, string(salt), "-id", "-t", "2", "-k", "19456", "-p", "1", "-l", "32", "-e")
	command.Stdin = strings.NewReader(brandNew)
	out, err := command.CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Equal(t, encoded, strings.TrimSpace(string(out)))
}

// needs is the path of a tool that tests compare with.
func needs(t *testing.T, name, debian string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err == nil {
		return path
	}
	if os.Getenv("DURWARD_REQUIRE_SERVERS") == "1" {
		t.Fatalf("%s is missing; install the Debian package %s", name, debian)
	}
	t.Skipf("%s is missing; install the Debian package %s", name, debian)
	return ""
}

// Where too many passwords are hashed, whoever comes is refused with a hint:
// nothing is counted, and nothing recorded.
func TestBusy(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		slots, err := individuals.NewHashSlots(&individuals.HashSlotsOptions{Slots: 1, Waiting: 1, RetryAfter: 3 * time.Second})
		require.NoError(t, err)
		flow, hashes := w.door(w.engine, func(o *signin.Options) { o.HashSlots = slots })
		release, err := slots.Acquire(w.ctx)
		require.NoError(t, err)
		ctx, hangUp := context.WithCancel(w.ctx)
		var waiting sync.WaitGroup
		waiting.Go(func() {
			_, err := flow.Begin(ctx, attempt("bob", right))
			assert.Equal(t, signin.Busy, refused(t, err).Reason)
			assert.ErrorIs(t, err, context.Canceled)
		})
		synctest.Wait() // one waits for the slot
		w.store.called()
		for _, login := range []string{"bob", "nobody", "gone"} {
			_, err := flow.Begin(w.ctx, attempt(login, right))
			r := refused(t, err)
			assert.Equal(t, signin.Busy, r.Reason)
			assert.Equal(t, 3*time.Second, r.RetryAfter)
			var busy *individuals.HashBusyError
			require.ErrorAs(t, err, &busy)
			assert.NotContains(t, w.store.called(), "SwapAttempts")
		}
		hangUp()
		waiting.Wait()
		assert.Zero(t, hashes.Verified())
		assert.Empty(t, w.events(audit.SignIns))
		release()
		o, err := flow.Begin(w.ctx, attempt("bob", right))
		require.NoError(t, err)
		assert.True(t, o.Done())
	})
}

// slow is a flow that hashes as in earnest.
func (w *world) slow() *signin.Flow {
	w.t.Helper()
	opts := &signin.Options{}
	w.door(w.engine, func(o *signin.Options) { *opts = *o })
	opts.Random = noZeros{}
	flow, err := signin.New(w.engine, w.store, opts)
	require.NoError(w.t, err)
	return flow
}

// noZeros is randomness without zero bytes, which no argument of a program can
// hold.
type noZeros struct{}

func (noZeros) Read(p []byte) (int, error) {
	n, err := randomness.Read(p)
	for i := range p[:n] {
		p[i] = max(1, p[i])
	}
	return n, err
}
