package apilist

import (
	"bytes"
	"fmt"
	"go/types"
	"strconv"
	"strings"
)

// describe returns the lines of one package of the module modulePath.
func describe(pkg *types.Package, modulePath string) []string {
	d := describer{qualify: qualifier(pkg, modulePath)}
	var constants, variables, functions, named []string
	for _, name := range pkg.Scope().Names() {
		object := pkg.Scope().Lookup(name)
		if !object.Exported() {
			continue
		}
		switch object := object.(type) {
		case *types.Const:
			constants = append(constants, fmt.Sprintf("const %s %s = %s", name, d.typeString(object.Type()), object.Val().ExactString()))
		case *types.Var:
			variables = append(variables, fmt.Sprintf("var %s %s", name, d.typeString(object.Type())))
		case *types.Func:
			functions = append(functions, "func "+name+d.signature(object))
		case *types.TypeName:
			named = append(named, d.typeLines(object)...)
		}
	}
	var lines []string
	for _, kind := range [][]string{constants, variables, functions, named} {
		lines = append(lines, kind...)
	}
	return lines
}

// qualifier names other packages by their whole path, because two packages of one
// name would hide a change from one to the other; the module's own path is cut off.
func qualifier(pkg *types.Package, modulePath string) types.Qualifier {
	return func(other *types.Package) string {
		if other.Path() == pkg.Path() {
			return ""
		}
		return strings.TrimPrefix(other.Path(), modulePath+"/")
	}
}

type describer struct{ qualify types.Qualifier }

func (d describer) typeString(t types.Type) string { return types.TypeString(t, d.qualify) }

// signature is the function's type without the leading "func".
func (d describer) signature(f *types.Func) string {
	var text bytes.Buffer
	types.WriteSignature(&text, f.Signature(), d.qualify)
	return text.String()
}

// typeLines returns the line of a type and those of its fields and methods.
func (d describer) typeLines(object *types.TypeName) []string {
	name := object.Name()
	if alias, ok := object.Type().(*types.Alias); ok && object.IsAlias() {
		return []string{"type " + name + d.typeParameters(alias.TypeParams()) + " = " + d.typeString(alias.Rhs())}
	}
	t, ok := object.Type().(*types.Named)
	if !ok { // an alias of a basic type, when aliases are not recorded
		return []string{"type " + name + " = " + d.typeString(object.Type())}
	}
	head := "type " + name + d.typeParameters(t.TypeParams())
	switch underlying := t.Underlying().(type) {
	case *types.Struct:
		lines := []string{head + " struct" + structRemark(t, underlying)}
		lines = append(lines, d.fields(name, underlying)...)
		return append(lines, d.methods(t)...)
	case *types.Interface:
		return append([]string{head + " interface" + interfaceRemark(underlying)}, d.interfaceLines(name, underlying)...)
	default:
		return append([]string{head + " " + d.typeString(underlying)}, d.methods(t)...)
	}
}

func (d describer) typeParameters(list *types.TypeParamList) string {
	if list.Len() == 0 {
		return ""
	}
	parameters := make([]string, list.Len())
	for i := range parameters {
		parameters[i] = list.At(i).Obj().Name() + " " + d.typeString(list.At(i).Constraint())
	}
	return "[" + strings.Join(parameters, ", ") + "]"
}

// structRemark tells what the exported fields do not: whether a literal without
// field names compiles elsewhere, and whether == does.
func structRemark(t types.Type, s *types.Struct) string {
	var remarks []string
	for field := range s.Fields() {
		if !field.Exported() {
			remarks = append(remarks, "unexported fields")
			break
		}
	}
	if !types.Comparable(t) {
		remarks = append(remarks, "not comparable")
	}
	return remark(remarks)
}

func interfaceRemark(i *types.Interface) string {
	for method := range i.Methods() {
		if !method.Exported() {
			return remark([]string{"unexported methods"})
		}
	}
	return ""
}

func remark(remarks []string) string {
	if len(remarks) == 0 {
		return ""
	}
	return " // " + strings.Join(remarks, ", ")
}

// fields lists the exported fields in the order of the declaration, which is part of
// the interface, and those that an embedded unexported struct lends.
func (d describer) fields(owner string, s *types.Struct) []string {
	var lines []string
	for i := range s.NumFields() {
		field := s.Field(i)
		switch {
		case field.Exported():
			line := "field " + owner + "." + field.Name() + " " + d.typeString(field.Type())
			if field.Embedded() {
				line = "field " + owner + " embeds " + d.typeString(field.Type())
			}
			if tag := s.Tag(i); tag != "" {
				line += " " + strconv.Quote(tag)
			}
			lines = append(lines, line)
		case field.Embedded():
			if inner, ok := pointee(field.Type()).Underlying().(*types.Struct); ok {
				lines = append(lines, d.fields(owner, inner)...)
			}
		}
	}
	return lines
}

// methods lists the exported methods of t and *t, but not those that an exported
// embedded field lends: that field has its own line.
func (d describer) methods(t *types.Named) []string {
	var lines []string
	values := types.NewMethodSet(t)
	for selection := range types.NewMethodSet(types.NewPointer(t)).Methods() {
		method, ok := selection.Obj().(*types.Func)
		if !ok || !method.Exported() || lentByExportedField(t, selection.Index()) {
			continue
		}
		receiver := t.Obj().Name() + typeArguments(t)
		if values.Lookup(method.Pkg(), method.Name()) == nil {
			receiver = "*" + receiver
		}
		lines = append(lines, "func ("+receiver+") "+method.Name()+d.signature(method))
	}
	return lines
}

// typeArguments names the type's parameters as a receiver does: "[K, V]".
func typeArguments(t *types.Named) string {
	if t.TypeParams().Len() == 0 {
		return ""
	}
	names := make([]string, t.TypeParams().Len())
	for i := range names {
		names[i] = t.TypeParams().At(i).Obj().Name()
	}
	return "[" + strings.Join(names, ", ") + "]"
}

// lentByExportedField follows the path of embedded fields to a method.
func lentByExportedField(t types.Type, index []int) bool {
	for _, i := range index[:len(index)-1] {
		s, ok := pointee(t).Underlying().(*types.Struct)
		if !ok {
			return false
		}
		if s.Field(i).Exported() {
			return true
		}
		t = s.Field(i).Type()
	}
	return false
}

// interfaceLines lists the exported methods and what is embedded.
func (d describer) interfaceLines(owner string, i *types.Interface) []string {
	var lines []string
	for embedded := range i.EmbeddedTypes() {
		lines = append(lines, "interface "+owner+" embeds "+d.typeString(embedded))
	}
	for method := range i.ExplicitMethods() {
		if method.Exported() {
			lines = append(lines, "func ("+owner+") "+method.Name()+d.signature(method))
		}
	}
	return lines
}

func pointee(t types.Type) types.Type {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		return p.Elem()
	}
	return t
}
