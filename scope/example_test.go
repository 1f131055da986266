package scope_test

import (
	"fmt"

	"github.com/durward-go/durward/scope"
)

// stored stands for the host's own table of entities.
var stored = map[string]scope.Entity{
	"isp":   {ID: "isp", Kind: "provider"},
	"north": {ID: "north", Kind: "reseller", Parent: "isp"},
	"acme":  {ID: "acme", Kind: "customer", Parent: "north"},
}

func lookup(id string) (scope.Entity, error) {
	e, ok := stored[id]
	if !ok {
		return scope.Entity{}, scope.ErrUnknown
	}
	return e, nil
}

func ExampleCheck() {
	reseller := scope.Rule{Below: true}
	for _, object := range []string{"acme", "isp", "umbrella"} {
		ok, err := scope.Check(lookup, reseller, "north", nil, object)
		fmt.Println(object, ok, err)
	}
	// Output:
	// acme true <nil>
	// isp false <nil>
	// umbrella false scope: entity "umbrella": scope: unknown entity
}

func ExampleCheckPlacement() {
	fmt.Println(scope.CheckPlacement(lookup, scope.Entity{ID: "umbrella", Kind: "customer", Parent: "north"}))
	fmt.Println(scope.CheckPlacement(lookup, scope.Entity{ID: "umbrella", Kind: "customer", Parent: "south"}))
	fmt.Println(scope.CheckPlacement(lookup, scope.Entity{ID: "north", Kind: "reseller", Parent: "acme"}))
	// Output:
	// <nil>
	// scope: parent of "umbrella": scope: entity "south": scope: unknown entity; write that entity first
	// scope: cycle: "north" -> "acme" -> "north"
}

func ExampleResolve() {
	lineage, err := scope.Resolve(lookup, "acme")
	if err != nil {
		fmt.Println(err)
		return
	}
	for id, kind := range lineage.Chain() {
		fmt.Println(kind, id)
	}
	fmt.Println(scope.Rule{Below: true}.Reaches("isp", nil, &lineage))
	fmt.Println(scope.Rule{}.Reaches("isp", nil, &lineage))
	// Output:
	// customer acme
	// reseller north
	// provider isp
	// true
	// false
}
