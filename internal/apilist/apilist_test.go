package apilist_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/internal/apilist"
)

func TestLoadListsEverySymbol(t *testing.T) {
	listings, err := apilist.Load("testdata/fixture", "GOWORK=off")
	require.NoError(t, err)
	require.Len(t, listings, 2, "the internal package, the command and the empty package are left out")

	want, err := os.ReadFile("testdata/fixture.txt")
	require.NoError(t, err)
	assert.Equal(t, "example.com/fixture", listings[0].ImportPath)
	if diff := cmp.Diff(strings.Split(strings.TrimSpace(string(want)), "\n"), listings[0].Lines); diff != "" {
		t.Errorf("the listing differs from testdata/fixture.txt (-want +got):\n%s", diff)
	}

	assert.Equal(t, "example.com/fixture/inner", listings[1].ImportPath)
	assert.Equal(t, []string{
		"type Reader interface",
		"func (Reader) Read() Thing",
		"type Thing struct",
		"field Thing.Size int",
		"func (*Thing) Grow()",
	}, listings[1].Lines)
}

func TestLoadIsDeterministic(t *testing.T) {
	first, err := apilist.Load("testdata/fixture", "GOWORK=off")
	require.NoError(t, err)
	for range 3 {
		again, err := apilist.Load("testdata/fixture", "GOWORK=off")
		require.NoError(t, err)
		require.Equal(t, first, again)
	}
}

// A listing that missed a change would be worse than none.
func TestLoadSeesAChange(t *testing.T) {
	dir := t.TempDir()
	write := func(source string) []apilist.Listing {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.com/m\n\ngo 1.26.0\n"), 0o644))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "m.go"), []byte("package m\n\n"+source+"\n"), 0o644))
		listings, err := apilist.Load(dir, "GOWORK=off")
		require.NoError(t, err)
		return listings
	}
	before := write("func F(a int) error { return nil }")
	for _, source := range []string{
		"func F(a int64) error { return nil }",
		"func F(a int) (int, error) { return 0, nil }",
		"func f(a int) error { return nil }",
		"func F(a int) error { return nil }\n\nfunc G() {}",
	} {
		assert.NotEqual(t, before, write(source), source)
	}
}

func TestLoadRefusesBrokenPackage(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.com/m\n\ngo 1.26.0\n"), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "m.go"), []byte("package m\n\nfunc F() missing\n"), 0o644))
	_, err := apilist.Load(dir, "GOWORK=off")
	require.ErrorContains(t, err, "undefined: missing")
}

func TestFileName(t *testing.T) {
	listing := apilist.Listing{ImportPath: "example.com/module/roles/billing"}
	assert.Equal(t, "example.com.module.roles.billing.txt", listing.FileName())
}
