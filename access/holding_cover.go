package access

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
)

// An Excess is where a holding goes beyond another. The zero Excess is none.
type Excess struct {
	// Node, Reach and Surface are the first place where the table does, Has
	// what is held there, and Of what the other holds on every surface.
	Node    roles.Node
	Reach   roles.Reach
	Surface Surface
	Has     roles.Permission
	Of      roles.Permission
	// Entity is the first entity that only the one reaches. Below says that it
	// is what lies below that entity, now or later; with no Entity, that it is
	// everything.
	Entity string
	Below  bool
}

// IsZero reports whether there is none.
func (x Excess) IsZero() bool { return x == Excess{} }

// String says it in words without a full stop: "Modify on customer/billing,
// where Read is held".
func (x Excess) String() string {
	switch {
	case x.IsZero():
		return "nothing more"
	case x.Entity == "" && x.Below:
		return "every entity in scope"
	case x.Below:
		return fmt.Sprintf("what lies below %q in scope", x.Entity)
	case x.Entity != "":
		return fmt.Sprintf("%q in scope", x.Entity)
	default:
		return fmt.Sprintf("%v on %s, where %v is held", x.Has, x.Node.Path(), x.Of)
	}
}

// Covers tells where holding goes beyond what the holder holds: the zero Excess
// where nowhere. It is the rule of guarded administration: whoever gives or
// takes away a holding must cover it.
//
// It is exact. The holder covers holding where whatever that allows on any
// surface, on any object that there is or that may come to lie below one, or
// without an object, the holder holds for that object on every surface. Two
// things are more than that, since they wait for a change that nobody may
// notice: an entity that holding is narrowed to, and does not reach as things
// stand, must lie within the holder's scope all the same, unless the holder
// reaches whatever the list could name; and every entity is covered by every
// entity alone. What comes to link to an entity later is not looked ahead to,
// for who links it decides about that.
//
// Who links to the entities that holding starts from is read from the store.
func (s *State) Covers(ctx context.Context, holder, holding Holding) (Excess, error) {
	ctx, err := s.ready(ctx)
	if err != nil {
		return Excess{}, err
	}
	defer s.leave()
	for _, h := range []Holding{holder, holding} {
		if h.of != nil && h.of != s.by {
			return Excess{}, fmt.Errorf("access: holding in %q: %w", h.organization, errOtherEngine)
		}
	}
	c := cover{state: s, holder: &holder, holding: &holding}
	if err := c.compare(ctx); err != nil && !errors.Is(err, errBeyond) {
		return Excess{}, err
	}
	return c.found, nil
}

// A cover is one comparison of two holdings.
type cover struct {
	state   *State
	holder  *Holding
	holding *Holding
	found   Excess
	tables  [3][3]*Excess // by the reach of holding and of the holder
}

// errBeyond ends a comparison: something was found.
var errBeyond = errors.New("access: beyond")

func (c *cover) beyond(x Excess) error {
	if x.IsZero() {
		return nil
	}
	c.found = x
	return errBeyond
}

func (c *cover) compare(ctx context.Context) error {
	if c.holding.of == nil {
		return nil
	}
	if err := c.beyond(c.table(roles.Either, roles.Either)); err != nil {
		return err
	}
	// The two entities of which a table holds something of its own.
	for _, id := range []string{c.holding.organization, c.holder.organization} {
		if id == "" {
			continue
		}
		l, err := c.state.alone.object(ctx, id)
		if err != nil {
			return err
		}
		if l != nil && c.holding.reaches(l) {
			if err := c.at(id, l); err != nil {
				return err
			}
		}
	}
	// All others.
	everything := Excess{Below: true}
	switch {
	case !c.allows(roles.Below):
		return nil
	case c.holding.everything:
		return c.beyond(firstExcess(c.table(roles.Below, roles.Below), c.unless(c.holder.everything, everything)))
	case c.holder.everything && c.table(roles.Below, roles.Below).IsZero():
		return nil
	default:
		return c.scopes(ctx)
	}
}

func (c *cover) unless(ok bool, x Excess) Excess {
	if ok {
		return Excess{}
	}
	return x
}

func firstExcess(some ...Excess) Excess {
	for _, x := range some {
		if !x.IsZero() {
			return x
		}
	}
	return Excess{}
}

// allows reports whether holding's table allows anything at all on such
// objects.
func (c *cover) allows(on roles.Reach) bool {
	for _, packed := range c.holding.packed {
		for i := range len(packed) {
			if unpack(packed[i], on) != roles.Restrict {
				return true
			}
		}
	}
	return false
}

// table tells where holding's table goes beyond the holder's, for an object
// that is the one to holding and the other to the holder.
func (c *cover) table(has, of roles.Reach) Excess {
	kept := &c.tables[has][of]
	if *kept == nil {
		x := c.compareTables(has, of)
		*kept = &x
	}
	return **kept
}

func (c *cover) compareTables(has, of roles.Reach) Excess {
	for side, packed := range c.holding.packed {
		for i := range len(packed) {
			allows := unpack(packed[i], has)
			if allows == roles.Restrict {
				continue
			}
			n := c.state.alone.tree.At(i)
			if held := c.holder.Everywhere(n, of); !held.Contains(allows) {
				return Excess{Node: n, Reach: has, Surface: surfaceOf(side), Has: allows, Of: held}
			}
		}
	}
	return Excess{}
}

// surfaceOf names a surface that prefers the side, see sideOf.
func surfaceOf(side int) Surface {
	if side == 0 {
		return NewInterface
	}
	return OldInterface
}

// at compares what is held of an entity that holding reaches.
func (c *cover) at(id string, l *scope.Lineage) error {
	has := c.holding.reach(id)
	if !c.allows(has) {
		return nil
	}
	return c.beyond(firstExcess(c.table(has, c.holder.reach(id)), c.unless(c.holder.reaches(l), Excess{Entity: id})))
}

// below compares what is held of whatever is or comes to lie below it. Whoever
// reaches something new there reaches all of it.
func (c *cover) below(id string, l *scope.Lineage) error {
	child := l.Below()
	if child.Root() == "" { // nothing can lie there
		return nil
	}
	return c.beyond(firstExcess(c.table(roles.Below, roles.Below), c.unless(c.holder.reaches(&child), Excess{Entity: id, Below: true})))
}

func (c *cover) part(p part) error {
	if err := c.at(p.id, p.lineage); err != nil || !p.below {
		return err
	}
	return c.below(p.id, p.lineage)
}

// within compares what of the part lies at or below the other.
func (c *cover) within(p, other part) error {
	switch {
	case p.lineage.Within(other.id):
		return c.part(p)
	case p.below && other.lineage.Within(p.id):
		return c.part(part{other.id, other.lineage, true})
	default:
		return nil
	}
}

// scopes compares the entities that holding reaches: what its rule starts from
// and what links there, with what is below, and of that what its list leaves.
func (c *cover) scopes(ctx context.Context) error {
	t := c.holding
	home, err := c.find(ctx, t.organization)
	if err != nil || home.lineage == nil {
		return err // nobody reaches what is not there
	}
	starts, bounds := []part{home}, []part(nil)
	var asleep []string // what the list names and the rule does not reach now
	if t.rule.Listed {
		starts, bounds = nil, []part{home}
	}
	for _, id := range t.listed {
		p, err := c.find(ctx, id)
		switch {
		case err != nil:
			return err
		case p.lineage != nil && t.rule.Listed && p.lineage.Within(t.organization):
			starts = append(starts, p)
		case p.lineage != nil && !t.rule.Listed && t.rule.Reaches(t.organization, nil, p.lineage):
			bounds = append(bounds, p)
		case !c.listsToo(id):
			asleep = append(asleep, id)
		}
	}
	narrowed := t.rule.Listed || len(t.listed) > 0
	var wide error // whether all that the list could name is covered: errBeyond if not
	if len(asleep) > 0 && t.rule.Listed {
		home.below = true
		wide = c.part(home)
	}
	err = c.eachPart(ctx, starts, func(p part) error {
		if len(asleep) > 0 && !t.rule.Listed && wide == nil {
			wide = c.part(p)
		}
		if !narrowed {
			return c.part(p)
		}
		for _, bound := range bounds {
			if err := c.within(p, bound); err != nil {
				return err
			}
		}
		return nil
	})
	switch {
	case err != nil:
		return err
	case wide != nil:
		return c.beyond(Excess{Entity: asleep[0]})
	default:
		c.found = Excess{}
		return nil
	}
}

// listsToo reports whether the holder reaches by the same rule and its list
// names the entity too: when that comes to be reached, both reach it.
func (c *cover) listsToo(id string) bool {
	g, t := c.holder, c.holding
	return g.organization == t.organization && g.rule == t.rule && !g.everything && slices.Contains(g.listed, id)
}
