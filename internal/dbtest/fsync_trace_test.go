package dbtest_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// requireTrace skips a test where processes cannot be traced, or fails it where
// all tools are required.
func requireTrace(t *testing.T) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "strace", "-o", os.DevNull, "true").CombinedOutput()
	switch {
	case err == nil:
	case os.Getenv("DURWARD_REQUIRE_SERVERS") == "1":
		t.Fatalf("strace (Debian package strace) cannot trace a process: %v\n%s", err, out)
	default:
		t.Skipf("strace (Debian package strace) cannot trace a process: %v", err)
	}
}

// A tracedWrite is what a trace has between the beginning of a write and the
// answer to it.
type tracedWrite struct {
	n      int
	answer string // "acknowledged" or "failed"
	// written, synced and refused are about SQLite's log: something was written to
	// it, and after that it was synced, or could not be.
	written, synced, refused bool
	// other says that something else could not be synced: the folder of a new log.
	other bool
}

// traced runs the child under strace, and returns what it wrote.
func (p place) traced(t *testing.T, kind string, options ...string) []tracedWrite {
	t.Helper()
	trace := filepath.Join(t.TempDir(), "trace")
	// -y tells the file of a descriptor.
	arguments := append([]string{"-f", "-qq", "-y", "-s", "64", "-e", "signal=none", "-e", "trace=write,writev,pwrite64,pwritev,fsync,fdatasync", "-o", trace}, options...)
	cmd := exec.CommandContext(t.Context(), "strace", append(arguments, os.Args[0], "-test.run=^TestSyncChild$")...)
	cmd.Env = append(os.Environ(), syncChild+"="+p.driver+"\n"+kind+"\n"+p.source)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	text, err := os.ReadFile(trace)
	require.NoError(t, err)
	writes, err := readTrace(string(text))
	require.NoError(t, err)
	return writes
}

var (
	tracedCall    = regexp.MustCompile(`^(\d+) +(\w+)\(\d+<([^>]*)>(.*)$`)
	tracedResumed = regexp.MustCompile(`^(\d+) +<\.\.\. (\w+) resumed>(.*)$`)
	tracedText    = regexp.MustCompile(`"(begin|acknowledged|failed) (\d+)\\n"`)
)

// readTrace reads what strace wrote. A write counts from when it begins, and a sync
// from when it has ended.
func readTrace(text string) (writes []tracedWrite, err error) {
	syncing := make(map[string]string) // the files that threads are about to sync
	var now tracedWrite
	sync := func(file, result string) {
		switch {
		case !strings.HasSuffix(file, "-wal"):
			now.other = now.other || !strings.Contains(result, "= 0")
		case strings.Contains(result, "= 0"):
			now.synced = true
		default:
			now.refused = true
		}
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if resumed := tracedResumed.FindStringSubmatch(line); resumed != nil {
			if file, ok := syncing[resumed[1]]; ok {
				delete(syncing, resumed[1])
				sync(file, resumed[3])
			}
			continue
		}
		call := tracedCall.FindStringSubmatch(line)
		if call == nil {
			continue
		}
		thread, name, file, rest := call[1], call[2], call[3], call[4]
		switch {
		case strings.HasSuffix(name, "sync") && strings.HasSuffix(rest, "<unfinished ...>"):
			syncing[thread] = file
		case strings.HasSuffix(name, "sync"):
			sync(file, rest)
		case strings.HasSuffix(file, "-wal"):
			now.written, now.synced = true, false
		default:
			said := tracedText.FindStringSubmatch(rest)
			if said == nil {
				continue
			}
			var n int
			if _, err := fmt.Sscan(said[2], &n); err != nil {
				return nil, err
			}
			if said[1] == "begin" {
				now = tracedWrite{n: n}
				continue
			}
			if now.answer = said[1]; now.n != n {
				return nil, fmt.Errorf("answer %d to write %d", n, now.n)
			}
			writes = append(writes, now)
		}
	}
	return writes, nil
}

// TestReadTrace: calls that others came between are put together.
func TestReadTrace(t *testing.T) {
	t.Parallel()
	writes, err := readTrace(`7 write(1<pipe:[1]>, "begin 0\n", 8) = 8
7 pwrite64(5</tmp/a.db-wal>, "..."..., 24, 0) = 24
8 fdatasync(5</tmp/a.db-wal> <unfinished ...>
7 fsync(6</tmp/a.db>) = 0
8 <... fdatasync resumed>) = 0
7 write(1<pipe:[1]>, "acknowledged 0\n", 15) = 15
7 write(1<pipe:[1]>, "begin 1\n", 8) = 8
7 fdatasync(5</tmp/a.db-wal>) = 0
7 pwrite64(5</tmp/a.db-wal>, "..."..., 24, 0 <unfinished ...>
7 <... pwrite64 resumed>) = 24
7 fsync(6</tmp>) = -1 EIO (Input/output error) (INJECTED)
7 write(1<pipe:[1]>, "acknowledged 1\n", 15) = 15
7 write(1<pipe:[1]>, "begin 2\n", 8) = 8
7 pwrite64(5</tmp/a.db-wal>, "..."..., 24, 0) = 24
7 fdatasync(5</tmp/a.db-wal>) = -1 EIO (Input/output error) (INJECTED)
7 write(1<pipe:[1]>, "failed 2\n", 9) = 9
`)
	require.NoError(t, err)
	assert.Equal(t, []tracedWrite{
		{n: 0, answer: "acknowledged", written: true, synced: true},
		{n: 1, answer: "acknowledged", written: true, other: true},
		{n: 2, answer: "failed", written: true, refused: true},
	}, writes)
}
