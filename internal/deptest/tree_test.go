package deptest_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/internal/deptest"
)

// root is the root of the tree, seen from this package.
const root = "../.."

func TestImportsFollowTheTable(t *testing.T) {
	for _, fault := range deptest.CheckImports(load(t, "./...")) {
		t.Error(fault)
	}
}

func TestNothingHeavyComesAlong(t *testing.T) {
	packages := load(t, "-deps", "./...")
	for _, fault := range deptest.CheckReach(packages) {
		t.Error(fault)
	}
}

func TestPurePackagesAreGivenEverything(t *testing.T) {
	for _, p := range load(t, "./...") {
		faults, err := deptest.CheckSource(p)
		require.NoError(t, err)
		for _, fault := range faults {
			t.Error(fault)
		}
	}
}

func TestWorkspaceListsEveryModule(t *testing.T) {
	var workspace struct{ Use []struct{ DiskPath string } }
	goJSON(t, &workspace, "work", "edit", "-json", filepath.Join(root, "go.work"))
	var uses []string
	for _, use := range workspace.Use {
		uses = append(uses, use.DiskPath)
	}

	var modules []deptest.TreeModule
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() && path != root &&
			(name == "testdata" || name == "node_modules" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_")) {
			return fs.SkipDir
		}
		if name != "go.mod" {
			return nil
		}
		var file struct {
			Replace []struct{ Old struct{ Path string } }
		}
		goJSON(t, &file, "mod", "edit", "-json", path)
		dir, err := filepath.Rel(root, filepath.Dir(path))
		require.NoError(t, err)
		module := deptest.TreeModule{Dir: filepath.ToSlash(dir)}
		for _, replace := range file.Replace {
			module.Replaces = append(module.Replaces, replace.Old.Path)
		}
		modules = append(modules, module)
		return nil
	})
	require.NoError(t, err)
	require.NotEmpty(t, modules)
	for _, fault := range deptest.CheckWorkspace(modules, uses) {
		t.Error(fault)
	}
}

// load asks the go command about packages of the root module.
func load(t *testing.T, arguments ...string) []deptest.Package {
	t.Helper()
	arguments = append([]string{"list", "-e", "-json=ImportPath,Dir,GoFiles,IgnoredGoFiles,Imports,TestImports,XTestImports,Deps,Module"}, arguments...)
	decoder := json.NewDecoder(bytes.NewReader(goOutput(t, arguments...)))
	var packages []deptest.Package
	for {
		var p deptest.Package
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		packages = append(packages, p)
	}
	watch(t)
	require.True(t, slices.ContainsFunc(packages, func(p deptest.Package) bool { return p.ImportPath == deptest.ModulePath }),
		"go list did not list the root package")
	return packages
}

// watch looks at every Go file, for the go command's cache of test results: it does
// not see what a child process reads, and would repeat an answer of yesterday.
func watch(t *testing.T) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".go") {
			_, err = os.Stat(path)
		}
		return err
	})
	require.NoError(t, err)
}

func goJSON(t *testing.T, into any, arguments ...string) {
	t.Helper()
	require.NoError(t, json.Unmarshal(goOutput(t, arguments...), into))
}

func goOutput(t *testing.T, arguments ...string) []byte {
	t.Helper()
	cmd := exec.Command("go", arguments...)
	if arguments[0] == "list" {
		cmd.Dir = root
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, "go %s: %s", strings.Join(arguments, " "), stderr.String())
	return out
}

// The design's table and this package's must not drift apart unseen: what the design
// promises an application is asked of the go command once more, in other words.
func TestAccessTakesInFewModules(t *testing.T) {
	if _, err := os.Stat(filepath.Join(root, "access")); errors.Is(err, fs.ErrNotExist) {
		t.Skip("there is no package access yet")
	}
	modules := strings.Fields(string(goOutput(t, "list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", "./access")))
	slices.Sort(modules)
	assert.Subset(t, []string{
		deptest.ModulePath,
		"github.com/boombuler/barcode",
		"github.com/pquerna/otp",
		"golang.org/x/crypto",
		"golang.org/x/sys",
		"golang.org/x/text",
	}, slices.Compact(modules))
}
