package sqlstore

import (
	"context"
	"strings"
)

// pruneRows is about how many rows one step of Prune deletes: some ten
// milliseconds, for which commits wait.
const pruneRows = 1000

// Prune implements [store.History], by [Options.KeepRevisions] and
// [Options.KeepHistory]. Nothing else forgets what was. It is no commit.
//
// What lies beyond is gone at once, for all processes, and is then deleted in
// steps of some thousand rows, between which commits get their turn. When the
// context ends, or the process, nothing is by half: the next Prune goes on.
func (s *Store) Prune(ctx context.Context) (oldest uint64, err error) {
	for first, done := true, false; !done && err == nil; first = false {
		err = s.beside(ctx, s.commits, func(w *session) error {
			t, err := newTx(ctx, w, s.traits.lock)
			if err != nil {
				return err
			}
			defer t.end()
			if first {
				if err := t.forget(ctx); err != nil {
					return err
				}
			}
			oldest = t.historyFrom
			done, err = t.prune(ctx)
			return err
		})
	}
	return oldest, explain("prune", err)
}

// forget moves the oldest revision that is kept.
func (t *tx) forget(ctx context.Context) error {
	oldest := t.historyFrom
	if keep := uint64(t.store.keepRevisions); keep > 0 && t.revision >= keep {
		oldest = max(oldest, t.revision-keep+1)
	}
	if t.store.keepHistory > 0 {
		// What was in force then is kept, however long before it was made.
		c, _, err := t.commitAt(ctx, t.store.clock().Add(-t.store.keepHistory))
		if err != nil {
			return err
		}
		oldest = max(oldest, c.Revision)
	}
	if oldest == t.historyFrom {
		return nil
	}
	t.historyFrom = oldest
	if err := t.pruneModels(ctx, oldest); err != nil {
		return err
	}
	_, err := t.exec(ctx, "UPDATE durward_state SET history_from = ? WHERE only_row = 1", int64(oldest))
	return err
}

// prunings delete what is not kept. Their parameters are the oldest revision kept
// and how many rows are enough; the parts of one record go together.
var prunings = func() (all []string) {
	for _, v := range versionings {
		version := strings.Join(v.keys, ", ") + ", until_revision"
		all = append(all, "DELETE FROM "+v.table+"_history WHERE ("+version+") IN (SELECT "+version+" FROM "+v.table+"_history "+
			"WHERE until_revision <= ? AND until_revision < "+still+" ORDER BY until_revision LIMIT ?)")
	}
	return append(all, "DELETE FROM durward_commits WHERE revision IN (SELECT revision FROM durward_commits WHERE revision < ? ORDER BY revision LIMIT ?)")
}()

// prune deletes some of what is not kept, and tells whether that was all.
func (t *tx) prune(ctx context.Context) (done bool, err error) {
	left := int64(pruneRows)
	for _, statement := range prunings {
		removed, err := t.exec(ctx, statement, int64(t.historyFrom), left)
		if err != nil {
			return false, err
		}
		if left -= removed; left <= 0 {
			return false, nil
		}
	}
	return true, nil
}
