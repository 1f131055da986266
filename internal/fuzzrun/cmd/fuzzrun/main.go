// Command fuzzrun fuzzes every target of the modules of the workspace for a few
// seconds each, and fails when one fails or fuzzed nothing.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"time"

	"github.com/durward-go/durward/internal/fuzzrun"
)

func main() {
	each := flag.Duration("time", 3*time.Second, "how long to fuzz each target")
	total := flag.Duration("total", 2*time.Minute, "what all targets share: with many of them each gets less, but never under a second")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *each, *total); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, each, total time.Duration) error {
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return fmt.Errorf("fuzzrun: go list -m: %w", err)
	}
	targets, err := fuzzrun.Find(strings.Split(strings.TrimSpace(string(out)), "\n")...)
	if err != nil {
		return err
	}
	if len(targets) > 0 {
		each = max(min(each, total/time.Duration(len(targets))), time.Second)
	}
	here, err := os.Getwd()
	if err != nil {
		return fmt.Errorf("fuzzrun: %w", err)
	}
	var failures []error
	for _, target := range targets {
		dir, err := filepath.Rel(here, target.Dir)
		if err != nil {
			dir = target.Dir
		}
		var result fuzzrun.Result
		for given := each; given <= 25*each; given *= 5 {
			// A large corpus or a busy machine may take all the time to start from.
			if result, err = target.Run(ctx, given.String()); !errors.Is(err, fuzzrun.ErrNothing) {
				break
			}
		}
		if err != nil {
			fmt.Printf("FAIL %s %s\n", dir, target.Name)
			failures = append(failures, err)
			continue
		}
		fmt.Printf("ok   %s %s: %d inputs beyond a corpus of %d\n", dir, target.Name, result.Inputs-result.Corpus, result.Corpus)
	}
	fmt.Printf("%d fuzz targets, %s each, %d failed\n", len(targets), each, len(failures))
	return errors.Join(failures...)
}
