package access

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// A Holding is what someone holds in one organization: the tables of the slots
// that govern there, and the scope. It says nothing of windows, networks and
// factors, which say when a person may use it. [State.Covers] compares two. A
// Holding is immutable. The zero one holds nothing and reaches nothing.
type Holding struct {
	standing *standing
	lineage  scope.Lineage // of the organization's entity
}

// ErrNoHolding says that what someone holds cannot be told, because a record
// that it depends on is damaged or missing.
var ErrNoHolding = errors.New("access: what is held cannot be told")

// Organization returns the organization that the holding is in, "" for the
// zero Holding and for a system principal without bounds.
func (h Holding) Organization() string {
	if h.standing == nil {
		return ""
	}
	return h.standing.organization
}

// On returns what is held at a node on a surface, for an object that is the
// organization itself, lies below it, or either.
func (h Holding) On(surface Surface, n roles.Node, reach roles.Reach) roles.Permission {
	if h.standing == nil || n.IsZero() {
		return roles.Restrict
	}
	return h.standing.sideFor(sideOf(surface.preferred(n.Marks()))).permits(n, reach)
}

// Everywhere returns what is held at a node on every surface.
func (h Holding) Everywhere(n roles.Node, reach roles.Reach) roles.Permission {
	if h.standing == nil || n.IsZero() {
		return roles.Restrict
	}
	return h.standing.sideFor(0).permits(n, reach) & h.standing.sideFor(1).permits(n, reach)
}

// Same reports whether both hold the same on every surface and reach the same
// by the same rule.
func (h Holding) Same(other Holding) bool {
	a, b := h.standing, other.standing
	if a == nil || b == nil {
		return a == b
	}
	if a.organization != b.organization || a.always != b.always || a.rule != b.rule || len(a.listed) != len(b.listed) {
		return false
	}
	for _, id := range a.listed { // in any order, and none twice
		if !slices.Contains(b.listed, id) {
			return false
		}
	}
	for i := range 2 {
		if a.sideFor(i).packed != b.sideFor(i).packed {
			return false
		}
	}
	return true
}

// Holding returns what the individual holds in the organization; nothing where
// there is no such individual, no grant, or the organization has no settings.
// A record that does not compile is [ErrNoHolding].
func (s *State) Holding(ctx context.Context, individual, organization string) (Holding, error) {
	r := Request{Individual: individual, Organization: organization}
	if err := r.checkIDs(); err != nil {
		return Holding{}, err
	}
	st, reason, err := s.alone.find(ctx, s.alone.generation.Load(), &r, &inOwnName)
	if err != nil {
		return Holding{}, err
	}
	if reason != Granted || st.org == nil || !st.org.found {
		return Holding{}, nil
	}
	return holdingOf(st, individual)
}

// HoldingOf returns what a principal of the engine holds. Of one that acts on
// behalf of another there are two, of which both count.
func (s *State) HoldingOf(ctx context.Context, p *Principal) ([]Holding, error) {
	if p == nil || p.engine != s.of {
		return nil, errOtherEngine
	}
	asked := []struct {
		r *Request
		x *capacity
	}{{&p.identity, &p.capacity}}
	if p.capacity.actor != nil {
		asked = append(asked, struct {
			r *Request
			x *capacity
		}{p.capacity.actor, &inOwnName})
	}
	var out []Holding
	for _, a := range asked {
		st, reason, err := s.alone.find(ctx, s.alone.generation.Load(), a.r, a.x)
		switch {
		case err != nil:
			return nil, err
		case reason != Granted:
			out = append(out, Holding{})
			continue
		}
		h, err := holdingOf(st, a.r.Individual)
		if err != nil {
			return nil, err
		}
		out = append(out, h)
	}
	return out, nil
}

func holdingOf(st *standing, who string) (Holding, error) {
	fault := st.fault
	for i := range 2 {
		if st.sideFor(i).faulty {
			fault = firstError(fault, st.origins[i].fault)
		}
	}
	if st.faulty || fault != nil {
		return Holding{}, fmt.Errorf("%w: %q in %q: %w", ErrNoHolding, who, st.organization, fault)
	}
	h := Holding{standing: st}
	if st.org != nil {
		h.lineage = st.org.lineage
	}
	return h, nil
}

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
	// is what lies below that entity, now or later.
	Entity string
	Below  bool
}

// IsZero reports whether there is none.
func (x Excess) IsZero() bool { return x == Excess{} }

// String says it in a sentence without a full stop: "modify on
// customer/billing, where read is held".
func (x Excess) String() string {
	switch {
	case x.IsZero():
		return "nothing more"
	case x.Entity != "" && x.Below:
		return fmt.Sprintf("what lies below %q in scope", x.Entity)
	case x.Entity != "":
		return fmt.Sprintf("%q in scope", x.Entity)
	default:
		return fmt.Sprintf("%v on %s, where %v is held", x.Has, x.Node.Path(), x.Of)
	}
}

// Covers tells where holding goes beyond what the holder holds: the zero Excess
// where nowhere. It is the rule of guarded administration: whoever gives or
// takes away a holding must cover it. The tables are compared node by node on
// each surface with what the holder holds on every surface, at the objects that
// holding reaches; the scopes entity by entity, with all that may come to lie
// below them. Who links to the organization is read from the store.
func (s *State) Covers(ctx context.Context, holder, holding Holding) (Excess, error) {
	st := holding.standing
	if st == nil {
		return Excess{}, nil
	}
	empty := st.sideFor(0).packed == s.alone.nothing && st.sideFor(1).packed == s.alone.nothing
	if empty {
		return Excess{}, nil
	}
	if x, err := s.coversTables(holder, holding); err != nil || !x.IsZero() {
		return x, err
	}
	return s.coversScope(ctx, holder, holding)
}

func (s *State) coversTables(holder, holding Holding) (Excess, error) {
	st := holding.standing
	type pair struct{ has, of roles.Reach }
	pairs := []pair{{roles.Own, roles.Below}, {roles.Below, roles.Below}}
	switch own := holder.Organization(); {
	case own == "":
	case own == st.organization:
		pairs[0].of = roles.Own
	case st.always || st.rule.Reaches(st.organization, st.listed, &holder.lineage):
		// The holder's own entity is among the others that holding reaches.
		pairs = append(pairs, pair{roles.Below, roles.Own})
	}
	for i := range 2 {
		packed := st.sideFor(i).packed
		for index := range len(packed) {
			if packed[index] == 0 {
				continue
			}
			n := s.alone.tree.At(index)
			for _, p := range pairs {
				has, of := unpack(packed[index], p.has), holder.Everywhere(n, p.of)
				if !of.Contains(has) {
					return Excess{Node: n, Reach: p.has, Surface: surfaceOf(i), Has: has, Of: of}, nil
				}
			}
		}
	}
	return Excess{}, nil
}

// surfaceOf names a surface that prefers the side, see sideOf.
func surfaceOf(side int) Surface {
	if side == 0 {
		return NewInterface
	}
	return OldInterface
}

// coversScope compares what both reach. What lies below an entity is asked of
// something that does not exist there: whoever reaches that reaches all.
func (s *State) coversScope(ctx context.Context, holder, holding Holding) (Excess, error) {
	g, t := holder.standing, holding.standing
	if g != nil && g.always && g.organization == "" {
		return Excess{}, nil
	}
	if t.always && t.organization == "" {
		return Excess{Entity: "every entity"}, nil
	}
	starts := []string{t.organization}
	narrowed := t.rule.Listed || len(t.listed) > 0
	if narrowed {
		starts = t.listed
	}
	missing := func(id string, below bool) (Excess, error) {
		within, err := s.reaches(ctx, g, id, below)
		if err != nil || within {
			return Excess{}, err
		}
		return Excess{Entity: id, Below: below}, nil
	}
	for _, start := range starts {
		for below := range both(t.rule.Below || narrowed && t.rule.LinkedBelow) {
			if x, err := missing(start, below); err != nil || !x.IsZero() {
				return x, err
			}
		}
	}
	if t.rule.Link == "" || narrowed && !t.rule.Listed {
		return Excess{}, nil
	}
	for _, start := range starts {
		if x, err := s.eachLinked(ctx, start, t.rule, missing); err != nil || !x.IsZero() {
			return x, err
		}
	}
	return Excess{}, nil
}

// both yields false, and true where it is asked for.
func both(second bool) func(func(bool) bool) {
	return func(yield func(bool) bool) {
		if yield(false) && second {
			yield(true)
		}
	}
}

// eachLinked asks missing of every entity that links to start, and where the
// rule goes below, to anything below it.
func (s *State) eachLinked(ctx context.Context, start string, rule scope.Rule, missing func(string, bool) (Excess, error)) (Excess, error) {
	below := []string{start}
	for len(below) > 0 {
		target := below[0]
		below = below[1:]
		var found Excess
		err := s.eachEntity(ctx, store.EntityFilter{LinkedTo: target}, func(e scope.Entity) (err error) {
			for _, l := range e.Links {
				if l.Name != rule.Link || l.To != target {
					continue
				}
				for deeper := range both(rule.LinkedBelow) {
					if found, err = missing(e.ID, deeper); err != nil || !found.IsZero() {
						return err
					}
				}
			}
			return nil
		}, &found)
		if err != nil || !found.IsZero() {
			return found, err
		}
		if rule.Below {
			err := s.eachEntity(ctx, store.EntityFilter{Parent: target}, func(e scope.Entity) error {
				below = append(below, e.ID)
				return nil
			}, &found)
			if err != nil {
				return Excess{}, err
			}
		}
	}
	return Excess{}, nil
}

// eachEntity calls fn of what the filter selects, until there is an excess.
func (s *State) eachEntity(ctx context.Context, filter store.EntityFilter, fn func(scope.Entity) error, until *Excess) error {
	return s.alone.store.View(ctx, func(r store.Reader) error {
		for after := ""; ; {
			page, err := r.Entities(ctx, filter, store.Page{After: after, Limit: store.MaxPage})
			if err != nil {
				return fmt.Errorf("access: entities: %w", err)
			}
			for _, e := range page {
				if e.ID <= after {
					return fmt.Errorf("access: the listing of entities has %q after %q", e.ID, after)
				}
				after = e.ID
				if err := fn(e); err != nil || !until.IsZero() {
					return err
				}
			}
			if len(page) < store.MaxPage {
				return nil
			}
		}
	})
}

// reaches reports whether the standing has the entity in scope, or whatever is
// or will be below it.
func (s *State) reaches(ctx context.Context, st *standing, id string, below bool) (bool, error) {
	if st == nil {
		return false, nil
	}
	l, err := s.alone.object(ctx, id)
	if err != nil || l == nil {
		return false, err
	}
	if below {
		child := l.Below()
		l = &child
	}
	return st.reaches(l), nil
}
