// Command fleet runs several engines, each in a process of its own, over one
// PostgreSQL. A role is changed at a desk of the first process, again and again;
// every process says when its decisions followed.
//
//	go run ./examples/fleet                          starts a PostgreSQL of its own, and ends it
//	go run ./examples/fleet -postgres "host=..."     takes that one, in tables with a prefix of their own
//
// The delay is from the moment at which the change was acknowledged to whoever
// made it. In the process that made it decisions had followed by then. The
// others are woken by PostgreSQL, see sqlstore.Store.Listen, or with
// -listen=false by a poll; a request that must not wait for either carries the
// revision, see access.Query.AtLeast.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/durward-go/durward/internal/dbtest"
)

// settings are what the command line says.
type settings struct {
	source  string
	prefix  string
	engines int
	changes int
	poll    time.Duration
	listen  bool
	member  int
}

func main() {
	var s settings
	flag.StringVar(&s.source, "postgres", "", "data source `name` of a server; empty: one is started from the local binaries")
	flag.StringVar(&s.prefix, "prefix", "fleet_", "what the names of the tables begin with")
	flag.IntVar(&s.engines, "engines", 3, "how many processes")
	flag.IntVar(&s.changes, "changes", 5, "how many changes")
	flag.DurationVar(&s.poll, "poll", 250*time.Millisecond, "how often an engine asks for changes that nothing woke it for")
	flag.BoolVar(&s.listen, "listen", true, "whether PostgreSQL wakes the engines")
	flag.IntVar(&s.member, "member", 0, "used by the program itself: which of its processes this is")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	run := runFleet
	if s.member > 0 {
		run = runMember
	}
	if err := run(ctx, s, os.Stdin, os.Stdout); err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, "fleet:", err)
		os.Exit(1)
	}
}

// runFleet starts the server, where none is given, and the members, and prints
// what they tell.
func runFleet(ctx context.Context, s settings, _ io.Reader, out io.Writer) error {
	if s.engines < 1 || s.changes < 1 {
		return fmt.Errorf("-engines %d -changes %d: want at least 1 of each", s.engines, s.changes)
	}
	if s.source == "" {
		cluster, err := dbtest.StartCluster(ctx)
		if err != nil {
			return err
		}
		defer cluster.Stop()
		s.source = cluster.Source()
	}
	if err := prepare(ctx, s); err != nil {
		return err
	}
	members, err := startMembers(ctx, s)
	if err != nil {
		return err
	}
	defer members.stop()
	fmt.Fprintf(out, "%d engines over one PostgreSQL; Steve configures extensions by the role \"PBX admin\"\n", s.engines)
	for n := range s.changes {
		allow := n%2 == 1 // he may at first
		seen, err := members.change(ctx, allow)
		if err != nil {
			return err
		}
		verb := "takes it away"
		if allow {
			verb = "gives it back"
		}
		fmt.Fprintf(out, "revision %d: Alice %s at engine 1\n", seen[0].Revision, verb)
		for i, m := range seen {
			delay := fmt.Sprintf("%.1f ms later", float64(m.At-seen[0].Committed)/1e6)
			if m.At <= seen[0].Committed {
				delay = "before Alice is told that it is done"
			}
			fmt.Fprintf(out, "  engine %d follows %s\n", i+1, delay)
		}
	}
	return nil
}
