package manage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
)

// effects gathers what a commit makes of people's rights.
type effects struct {
	of map[member]*[2]rights
	// reach is, of a preview, who reaches what then and did not, or no longer.
	reach map[member]map[string]reaching
	// named tells of a preview whom the principal may see, before or after the
	// change; nil where there is none.
	named map[string]bool
	// warnings are what a preview says beside rights.
	warnings []string
}

// warnOfDoors says, in a preview, that a second factor will be asked of somebody
// who can then not come in everywhere.
func (c *commit) warnOfDoors(whom string) {
	if c.effects == nil || c.effects.named == nil || len(c.m.doors) == 0 {
		return
	}
	c.effects.warnings = append(c.effects.warnings,
		fmt.Sprintf("%s will be asked for a code, which %s cannot ask for: there is no signing in there", whom, quoted(c.m.doors)))
}

func newEffects() *effects {
	return &effects{of: make(map[member]*[2]rights), reach: make(map[member]map[string]reaching)}
}

// note keeps the first before and the last after.
func (e *effects) note(m member, before, after rights) {
	if had := e.of[m]; had != nil {
		had[1] = after
		return
	}
	e.of[m] = &[2]rights{before, after}
}

// name notes, for a preview, whether the principal may see the person.
func (c *commit) name(m member) error {
	if c.effects.named == nil || c.effects.named[m.individual] {
		return nil
	}
	seen, err := c.sees(m.individual)
	if err == nil && seen {
		c.effects.named[m.individual] = true
	}
	return err
}

// An Effect is what a change makes of people's rights, exactly: tables on every
// surface and scope. When they may use them, their windows and networks, is not
// part of it.
type Effect struct {
	// People are those whose rights change and whom the principal may see, in
	// the order of their IDs and organizations.
	People []PersonEffect
	// Hidden counts the others.
	Hidden int
	// Warnings are sentences about what the change means beside rights: that a
	// second factor will be asked for, which one of [Options.DoorsWithoutCode]
	// cannot do.
	Warnings []string
}

// A PersonEffect is what becomes of one person's rights in one organization.
type PersonEffect struct {
	Individual   string
	Organization string
	// Changes are the places where the person may do something else than
	// before, by node, reach and surface. At the desk of the role system those
	// places are left out where an access level governs before or after, since
	// they would show what it holds; Gains and Loses count them all the same.
	Changes []RightChange
	// Scope says that the person reaches other entities than before. Entities that
	// the change makes or removes do not count.
	Scope bool
	// Unknown is why the rights before or after cannot be told, a record that
	// does not compile: nothing is allowed by it. Otherwise nil.
	Unknown error

	gains, loses bool
}

// Gains reports whether the person may do something that it could not.
func (e PersonEffect) Gains() bool { return e.gains }

// Loses reports whether the person may no longer do something.
func (e PersonEffect) Loses() bool { return e.loses }

// A RightChange is one place in a person's rights.
type RightChange struct {
	Node    roles.Node
	Reach   roles.Reach
	Surface access.Surface
	Before  roles.Permission
	After   roles.Permission
}

// errPreview ends a commit that is not to be made.
var errPreview = errors.New("manage: previewed")

// Preview tells what the changes of fn would make of people's rights, and makes
// none of them. It takes the right to make them: what fn's changes would be
// refused for, Preview returns. Only people whom the principal may see are
// named.
func (d *RoleDesk) Preview(ctx context.Context, fn func(*RoleDesk) error) (Effect, error) {
	return d.preview(ctx, func(c *commit) error { return fn(&RoleDesk{d.at(c)}) })
}

// Preview is as [RoleDesk.Preview].
func (d *ACLDesk) Preview(ctx context.Context, fn func(*ACLDesk) error) (Effect, error) {
	return d.preview(ctx, func(c *commit) error { return fn(&ACLDesk{d.at(c)}) })
}

func (d *Desk) preview(ctx context.Context, fn func(*commit) error) (Effect, error) {
	if d.shared != nil {
		return Effect{}, errors.New("manage: preview: within a commit; preview the whole of it")
	}
	var effect Effect
	_, err := d.run(ctx, "preview", func(c *commit) error {
		c.effects.named = make(map[string]bool)
		if err := fn(c); err != nil {
			return err
		}
		if err := c.close(); err != nil {
			return err
		}
		effect = c.effect()
		return errPreview
	})
	if errors.Is(err, errPreview) {
		return effect, nil
	}
	return Effect{}, err
}

// effect tells what the commit has made of people's rights so far.
func (c *commit) effect() Effect {
	out := Effect{Warnings: c.effects.warnings}
	members := slices.SortedFunc(maps.Keys(c.effects.of), func(a, b member) int {
		return cmp.Or(cmp.Compare(a.individual, b.individual), cmp.Compare(a.organization, b.organization))
	})
	for _, m := range members {
		pair := c.effects.of[m]
		e := c.compare(m, pair[0], pair[1])
		switch {
		case !e.gains && !e.loses && !e.Scope && e.Unknown == nil:
		case c.effects.named[m.individual]:
			out.People = append(out.People, e)
		default:
			out.Hidden++
		}
	}
	return out
}

// compare lists where the rights that are in force differ.
func (c *commit) compare(m member, before, after rights) PersonEffect {
	e := PersonEffect{Individual: m.individual, Organization: m.organization, Unknown: errors.Join(before.unknown, after.unknown)}
	was, is := before.holding, after.holding
	if before.off {
		was = access.Holding{}
	}
	if after.off {
		is = access.Holding{}
	}
	for n := range c.m.engine.Model().Tree().Nodes() {
		for _, reach := range []roles.Reach{roles.Own, roles.Below} {
			for _, surface := range []access.Surface{access.NewInterface, access.OldInterface, access.API} {
				b, a := was.On(surface, n, reach), is.On(surface, n, reach)
				if b == a {
					continue
				}
				e.gains = e.gains || !b.Contains(a)
				e.loses = e.loses || !a.Contains(b)
				if !c.byLevel(was, surface, n) && !c.byLevel(is, surface, n) {
					e.Changes = append(e.Changes, RightChange{Node: n, Reach: reach, Surface: surface, Before: b, After: a})
				}
			}
		}
	}
	inForce := !before.off || !after.off
	e.Scope = !was.SameScope(is) || inForce && c.effects.rescoped(m)
	return e
}

// byLevel reports whether what is held at the node on the surface is held by an
// access level that the desk shows nothing of.
func (c *commit) byLevel(h access.Holding, surface access.Surface, n roles.Node) bool {
	return c.system == individuals.RoleSystem && h.Slot(surface, n) == access.ACLSlot
}
