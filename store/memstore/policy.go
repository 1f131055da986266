package memstore

import (
	"context"
	"fmt"

	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/store"
)

func roleRevision(r roles.Role) uint64 { return r.Revision }
func aclRevision(l acl.Level) uint64   { return l.Revision }

// Role implements [store.RoleReader].
func (t *tx) Role(ctx context.Context, id string) (roles.Role, error) {
	if err := t.ready(ctx); err != nil {
		return roles.Role{}, err
	}
	return t.state.roles.get(id, id)
}

// Roles implements [store.RoleReader].
func (t *tx) Roles(ctx context.Context, f store.RoleFilter, p store.Page) ([]roles.Role, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	return t.state.roles.list(p.After, p.Size(), func(r *roles.Role) bool {
		return (f.Type == "" || r.Type == f.Type) && (f.Owner == "" || r.Owner == f.Owner)
	}), nil
}

// PutRole implements [store.RoleWriter].
func (t *tx) PutRole(ctx context.Context, role roles.Role) error {
	if err := t.ready(ctx); err != nil {
		return err
	}
	if err := role.Validate(); err != nil {
		return err
	}
	old, err := t.state.roles.current(role.ID, role.ID, role.Revision, roleRevision)
	if err != nil {
		return err
	}
	if old.Type != "" && old.Type != role.Type {
		return fmt.Errorf("memstore: role %q: type %q: it is %q since its creation; make another role", role.ID, role.Type, old.Type)
	}
	t.state.roles.put(role.ID, store.StampRole(old, role, t.by, t.writes))
	t.changed(store.Roles, role.ID, "")
	return nil
}

// DeleteRole implements [store.RoleWriter].
func (t *tx) DeleteRole(ctx context.Context, id string, revision uint64) error {
	if err := t.ready(ctx); err != nil {
		return err
	}
	if _, err := t.state.roles.existing(id, id, revision, roleRevision); err != nil {
		return err
	}
	t.state.roles.rows.Delete(id)
	t.changed(store.Roles, id, "")
	return nil
}

// ACL implements [store.ACLReader].
func (t *tx) ACL(ctx context.Context, id string) (acl.Level, error) {
	if err := t.ready(ctx); err != nil {
		return acl.Level{}, err
	}
	return t.state.acls.get(id, id)
}

// ACLs implements [store.ACLReader].
func (t *tx) ACLs(ctx context.Context, f store.ACLFilter, p store.Page) ([]acl.Level, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	return t.state.acls.list(p.After, p.Size(), func(l *acl.Level) bool {
		return (f.Type == "" || l.Type == f.Type) && (f.Owner == "" || l.Owner == f.Owner)
	}), nil
}

// PutACL implements [store.ACLWriter].
func (t *tx) PutACL(ctx context.Context, level acl.Level) error {
	if err := t.ready(ctx); err != nil {
		return err
	}
	if err := level.Validate(); err != nil {
		return err
	}
	old, err := t.state.acls.current(level.ID, level.ID, level.Revision, aclRevision)
	if err != nil {
		return err
	}
	if old.Type != "" && old.Type != level.Type {
		return fmt.Errorf("memstore: ACL %q: type %q: it is %q since its creation; make another ACL", level.ID, level.Type, old.Type)
	}
	level.Revision = t.writes
	t.state.acls.put(level.ID, level)
	t.changed(store.ACLs, level.ID, "")
	return nil
}

// DeleteACL implements [store.ACLWriter].
func (t *tx) DeleteACL(ctx context.Context, id string, revision uint64) error {
	if err := t.ready(ctx); err != nil {
		return err
	}
	if _, err := t.state.acls.existing(id, id, revision, aclRevision); err != nil {
		return err
	}
	t.state.acls.rows.Delete(id)
	t.changed(store.ACLs, id, "")
	return nil
}
