package manage

import (
	"context"
	"reflect"
	"slices"
	"strings"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// What events say of values that are no texts.

func flag(b bool) string {
	if b {
		return "yes"
	}
	return ""
}

func list(ids []string) string { return strings.Join(ids, ", ") }

// listText is "" for the zero list, which a person who is not there has.
func listText(p individuals.Individual) string {
	if p.ID == "" {
		return ""
	}
	return p.AllowList.String()
}

func modeText(p individuals.Individual) string {
	if p.ID == "" {
		return ""
	}
	return p.SecondFactor.String()
}

// samePerson reports whether two records are alike.
func samePerson(a, b individuals.Individual) bool {
	if a.AllowList.String() != b.AllowList.String() {
		return false
	}
	a.AllowList = b.AllowList
	return reflect.DeepEqual(a, b)
}

// resolve returns where an entity stands.
func resolve(ctx context.Context, r store.EntityReader, id string) (scope.Lineage, error) {
	return scope.Resolve(store.EntityLookup(ctx, r), id)
}

// without returns ids but for one.
func without(ids []string, id string) []string {
	return slices.DeleteFunc(slices.Clone(ids), func(other string) bool { return other == id })
}
