package sqlstore

import (
	"context"
	"fmt"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/store"
)

func classRevision(c individuals.Class) uint64 { return c.Revision }

func classRecord(id string) record { return record{"class", id} }

func selectClasses() *query {
	return selectFrom("id, name, second_factor, revision", "durward_classes")
}

func (w *session) classes(ctx context.Context, q *query) ([]individuals.Class, error) {
	return list(ctx, w, q, func(r row, into *individuals.Class) error {
		return r.Scan(&into.ID, &into.Name, &into.SecondFactor, &into.Revision)
	})
}

// Class implements [store.ClassReader].
func (t *tx) Class(ctx context.Context, id string) (individuals.Class, error) {
	if err := t.ready(ctx); err != nil {
		return individuals.Class{}, err
	}
	found, err := t.classes(ctx, selectClasses().where("id = ?", id))
	return one(classRecord(id), found, err)
}

// Classes implements [store.ClassReader].
func (t *tx) Classes(ctx context.Context, p store.Page) ([]individuals.Class, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	all, err := t.classes(ctx, selectClasses().page("id", p))
	return all, explain("classes", err)
}

var putClass = upsert("durward_classes", "id", "name, second_factor, revision")

// PutClass implements [store.ClassWriter].
func (t *tx) PutClass(ctx context.Context, c individuals.Class) error {
	if err := t.ready(ctx); err != nil {
		return err
	}
	if err := c.Validate(); err != nil {
		return err
	}
	found, err := t.classes(ctx, selectClasses().where("id = ?", c.ID))
	if _, err := current(classRecord(c.ID), found, err, c.Revision, classRevision); err != nil {
		return err
	}
	t.note(store.Classes, c.ID, "", c.Revision > 0, false)
	_, err = t.exec(ctx, putClass, c.ID, c.Name, c.SecondFactor, int64(t.writes))
	return classRecord(c.ID).wrap(err)
}

// DeleteClass implements [store.ClassWriter].
func (t *tx) DeleteClass(ctx context.Context, id string, revision uint64) error {
	if err := t.ready(ctx); err != nil {
		return err
	}
	r := classRecord(id)
	found, err := t.classes(ctx, selectClasses().where("id = ?", id))
	if _, err := existing(r, found, err, revision, classRevision); err != nil {
		return err
	}
	user, used, err := t.some(ctx, "SELECT entity FROM durward_organizations WHERE class = ? LIMIT 1", id)
	if err != nil {
		return r.wrap(err)
	}
	if used {
		return fmt.Errorf("sqlstore: class %q: organization %q has it: %w", id, user, store.ErrInUse)
	}
	t.changed(store.Classes, id, "")
	return r.wrap(t.remove(ctx, id, "DELETE FROM durward_classes WHERE id = ?"))
}
