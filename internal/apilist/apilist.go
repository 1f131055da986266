// Package apilist lists what a library package exports, one line a symbol, so that
// a change of the public interface shows in review as a changed line of a text file.
//
// Load reads the packages of a module through the go command and Listing.Lines
// holds the answer. The program in cmd/apilist writes one file a package.
package apilist

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// A Listing is the exported interface of one package.
type Listing struct {
	// ImportPath is the package's import path.
	ImportPath string
	// Lines holds one line a symbol: constants, variables, functions, then types,
	// each type followed by its exported fields and methods. Never empty.
	Lines []string
}

// FileName is the name of the file that keeps the listing: the import path with
// dots for slashes, and ".txt".
func (l Listing) FileName() string {
	return strings.ReplaceAll(l.ImportPath, "/", ".") + ".txt"
}

// Load lists every library package of the module whose root is dir, in the order of
// their import paths. Commands, internal packages and packages that export nothing
// are left out. env is added to the environment of the go command.
//
// A package that does not compile is an error.
func Load(dir string, env ...string) ([]Listing, error) {
	packages, err := goList(dir, env)
	if err != nil {
		return nil, err
	}
	exports := make(map[string]string, len(packages))
	for _, p := range packages {
		exports[p.ImportPath] = p.Export
	}
	lookup := func(path string) (io.ReadCloser, error) {
		file, ok := exports[path]
		if !ok || file == "" {
			return nil, fmt.Errorf("apilist: no export data of package %q", path)
		}
		return os.Open(file)
	}
	files := token.NewFileSet()
	imports := importer.ForCompiler(files, "gc", lookup)

	var listings []Listing
	for _, p := range packages {
		if p.DepOnly || p.Name == "main" || isInternal(p.ImportPath) {
			continue
		}
		pkg, err := check(p, files, imports)
		if err != nil {
			return nil, fmt.Errorf("apilist: package %q: %w", p.ImportPath, err)
		}
		if lines := describe(pkg, p.Module.Path); len(lines) > 0 {
			listings = append(listings, Listing{ImportPath: p.ImportPath, Lines: lines})
		}
	}
	slices.SortFunc(listings, func(a, b Listing) int { return strings.Compare(a.ImportPath, b.ImportPath) })
	return listings, nil
}

// check reads one package from its source. What it imports comes from the compiler's
// export data, but the package itself does not: there the compiler gives unnamed
// results names of its own.
func check(p listed, files *token.FileSet, imports types.Importer) (*types.Package, error) {
	var parsed []*ast.File
	for _, name := range p.GoFiles {
		file, err := parser.ParseFile(files, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		parsed = append(parsed, file)
	}
	config := types.Config{Importer: imports, IgnoreFuncBodies: true}
	return config.Check(p.ImportPath, files, parsed, nil)
}

// listed is the part of the go command's answer that Load needs.
type listed struct {
	ImportPath string
	Name       string
	Dir        string
	GoFiles    []string
	Export     string
	DepOnly    bool
	Module     struct{ Path string }
}

func goList(dir string, env []string) ([]listed, error) {
	cmd := exec.Command("go", "list", "-export", "-deps", "-json=ImportPath,Name,Dir,GoFiles,Export,DepOnly,Module", "./...")
	cmd.Dir = dir
	// Without cgo the answer is the same on a machine that has no C compiler.
	cmd.Env = append(append(os.Environ(), "CGO_ENABLED=0"), env...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("apilist: go list in %q: %w\n%s", dir, err, stderr.Bytes())
	}
	var packages []listed
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		switch err := decoder.Decode(&p); {
		case errors.Is(err, io.EOF):
			return packages, nil
		case err != nil:
			return nil, fmt.Errorf("apilist: answer of go list in %q: %w", dir, err)
		}
		packages = append(packages, p)
	}
}

func isInternal(importPath string) bool {
	return slices.Contains(strings.Split(importPath, "/"), "internal")
}
