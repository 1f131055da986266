package deptest

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// unlisted is the one module that go.work leaves out: it requires Durward's peers, and
// their dependencies would take part in choosing everyone's versions.
const unlisted = "benchmarks"

// A TreeModule is one go.mod of the tree.
type TreeModule struct {
	// Dir is relative to the root of the tree, "." for the root module.
	Dir string
	// Replaces lists the paths that the module replaces.
	Replaces []string
}

// tagged tells whether users may require the module. A module that is never tagged
// builds with the tree around it, a tagged one with what is published.
func (m TreeModule) tagged() bool {
	first, _, _ := strings.Cut(m.Dir, "/")
	return !slices.Contains([]string{"examples", unlisted, "internal"}, first)
}

// CheckWorkspace compares the modules of the tree with the folders that go.work uses.
func CheckWorkspace(modules []TreeModule, uses []string) []string {
	var faults []string
	used := make(map[string]bool, len(uses))
	for _, dir := range uses {
		used[path.Clean(dir)] = true
	}
	for _, m := range modules {
		switch {
		case m.Dir == unlisted && used[m.Dir]:
			faults = append(faults, fmt.Sprintf("go.work lists %s, which stands apart", m.Dir))
		case m.Dir != unlisted && !used[m.Dir]:
			faults = append(faults, fmt.Sprintf("go.work does not list module %s: add \"use ./%s\"", m.Dir, m.Dir))
		}
		delete(used, m.Dir)
		switch {
		case m.tagged() && len(m.Replaces) > 0:
			faults = append(faults, fmt.Sprintf("module %s is for users and replaces %v: they would not see that", m.Dir, m.Replaces))
		case !m.tagged() && !slices.Contains(m.Replaces, ModulePath):
			faults = append(faults, fmt.Sprintf("module %s is never tagged and must replace %s by the tree around it", m.Dir, ModulePath))
		}
	}
	for dir := range used {
		faults = append(faults, fmt.Sprintf("go.work lists %s, which holds no go.mod", dir))
	}
	slices.Sort(faults)
	return faults
}
