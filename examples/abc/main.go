// Command abc shows Durward deciding for the ABC company: Bob runs its portal,
// Steve configures the PBX and sees no invoices, Adam handles invoices from
// 20 April, and the customer's own login keeps working.
//
//	go run ./examples/abc          a report to read
//	go run ./examples/abc -json    the same as JSON
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"

	_ "time/tzdata" // zones, also where the machine has none
)

func main() {
	asJSON := flag.Bool("json", false, "print JSON")
	flag.Parse()
	if err := run(context.Background(), os.Stdout, *asJSON); err != nil {
		fmt.Fprintln(os.Stderr, "abc:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, asJSON bool) error {
	w, err := newWorld(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = w.engine.Close() }()
	report, err := w.report(ctx)
	if err != nil {
		return err
	}
	if asJSON {
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		return encoder.Encode(report)
	}
	return report.print(out)
}
