package sqlstore

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/durward-go/durward/store"
)

// defaultFeed is how many changes come at once where the caller says nothing.
const defaultFeed = 1000

// Changes implements [store.Store].
func (s *Store) Changes(ctx context.Context, after uint64, limit int) (feed store.Feed, err error) {
	if err := s.ready(ctx); err != nil {
		return store.Feed{}, err
	}
	err = s.look(ctx, func(w *session) error {
		feed, err = w.feed(ctx, after, math.MaxInt64, limit)
		return err
	})
	return feed, explain("changes", err)
}

// Changes implements [store.ChangeReader].
func (t *tx) Changes(ctx context.Context, after uint64, limit int) (store.Feed, error) {
	if err := t.ready(ctx); err != nil {
		return store.Feed{}, err
	}
	return t.feed(ctx, after, t.revision, limit)
}

// selectFeed is a row for each change, in whole commits up to that of change
// number limit, or one row where there is none. Each has what the feed is like at
// that instant: it is one statement, so that a poll is one way to the database and
// sees one state.
const selectFeed = "SELECT s.revision, s.dropped, (SELECT coalesce(max(revision), 0) FROM durward_changes WHERE revision <= ?), c.revision, c.kind, c.id, c.organization " +
	"FROM durward_state s LEFT JOIN (SELECT revision, kind, id, organization FROM durward_changes WHERE revision > ? AND revision <= " +
	"coalesce((SELECT revision FROM durward_changes WHERE revision > ? AND revision <= ? ORDER BY revision LIMIT 1 OFFSET ?), ?)) c ON 1 = 1 " +
	"ORDER BY c.revision, c.kind, c.id, c.organization"

// feed reads the changes of commits after one revision and up to another.
func (w *session) feed(ctx context.Context, after, upTo uint64, limit int) (feed store.Feed, err error) {
	if limit <= 0 {
		limit = defaultFeed
	}
	from, to := number63(after), number63(upTo)
	var revision, dropped, last uint64
	err = w.each(ctx, selectFeed, []any{to, from, from, to, limit - 1, to}, func(r row) error {
		var at *int64
		var kind, id, organization *string
		if err := r.Scan(&revision, &dropped, &last, &at, &kind, &id, &organization); err != nil || at == nil {
			return err
		}
		c := store.Change{Revision: uint64(*at), ID: *id, Organization: *organization}
		feed.Changes = append(feed.Changes, c)
		return kindColumn{&feed.Changes[len(feed.Changes)-1].Kind}.Scan(*kind)
	})
	revision = min(revision, upTo)
	switch {
	case err != nil:
		return store.Feed{}, err
	case after < dropped:
		return store.Feed{}, fmt.Errorf("after revision %d: %w; the oldest kept are those after %d", after, store.ErrGone, dropped)
	}
	feed.Through = max(after, revision)
	if n := len(feed.Changes); n > 0 && feed.Changes[n-1].Revision < last {
		feed.Through, feed.More = feed.Changes[n-1].Revision, true
	}
	return feed, nil
}

// feedSteps add the changes of this commit to the feed.
func (t *tx) feedSteps() []step {
	t.kept += int64(len(t.changes))
	if !t.store.traits.together {
		rows := make([][]any, len(t.changes))
		for i, c := range t.changes {
			rows[i] = []any{int64(c.Revision), c.Kind.String(), c.ID, c.Organization}
		}
		return insertSteps("durward_changes", "revision, kind, id, organization", rows)
	}
	var steps []step
	for some := range slices.Chunk(t.changes, maxArray) {
		kinds, ids, organizations := make([]string, len(some)), make([]string, len(some)), make([]string, len(some))
		for i, c := range some {
			kinds[i], ids[i], organizations[i] = c.Kind.String(), c.ID, c.Organization
		}
		steps = append(steps, step{
			text: "INSERT INTO durward_changes (revision, kind, id, organization) SELECT ?::bigint, c.kind, c.id, c.organization " +
				"FROM unnest(?::text::text[], ?::text::text[], ?::text::text[]) AS c (kind, id, organization)",
			args: []any{int64(t.writes), arrayOf(kinds), arrayOf(ids), arrayOf(organizations)},
		})
	}
	return steps
}

// trims tells whether there are a tenth more changes than to keep: the oldest are
// not forgotten one by one with every commit.
func (t *tx) trims() bool {
	keep := int64(t.store.keep)
	return t.kept > keep+keep/10
}

// trim forgets the oldest changes, in whole commits.
func (t *tx) trim(ctx context.Context) error {
	keep := int64(t.store.keep)
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
