package sqlstore

import (
	"context"
	"fmt"

	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/store"
)

func aclRevision(l acl.Level) uint64 { return l.Revision }

func aclRecord(id string) record { return record{"ACL", id} }

func selectACLs() *query {
	return selectFrom("id, name, type, owner, description, system_default, revision", "durward_acls")
}

func (w *session) acls(ctx context.Context, q *query) ([]acl.Level, error) {
	all, err := list(ctx, w, q, func(r row, into *acl.Level) error {
		return r.Scan(&into.ID, &into.Name, &into.Type, &into.Owner, &into.Description, &into.System, &into.Revision)
	})
	if err != nil {
		return nil, err
	}
	byID := make(map[string]*acl.Level, len(all))
	keys := make([]any, len(all))
	for i := range all {
		byID[all[i].ID], keys[i] = &all[i], all[i].ID
	}
	err = w.parts(ctx, "SELECT acl, operations, object, attribute FROM durward_acl_permissions WHERE acl", keys, "acl, place", func(r row) error {
		var id string
		var p acl.Permission
		if err := r.Scan(&id, wordColumn[acl.Operations]{&p.Operations, acl.ParseOperations}, &p.Object, &p.Attribute); err != nil {
			return err
		}
		if level := byID[id]; level != nil {
			level.Permissions = append(level.Permissions, p)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = w.names(ctx, "SELECT acl, component FROM durward_acl_components WHERE acl", keys, "acl, place", func(id, name string) {
		if level := byID[id]; level != nil {
			level.Components = append(level.Components, name)
		}
	})
	if err != nil {
		return nil, err
	}
	err = w.names(ctx, "SELECT acl, entity FROM durward_acl_visible_to WHERE acl", keys, "acl, place", func(id, name string) {
		if level := byID[id]; level != nil {
			level.VisibleTo = append(level.VisibleTo, name)
		}
	})
	return all, err
}

// names is parts for rows of the record's key and one name.
func (w *session) names(ctx context.Context, query string, keys []any, order string, take func(id, name string)) error {
	return w.parts(ctx, query, keys, order, func(r row) error {
		var id, name string
		if err := r.Scan(&id, &name); err != nil {
			return err
		}
		take(id, name)
		return nil
	})
}

// named makes the rows of an ordered list of names that belongs to a record.
func named(names []string, keys ...any) [][]any {
	rows := make([][]any, len(names))
	for i, name := range names {
		rows[i] = append(append(make([]any, 0, len(keys)+2), keys...), i, name)
	}
	return rows
}

// ACL implements [store.ACLReader].
func (t *tx) ACL(ctx context.Context, id string) (acl.Level, error) {
	if err := t.ready(ctx); err != nil {
		return acl.Level{}, err
	}
	found, err := t.acls(ctx, selectACLs().where("id = ?", id))
	return one(aclRecord(id), found, err)
}

// ACLs implements [store.ACLReader].
func (t *tx) ACLs(ctx context.Context, f store.ACLFilter, p store.Page) ([]acl.Level, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	all, err := t.acls(ctx, selectACLs().equal("type", f.Type).equal("owner", f.Owner).page("id", p))
	return all, explain("ACLs", err)
}

var putACL = upsert("durward_acls", "id", "name, type, owner, description, system_default, revision")

// PutACL implements [store.ACLWriter].
func (t *tx) PutACL(ctx context.Context, level acl.Level) error {
	if err := t.ready(ctx); err != nil {
		return err
	}
	if err := level.Validate(); err != nil {
		return err
	}
	r := aclRecord(level.ID)
	if !plain(level.Description) {
		return fmt.Errorf("sqlstore: ACL %q: description: %w", level.ID, errText)
	}
	found, err := t.acls(ctx, selectACLs().where("id = ?", level.ID))
	old, err := current(r, found, err, level.Revision, aclRevision)
	if err != nil {
		return err
	}
	if old.Type != "" && old.Type != level.Type {
		return fmt.Errorf("sqlstore: ACL %q: type %q: it is %q since its creation; make another ACL", level.ID, level.Type, old.Type)
	}
	t.note(store.ACLs, level.ID, "", level.Revision > 0, true)
	if _, err := t.exec(ctx, putACL, level.ID, level.Name, level.Type, level.Owner, level.Description, level.System, int64(t.writes)); err != nil {
		return r.wrap(err)
	}
	permissions := make([][]any, len(level.Permissions))
	for i, p := range level.Permissions {
		permissions[i] = []any{level.ID, i, p.Operations.String(), p.Object, p.Attribute}
	}
	for _, part := range []struct {
		table, columns string
		rows           [][]any
	}{
		{"durward_acl_permissions", "acl, place, operations, object, attribute", permissions},
		{"durward_acl_components", "acl, place, component", named(level.Components, level.ID)},
		{"durward_acl_visible_to", "acl, place, entity", named(level.VisibleTo, level.ID)},
	} {
		if err := t.clear(ctx, level.Revision, "DELETE FROM "+part.table+" WHERE acl = ?", level.ID); err != nil {
			return r.wrap(err)
		}
		if err := t.insert(ctx, part.table, part.columns, part.rows); err != nil {
			return r.wrap(err)
		}
	}
	return nil
}

// DeleteACL implements [store.ACLWriter].
func (t *tx) DeleteACL(ctx context.Context, id string, revision uint64) error {
	if err := t.ready(ctx); err != nil {
		return err
	}
	found, err := t.revisions(ctx, "SELECT revision FROM durward_acls WHERE id = ?", id)
	if _, err := existing(aclRecord(id), found, err, revision, itself); err != nil {
		return err
	}
	t.changed(store.ACLs, id, "")
	return aclRecord(id).wrap(t.remove(ctx, id,
		"DELETE FROM durward_acl_permissions WHERE acl = ?",
		"DELETE FROM durward_acl_components WHERE acl = ?",
		"DELETE FROM durward_acl_visible_to WHERE acl = ?",
		"DELETE FROM durward_acls WHERE id = ?"))
}
