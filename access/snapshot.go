package access

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// A snapshot is every role and access level, compiled. It is immutable; the
// engine swaps it whole, when one of them changed: standings know by it
// whether they still hold.
type snapshot struct {
	revision uint64 // that it was made at
	since    uint64 // decides from this generation of the engine on
	roles    map[string]*compiledRole
	levels   map[string]*compiledLevel
	// onDemand is set where nothing is compiled before it is needed, see [State].
	onDemand *records
}

// A compiledRole has a table, or the fault that sets the role aside.
type compiledRole struct {
	record roles.Role
	table  *roles.Table
	fault  error
}

// A compiledLevel is the same for an access level.
type compiledLevel struct {
	record     acl.Level
	table      *roles.Table
	components []string // the levels that it was compiled from, itself included
	fault      error
}

var errNoACLs = errors.New("access: the engine has no ACL system; set Options.ACLs")

// loadSnapshot reads everything.
func (e *Engine) loadSnapshot(ctx context.Context) (*snapshot, error) {
	var s *snapshot
	err := e.store.View(ctx, func(r store.Reader) error {
		s = &snapshot{revision: r.Revision(), roles: make(map[string]*compiledRole), levels: make(map[string]*compiledLevel)}
		for after := ""; ; {
			page, err := r.Roles(ctx, store.RoleFilter{}, store.Page{After: after, Limit: store.MaxPage})
			if err != nil {
				return err
			}
			for _, role := range page {
				if role.ID <= after {
					return fmt.Errorf("access: the listing of roles has %q after %q", role.ID, after)
				}
				s.roles[role.ID] = e.compileRole(role)
				after = role.ID
			}
			if len(page) < store.MaxPage {
				break
			}
		}
		for after := ""; ; {
			page, err := r.ACLs(ctx, store.ACLFilter{}, store.Page{After: after, Limit: store.MaxPage})
			if err != nil {
				return err
			}
			for _, level := range page {
				if level.ID <= after {
					return fmt.Errorf("access: the listing of ACLs has %q after %q", level.ID, after)
				}
				s.levels[level.ID] = &compiledLevel{record: level}
				after = level.ID
			}
			if len(page) < store.MaxPage {
				return nil
			}
		}
	})
	if err != nil {
		return nil, fmt.Errorf("access: reading roles and ACLs: %w", err)
	}
	for id, l := range s.levels {
		s.levels[id] = e.compileLevel(l.record, s.levels)
	}
	return s, nil
}

// nextSnapshot reads the changed roles and levels and returns a snapshot with
// them, old where there are none.
func (e *Engine) nextSnapshot(ctx context.Context, r store.Reader, old *snapshot, changed map[store.Kind]map[string]bool) (*snapshot, error) {
	if len(changed[store.Roles]) == 0 && len(changed[store.ACLs]) == 0 {
		return old, nil
	}
	s := &snapshot{revision: r.Revision(), roles: old.roles, levels: old.levels}
	if len(changed[store.Roles]) > 0 {
		s.roles = maps.Clone(old.roles)
	}
	for id := range changed[store.Roles] {
		role, err := r.Role(ctx, id)
		switch {
		case errors.Is(err, store.ErrNotFound):
			delete(s.roles, id)
		case err != nil:
			return nil, err
		case role.ID != id:
			return nil, mixedUp("role", id, role.ID)
		default:
			s.roles[id] = e.compileRole(role)
		}
	}
	levels := make(map[string]*acl.Level)
	for id := range changed[store.ACLs] {
		level, err := r.ACL(ctx, id)
		switch {
		case errors.Is(err, store.ErrNotFound):
			levels[id] = nil
		case err != nil:
			return nil, err
		case level.ID != id:
			return nil, mixedUp("ACL", id, level.ID)
		default:
			levels[id] = &level
		}
	}
	if len(levels) > 0 {
		s.levels = e.recompileLevels(old.levels, levels)
	}
	return s, nil
}

// mixedUp is the error of a store that answers with another record. Nothing
// that it says can be believed.
func mixedUp(what, asked, answered string) error {
	return fmt.Errorf("access: asked for %s %q, the store answered %q", what, asked, answered)
}

// recompileLevels puts the changed records in, and compiles them and every
// level that has, or wants, one of them as a component.
func (e *Engine) recompileLevels(old map[string]*compiledLevel, changed map[string]*acl.Level) map[string]*compiledLevel {
	levels := maps.Clone(old)
	for id, record := range changed {
		if record == nil {
			delete(levels, id)
		} else {
			levels[id] = &compiledLevel{record: *record}
		}
	}
	for id, l := range levels {
		affected := changed[id] != nil || l.fault != nil
		for _, component := range l.components {
			if _, ok := changed[component]; ok {
				affected = true
			}
		}
		if affected {
			levels[id] = e.compileLevel(l.record, levels)
		}
	}
	return levels
}

func (e *Engine) compileRole(role roles.Role) *compiledRole {
	table, err := e.model.Compile(role)
	return &compiledRole{record: role, table: table, fault: err}
}

func (e *Engine) compileLevel(level acl.Level, levels map[string]*compiledLevel) *compiledLevel {
	return e.compileLevelBy(level, func(id string) (acl.Level, error) {
		if l, ok := levels[id]; ok {
			return l.record, nil
		}
		return acl.Level{}, fmt.Errorf("access: ACL %q: %w", id, store.ErrNotFound)
	})
}

func (e *Engine) compileLevelBy(level acl.Level, lookup acl.Lookup) *compiledLevel {
	if e.acls == nil {
		return &compiledLevel{record: level, fault: errNoACLs}
	}
	compiled, err := e.acls.Compile(level, lookup)
	if err != nil {
		return &compiledLevel{record: level, fault: err}
	}
	return &compiledLevel{record: level, table: compiled.Table(), components: compiled.Components()}
}

// named returns a role that compiles, or why there is none.
func (s *snapshot) named(id string) (*compiledRole, error) {
	if s.onDemand != nil {
		if err := s.onDemand.role(s, id); err != nil {
			return nil, err
		}
	}
	r, ok := s.roles[id]
	switch {
	case !ok:
		return nil, fmt.Errorf("access: role %q: %w", id, store.ErrNotFound)
	case r.fault != nil:
		return nil, r.fault
	}
	return r, nil
}

// role returns a role that people of the type use in the
// organization, or why they cannot.
func (s *snapshot) role(id, typeName string, in *scope.Lineage) (*compiledRole, error) {
	r, err := s.named(id)
	switch {
	case err != nil:
		return nil, err
	case r.record.Type != typeName:
		return nil, fmt.Errorf("access: role %q is for %q, the individual's type is %q", id, r.record.Type, typeName)
	case r.record.Owner != "" && !in.Within(r.record.Owner):
		return nil, fmt.Errorf("access: role %q belongs to %q, and %q does not lie below it", id, r.record.Owner, in.Object())
	}
	return r, nil
}

// level is role for an access level.
func (s *snapshot) level(id, typeName string, in *scope.Lineage, acls *acl.System) (*compiledLevel, error) {
	if s.onDemand != nil {
		if err := s.onDemand.level(s, id); err != nil {
			return nil, err
		}
	}
	l, ok := s.levels[id]
	switch {
	case !ok:
		return nil, fmt.Errorf("access: ACL %q: %w", id, store.ErrNotFound)
	case l.fault != nil:
		return nil, l.fault
	case l.table == nil:
		return nil, fmt.Errorf("access: ACL %q is a component, which nobody can hold", id)
	case l.table.Type() != typeName:
		return nil, fmt.Errorf("access: ACL %q is for %q, the individual's type is %q", id, l.table.Type(), typeName)
	}
	if err := acls.Usable(l.record, in); err != nil {
		return nil, err
	}
	return l, nil
}
