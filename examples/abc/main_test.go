package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/roles"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(path, got, 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (run with -update to accept):\n%s", name, diff)
	}
}

func TestReport(t *testing.T) {
	var text, asJSON bytes.Buffer
	require.NoError(t, run(t.Context(), &text, false, options{}))
	golden(t, "report.txt", text.Bytes())
	require.NoError(t, run(t.Context(), &asJSON, true, options{}))
	golden(t, "report.json", asJSON.Bytes())
}

// TestStory holds the report to the story, whatever the golden files say.
func TestStory(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out, true, options{}))
	var r report
	require.NoError(t, json.Unmarshal(out.Bytes(), &r))

	column := make(map[string]int)
	for i, p := range r.People {
		column[p.ID] = i
	}
	may := make(map[string][]roles.Permission)
	for _, line := range r.Matrix {
		may[line.Path] = line.May
	}
	of := func(id, path string) roles.Permission {
		require.Contains(t, may, path)
		return may[path][column[id]]
	}
	assert.Equal(t, roles.Modify, of("bob", "customer/individuals"), "Bob manages individuals")
	for path := range may {
		assert.True(t, of("bob", path).Allows(roles.View), "Bob sees %s", path)
		assert.True(t, of("abc-login", path).Allows(roles.View), "the customer's own login sees %s", path)
	}
	for _, path := range []string{"customer/billing/invoices", "customer/billing/payments", "customer/billing/payments/pay"} {
		assert.Equal(t, roles.Restrict, of("steve", path), "Steve and %s", path)
		assert.True(t, of("adam", path).Allows(roles.View), "Adam sees %s", path)
	}
	assert.Equal(t, roles.Modify, of("steve", "customer/pbx/extensions"))
	assert.Equal(t, roles.Restrict, of("adam", "customer/pbx/extensions"))

	require.Len(t, r.Adam, 2)
	assert.Equal(t, access.NotYetActive, r.Adam[0].Reason)
	assert.True(t, r.Adam[1].Allowed)

	require.Len(t, r.Coexistence, 4)
	for i, want := range [][2][3]bool{ // PBX and invoices on the new interface, the old one, the API
		{{true, true, true}, {false, false, false}},
		{{true, true, true}, {true, true, true}},
		{{false, false, false}, {true, true, true}},
		{{true, true, true}, {false, true, false}},
	} {
		for j, on := range r.Coexistence[i].Surfaces {
			assert.Equal(t, want[0][j], on.PBX, "%s, PBX on the %s", r.Coexistence[i].Write, on.Surface)
			assert.Equal(t, want[1][j], on.Invoices, "%s, invoices on the %s", r.Coexistence[i].Write, on.Surface)
		}
	}
}
