package deptest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/internal/deptest"
)

// Each rule is broken once here, so that the tests of the tree are known to see it.

func TestCheckImports(t *testing.T) {
	const m = deptest.ModulePath
	for _, test := range []struct {
		name string
		give deptest.Package
		want string // part of the one fault; "" = none
	}{
		{"root package", deptest.Package{ImportPath: m}, ""},
		{"arrow of the table", deptest.Package{ImportPath: m + "/roles", Imports: []string{m + "/scope", "strings"}}, ""},
		{"arrow against the table", deptest.Package{ImportPath: m + "/scope", Imports: []string{m + "/roles"}}, `room "scope" may import [] only`},
		{"sideways", deptest.Package{ImportPath: m + "/access/signin", Imports: []string{m + "/access/manage"}}, `room "access/signin" may import`},
		{"sideways back", deptest.Package{ImportPath: m + "/access/manage", Imports: []string{m + "/access/signin"}}, `room "access/manage" may import`},
		{"billing from the store", deptest.Package{ImportPath: m + "/store", Imports: []string{m + "/roles/billing"}}, `room "store" may import`},
		{"role files from the store", deptest.Package{ImportPath: m + "/store/sqlstore", Imports: []string{m + "/rolefile"}}, `room "store/sqlstore" may import`},
		{"one store for the engine", deptest.Package{ImportPath: m + "/access", Imports: []string{m + "/store/memstore"}}, `room "access" may import`},
		{"a tool from the library", deptest.Package{ImportPath: m + "/roles", Imports: []string{m + "/internal/apilist"}}, `room "roles" may import`},
		{"unknown package", deptest.Package{ImportPath: m + "/util"}, "no place in the table"},
		{"unknown internal package", deptest.Package{ImportPath: m + "/internal/util"}, "no place in the table"},
		{"import of an unknown package", deptest.Package{ImportPath: m + "/roles", Imports: []string{m + "/util"}}, "no place in the table"},
		{"room's own internal package", deptest.Package{ImportPath: m + "/roles", Imports: []string{m + "/roles/internal/bits"}}, ""},
		{"internal package obeys its room", deptest.Package{ImportPath: m + "/scope/internal/bits", Imports: []string{m + "/roles"}}, `room "scope" may import`},
		{"allowed module", deptest.Package{ImportPath: m + "/otp", Imports: []string{"golang.org/x/crypto/chacha20poly1305"}}, ""},
		{"another module", deptest.Package{ImportPath: m + "/roles", Imports: []string{"golang.org/x/crypto/argon2"}}, `room "roles" may import [] only`},
		{"alike in name only", deptest.Package{ImportPath: m + "/otp", Imports: []string{"golang.org/x/cryptography"}}, `room "otp" may import`},
		{"driver", deptest.Package{ImportPath: m + "/store/sqlstore", Imports: []string{"github.com/jackc/pgx/v5"}}, `room "store/sqlstore" may import`},
		{"test module outside tests", deptest.Package{ImportPath: m + "/store/storetest", Imports: []string{"github.com/stretchr/testify/require"}}, `room "store/storetest" may import`},
		{"test module in a test", deptest.Package{ImportPath: m + "/roles", XTestImports: []string{"github.com/stretchr/testify/require", m + "/roles/billing"}}, ""},
		{"driver in a test", deptest.Package{ImportPath: m + "/store/sqlstore", XTestImports: []string{"modernc.org/sqlite"}}, "a test of package"},
		{"driver in an inner test", deptest.Package{ImportPath: m + "/store/sqlstore", TestImports: []string{"modernc.org/sqlite"}}, "a test of package"},
		{"I/O in a pure room", deptest.Package{ImportPath: m + "/roles", Imports: []string{"os"}}, "nothing below store"},
		{"randomness in a pure room", deptest.Package{ImportPath: m + "/otp", Imports: []string{"crypto/rand"}}, "nothing below store"},
		{"network in a pure room", deptest.Package{ImportPath: m + "/ipallow", Imports: []string{"net"}}, "nothing below store"},
		{"addresses in a pure room", deptest.Package{ImportPath: m + "/ipallow", Imports: []string{"net/netip"}}, ""},
		{"I/O in a store", deptest.Package{ImportPath: m + "/store/sqlstore", Imports: []string{"database/sql", "crypto/rand"}}, ""},
		{"package of another module", deptest.Package{ImportPath: "golang.org/x/text/language", Imports: []string{"os"}}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			one(t, test.want, deptest.CheckImports([]deptest.Package{test.give}))
		})
	}
}

func TestCheckReach(t *testing.T) {
	const m = deptest.ModulePath
	from := func(module string, path string) deptest.Package {
		return deptest.Package{ImportPath: path, Module: &deptest.Module{Path: module}}
	}
	others := []deptest.Package{
		from("golang.org/x/crypto", "golang.org/x/crypto/argon2"),
		from("go.yaml.in/yaml/v3", "go.yaml.in/yaml/v3"),
		from("modernc.org/sqlite", "modernc.org/sqlite"),
	}
	for _, test := range []struct {
		name string
		give deptest.Package
		want string
	}{
		{"all there may be", deptest.Package{ImportPath: m + "/access", Deps: []string{m + "/store", "os", "golang.org/x/crypto/argon2"}}, ""},
		{"web in access", deptest.Package{ImportPath: m + "/access", Deps: []string{"net/http"}}, "brings net/http along"},
		{"SQL in access", deptest.Package{ImportPath: m + "/access", Deps: []string{"database/sql"}}, "brings database/sql along"},
		{"YAML in access", deptest.Package{ImportPath: m + "/access", Deps: []string{"go.yaml.in/yaml/v3"}}, "takes in"},
		{"driver in access", deptest.Package{ImportPath: m + "/access", Deps: []string{"modernc.org/sqlite"}}, "takes in"},
		{"package of no known module in access", deptest.Package{ImportPath: m + "/access", Deps: []string{"example.com/unknown"}}, "takes in"},
		{"web in a pure room", deptest.Package{ImportPath: m + "/roles", Deps: []string{"net/http"}}, "brings net/http along"},
		{"web in a door", deptest.Package{ImportPath: m + "/access/httpaccess", Deps: []string{"net/http"}}, ""},
		{"SQL in the SQL store", deptest.Package{ImportPath: m + "/store/sqlstore", Deps: []string{"database/sql"}}, ""},
		{"YAML in role files", deptest.Package{ImportPath: m + "/rolefile", Deps: []string{"go.yaml.in/yaml/v3"}}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			one(t, test.want, deptest.CheckReach(append([]deptest.Package{test.give}, others...)))
		})
	}
}

func TestCheckSource(t *testing.T) {
	for _, test := range []struct{ name, room, source, want string }{
		{"values only", "roles", `import "time"; func F(t time.Time) time.Time { return t.Add(time.Hour) }`, ""},
		{"clock", "roles", `import "time"; func F() any { return time.Now() }`, "time.Now"},
		{"clock as a value", "roles", `import "time"; var clock = time.Now`, "time.Now"},
		{"clock under another name", "roles", `import clock "time"; func F() any { return clock.Now() }`, "time.Now"},
		{"clock through a difference", "otp", `import "time"; func F(t time.Time) any { return time.Since(t) }`, "time.Since"},
		{"waiting", "roles", `import "time"; func F() { time.Sleep(1) }`, "time.Sleep"},
		{"timer", "roles", `import "time"; func F() any { return time.After(1) }`, "time.After"},
		{"timer in a context", "roles", `import "context"; func F(c context.Context) { context.WithTimeout(c, 1) }`, "context.WithTimeout"},
		{"zone of the machine", "individuals", `import "time"; var F = time.Local`, "time.Local"},
		{"zone by name", "individuals", `import "time"; var F = time.LoadLocation`, ""},
		{"zone by name elsewhere", "roles", `import "time"; var F = time.LoadLocation`, "time.LoadLocation"},
		{"goroutine", "audit", `func F() { go F() }`, "goroutine"},
		{"goroutine inside a function value", "audit", `var f = func() { go f() }`, "goroutine"},
		{"output", "acl", `import "fmt"; func F() { fmt.Println() }`, "fmt.Println"},
		{"output without a package", "acl", `func F() { println() }`, "println"},
		{"a variable hides the package", "roles", `type clock struct{}; func (clock) Now() {}; func F(time clock) { time.Now() }`, ""},
		{"randomness by import", "otp", `import "crypto/rand"; var F = rand.Read`, "imports crypto/rand"},
		{"randomness of a hash", "individuals", `import "golang.org/x/crypto/bcrypt"; var F = bcrypt.GenerateFromPassword`, "bcrypt.GenerateFromPassword"},
		{"clock of a library", "otp", `import "github.com/pquerna/otp/totp"; var F = totp.Validate`, "totp.Validate"},
		{"import without a name", "roles", `import . "time"; func F() any { return Hour }`, "without a name"},
		{"log values", "otp", `import "log/slog"; func F() slog.Value { return slog.StringValue("") }`, ""},
		{"logging", "otp", `import "log/slog"; func F() { slog.Info("") }`, "slog.Info"},
		{"impure rooms are free", "store/memstore", `import "time"; func F() { go F(); time.Now() }`, ""},
		{"internal packages of pure rooms are not", "roles/internal/bits", `import "time"; func F() { time.Now() }`, "time.Now"},
	} {
		t.Run(test.name, func(t *testing.T) {
			one(t, test.want, checkSource(t, test.room, "a.go", test.source))
		})
	}
	t.Run("files of other platforms are read", func(t *testing.T) {
		one(t, "time.Now", checkSource(t, "roles", "a_plan9.go", `import "time"; func F() { time.Now() }`))
	})
	t.Run("tests are free", func(t *testing.T) {
		one(t, "", checkSource(t, "roles", "a_test.go", `import "time"; func F() { time.Now() }`))
	})
	t.Run("source that does not parse is an error", func(t *testing.T) {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "a.go"), []byte("pack age"), 0o644))
		_, err := deptest.CheckSource(deptest.Package{ImportPath: deptest.ModulePath + "/roles", Dir: dir, GoFiles: []string{"a.go"}})
		require.Error(t, err)
	})
}

func checkSource(t *testing.T, room, file, source string) []string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, file), []byte("package p; "+source), 0o644))
	faults, err := deptest.CheckSource(deptest.Package{
		ImportPath:     deptest.ModulePath + "/" + room,
		Dir:            dir,
		IgnoredGoFiles: []string{file},
	})
	require.NoError(t, err)
	return faults
}

func TestCheckWorkspace(t *testing.T) {
	ours := []string{deptest.ModulePath}
	good := []deptest.TreeModule{
		{Dir: "."},
		{Dir: "cmd/durward"},
		{Dir: "examples/abc", Replaces: ours},
		{Dir: "internal/dbtest", Replaces: ours},
		{Dir: "benchmarks", Replaces: ours},
	}
	uses := []string{".", "./cmd/durward", "examples/abc", "./internal/dbtest/"}
	with := func(m deptest.TreeModule) []deptest.TreeModule { return append([]deptest.TreeModule{m}, good[1:]...) }

	one(t, "", deptest.CheckWorkspace(good, uses))
	one(t, "does not list module examples/abc", deptest.CheckWorkspace(good, append([]string{"./internal/dbtest"}, uses[:2]...)))
	one(t, "lists benchmarks", deptest.CheckWorkspace(good, append([]string{"./benchmarks"}, uses...)))
	one(t, "holds no go.mod", deptest.CheckWorkspace(good, append([]string{"./gone"}, uses...)))
	one(t, "is for users", deptest.CheckWorkspace(with(deptest.TreeModule{Dir: ".", Replaces: []string{"example.com/m"}}), uses))
	one(t, "must replace", deptest.CheckWorkspace(
		append([]deptest.TreeModule{{Dir: "examples/other"}}, good...), append([]string{"./examples/other"}, uses...)))
}

// one asks for a single fault that holds the words, or for none.
func one(t *testing.T, words string, faults []string) {
	t.Helper()
	if words == "" {
		assert.Empty(t, faults)
		return
	}
	require.NotEmpty(t, faults, "the fault was not seen")
	assert.Len(t, faults, 1)
	assert.Contains(t, strings.Join(faults, "\n"), words)
}
