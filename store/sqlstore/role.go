package sqlstore

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/store"
)

// maxPathBytes is the longest path of a node: 16 parts of 64 bytes and their
// slashes. An index takes no row of any length.
const maxPathBytes = 16 * (64 + 1)

func roleRevision(r roles.Role) uint64 { return r.Revision }

func roleRecord(id string) record { return record{"role", id} }

func selectRoles() *query {
	return selectFrom("id, name, type, owner, description, revision", "durward_roles")
}

func (w *session) roles(ctx context.Context, q *query) ([]roles.Role, error) {
	all, err := list(ctx, w, q, func(r row, into *roles.Role) error {
		return r.Scan(&into.ID, &into.Name, &into.Type, &into.Owner, &into.Description, &into.Revision)
	})
	if err != nil {
		return nil, err
	}
	byID := make(map[string]*roles.Role, len(all))
	keys := make([]any, len(all))
	for i := range all {
		all[i].Permissions = make(map[string]roles.Setting)
		byID[all[i].ID], keys[i] = &all[i], all[i].ID
	}
	err = w.parts(ctx, "SELECT role, path, permission, set_by, set_revision FROM durward_role_permissions WHERE role", keys, "role, path", func(r row) error {
		var id, path string
		var s roles.Setting
		if err := r.Scan(&id, &path, wordColumn[roles.Permission]{&s.Permission, roles.ParsePermission}, &s.By, &s.Revision); err != nil {
			return err
		}
		if role := byID[id]; role != nil {
			role.Permissions[path] = s
		}
		return nil
	})
	return all, err
}

// Role implements [store.RoleReader].
func (t *tx) Role(ctx context.Context, id string) (roles.Role, error) {
	if err := t.ready(ctx); err != nil {
		return roles.Role{}, err
	}
	found, err := t.roles(ctx, selectRoles().where("id = ?", id))
	return one(roleRecord(id), found, err)
}

// Roles implements [store.RoleReader].
func (t *tx) Roles(ctx context.Context, f store.RoleFilter, p store.Page) ([]roles.Role, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	all, err := t.roles(ctx, selectRoles().equal("type", f.Type).equal("owner", f.Owner).page("id", p))
	return all, explain("roles", err)
}

var putRole = upsert("durward_roles", "id", "name, type, owner, description, revision")

// PutRole implements [store.RoleWriter].
func (t *tx) PutRole(ctx context.Context, role roles.Role) error {
	if err := t.ready(ctx); err != nil {
		return err
	}
	if err := role.Validate(); err != nil {
		return err
	}
	r := roleRecord(role.ID)
	for path, s := range role.Permissions {
		if !plain(path) || len(path) > maxPathBytes || !s.Permission.Valid() {
			return fmt.Errorf("sqlstore: role %q: permission %v at %.80q: want a set of actions at a path of at most %d bytes of UTF-8",
				role.ID, s.Permission, path, maxPathBytes)
		}
	}
	found, err := t.roles(ctx, selectRoles().where("id = ?", role.ID))
	old, err := current(r, found, err, role.Revision, roleRevision)
	if err != nil {
		return err
	}
	if old.Type != "" && old.Type != role.Type {
		return fmt.Errorf("sqlstore: role %q: type %q: it is %q since its creation; make another role", role.ID, role.Type, old.Type)
	}
	role = store.StampRole(old, role, t.by, t.writes)
	t.note(store.Roles, role.ID, "", old.Revision > 0, len(old.Permissions)+len(role.Permissions) > 0)
	if _, err := t.exec(ctx, putRole, role.ID, role.Name, role.Type, role.Owner, role.Description, int64(role.Revision)); err != nil {
		return r.wrap(err)
	}
	rows := make([][]any, 0, len(role.Permissions))
	for _, path := range slices.Sorted(maps.Keys(role.Permissions)) {
		s := role.Permissions[path]
		rows = append(rows, []any{role.ID, path, s.Permission.String(), s.By, int64(s.Revision)})
	}
	if err := t.clear(ctx, old.Revision, "DELETE FROM durward_role_permissions WHERE role = ?", role.ID); err != nil {
		return r.wrap(err)
	}
	return r.wrap(t.insert(ctx, "durward_role_permissions", "role, path, permission, set_by, set_revision", rows))
}

// DeleteRole implements [store.RoleWriter].
func (t *tx) DeleteRole(ctx context.Context, id string, revision uint64) error {
	if err := t.ready(ctx); err != nil {
		return err
	}
	found, err := t.revisions(ctx, "SELECT revision FROM durward_roles WHERE id = ?", id)
	if _, err := existing(roleRecord(id), found, err, revision, itself); err != nil {
		return err
	}
	t.changed(store.Roles, id, "")
	return roleRecord(id).wrap(t.remove(ctx, id,
		"DELETE FROM durward_role_permissions WHERE role = ?",
		"DELETE FROM durward_roles WHERE id = ?"))
}

// clear deletes the parts of a record that are to be written anew, of which a new
// one, read at revision 0, has none.
func (t *tx) clear(ctx context.Context, revision uint64, statement, id string) error {
	if revision == 0 {
		return nil
	}
	return t.remove(ctx, id, statement)
}

// remove runs statements with one parameter each: a record's parts are deleted
// by name, since the host's settings may not cascade.
func (t *tx) remove(ctx context.Context, id string, statements ...string) error {
	for _, statement := range statements {
		if _, err := t.exec(ctx, statement, id); err != nil {
			return err
		}
	}
	return nil
}
