// Command apilist writes the listings of a module's exported interface, one file a
// package, into a folder. It leaves other files there alone.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/durward-go/durward/internal/apilist"
)

func main() {
	module := flag.String("module", ".", "the root `folder` of the module")
	out := flag.String("out", "api", "the `folder` to write into")
	flag.Parse()
	if err := write(*module, *out); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func write(module, out string) error {
	listings, err := apilist.Load(module)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return fmt.Errorf("apilist: %w", err)
	}
	for _, listing := range listings {
		text := strings.Join(listing.Lines, "\n") + "\n"
		if err := os.WriteFile(filepath.Join(out, listing.FileName()), []byte(text), 0o644); err != nil {
			return fmt.Errorf("apilist: %w", err)
		}
	}
	return nil
}
