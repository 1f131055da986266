package sqlstore

import (
	"context"
	"fmt"

	"github.com/durward-go/durward/store"
)

// defaultFeed is how many changes come at once where the caller says nothing.
const defaultFeed = 1000

// Changes implements [store.Store].
func (s *Store) Changes(ctx context.Context, after uint64, limit int) (feed store.Feed, err error) {
	if err := s.ready(ctx); err != nil {
		return store.Feed{}, err
	}
	err = s.within(ctx, s.traits.beginRead, false, func(w *session) error {
		t, err := newTx(ctx, w, "")
		if err != nil {
			return err
		}
		feed, err = t.Changes(ctx, after, limit)
		return err
	})
	return feed, explain("changes", err)
}

// Changes implements [store.ChangeReader].
func (t *tx) Changes(ctx context.Context, after uint64, limit int) (store.Feed, error) {
	if err := t.ready(ctx); err != nil {
		return store.Feed{}, err
	}
	if after < t.dropped {
		return store.Feed{}, fmt.Errorf("after revision %d: %w; the oldest kept are those after %d", after, store.ErrGone, t.dropped)
	}
	feed := store.Feed{Through: max(after, t.revision)}
	if after >= t.revision {
		return feed, nil
	}
	if limit <= 0 {
		limit = defaultFeed
	}
	// The last revision to return: that of change number limit, so that its
	// commit comes whole. The commit under way is not told of.
	through := int64(t.revision)
	err := t.each(ctx, "SELECT revision FROM durward_changes WHERE revision > ? AND revision <= ? ORDER BY revision LIMIT 1 OFFSET ?",
		[]any{number63(after), int64(t.revision), limit - 1}, func(r row) error { return r.Scan(&through) })
	if err != nil {
		return store.Feed{}, err
	}
	err = t.each(ctx, "SELECT revision, kind, id, organization FROM durward_changes WHERE revision > ? AND revision <= ? ORDER BY revision, kind, id, organization",
		[]any{number63(after), through}, func(r row) error {
			var c store.Change
			if err := r.Scan(&c.Revision, kindColumn{&c.Kind}, &c.ID, &c.Organization); err != nil {
				return err
			}
			feed.Changes = append(feed.Changes, c)
			return nil
		})
	if err != nil {
		return store.Feed{}, err
	}
	if through < int64(t.revision) {
		_, feed.More, err = t.some(ctx, "SELECT id FROM durward_changes WHERE revision > ? AND revision <= ? LIMIT 1", through, int64(t.revision))
		if err != nil {
			return store.Feed{}, err
		}
	}
	if feed.More {
		feed.Through = uint64(through)
	}
	return feed, nil
}

// writeChanges adds those of this commit to the feed.
func (t *tx) writeChanges(ctx context.Context) error {
	rows := make([][]any, len(t.changes))
	for i, c := range t.changes {
		rows[i] = []any{int64(c.Revision), c.Kind.String(), c.ID, c.Organization}
	}
	t.kept += int64(len(rows))
	return t.insert(ctx, "durward_changes", "revision, kind, id, organization", rows)
}

// trim forgets the oldest changes, in whole commits, once there are a tenth more
// than to keep: not one by one with every commit.
func (t *tx) trim(ctx context.Context) error {
	keep := int64(t.store.keep)
	if t.kept <= keep+keep/10 {
		return nil
	}
	oldest, err := t.number(ctx, "SELECT revision FROM durward_changes ORDER BY revision DESC LIMIT 1 OFFSET ?", keep-1)
	if err != nil {
		return err
	}
	dropped, err := t.number(ctx, "SELECT coalesce(max(revision), 0) FROM durward_changes WHERE revision < ?", oldest)
	if err != nil || dropped == 0 {
		return err
	}
	removed, err := t.exec(ctx, "DELETE FROM durward_changes WHERE revision <= ?", dropped)
	t.kept -= removed
	t.dropped = uint64(dropped)
	return err
}
