package access

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
)

// A Holding is what someone holds in one organization: the tables of the slots
// that govern there, and the scope. It says nothing of windows, networks and
// factors, which say when a person may use it. [State.Covers] compares two. A
// Holding is immutable and safe for concurrent use. The zero one holds nothing
// and reaches nothing.
type Holding struct {
	of           *Engine // nil: the zero Holding
	organization string
	everything   bool // in scope, as for a system principal without bounds
	rule         scope.Rule
	listed       []string
	packed       [2]string // the tables, by side
	slots        [2]Slot   // which those are of
}

// ErrNoHolding says that what someone holds cannot be told, because a record
// that it depends on is damaged or missing.
var ErrNoHolding = errors.New("access: what is held cannot be told")

// Organization returns the organization that the holding is in, "" for the
// zero Holding and for a system principal without bounds.
func (h Holding) Organization() string { return h.organization }

// On returns what is held at a node on a surface, for an object that is the
// organization itself, for any other in scope, or without an object. It is
// [roles.Restrict] for a node of another tree than the engine's and for an
// unknown surface.
func (h Holding) On(surface Surface, n roles.Node, reach roles.Reach) roles.Permission {
	if !h.has(n) || surface > API {
		return roles.Restrict
	}
	return unpack(h.packed[sideOf(surface.preferred(n.Marks()))][n.Index()], reach)
}

// Slot returns which slot of the grant governs at a node on a surface, so that On
// tells what that one holds. It is [NoSlot] where nothing was ever granted, for a
// system principal, and where On knows nothing of the node or the surface.
func (h Holding) Slot(surface Surface, n roles.Node) Slot {
	if !h.has(n) || surface > API {
		return NoSlot
	}
	return h.slots[sideOf(surface.preferred(n.Marks()))]
}

// Everywhere returns what is held at a node on every surface.
func (h Holding) Everywhere(n roles.Node, reach roles.Reach) roles.Permission {
	if !h.has(n) {
		return roles.Restrict
	}
	return unpack(h.packed[0][n.Index()]&h.packed[1][n.Index()], reach)
}

func (h Holding) has(n roles.Node) bool {
	return h.of != nil && !n.IsZero() && n.Tree() == h.of.tree
}

// SameScope reports whether both reach the same by the same rule: whatever
// becomes of the entities, as long as they stand alike for both.
func (h Holding) SameScope(other Holding) bool {
	if h.of != other.of || h.organization != other.organization || h.everything != other.everything ||
		h.rule != other.rule || len(h.listed) != len(other.listed) {
		return false
	}
	for _, id := range h.listed { // in any order, and none twice
		if !slices.Contains(other.listed, id) {
			return false
		}
	}
	return true
}

// Same reports whether both hold the same on every surface and reach the same
// by the same rule.
func (h Holding) Same(other Holding) bool {
	return h.packed == other.packed && h.SameScope(other)
}

// reach tells what the object is to the holding.
func (h *Holding) reach(object string) roles.Reach {
	if object == h.organization {
		return roles.Own
	}
	return roles.Below
}

// reaches reports whether an entity that exists is in scope.
func (h *Holding) reaches(l *scope.Lineage) bool {
	return h.everything || h.rule.Reaches(h.organization, h.listed, l)
}

// Holding returns what the individual holds in the organization, empty for its
// own; nothing where there is no such individual, no grant, or the
// organization has no settings. A record that does not compile is
// [ErrNoHolding], and any other error the store's.
func (s *State) Holding(ctx context.Context, individual, organization string) (Holding, error) {
	ctx, err := s.ready(ctx)
	if err != nil {
		return Holding{}, err
	}
	defer s.leave()
	return s.holding(ctx, &Request{Individual: individual, Organization: organization}, &inOwnName)
}

// HoldingOf returns what a principal of the engine holds. Of one that acts on
// behalf of another there are two, of which both count: what the individual
// holds, or the default role gives, and what the actor does. What the actor
// may borrow beyond that is lent for a time and nothing that it holds, and
// nodes for a person's own hands are in neither.
func (s *State) HoldingOf(ctx context.Context, p *Principal) ([]Holding, error) {
	ctx, err := s.ready(ctx)
	if err != nil {
		return nil, err
	}
	defer s.leave()
	if p == nil || p.engine != s.of {
		return nil, fmt.Errorf("access: principal: %w", errOtherEngine)
	}
	x, ok := s.capacity(p)
	if !ok {
		return []Holding{{}}, nil
	}
	own, err := s.holding(ctx, &p.identity, x)
	if err != nil {
		return nil, err
	}
	if p.capacity.behalf == nil {
		return []Holding{own}, nil
	}
	actor, err := s.holding(ctx, p.capacity.behalf.actor, &inOwnName)
	if err != nil {
		return nil, err
	}
	out := []Holding{own, actor}
	for i := range out {
		for side, packed := range out[i].packed {
			out[i].packed[side] = s.alone.withoutOwnHands(packed)
		}
	}
	return out, nil
}

// holding is what the one who asks in r holds.
func (s *State) holding(ctx context.Context, r *Request, x *capacity) (Holding, error) {
	st, reason, err := s.alone.find(ctx, s.alone.generation.Load(), r, x)
	if err != nil || reason != Granted {
		return Holding{}, err
	}
	sides := [2]side{*st.sideFor(0), *st.sideFor(1)}
	fault := firstError(st.fault, st.origins[0].fault, st.origins[1].fault)
	faulty := st.faulty || sides[0].faulty || sides[1].faulty
	settled := st.org == nil || st.org.found
	if x.asDefault() && !st.faulty && settled {
		governs, from := s.alone.defaultSide(st)
		sides, fault, faulty = [2]side{governs, governs}, from.fault, governs.faulty
	}
	if failed := (failedRead{}); errors.As(fault, &failed) {
		return Holding{}, failed.error
	}
	switch {
	case faulty:
		return Holding{}, fmt.Errorf("%w: %q in %q: %w", ErrNoHolding, r.Individual, st.organization, fault)
	case !settled:
		return Holding{}, nil
	}
	return Holding{
		of: s.by, organization: st.organization, everything: st.always && st.organization == "",
		rule: st.rule, listed: st.listed, packed: [2]string{sides[0].packed, sides[1].packed},
		slots: [2]Slot{sides[0].slot, sides[1].slot},
	}, nil
}
