package roles_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/durward-go/durward/roles"
)

func keys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// check runs a property 100 times in short runs, 500 times otherwise, and
// 50,000 times with DURWARD_LONG=1.
func check(t *testing.T, property func(*rapid.T)) {
	t.Helper()
	rounds := 5
	switch {
	case os.Getenv("DURWARD_LONG") == "1":
		rounds = 500
	case testing.Short():
		rounds = 1
	}
	for range rounds {
		rapid.Check(t, property)
	}
}

// anyPermission draws a set of actions; rapid likes small numbers and these
// tests large sets.
var anyPermission = rapid.Custom(func(t *rapid.T) roles.Permission {
	return roles.Modify - roles.Permission(rapid.IntRange(0, int(roles.Modify)).Draw(t, "left out"))
})

// anyChoices draws a chain that begins with Restrict, or nil for the standard
// one.
var anyChoices = rapid.Custom(func(t *rapid.T) []roles.Permission {
	if rapid.Bool().Draw(t, "standard choices") {
		return nil
	}
	chain := []roles.Permission{roles.Restrict}
	for _, a := range rapid.Permutation([]roles.Action{roles.View, roles.Create, roles.Update, roles.Delete}).Draw(t, "order") {
		next := chain[len(chain)-1] | roles.Permit(a)
		if len(chain) > 1 && rapid.Bool().Draw(t, "at once") {
			chain[len(chain)-1] = next
		} else if rapid.IntRange(0, 4).Draw(t, "stop") < 4 {
			chain = append(chain, next)
		} else {
			break
		}
	}
	return chain
})

// drawTree draws a tree of up to some 30 nodes with aliases, choices, explicit
// nodes and marks. Types may be given choices of their own.
func drawTree(t *rapid.T, types []string) *roles.Tree {
	aliases := 0
	var spec func(depth int, name string) roles.NodeSpec
	spec = func(depth int, name string) roles.NodeSpec {
		s := roles.NodeSpec{Name: name}
		if rapid.IntRange(0, 3).Draw(t, "alias") == 0 {
			aliases++
			s.Aliases = []string{fmt.Sprintf("former/%d", aliases)}
		}
		s.Explicit = rapid.IntRange(0, 5).Draw(t, "explicit") == 5
		s.Marks = roles.Marks(rapid.SampledFrom([]int{0, 0, 0, 1, 2, 4, 7}).Draw(t, "marks"))
		s.Choices = anyChoices.Draw(t, "choices")
		for _, name := range types {
			if rapid.IntRange(0, 3).Draw(t, "choices for "+name) == 0 {
				if c := anyChoices.Draw(t, "choices"); c != nil {
					if s.ChoicesFor == nil {
						s.ChoicesFor = make(map[string][]roles.Permission)
					}
					s.ChoicesFor[name] = c
				}
			}
		}
		if depth < 4 {
			for i := range rapid.IntRange(0, 3).Draw(t, "children") {
				s.Children = append(s.Children, spec(depth+1, fmt.Sprintf("n%d", i)))
			}
		}
		return s
	}
	var entities []roles.NodeSpec
	for i := range rapid.IntRange(1, 3).Draw(t, "entities") {
		entities = append(entities, spec(1, fmt.Sprintf("e%d", i)))
	}
	tree, err := roles.NewTree(entities, &roles.TreeOptions{Narrowing: rapid.Bool().Draw(t, "narrowing")})
	if err != nil {
		t.Fatalf("a tree drawn by the rules is refused: %v", err)
	}
	return tree
}
