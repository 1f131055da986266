package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/durward-go/durward/roles"
)

// print writes the report for people.
func (r report) print(out io.Writer) error {
	w := &writer{out: out}
	for _, s := range r.Story {
		w.section(s.At.Format("2 January 2006, 15:04:05") + " UTC: " + s.Title)
		for _, line := range s.Lines {
			w.line("%s", line)
		}
		if s.QR != "" {
			w.line("%s", s.QR)
		}
		for _, m := range s.Mails {
			w.line("  | To: %s", m.To)
			w.line("  | Subject: %s", m.Subject)
			w.line("  |")
			for _, line := range strings.Split(strings.TrimRight(m.Text, "\n"), "\n") {
				w.line("  | %s", line)
			}
			w.line("")
		}
	}
	w.section("ABC company: who may do what")
	w.line("v view, c create, u update, d delete, - nothing; asked on 22 April 2026")
	w.line("")
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	cells := func(first string, rest func(i int) string) {
		fmt.Fprint(table, first)
		for i := range r.People {
			fmt.Fprintf(table, "\t%s", rest(i))
		}
		fmt.Fprintln(table)
	}
	cells("", func(i int) string { return r.People[i].Name })
	cells("", func(i int) string { return r.People[i].Role })
	for _, line := range r.Matrix {
		cells(line.Path, func(i int) string { return letters(line.May[i]) })
	}
	if err := table.Flush(); err != nil {
		return err
	}
	w.section("Why not")
	w.answers(r.Denials)
	w.section("Adam's first day")
	for _, m := range r.Adam {
		w.line("%s  %s", m.Local, verdict(m.Allowed, m.Reason.String()))
		w.line("    %s", m.Because)
	}
	w.section("Other people's data")
	w.answers(r.Neighbours)
	w.section("A role and an access level for Steve: the last write wins")
	for _, c := range r.Coexistence {
		w.line("revision %d: %s", c.Revision, c.Write)
		for _, s := range c.Surfaces {
			w.line("    %-14s PBX %-3s  invoices %-3s  governed by the %s", s.Surface, yes(s.PBX), yes(s.Invoices), s.Governs)
		}
	}
	return w.err
}

func letters(p roles.Permission) string {
	var b strings.Builder
	for i, a := range roles.Actions() {
		if p.Allows(a) {
			b.WriteByte("vcud"[i])
		}
	}
	if b.Len() == 0 {
		return "-"
	}
	return b.String()
}

func verdict(allowed bool, reason string) string {
	if allowed {
		return "yes"
	}
	return "no (" + reason + ")"
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// A writer keeps the first error, so that printing need not ask each time.
type writer struct {
	out io.Writer
	err error
}

func (w *writer) Write(p []byte) (int, error) {
	if w.err != nil {
		return 0, w.err
	}
	var n int
	n, w.err = w.out.Write(p)
	return n, w.err
}

func (w *writer) line(format string, args ...any) {
	fmt.Fprintf(w, format+"\n", args...)
}

func (w *writer) section(title string) {
	w.line("\n%s", title)
	w.line("%s", strings.Repeat("-", len(title)))
}

func (w *writer) answers(list []explained) {
	for _, x := range list {
		w.line("%s  %s", x.Question, verdict(x.Allowed, x.Reason.String()))
		w.line("    %s", x.Because)
		if x.Remedy != "" {
			w.line("    => %s", x.Remedy)
		}
	}
}
