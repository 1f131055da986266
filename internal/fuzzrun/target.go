// Package fuzzrun runs every fuzz target of a tree, one by one, for a short time, and
// refuses a target that fuzzed nothing.
//
// Find reads the targets from the source, so that one which the go command leaves out
// (by a build constraint, say) is noticed; Target.Run runs one.
package fuzzrun

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Target is one fuzz function.
type Target struct {
	// Dir is the folder of its package.
	Dir string
	// Name is the function's name.
	Name string
}

// Find returns the fuzz targets in the test files of the modules whose roots are
// given, sorted by folder and name. Modules nested in them, testdata and the folders
// that the go command does not look into are left out.
func Find(roots ...string) ([]Target, error) {
	var targets []Target
	for _, root := range roots {
		err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if entry.IsDir() {
				if path != root && outside(path) {
					return fs.SkipDir
				}
				return nil
			}
			if !strings.HasSuffix(path, "_test.go") {
				return nil
			}
			names, err := fuzzFunctions(path)
			for _, name := range names {
				targets = append(targets, Target{Dir: filepath.Dir(path), Name: name})
			}
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("fuzzrun: looking for targets in %q: %w", root, err)
		}
	}
	slices.SortFunc(targets, func(a, b Target) int {
		if c := strings.Compare(a.Dir, b.Dir); c != 0 {
			return c
		}
		return strings.Compare(a.Name, b.Name)
	})
	return targets, nil
}

// outside tells whether the folder holds no packages of the module around it.
func outside(dir string) bool {
	name := filepath.Base(dir)
	if name == "testdata" || name == "vendor" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") {
		return true
	}
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil
}

// fuzzFunctions returns the functions that the go command takes for fuzz targets:
// FuzzXxx with one parameter *testing.F.
func fuzzFunctions(path string) ([]string, error) {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, declaration := range file.Decls {
		f, ok := declaration.(*ast.FuncDecl)
		if ok && f.Recv == nil && isFuzzName(f.Name.Name) && takesF(f.Type.Params) {
			names = append(names, f.Name.Name)
		}
	}
	return names, nil
}

func isFuzzName(name string) bool {
	rest, ok := strings.CutPrefix(name, "Fuzz")
	first, _ := utf8.DecodeRuneInString(rest)
	return ok && (rest == "" || !unicode.IsLower(first))
}

func takesF(parameters *ast.FieldList) bool {
	if len(parameters.List) != 1 || len(parameters.List[0].Names) > 1 {
		return false
	}
	pointer, ok := parameters.List[0].Type.(*ast.StarExpr)
	if !ok {
		return false
	}
	switch t := pointer.X.(type) {
	case *ast.SelectorExpr: // testing.F under any name of the import
		return t.Sel.Name == "F"
	case *ast.Ident: // import . "testing"
		return t.Name == "F"
	default:
		return false
	}
}
