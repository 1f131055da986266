package acl

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
)

// A planner gathers a plan.
type planner struct {
	system   *System
	levels   map[string]Level
	roles    map[string]roles.Role
	matching map[string]string
	opts     PlanOptions
	outcomes map[string]*Outcome
	problems []Problem
}

func newPlanner(system *System, existing Existing, opts *PlanOptions) (*planner, error) {
	if system == nil {
		return nil, errors.New("acl: migration: no system; build one with NewSystem")
	}
	p := &planner{system: system, levels: make(map[string]Level), roles: make(map[string]roles.Role),
		matching: existing.Matching, outcomes: make(map[string]*Outcome)}
	if opts != nil {
		p.opts = *opts
	}
	if p.opts.RoleID == nil {
		p.opts.RoleID = func(l Level) string { return "acl-" + l.ID }
	}
	if p.opts.RoleName == nil {
		p.opts.RoleName = func(l Level) string { return l.Name }
	}
	for _, l := range existing.Levels {
		if _, twice := p.levels[l.ID]; twice {
			return nil, fmt.Errorf("acl: migration: level %q is given twice", l.ID)
		}
		p.levels[l.ID] = l
	}
	for _, r := range existing.Roles {
		if _, twice := p.roles[r.ID]; twice {
			return nil, fmt.Errorf("acl: migration: role %q is given twice", r.ID)
		}
		p.roles[r.ID] = r
	}
	return p, nil
}

func (p *planner) problem(level string, h Holder, err error) {
	p.problems = append(p.problems, Problem{Level: level, Holder: h, Err: err})
}

func (p *planner) lookup(id string) (Level, error) {
	l, ok := p.levels[id]
	if !ok {
		return Level{}, fmt.Errorf("%w %q", ErrUnknown, id)
	}
	return l, nil
}

// addLevel enters what becomes of a level, or the problem with it. Nothing
// becomes of a component: what it permits is in the levels that include it.
func (p *planner) addLevel(level Level) {
	c, err := p.system.Compile(level, p.lookup)
	if err == nil && c.of.Component() {
		return
	}
	var o *Outcome
	if err == nil {
		o, err = p.outcome(level, c)
	}
	if err != nil {
		p.problem(level.ID, Holder{}, err)
		return
	}
	p.outcomes[level.ID] = o
	if o.Rule == AssignCustom && o.Proof.Gains() {
		o.Rule = OfferCustom
		p.problem(level.ID, Holder{}, fmt.Errorf("acl: level %q: role %q is there already and permits more than the level; an administrator must assign it", level.ID, o.Role.ID))
	}
}

func (p *planner) outcome(level Level, c *Compiled) (*Outcome, error) {
	o := &Outcome{Level: level.ID, Name: level.Name, Type: level.Type, Beyond: p.system.beyond(c)}
	if level.System {
		o.Rule = AssignMatching
		id, ok := p.matching[level.ID]
		if !ok {
			return nil, fmt.Errorf("acl: level %q: a system default without a matching role; name one in Existing.Matching", level.ID)
		}
		if o.Role, o.Exists = p.roles[id]; !o.Exists {
			return nil, fmt.Errorf("acl: level %q: its matching role %q does not exist; make that role first", level.ID, id)
		}
	} else {
		o.Rule = OfferCustom
		if c.of.SelfCare {
			o.Rule = AssignCustom
		}
		if c.of.Hidden {
			o.HiddenFrom, o.VisibleTo = slices.Clone(p.system.hiddenFrom), slices.Clone(level.VisibleTo)
		}
		id := p.opts.RoleID(level)
		if o.Role, o.Exists = p.roles[id]; !o.Exists {
			o.Role = roles.NewRole(id, p.opts.RoleName(level), c.of.RoleType, translate(c.table))
			o.Role.Owner, o.Role.Description = level.Owner, level.Description
		}
	}
	o.Role = o.Role.Copy()
	if o.Role.Type != c.of.RoleType {
		return nil, fmt.Errorf("acl: level %q: role %q is of type %q, and the level's holders are of type %q", level.ID, o.Role.ID, o.Role.Type, c.of.RoleType)
	}
	table, err := p.system.model.Compile(o.Role)
	if err != nil {
		return nil, fmt.Errorf("acl: level %q: its role: %w", level.ID, err)
	}
	o.Proof = prove(c.table, table)
	return o, nil
}

// checkMade refuses names given by options under which two levels would write
// one role.
func (p *planner) checkMade() error {
	made := make(map[string]string)
	for _, id := range slices.Sorted(maps.Keys(p.outcomes)) {
		o := p.outcomes[id]
		if o.Rule == AssignMatching {
			continue
		}
		if other, twice := made[o.Role.ID]; twice {
			return fmt.Errorf("acl: migration: levels %q and %q both have the role %q; give each its own in PlanOptions.RoleID", other, id, o.Role.ID)
		}
		made[o.Role.ID] = id
	}
	return nil
}

// addHolder enters each holder in exactly one place.
func (p *planner) addHolder(h Holder) {
	o, err := p.outcomeFor(h)
	if err != nil {
		p.problem(h.Level, h, err)
		return
	}
	a := Assignment{Individual: h.Individual, Organization: h.Organization, Role: o.Role.ID, Level: o.Level}
	switch {
	case h.Role == o.Role.ID:
		o.Done = append(o.Done, h)
	case h.Role != "":
		o.Kept = append(o.Kept, h)
	case o.Rule == OfferCustom:
		o.Offer = append(o.Offer, a)
	default:
		o.Assign = append(o.Assign, a)
	}
}

func (p *planner) outcomeFor(h Holder) (*Outcome, error) {
	for _, id := range []string{h.Individual, h.Organization} {
		if err := scope.CheckID(id); err != nil {
			return nil, err
		}
	}
	level, err := p.lookup(h.Level)
	if err != nil {
		return nil, err
	}
	t, err := p.system.Type(level.Type)
	if err != nil {
		return nil, err
	}
	if err := t.assignable(level.ID); err != nil {
		return nil, err
	}
	if h.Type != t.RoleType {
		return nil, fmt.Errorf("acl: the holder is of role type %q, and levels of type %q are for %q", h.Type, t.Name, t.RoleType)
	}
	o := p.outcomes[h.Level]
	if o == nil {
		return nil, errors.New("acl: the level has a problem of its own; mend that first")
	}
	return o, nil
}

func (p *planner) finish() *Plan {
	plan := &Plan{Problems: p.problems}
	for _, id := range slices.Sorted(maps.Keys(p.outcomes)) {
		plan.Outcomes = append(plan.Outcomes, *p.outcomes[id])
	}
	return plan
}

// beyond returns what a level permits and no node shows.
func (s *System) beyond(c *Compiled) []Permission {
	shown := make(map[target]roles.Permission) // by what a node needs
	for n := range s.model.Tree().Nodes() {
		at := c.table.Permission(n, roles.Own) | c.table.Permission(n, roles.Below)
		for _, need := range s.coverage.at(n) {
			shown[need] |= at
			shown[need.whole()] |= at
		}
	}
	var out []Permission
	for _, p := range c.Permissions() {
		if p.Operations &^= Operations(shown[p.target()]); p.Operations != 0 {
			out = append(out, p)
		}
	}
	return out
}
