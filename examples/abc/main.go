// Command abc tells the story of the ABC company with Durward: the provider's
// administrator sets ABC up and invites Bob, Bob signs in with a one-time code and
// creates Steve and Adam himself, Adam is let in on 20 April and not a second
// before, and Bob reads who changed what. Then it shows who may do what, and why
// not.
//
//	go run ./examples/abc                             to read
//	go run ./examples/abc -json                       the same as JSON
//	go run ./examples/abc -smtp localhost:1025        mails go to a mail server too
//	go run ./examples/abc -db abc.db                  kept in a file; run twice, the second run finds Bob
//
// The clock is the example's own, so the story takes no time but that of hashing
// passwords.
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
	server := flag.String("smtp", "", "`host:port` of a mail server that the mails are sent to as well")
	from := flag.String("from", "ITSP portal <portal@itsp.example>", "`sender` of the mails")
	var o options
	flag.StringVar(&o.database, "db", "", "SQLite `file` to keep everything in; its keys are in the file with .key behind its name")
	flag.Parse()
	if *server != "" {
		mailer, err := newSMTPMailer(*server, *from)
		if err != nil {
			fmt.Fprintln(os.Stderr, "abc:", err)
			os.Exit(2)
		}
		o.mailer = mailer
	}
	if err := run(context.Background(), os.Stdout, *asJSON, o); err != nil {
		fmt.Fprintln(os.Stderr, "abc:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, asJSON bool, o options) error {
	w, err := newWorld(ctx, o)
	if err != nil {
		return err
	}
	defer w.close()
	story, err := w.begin(ctx)
	if err != nil {
		return err
	}
	report, err := w.report(ctx)
	if err != nil {
		return err
	}
	report.Story = story
	if asJSON {
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		return encoder.Encode(report)
	}
	return report.print(out)
}
