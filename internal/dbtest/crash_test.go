package dbtest_test

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/store/sqlstore"
)

// crashChild names the database for the child process of TestKilledWriter.
const crashChild = "DURWARD_TEST_CRASH_CHILD"

// TestKilledWriterChild is the process that TestKilledWriter kills. Until then it
// writes, and tells all that was acknowledged.
func TestKilledWriterChild(t *testing.T) {
	settings, child := os.LookupEnv(crashChild)
	if !child {
		t.Skip("runs as a child of TestKilledWriter")
	}
	driver, rest, _ := strings.Cut(settings, "\n")
	prefix, source, _ := strings.Cut(rest, "\n")
	db, err := sql.Open(driver, source)
	require.NoError(t, err)
	s, err := sqlstore.New(t.Context(), db, &sqlstore.Options{TablePrefix: prefix})
	require.NoError(t, err)
	failed := make(chan error)
	for n := range pairWriters {
		go func() {
			for {
				a, err := writePair(context.Background(), s, n)
				if err != nil {
					failed <- err
				}
				// One write each, so that nothing is held back here.
				_, _ = os.Stdout.WriteString(a.String() + "\n")
			}
		}()
	}
	require.NoError(t, <-failed)
}

// TestKilledWriter: a process that is killed at any instant loses nothing that it
// was told is kept, and leaves nothing by half.
func TestKilledWriter(t *testing.T) {
	onEachPlace(t, func(t *testing.T, p place) {
		s, db := p.store(t), p.pool(t)
		var told acknowledged
		for range count(20, 200) {
			told = told.later(p.killed(t))
			told = whole(t, s, told)
		}
		assert.NotZero(t, told.revision)
		if p.driver != "pgx" {
			var found string
			require.NoError(t, db.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&found))
			assert.Equal(t, "ok", found)
		}
	})
}

// killed runs the child for a while and kills it. It returns what the child told.
func (p place) killed(t *testing.T) (told acknowledged) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestKilledWriterChild$")
	cmd.Env = append(os.Environ(), crashChild+"="+p.driver+"\n"+p.opts.TablePrefix+"\n"+p.source)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	kill := func(within int) {
		time.AfterFunc(time.Duration(rand.IntN(within))*time.Microsecond, func() { _ = cmd.Process.Kill() })
	}
	early := rand.IntN(5) == 0 // while it opens the database, or soon after
	if early {
		kill(300_000)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		a, err := parseAcknowledged(lines.Text())
		if !assert.NoError(t, err) {
			break
		}
		if !early && told == (acknowledged{}) { // it is at work: its time runs from now
			kill(40_000)
		}
		told = told.later(a)
	}
	require.ErrorContains(t, cmd.Wait(), "signal: killed", "the child ended by itself: %v", fmt.Sprint(told))
	return told
}
