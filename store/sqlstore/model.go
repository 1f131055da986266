package sqlstore

import (
	"context"
	"fmt"
	"time"

	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/store"
)

var _ store.ModelKeeper = (*Store)(nil)

// KeepModel implements [store.ModelKeeper]. It only reads where the model is in
// force already.
func (s *Store) KeepModel(ctx context.Context, digest roles.Digest, encoding []byte) error {
	if err := store.CheckModel(digest, encoding); err != nil {
		return fmt.Errorf("sqlstore: %w", err)
	}
	kept := false
	inForce := func(t *tx) error {
		latest, _, err := t.some(ctx, "SELECT coalesce(digest, '') FROM durward_models_in_force ORDER BY number DESC LIMIT 1")
		kept = latest == digest.String()
		return err
	}
	if err := s.history(ctx, inForce); err != nil || kept {
		return explain("keep model", err)
	}
	// As a commit would, so that the revision is the latest.
	err := s.beside(ctx, s.commits, func(w *session) error {
		t, err := newTx(ctx, w, s.traits.lock)
		if err != nil {
			return err
		}
		defer t.end()
		if err := inForce(t); err != nil || kept {
			return err // another engine was sooner
		}
		number, err := t.number(ctx, "SELECT coalesce(max(number), 0) + 1 FROM durward_models_in_force")
		if err != nil {
			return err
		}
		if _, err := t.exec(ctx, "INSERT INTO durward_models (digest, encoding) VALUES (?, ?) ON CONFLICT (digest) DO NOTHING",
			digest.String(), string(encoding)); err != nil {
			return err
		}
		_, err = t.exec(ctx, "INSERT INTO durward_models_in_force (number, from_revision, happened_at, digest) VALUES (?, ?, ?, ?)",
			number, int64(t.revision), instantText(s.clock()), digest.String())
		return err
	})
	return explain("keep model", err)
}

// ModelAt implements [store.ModelKeeper].
func (s *Store) ModelAt(ctx context.Context, revision uint64, instant time.Time) (m store.KeptModel, err error) {
	err = s.history(ctx, func(t *tx) error {
		if err := t.keeps(revision); err != nil {
			return err
		}
		at := int64(revision)
		var found bool
		if instant.IsZero() {
			m, found, err = t.model(ctx, "f.from_revision < ? ORDER BY f.number DESC", at)
		} else {
			m, found, err = t.model(ctx, "(f.from_revision < ? OR f.from_revision = ? AND f.happened_at <= ?) ORDER BY f.number DESC",
				at, at, instantText(instant))
		}
		if err == nil && !found {
			m, _, err = t.model(ctx, "f.from_revision = ? ORDER BY f.number", at)
		}
		if err == nil && m.Digest.IsZero() {
			err = fmt.Errorf("revision %d: %w: no engine had started that kept it", revision, store.ErrNotKept)
		}
		return err
	})
	if err != nil {
		return store.KeptModel{}, explain("model", err)
	}
	return m, nil
}

// model returns the first that was in force by a condition, with the zero digest
// where it is not known.
func (w *session) model(ctx context.Context, condition string, args ...any) (m store.KeptModel, found bool, err error) {
	query := "SELECT f.from_revision, f.happened_at, coalesce(f.digest, ''), coalesce(m.encoding, '') FROM durward_models_in_force f " +
		"LEFT JOIN durward_models m ON m.digest = f.digest WHERE " + condition + " LIMIT 1"
	err = w.each(ctx, query, args, func(r row) error {
		found = true
		var digest, encoding string
		if err := r.Scan(&m.Revision, instantColumn{&m.At}, &digest, &encoding); err != nil || digest == "" {
			return err
		}
		m.Encoding = []byte(encoding)
		m.Digest, err = roles.ParseDigest(digest)
		return damaged(err)
	})
	return m, found, err
}

// pruneModels forgets those that were in force over no state since the oldest.
func (t *tx) pruneModels(ctx context.Context, oldest uint64) error {
	_, err := t.exec(ctx, "DELETE FROM durward_models_in_force WHERE number < "+
		"(SELECT max(number) FROM durward_models_in_force WHERE from_revision < ?)", int64(oldest))
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, "DELETE FROM durward_models WHERE digest NOT IN (SELECT digest FROM durward_models_in_force WHERE digest IS NOT NULL)")
	return err
}
