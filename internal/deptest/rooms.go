// Package deptest holds the rules of who may import whom in Durward, and of what the
// pure packages may do. Its tests apply them to the tree.
//
// CheckImports compares direct imports with the table of rooms, CheckReach what comes
// along with them, CheckSource reads the source of pure packages, and CheckWorkspace
// compares go.work with the modules in the tree.
package deptest

import (
	"slices"
	"strings"
)

// ModulePath is the path of the root module.
const ModulePath = "github.com/durward-go/durward"

// A room is one row of the table: a package of the root module with its internal and
// cmd folders, or another package in the same position.
type room struct {
	// path is relative to the root module; "" is the root package itself.
	path string
	// rooms lists what the room may import of this module, besides itself.
	rooms []string
	// modules lists the other modules that the room may import packages of.
	modules []string
	// pure rooms do no I/O, read no clock, draw no randomness and start no goroutine.
	pure bool
	// zones marks the one pure room that may load time zones by name.
	zones bool
	// light rooms bring no net/http and no database/sql with them, at any depth.
	// Pure rooms are light.
	light bool
}

// The rooms that the table calls "store and below" and "access and below". What
// implements a store is no part of either: who wants a store is given one.
var (
	belowStore  = []string{"scope", "roles", "ipallow", "otp", "audit", "acl", "individuals"}
	belowAccess = append(slices.Clone(belowStore), "store")
	belowLinks  = append(slices.Clone(belowAccess), "access")
	belowDesks  = append(slices.Clone(belowLinks), "access/links")
)

// rooms is the table of the design. A package that has no row here may not exist, so
// that a new one is given its place on purpose.
var rooms = []room{
	{path: ""}, // documentation only

	{path: "scope", pure: true},
	{path: "roles", pure: true, rooms: []string{"scope", "internal/canonical"}},
	{path: "roles/billing", pure: true, rooms: []string{"roles", "scope"}},
	{path: "ipallow", pure: true},
	// barcode draws the QR image of what pquerna/otp makes, which requires it itself.
	{path: "otp", pure: true, modules: []string{"github.com/pquerna/otp", "github.com/boombuler/barcode", "golang.org/x/crypto"}},
	{path: "audit", pure: true},
	{path: "acl", pure: true, rooms: []string{"roles", "scope", "internal/canonical"}},
	// acl and roles/billing speak in values of roles and scope.
	{path: "acl/billing", pure: true, rooms: []string{"acl", "roles/billing", "roles", "scope"}},
	{path: "rolefile", pure: true, rooms: []string{"roles", "acl", "scope"}, modules: []string{"go.yaml.in/yaml"}},
	{
		path: "individuals", pure: true, zones: true,
		rooms:   []string{"ipallow", "otp", "roles", "scope"},
		modules: []string{"golang.org/x/crypto", "golang.org/x/text"},
	},

	{path: "store", light: true, rooms: belowStore},
	// Decision 3 says why a store in memory takes its ordered maps from elsewhere.
	{path: "store/memstore", light: true, rooms: belowAccess, modules: []string{"github.com/tidwall/btree"}},
	{path: "store/sqlstore", rooms: belowAccess},
	{path: "store/storetest", light: true, rooms: belowAccess},
	{path: "store/bulk", light: true, rooms: belowAccess},

	{path: "access", light: true, rooms: append(slices.Clone(belowAccess), "internal/canonical")},
	// x/text chooses the language of a mail (decision 13).
	{path: "access/links", light: true, rooms: belowLinks, modules: []string{"golang.org/x/text"}},
	{path: "access/signin", light: true, rooms: belowDesks},
	{path: "access/manage", light: true, rooms: belowDesks},

	{path: "access/httpaccess", rooms: belowLinks},
	{path: "access/authzen", rooms: belowLinks},
	// Hosts try their roles against a store in memory.
	{path: "access/accesstest", rooms: append(slices.Clone(belowLinks), "store/memstore")},

	// The one form of what is told by its digest.
	{path: "internal/canonical", pure: true},
	// The project's own tools: nobody imports them but tests.
	{path: "internal/apilist"},
	{path: "internal/deptest"},
	{path: "internal/fuzzrun"},
	{path: "internal/readmetest"},
	// The rules of a decision once more, slow and obvious, for the engine's tests.
	{path: "internal/reference", rooms: belowAccess},
}

// testModules may be imported by test files anywhere, and by nothing else.
var testModules = []string{"github.com/stretchr/testify", "github.com/google/go-cmp", "pgregory.net/rapid"}

// accessModules are the modules that an application takes in with package access: the
// allowed ones and what those require.
var accessModules = []string{
	"golang.org/x/crypto", "golang.org/x/text", "golang.org/x/sys",
	"github.com/pquerna/otp", "github.com/boombuler/barcode",
}

// roomOf returns the room that the package with the given import path belongs to.
func roomOf(importPath string) (room, bool) {
	path := relative(importPath)
	for _, r := range rooms {
		if path == r.path {
			return r, true
		}
		rest, ok := strings.CutPrefix(path, r.path+"/")
		if ok && r.path != "" && (strings.HasPrefix(rest, "internal/") || strings.HasPrefix(rest, "cmd/")) {
			return r, true
		}
	}
	return room{}, false
}

// ours tells whether the import path is one of the root module's packages.
func ours(importPath string) bool {
	return importPath == ModulePath || strings.HasPrefix(importPath, ModulePath+"/")
}

// relative cuts the module path off.
func relative(importPath string) string {
	return strings.TrimPrefix(strings.TrimPrefix(importPath, ModulePath), "/")
}

// standard tells whether the import path is of the standard library, whose paths have
// no dot in their first element.
func standard(importPath string) bool {
	first, _, _ := strings.Cut(importPath, "/")
	return !strings.Contains(first, ".")
}

// inModules tells whether the import path is a package of one of the modules.
func inModules(importPath string, modules []string) bool {
	return slices.ContainsFunc(modules, func(m string) bool {
		return importPath == m || strings.HasPrefix(importPath, m+"/")
	})
}
