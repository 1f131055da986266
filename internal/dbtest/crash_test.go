package dbtest_test

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/internal/dbtest"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/sqlstore"
)

// pair writes two records, a message and an event in one commit, named for the
// revision that the commit will have.
func pair(ctx context.Context, s store.Store) (uint64, error) {
	return s.Update(ctx, author, func(tx store.Tx) error {
		n := tx.Revision() + 1
		_, eventErr := tx.AppendEvent(ctx, audit.Event{At: time.Now(), Actor: audit.System("writer"), Action: "pair.create", Object: strconv.FormatUint(n, 10), Outcome: audit.Succeeded})
		_, messageErr := tx.PutMessage(ctx, store.Message{Purpose: "pair", Sealed: []byte("x")})
		return errors.Join(eventErr, messageErr,
			tx.PutClass(ctx, individuals.Class{ID: fmt.Sprintf("%08d-a", n)}),
			tx.PutClass(ctx, individuals.Class{ID: fmt.Sprintf("%08d-b", n)}))
	})
}

// whole holds what is stored to what writers were told: nothing that was
// acknowledged is missing, nothing is there by half, and the audit is one chain.
func whole(t *testing.T, s store.Store, acknowledged uint64) uint64 {
	t.Helper()
	ctx := t.Context()
	var revision uint64
	require.NoError(t, s.View(ctx, func(r store.Reader) error {
		revision = r.Revision()
		require.GreaterOrEqual(t, revision, acknowledged, "acknowledged, and lost")
		var ids []string
		for page := (store.Page{Limit: 1000}); ; {
			some, err := r.Classes(ctx, page)
			if err != nil {
				return err
			}
			for _, c := range some {
				ids = append(ids, c.ID)
				page.After = c.ID
			}
			if len(some) < 1000 {
				break
			}
		}
		var want []string
		for n := range revision {
			want = append(want, fmt.Sprintf("%08d-a", n+1), fmt.Sprintf("%08d-b", n+1))
		}
		require.Equal(t, want, ids)
		start, err := r.EventStart(ctx, audit.Changes)
		if err != nil {
			return err
		}
		head, err := r.EventHead(ctx, audit.Changes)
		if err != nil {
			return err
		}
		report, err := audit.Verify(store.AllEvents(ctx, r, audit.Filter{Chain: audit.Changes}), start, head)
		require.Equal(t, revision, report.Events)
		return err
	}))
	changes := 0
	for after, more := uint64(0), true; more; {
		feed, err := s.Changes(ctx, after, 1000)
		require.NoError(t, err)
		changes, after, more = changes+len(feed.Changes), feed.Through, feed.More
	}
	require.EqualValues(t, 2*revision, changes)
	return revision
}

// crashChild names the database for the child process of TestKilledWriter.
const crashChild = "DURWARD_TEST_CRASH_CHILD"

// TestKilledWriterChild is the process that TestKilledWriter kills: it commits,
// and tells each revision that was acknowledged, until then.
func TestKilledWriterChild(t *testing.T) {
	source := os.Getenv(crashChild)
	if source == "" {
		t.Skip("runs as a child of TestKilledWriter")
	}
	db, err := sql.Open(os.Getenv(crashChild+"_DRIVER"), source)
	require.NoError(t, err)
	s, err := sqlstore.New(t.Context(), db, &sqlstore.Options{TablePrefix: os.Getenv(crashChild + "_PREFIX")})
	require.NoError(t, err)
	for {
		revision, err := pair(t.Context(), s)
		require.NoError(t, err)
		fmt.Printf("acknowledged %d\n", revision)
	}
}

// TestKilledWriter: a process that is killed at any instant loses nothing that it
// was told is kept, and leaves nothing by half.
func TestKilledWriter(t *testing.T) {
	t.Parallel()
	dbtest.PostgreSQLSource(t)
	for _, driver := range append(dbtest.SQLiteDrivers(), "pgx") {
		t.Run(driver, func(t *testing.T) {
			t.Parallel()
			var db *sql.DB
			var source string
			opts := &sqlstore.Options{}
			if driver == "pgx" {
				source = dbtest.PostgreSQLSource(t)
				db, opts = dbtest.PostgreSQL(t)
			} else {
				file := filepath.Join(t.TempDir(), "durward.db")
				source, db = "file:"+filepath.ToSlash(file), dbtest.OpenSQLite(t, driver, file)
			}
			s := migrated(t, db, opts)
			kills, acknowledged := count(20, 200), uint64(0)
			if testing.Short() {
				kills = 3
			}
			for range kills {
				acknowledged = max(acknowledged, killed(t, driver, source, opts.TablePrefix))
				whole(t, s, acknowledged)
			}
			assert.NotZero(t, acknowledged)
		})
	}
}

// killed runs the child for a while and kills it. It returns the last revision
// that the child acknowledged.
func killed(t *testing.T, driver, source, prefix string) (acknowledged uint64) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestKilledWriterChild$", "-test.v")
	cmd.Env = append(os.Environ(), crashChild+"="+source, crashChild+"_DRIVER="+driver, crashChild+"_PREFIX="+prefix)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		revision := uint64(0)
		if _, err := fmt.Sscanf(lines.Text(), "acknowledged %d", &revision); err != nil {
			continue
		}
		if acknowledged == 0 { // it is at work: its time runs from now
			time.AfterFunc(time.Duration(rand.IntN(40_000))*time.Microsecond, func() { _ = cmd.Process.Kill() })
		}
		acknowledged = revision
	}
	err = cmd.Wait()
	require.ErrorContains(t, err, "signal: killed", "the child ended by itself")
	return acknowledged
}

// TestKilledServer: PostgreSQL is killed and started again while writers commit.
// Nothing that was acknowledged is lost, and the same store goes on.
func TestKilledServer(t *testing.T) {
	if testing.Short() {
		t.Skip("starts servers of its own")
	}
	t.Parallel()
	cluster, err := dbtest.StartCluster(t.Context())
	dbtest.RequireServer(t, err)
	t.Cleanup(cluster.Stop)
	db := dbtest.OpenPostgreSQL(t, cluster.Source())
	s := migrated(t, db, nil)
	ctx := t.Context()
	for range count(5, 50) {
		var mu sync.Mutex
		acknowledged := uint64(0)
		stop := make(chan struct{})
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
					}
					revision, err := pair(ctx, s)
					if err == nil {
						mu.Lock()
						acknowledged = max(acknowledged, revision)
						mu.Unlock()
					} else {
						pause() // the server is away
					}
				}
			})
		}
		time.Sleep(time.Duration(20+rand.IntN(80)) * time.Millisecond)
		cluster.Kill()
		close(stop)
		wg.Wait()
		require.NoError(t, cluster.Start(ctx))
		var revision uint64
		require.Eventually(t, func() bool { // connections that are broken are found out one by one
			return s.View(ctx, func(r store.Reader) error { revision = r.Revision(); return nil }) == nil
		}, time.Minute, 10*time.Millisecond)
		whole(t, s, max(acknowledged, revision))
	}
	_, err = pair(ctx, s)
	require.NoError(t, err, "the store goes on")
}
