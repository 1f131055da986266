package deptest

import (
	"fmt"
	"slices"
)

// A Package is the part of the go command's answer that the rules need.
type Package struct {
	ImportPath string
	Dir        string
	// GoFiles and IgnoredGoFiles are the files without tests, the second those that
	// the constraints of this machine leave out.
	GoFiles        []string
	IgnoredGoFiles []string
	Imports        []string
	TestImports    []string
	XTestImports   []string
	// Deps is everything that the package brings along, itself not included.
	Deps   []string
	Module *Module
}

// A Module is the module that a package comes from.
type Module struct{ Path string }

// CheckImports compares the direct imports of the root module's packages with the
// table of rooms. It returns one sentence a fault.
func CheckImports(packages []Package) []string {
	var faults []string
	for _, p := range packages {
		if !ours(p.ImportPath) {
			continue
		}
		from, ok := roomOf(p.ImportPath)
		if !ok {
			faults = append(faults, fmt.Sprintf(
				"package %s has no place in the table of rooms: add it to internal/deptest/rooms.go, with what it may import, and to the design",
				p.ImportPath))
			continue
		}
		for _, imported := range p.Imports {
			if reason := from.refuses(imported); reason != "" {
				faults = append(faults, fmt.Sprintf("package %s imports %s: %s", p.ImportPath, imported, reason))
			}
		}
		for _, imported := range slices.Concat(p.TestImports, p.XTestImports) {
			if !ours(imported) && !standard(imported) && !inModules(imported, testModules) && !inModules(imported, from.modules) {
				faults = append(faults, fmt.Sprintf(
					"a test of package %s imports %s: tests of this module know %v and the package's own modules; drivers, peers and servers live in modules of their own",
					p.ImportPath, imported, testModules))
			}
		}
	}
	return faults
}

// refuses returns why the room may not import the path, or "".
func (r room) refuses(imported string) string {
	switch {
	case ours(imported):
		to, ok := roomOf(imported)
		if !ok {
			return "it has no place in the table of rooms"
		}
		if to.path != r.path && !slices.Contains(r.rooms, to.path) {
			return fmt.Sprintf("of this module room %q may import %q only", r.path, r.rooms)
		}
	case standard(imported):
		if r.pure && impureImport(imported) {
			return "nothing below store does I/O, logs, reads a clock or draws randomness"
		}
	case !inModules(imported, r.modules):
		return fmt.Sprintf("of other modules room %q may import %q only", r.path, r.modules)
	}
	return ""
}

// CheckReach looks at everything that comes along with a package: what the light rooms
// may not bring, and which modules package access may. modules tells the module of
// each package outside the standard library.
func CheckReach(packages []Package) []string {
	modules := make(map[string]string)
	for _, p := range packages {
		if p.Module != nil {
			modules[p.ImportPath] = p.Module.Path
		}
	}
	var faults []string
	for _, p := range packages {
		r, ok := roomOf(p.ImportPath)
		if !ours(p.ImportPath) || !ok {
			continue
		}
		for _, dep := range p.Deps {
			switch {
			case standard(dep):
				if (r.light || r.pure) && (dep == "net/http" || dep == "database/sql") {
					faults = append(faults, fmt.Sprintf("package %s brings %s along", p.ImportPath, dep))
				}
			case r.path == "access" && !ours(dep) && !slices.Contains(accessModules, modules[dep]):
				faults = append(faults, fmt.Sprintf(
					"package %s brings %s of module %q along: who imports it takes in %v at most",
					p.ImportPath, dep, modules[dep], accessModules))
			}
		}
	}
	return faults
}
