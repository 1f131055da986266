package deptest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// impureImport tells whether a pure package may not import the standard package.
func impureImport(imported string) bool {
	switch {
	case slices.Contains([]string{"net/netip", "net/url", "net/mail", "net/textproto"}, imported):
		return false // values and parsers
	case imported == "net", strings.HasPrefix(imported, "net/"),
		imported == "os", strings.HasPrefix(imported, "os/"),
		imported == "math/rand", strings.HasPrefix(imported, "math/rand/"),
		strings.HasPrefix(imported, "database/sql"),
		strings.HasPrefix(imported, "testing"):
		return true
	}
	return slices.Contains([]string{"crypto/rand", "expvar", "io/ioutil", "log", "plugin", "syscall", "unsafe"}, imported)
}

// impureNames lists, by package, what reads a clock, waits, draws randomness of its
// own or writes to the process's output, in packages that are otherwise welcome.
var impureNames = map[string][]string{
	"time": {
		"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker",
		"Local", // the zone of the machine
		"LoadLocation",
	},
	"context":  {"WithTimeout", "WithTimeoutCause", "WithDeadline", "WithDeadlineCause", "AfterFunc"},
	"fmt":      {"Print", "Printf", "Println", "Scan", "Scanf", "Scanln"},
	"log/slog": {"Default", "SetDefault", "New", "With", "Log", "LogAttrs", "Debug", "DebugContext", "Info", "InfoContext", "Warn", "WarnContext", "Error", "ErrorContext"},

	"github.com/pquerna/otp/totp": {"Validate"},
	"golang.org/x/crypto/bcrypt":  {"GenerateFromPassword"},
}

// CheckSource reads the files of a pure package, those of other platforms too, and
// returns one sentence a fault. Packages of other rooms give none.
func CheckSource(p Package) ([]string, error) {
	r, ok := roomOf(p.ImportPath)
	if !ok || !r.pure {
		return nil, nil
	}
	files := token.NewFileSet()
	var parsed []*ast.File
	for _, name := range slices.Concat(p.GoFiles, p.IgnoredGoFiles) {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(files, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, fmt.Errorf("deptest: %w", err)
		}
		parsed = append(parsed, file)
	}
	return checkFiles(r, files, parsed), nil
}

func checkFiles(r room, files *token.FileSet, parsed []*ast.File) []string {
	var faults []string
	fault := func(at ast.Node, format string, arguments ...any) {
		where := files.Position(at.Pos())
		faults = append(faults, fmt.Sprintf("%s:%d: ", where.Filename, where.Line)+fmt.Sprintf(format, arguments...))
	}
	packageNames := resolvePackageNames(files, parsed)
	for _, file := range parsed {
		for _, spec := range file.Imports {
			imported := strings.Trim(spec.Path.Value, `"`)
			if standard(imported) && impureImport(imported) { // in files that go list leaves out, too
				fault(spec, "a pure package imports %s", imported)
			}
			if spec.Name != nil && spec.Name.Name == "." {
				fault(spec, "a pure package imports %s without a name, which hides what it uses", imported)
			}
		}
		for node := range ast.Preorder(file) {
			switch node := node.(type) {
			case *ast.GoStmt:
				fault(node, "a pure package starts a goroutine")
			case *ast.CallExpr:
				if called, ok := node.Fun.(*ast.Ident); ok && (called.Name == "print" || called.Name == "println") {
					fault(node, "a pure package calls %s", called.Name)
				}
			case *ast.SelectorExpr:
				of, ok := node.X.(*ast.Ident)
				if !ok || !slices.Contains(impureNames[packageNames[of]], node.Sel.Name) {
					continue
				}
				if r.zones && packageNames[of] == "time" && node.Sel.Name == "LoadLocation" {
					continue
				}
				fault(node, "a pure package uses %s.%s: time, randomness and stored state come in as arguments", packageNames[of], node.Sel.Name)
			}
		}
	}
	return faults
}

// resolvePackageNames tells which identifiers name an imported package, whatever the
// import calls it and wherever a variable of that name hides it. The imported packages
// themselves are not needed for that, so each is taken for an empty one.
func resolvePackageNames(files *token.FileSet, parsed []*ast.File) map[*ast.Ident]string {
	info := &types.Info{Uses: make(map[*ast.Ident]types.Object)}
	config := types.Config{
		Importer: emptyImporter{},
		Error:    func(error) {}, // every use of an empty package is one
	}
	// The error is the first of those, and tells nothing.
	_, _ = config.Check("pure", files, parsed, info)
	names := make(map[*ast.Ident]string)
	for identifier, object := range info.Uses {
		if name, ok := object.(*types.PkgName); ok {
			names[identifier] = name.Imported().Path()
		}
	}
	return names
}

type emptyImporter struct{}

// Import makes a package whose name is the last element of its path that is not a
// major version.
func (emptyImporter) Import(importPath string) (*types.Package, error) {
	name := path.Base(importPath)
	if strings.HasPrefix(name, "v") && strings.Trim(name[1:], "0123456789") == "" && strings.Contains(importPath, "/") {
		name = path.Base(path.Dir(importPath))
	}
	p := types.NewPackage(importPath, name)
	p.MarkComplete()
	return p, nil
}
