package billing

import (
	"slices"
	"strings"
	"sync"

	"github.com/durward-go/durward/roles"
)

// Spec returns the declaration of the tree, for applications that add to it
// before building: see the package comment. Every call makes a new one.
func Spec() []roles.NodeSpec {
	return slices.Concat(
		companyNodes(),
		securityNodes(),
		[]roles.NodeSpec{customerNodes(), accountNodes()},
		partnerNodes(),
		catalogueNodes(),
		networkNodes(),
		reportNodes(),
	)
}

// Find returns the declaration at the path, so that the caller can change it
// or add children, and nil where there is none. Aliases are not followed.
func Find(spec []roles.NodeSpec, path string) *roles.NodeSpec {
	name, rest, deeper := strings.Cut(path, "/")
	for i := range spec {
		switch {
		case spec[i].Name != name:
		case deeper:
			return Find(spec[i].Children, rest)
		default:
			return &spec[i]
		}
	}
	return nil
}

var model = sync.OnceValue(func() *roles.Model {
	return roles.MustModel(roles.MustTree(Spec()...), Types()...)
})

// Model returns [Tree] joined with [Types]. It is built once.
func Model() *roles.Model { return model() }

// Tree returns the tree of [Spec]. It is built once, and is that of [Model].
func Tree() *roles.Tree { return model().Tree() }
