package sqlstore

import (
	"context"
	"fmt"

	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

func entityRevision(e scope.Entity) uint64 { return e.Revision }

func entityRecord(id string) record { return record{"entity", id} }

func selectEntities() *query {
	return selectFrom("id, kind, parent, title, revision, EXISTS (SELECT 1 FROM durward_entity_links WHERE entity = durward_entities.id)", "durward_entities")
}

func (w *session) entities(ctx context.Context, q *query) ([]scope.Entity, error) {
	var keys []any // few entities link to others
	all, err := list(ctx, w, q, func(r row, into *scope.Entity) error {
		linked := false
		err := r.Scan(&into.ID, &into.Kind, optionalColumn{&into.Parent}, &into.Title, &into.Revision, &linked)
		if linked {
			keys = append(keys, into.ID)
		}
		return err
	})
	if err != nil || len(keys) == 0 {
		return all, err
	}
	byID := make(map[string]*scope.Entity, len(all))
	for i := range all {
		byID[all[i].ID] = &all[i]
	}
	err = w.parts(ctx, "SELECT entity, name, target FROM durward_entity_links WHERE entity", keys, "entity, place", func(r row) error {
		var id string
		var link scope.Link
		if err := r.Scan(&id, &link.Name, &link.To); err != nil {
			return err
		}
		if e := byID[id]; e != nil {
			e.Links = append(e.Links, link)
		}
		return nil
	})
	return all, err
}

// Entity implements [store.EntityReader].
func (t *tx) Entity(ctx context.Context, id string) (scope.Entity, error) {
	if err := t.ready(ctx); err != nil {
		return scope.Entity{}, err
	}
	found, err := t.entities(ctx, selectEntities().where("id = ?", id))
	return one(entityRecord(id), found, err)
}

// Entities implements [store.EntityReader].
func (t *tx) Entities(ctx context.Context, f store.EntityFilter, p store.Page) ([]scope.Entity, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	q := selectEntities().equal("parent", f.Parent).equal("kind", f.Kind)
	if f.LinkedTo != "" {
		q.where("id IN (SELECT entity FROM durward_entity_links WHERE target = ?)", f.LinkedTo)
	}
	all, err := t.entities(ctx, q.page("id", p))
	return all, explain("entities", err)
}

var putEntity = upsert("durward_entities", "id", "kind, parent, title, revision")

// PutEntity implements [store.EntityWriter].
func (t *tx) PutEntity(ctx context.Context, e scope.Entity) error {
	if err := t.ready(ctx); err != nil {
		return err
	}
	r := entityRecord(e.ID)
	found, err := t.entities(ctx, selectEntities().where("id = ?", e.ID))
	old, err := current(r, found, err, e.Revision, entityRevision)
	if err != nil {
		return err
	}
	if err := scope.CheckPlacement(store.EntityLookup(ctx, t), e); err != nil {
		return err
	}
	t.note(store.Entities, e.ID, "", e.Revision > 0, len(old.Links)+len(e.Links) > 0)
	if _, err := t.exec(ctx, putEntity, e.ID, e.Kind, optional(e.Parent), e.Title, int64(t.writes)); err != nil {
		return r.wrap(err)
	}
	if err := t.clear(ctx, e.Revision, "DELETE FROM durward_entity_links WHERE entity = ?", e.ID); err != nil {
		return r.wrap(err)
	}
	rows := make([][]any, len(e.Links))
	for i, link := range e.Links {
		rows[i] = []any{e.ID, i, link.Name, link.To}
	}
	return r.wrap(t.insert(ctx, "durward_entity_links", "entity, place, name, target", rows))
}

// DeleteEntity implements [store.EntityWriter].
func (t *tx) DeleteEntity(ctx context.Context, id string, revision uint64) error {
	if err := t.ready(ctx); err != nil {
		return err
	}
	r := entityRecord(id)
	found, err := t.revisions(ctx, "SELECT revision FROM durward_entities WHERE id = ?", id)
	if _, err := existing(r, found, err, revision, itself); err != nil {
		return err
	}
	for _, need := range []struct{ query, says string }{
		{"SELECT id FROM durward_entities WHERE parent = ? LIMIT 1", "%q lies below it"},
		{"SELECT entity FROM durward_entity_links WHERE target = ? LIMIT 1", "%q links to it"},
		{"SELECT entity FROM durward_organizations WHERE entity = ?", "organization %q is its own"},
	} {
		other, some, err := t.some(ctx, need.query, id)
		if err != nil {
			return r.wrap(err)
		}
		if some {
			return fmt.Errorf("sqlstore: entity %q: "+need.says+": %w", id, other, store.ErrInUse)
		}
	}
	t.changed(store.Entities, id, "")
	return r.wrap(t.remove(ctx, id,
		"DELETE FROM durward_entity_links WHERE entity = ?",
		"DELETE FROM durward_entities WHERE id = ?"))
}
