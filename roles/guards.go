package roles

import (
	"fmt"
	"maps"
	"slices"
)

// Guards name the nodes that administration asks for: who may manage a
// customer's individuals is who may act on the node that guards them. Paths
// are nodes of the tree or their aliases. An empty path: denied to everyone.
type Guards struct {
	// Kinds hold the guards of each kind of entity that people sign in for.
	Kinds map[string]KindGuards
	// Roles guards roles, ACLs guards access levels, Entities guards entities.
	Roles, ACLs, Entities string
	// GrantBeyond is the explicit right to give what one does not hold.
	GrantBeyond string
}

// KindGuards are the guards of one kind of entity.
type KindGuards struct {
	// Individuals guards the people: creating, changing, disabling, deleting.
	Individuals string
	// Credentials guards others' passwords and second factors.
	Credentials string
	// AllowedRoles guards the list of roles that the organization may use.
	AllowedRoles string
	// Grants guards giving roles and access levels to people.
	Grants string
	// Audit guards reading the organization's events.
	Audit string
	// SignInAs guards acting on behalf of the organization or its people.
	SignInAs string
}

// Paths returns every path that is set with what it guards, in a fixed order.
func (g Guards) Paths() [][2]string {
	out := [][2]string{{"roles", g.Roles}, {"ACLs", g.ACLs}, {"entities", g.Entities}, {"grant-beyond", g.GrantBeyond}}
	for _, kind := range slices.Sorted(maps.Keys(g.Kinds)) {
		k := g.Kinds[kind]
		out = append(out,
			[2]string{kind + " individuals", k.Individuals}, [2]string{kind + " credentials", k.Credentials},
			[2]string{kind + " allowed roles", k.AllowedRoles}, [2]string{kind + " grants", k.Grants},
			[2]string{kind + " audit", k.Audit}, [2]string{kind + " sign in as", k.SignInAs})
	}
	return slices.DeleteFunc(out, func(p [2]string) bool { return p[1] == "" })
}

// Validate reports the guards whose path the tree does not have.
func (g Guards) Validate(t *Tree) error {
	for _, p := range g.Paths() {
		if _, ok := t.Lookup(p[1]); !ok {
			return fmt.Errorf("roles: guard for %s: %w", p[0], t.unknown(p[1]))
		}
	}
	return nil
}
