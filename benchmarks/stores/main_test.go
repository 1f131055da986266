package stores

import (
	"bufio"
	"context"
	"database/sql"
	"flag"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/durward-go/durward/internal/dbtest"
)

// server is the one that all benchmarks share, started by the first that needs it.
var server struct {
	sync.Once
	cluster *dbtest.Cluster
	err     error
}

func TestMain(m *testing.M) {
	flag.Parse()
	if wanted := flag.Lookup("test.bench"); wanted != nil && wanted.Value.String() != "" {
		describe()
	}
	status := m.Run()
	if server.cluster != nil {
		server.cluster.Stop()
	}
	os.Exit(status)
}

// source returns where PostgreSQL is.
func source(tb testing.TB) string {
	tb.Helper()
	server.Do(func() {
		if server.cluster, server.err = dbtest.StartDurableCluster(context.Background()); server.err == nil {
			describeServer(server.cluster.Source())
		}
	})
	dbtest.RequireServer(tb, server.err)
	return server.cluster.Source()
}

var drivers = regexp.MustCompile(`(modernc\.org/sqlite|github\.com/ncruces/go-sqlite3|github\.com/jackc/pgx/v5) v\S+`)

// describe prints what is measured with, as lines that benchstat reads as the
// configuration.
func describe() {
	fmt.Printf("go: %s\ncores: %d\nmemory: %s\n", runtime.Version(), runtime.NumCPU(), memory())
	// The binary of a test does not know what it was built of.
	if required, err := os.ReadFile("../go.mod"); err == nil {
		for _, module := range drivers.FindAllString(string(required), -1) {
			fmt.Printf("driver: %s\n", module)
		}
	}
	for _, driver := range dbtest.SQLiteDrivers() {
		fmt.Printf("sqlite (%s): %s\n", driver, asked(driver, "file::memory:", "SELECT sqlite_version()"))
	}
}

// describeServer is describe for a server that was started.
func describeServer(source string) {
	fmt.Printf("postgresql: %s, fsync %s, synchronous_commit %s, shared_buffers %s\n", asked("pgx", source, "SHOW server_version"),
		asked("pgx", source, "SHOW fsync"), asked("pgx", source, "SHOW synchronous_commit"), asked("pgx", source, "SHOW shared_buffers"))
}

func asked(driver, source, query string) (answer string) {
	db, err := sql.Open(driver, source)
	if err == nil {
		defer func() { _ = db.Close() }()
		err = db.QueryRow(query).Scan(&answer)
	}
	if err != nil {
		return "unknown: " + err.Error()
	}
	return answer
}

// memory is what the system has.
func memory() string {
	file, err := os.Open("/proc/meminfo")
	if err != nil {
		return "unknown"
	}
	defer func() { _ = file.Close() }()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		if total, found := strings.CutPrefix(lines.Text(), "MemTotal:"); found {
			return strings.TrimSpace(total)
		}
	}
	return "unknown"
}
