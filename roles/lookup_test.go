package roles_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/durward-go/durward/roles"
)

// TestPathTricks holds that a path is found when it is exactly a path: not by
// letter case, doubled, leading or trailing slashes, dots, NULs or look-alikes.
func TestPathTricks(t *testing.T) {
	t.Parallel()
	tree := smallTree()
	for _, path := range []string{
		"", "/", "//", " ", ".", "..", "\x00", "customer/", "/customer", "customer//billing", "customer/billing/",
		"customer/./billing", "customer/personal/../billing", "Customer", "CUSTOMER/billing", "customer/Billing",
		"customer\x00", "customer/billing\x00", "customer\x00/billing", "customer/billing ", " customer", "customer\\billing",
		"customer%2fbilling", "customer/billing?", "customer/billing#x", "customer/*", "customer/billing\n",
		"cu\u0455tomer", "customer\u2044billing", "customer/billing\u200b", "ｃustomer", "customer/\xff", "billing", "invoices",
		"client/", "client//billing", "Client", "account/billing", strings.Repeat("customer/", 1000), strings.Repeat("\x00", 1<<20),
	} {
		n, ok := tree.Lookup(path)
		assert.False(t, ok, "%.40q", path)
		assert.True(t, n.IsZero())
		n, err := tree.Node(path)
		require.Error(t, err)
		assert.True(t, n.IsZero())
		assert.Less(t, len(err.Error()), 1500)
		assert.Panics(t, func() { tree.MustNode(path) })
	}
}

func TestUnknownPaths(t *testing.T) {
	t.Parallel()
	tree := roles.MustTree(
		roles.Entity("customer",
			roles.Panel("address", roles.Item("bcc"), roles.Item("street")),
			roles.Panel("billing", roles.Item("invoices"), roles.Item("payments"))),
		roles.Entity("account", roles.Panel("address", roles.Item("street"))),
	)
	const none = `: no such path in the tree`
	for path, message := range map[string]string{
		"":                          `"": empty path; give one such as "account/address/street"`,
		"customer/adress":           `"customer/adress"` + none + `; did you mean "customer/address" or "customer/address/bcc"?`,
		"customer/billing/invoice":  `"customer/billing/invoice"` + none + `; did you mean "customer/billing/invoices" or "customer/billing" or "customer/billing/payments"?`,
		"Customer/Address/BCC":      `"Customer/Address/BCC"` + none + `; did you mean "customer/address/bcc" or "customer/address" or "customer/address/street"?`,
		"/customer/address/":        `"/customer/address/"` + none + `; did you mean "customer/address" or "account/address" or "customer/address/bcc"?`,
		"vendor/finance/invoices":   `"vendor/finance/invoices"` + none + `; did you mean "customer/billing/invoices"?`,
		"reseller":                  `"reseller"` + none,
		"x\x00y":                    `"x\x00y"` + none,
		strings.Repeat("z", 10_000): `"` + strings.Repeat("z", 200) + `..."` + none,
	} {
		_, err := tree.Node(path)
		assert.EqualError(t, err, `roles: node `+message)
	}
}

// TestLookupFindsEveryPathAndNoOther compares the index of random trees with
// the paths that are declared: every one found, every near miss not.
func TestLookupFindsEveryPathAndNoOther(t *testing.T) {
	t.Parallel()
	check(t, func(t *rapid.T) {
		tree := drawTree(t, nil)
		checkTree(t, tree)
		known := make(map[string]roles.Node)
		for n := range tree.Nodes() {
			known[n.Path()] = n
			for _, alias := range n.Aliases() {
				known[alias] = n
			}
		}
		for path, n := range known {
			found, ok := tree.Lookup(path)
			require.True(t, ok, "%q", path)
			require.Equal(t, n, found)
		}
		path := rapid.SampledFrom(append([]string{""}, keys(known)...)).Draw(t, "path")
		at := rapid.IntRange(0, len(path)).Draw(t, "at")
		for _, miss := range []string{
			path[:at] + rapid.SampledFrom([]string{"/", "x", "\x00", " ", "A"}).Draw(t, "added") + path[at:],
			path[:at] + strings.TrimPrefix(path[at:], path[at:min(at+1, len(path))]),
			strings.ToUpper(path),
			rapid.String().Draw(t, "other"),
		} {
			n, ok := tree.Lookup(miss)
			if want, isPath := known[miss]; isPath {
				require.Equal(t, want, n)
			} else if ok {
				// What is left are the paths below a former one.
				require.Contains(t, formerPaths(n), miss)
			}
		}
	})
}

// TestPathsThatDifferInOneByte holds that no byte of a path is overlooked,
// wherever it is and however long the path.
func TestPathsThatDifferInOneByte(t *testing.T) {
	t.Parallel()
	for _, length := range []int{1, 2, 7, 8, 9, 15, 16, 17, 24, 25, 33, roles.MaxNameBytes} {
		var panels []roles.NodeSpec
		for i := range length {
			panels = append(panels, roles.Panel(strings.Repeat("a", i)+"b"+strings.Repeat("a", length-i-1)))
		}
		tree := roles.MustTree(roles.Entity("e", panels...))
		checkTree(t, tree)
		for i := range length {
			for _, other := range []string{"a", "c", "B", "\x00", "bb", ""} {
				path := "e/" + strings.Repeat("a", i) + other + strings.Repeat("a", length-i-1)
				_, ok := tree.Lookup(path)
				assert.False(t, ok, "%q", path)
			}
		}
	}
}

// formerPaths are all paths, the real one left out, that lead to n: its own
// aliases and its name below each of its parent's.
func formerPaths(n roles.Node) []string {
	out := n.Aliases()
	if up, ok := n.Parent(); ok {
		for _, above := range formerPaths(up) {
			out = append(out, above+"/"+n.Name())
		}
	}
	return out
}

// FuzzLookup holds the perfect hash to a map of the same paths.
func FuzzLookup(f *testing.F) {
	var entities []roles.NodeSpec
	for i := range 5 {
		e := former(roles.Entity(fmt.Sprintf("e%d", i)), fmt.Sprintf("old%d", i))
		for j := range 20 {
			p := roles.Panel(fmt.Sprintf("p%d", j))
			for k := range 10 {
				p.Children = append(p.Children, roles.Item(fmt.Sprintf("i%d", k)))
			}
			e.Children = append(e.Children, p)
		}
		entities = append(entities, e)
	}
	tree := roles.MustTree(entities...)
	paths := make(map[string]roles.Node)
	for n := range tree.Nodes() {
		paths[n.Path()] = n
		paths["old"+strings.TrimPrefix(n.Path(), "e")] = n
	}
	for _, seed := range []string{"", "/", "e0", "e4/p19/i9", "old3/p7", "e0/p0/", "E0", "e0//p0", "e0\x00", "old5", "e4/p19/i10", "p0", "old"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, path string) {
		got, ok := tree.Lookup(path)
		want, isPath := paths[path]
		require.Equal(t, isPath, ok)
		require.Equal(t, want, got)
		_, err := tree.Node(path)
		require.Equal(t, isPath, err == nil)
		if err != nil {
			require.Less(t, len(err.Error()), 2000)
		}
	})
}

// TestLookupAllocatesNothing pins the cost of a path from a request.
func TestLookupAllocatesNothing(t *testing.T) {
	tree := roles.MustTree(wide(500)...)
	for path, want := range map[string]bool{"e/n250": true, "e/n500": false, "": false, strings.Repeat("x", 5000): false} {
		var ok bool
		assert.Zero(t, testing.AllocsPerRun(100, func() { _, ok = tree.Lookup(path) }))
		assert.Equal(t, want, ok)
	}
}
