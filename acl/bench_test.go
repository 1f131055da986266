package acl_test

import (
	"fmt"
	"testing"

	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/roles"
)

// benchmarkLevel is a level of 20 components over 200 objects, on a tree of 221
// nodes.
func benchmarkLevel(b *testing.B) (*acl.System, acl.Level, acl.Lookup) {
	var entities []roles.NodeSpec
	var mapping []acl.Mapping
	levels := make(map[string]acl.Level)
	l := level("l", "user")
	for i := range 20 {
		entity := roles.Entity(fmt.Sprint("e", i))
		part := level(fmt.Sprint("part", i), "component")
		for j := range 10 {
			object := fmt.Sprint("Object", i, "_", j)
			entity.Children = append(entity.Children, roles.Panel(fmt.Sprint("p", j)))
			mapping = append(mapping, acl.Mapping{Node: fmt.Sprint("e", i, "/p", j), Needs: []string{object + ".a", object + ".b"}})
			part.Permissions = append(part.Permissions, acl.MustPermissions("select+update "+object+".*any*", "insert "+object+".a", "insert "+object+".b")...)
		}
		entities = append(entities, entity)
		levels[part.ID] = part
		l.Components = append(l.Components, part.ID)
	}
	entities = append(entities, roles.Entity("report"))
	tree, err := roles.NewTree(entities, nil)
	if err != nil {
		b.Fatal(err)
	}
	model := roles.MustModel(tree, roles.Type{Name: "admin", Ceiling: roles.Ceiling{Base: roles.Modify}})
	return acl.MustSystem(model, mapping, nil), l, func(id string) (acl.Level, error) { return levels[id], nil }
}

func BenchmarkCompile(b *testing.B) {
	s, l, lookup := benchmarkLevel(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Compile(l, lookup); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAllows(b *testing.B) {
	s, l, lookup := benchmarkLevel(b)
	c, err := s.Compile(l, lookup)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if !c.Allows(acl.Update, "Object7_3", "a") {
			b.Fatal("not allowed")
		}
	}
}
