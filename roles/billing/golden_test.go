package billing_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/roles"
)

var updateGolden = flag.Bool("update", false, "write the golden files of testdata")

// golden compares got with a file of testdata, so that a change of the tree,
// the ceilings or the default roles is seen in review.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *updateGolden {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "run go test -update and review the difference")
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s differs (-want +got); review it, then run go test -update:\n%s", path, diff)
	}
}

// short prints a permission in a letter or so: R, M, vc.
func short(p roles.Permission) string {
	switch p {
	case roles.Restrict:
		return "-"
	case roles.Read:
		return "R"
	case roles.Modify:
		return "M"
	}
	var b strings.Builder
	for _, a := range roles.Actions() {
		if p.Allows(a) {
			b.WriteByte(a.String()[0])
		}
	}
	return b.String()
}

// cell prints the permissions on the own entity and below it, once if equal.
func cell(own, below roles.Permission) string {
	if own == below {
		return short(own)
	}
	return short(own) + "/" + short(below)
}

// matrix prints a line for every node whose cells are not those of its
// parent, leaving out the cells that restrict.
func matrix(columns []string, at func(n roles.Node, column string) (own, below roles.Permission)) string {
	var b strings.Builder
	line := func(n roles.Node) string {
		var cells strings.Builder
		for _, c := range columns {
			if p := cell(at(n, c)); p != "-" {
				cells.WriteString(" " + c + "=" + p)
			}
		}
		if cells.Len() == 0 {
			return " nobody"
		}
		return cells.String()
	}
	for n := range tree.Nodes() {
		here := line(n)
		if up, ok := n.Parent(); ok && line(up) == here {
			continue
		}
		b.WriteString(n.Path() + ":" + here + "\n")
	}
	return b.String()
}
