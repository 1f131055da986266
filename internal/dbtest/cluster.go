package dbtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // registers "pgx"
)

// ErrNoPostgreSQL says that there are no binaries to start a cluster from.
var ErrNoPostgreSQL = errors.New("initdb and postgres are not installed (Debian package postgresql), and DURWARD_TEST_POSTGRES names no server")

// A Cluster is a PostgreSQL server of a test's own, in a folder that goes with
// it. It listens on a socket in that folder and nowhere else, so clusters do not
// meet. It keeps what it acknowledged when its processes are killed, but not when
// the machine loses power, unless it is durable: it does not wait for the disk.
type Cluster struct {
	durable          bool
	binaries, folder string
	credential       *syscall.Credential
	process          *os.Process
	ended            chan struct{} // closed when the process has ended
}

// StartCluster makes a cluster and waits until it answers. As root it runs as an
// ordinary user, since PostgreSQL refuses to be root.
func StartCluster(ctx context.Context) (*Cluster, error) { return startCluster(ctx, false) }

// StartDurableCluster is StartCluster for measuring: the server waits for the disk
// as PostgreSQL does by default.
func StartDurableCluster(ctx context.Context) (*Cluster, error) { return startCluster(ctx, true) }

func startCluster(ctx context.Context, durable bool) (*Cluster, error) {
	binaries, err := findBinaries()
	if err != nil {
		return nil, err
	}
	credential, err := ordinaryUser()
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "durward-postgres-")
	if err != nil {
		return nil, err
	}
	c := &Cluster{durable: durable, binaries: binaries, folder: folder, credential: credential}
	if err := c.initialize(ctx); err != nil {
		c.Stop()
		return nil, err
	}
	if err := c.Start(ctx); err != nil {
		c.Stop()
		return nil, err
	}
	// IDs must have the order of their bytes, whatever the order of the database
	// is: this one's is that of English words.
	if err := c.admin(ctx, "CREATE DATABASE durward TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'en'"); err != nil {
		if err := c.admin(ctx, "CREATE DATABASE durward TEMPLATE template0 ENCODING 'UTF8'"); err != nil {
			c.Stop()
			return nil, err
		}
	}
	return c, nil
}

// findBinaries returns the folder of the newest version that is installed.
func findBinaries() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil {
		return "", err
	}
	version := func(path string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
		return n
	}
	slices.SortFunc(found, func(a, b string) int { return version(b) - version(a) })
	if path, err := exec.LookPath("initdb"); err == nil {
		found = append(found, path)
	}
	for _, path := range found {
		if _, err := os.Stat(filepath.Join(filepath.Dir(path), "postgres")); err == nil {
			return filepath.Dir(path), nil
		}
	}
	return "", ErrNoPostgreSQL
}

// ordinaryUser returns whom to run the server as, nil for oneself.
func ordinaryUser() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		gid, gidErr := strconv.ParseUint(u.Gid, 10, 32)
		if err := errors.Join(err, gidErr); err != nil {
			return nil, err
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, errors.New("dbtest: there is neither a user postgres nor a user nobody to run PostgreSQL as")
}

func (c *Cluster) data() string { return filepath.Join(c.folder, "data") }

func (c *Cluster) command(ctx context.Context, name string, arguments ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(c.binaries, name), arguments...)
	cmd.Dir = c.folder
	cmd.Env = []string{"LC_ALL=C", "PATH=" + os.Getenv("PATH"), "TZ=UTC"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.credential}
	return cmd
}

func (c *Cluster) initialize(ctx context.Context) error {
	if c.credential != nil {
		if err := os.Chown(c.folder, int(c.credential.Uid), int(c.credential.Gid)); err != nil {
			return err
		}
	}
	out, err := c.command(ctx, "initdb", "-D", c.data(), "-U", "durward", "--auth=trust", "--encoding=UTF8", "--no-sync", "--no-instructions").CombinedOutput()
	if err != nil {
		return fmt.Errorf("dbtest: initdb: %w\n%s", err, out)
	}
	return nil
}

// Start starts the server, after [Cluster.Kill] with what it had kept.
func (c *Cluster) Start(ctx context.Context) error {
	log, err := os.OpenFile(filepath.Join(c.folder, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	started := make(chan error, 1)
	c.ended = make(chan struct{})
	// The kernel ends the server with the thread that started it, so this one
	// stays as long.
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer func() { _ = log.Close() }()
		cmd := c.command(context.WithoutCancel(ctx), "postgres", "-D", c.data(), "-k", c.folder, "-h", "", "-c", "fsync="+onOff(c.durable), "-c", "max_connections=400",
			"-c", "shared_buffers=64MB", "-c", "max_wal_size=256MB", "-c", "autovacuum_naptime=10s", "-c", "logging_collector=off")
		endWithParent(cmd.SysProcAttr)
		cmd.Stdout, cmd.Stderr = log, log
		if err := cmd.Start(); err != nil {
			started <- err
			return
		}
		c.process = cmd.Process
		started <- nil
		_ = cmd.Wait()
		close(c.ended)
	}()
	if err := <-started; err != nil {
		return fmt.Errorf("dbtest: postgres: %w", err)
	}
	return c.wait(ctx)
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

// wait waits until the server answers.
func (c *Cluster) wait(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		err := c.admin(ctx, "SELECT 1")
		if err == nil {
			return nil
		}
		select {
		case <-c.ended:
			log, _ := os.ReadFile(filepath.Join(c.folder, "log"))
			return fmt.Errorf("dbtest: postgres ended:\n%s", log)
		case <-ctx.Done():
			return fmt.Errorf("dbtest: postgres does not answer: %w", err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (c *Cluster) admin(ctx context.Context, statement string) error {
	db, err := sql.Open("pgx", c.source("postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	_, err = db.ExecContext(ctx, statement)
	return err
}

func (c *Cluster) source(database string) string {
	return strings.Join([]string{"host=" + c.folder, "user=durward", "dbname=" + database, "sslmode=disable"}, " ")
}

// Source is the data source name of the cluster's database, for the driver "pgx".
func (c *Cluster) Source() string { return c.source("durward") }

// Kill ends the server and all its processes at once, as a crash does.
func (c *Cluster) Kill() {
	if c.process == nil {
		return
	}
	// While the first process is stopped it starts no others, and cannot begin to
	// put things in order when those are gone.
	_ = c.process.Signal(syscall.SIGSTOP)
	others := children(c.process.Pid)
	for _, pid := range others {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	_ = c.process.Kill()
	<-c.ended
	c.process = nil
	// A new server does not start while one of them still has the memory.
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline) && slices.ContainsFunc(others, alive); {
		time.Sleep(time.Millisecond)
	}
}

// Stop ends the server and removes its folder.
func (c *Cluster) Stop() {
	if c.process != nil {
		_ = c.process.Signal(syscall.SIGINT) // fast: no waiting for connections
		select {
		case <-c.ended:
		case <-time.After(30 * time.Second):
			_ = c.process.Kill()
			<-c.ended
		}
		c.process = nil
	}
	_ = os.RemoveAll(c.folder)
}

// children returns the processes whose parent is the given one.
func children(parent int) (all []int) {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if _, of, ok := status(pid); err == nil && ok && of == strconv.Itoa(parent) {
			all = append(all, pid)
		}
	}
	return all
}

func alive(pid int) bool {
	state, _, ok := status(pid)
	return ok && state != "Z" && state != "X" // neither waited for nor dead
}

// status returns the state and the parent of a process, see proc(5).
func status(pid int) (state, parent string, ok bool) {
	stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return "", "", false
	}
	// The name stands in parentheses and may have any character.
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	if len(fields) < 2 {
		return "", "", false
	}
	return fields[0], fields[1], true
}
