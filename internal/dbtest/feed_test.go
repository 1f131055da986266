package dbtest_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/sqlstore"
)

const feedWriters = 16

// TestFeedLosesNothing: while 16 writers of four processes commit, late or not at
// all, readers that poll get every change once, in order.
func TestFeedLosesNothing(t *testing.T) {
	onEachPlace(t, func(t *testing.T, p place) {
		f := feedTrial{writers: feedWriters, changes: count(1_000, 100_000)}
		for range 4 {
			w := classWriter{p.store(t), p.pool(t)}
			f.write = append(f.write, w.update, w.join)
		}
		f.poll = []poller{pollFeed(p.store(t)), pollFeed(p.store(t)), pollReader(p.store(t))}
		for _, v := range f.run(t) {
			assert.Equal(t, verdict{heard: f.acknowledged()}, v)
		}
		assert.GreaterOrEqual(t, f.acknowledged(), f.changes)
	})
}

// TestSequenceFeedLoses is the control: under the same writers a reader that asks
// a sequence for what is greater than the last it saw loses some, so the trial
// above would have found it out.
func TestSequenceFeedLoses(t *testing.T) {
	onEachPlace(t, func(t *testing.T, p place) {
		lost := 0
		for round := 0; lost == 0 && round < 20; round++ {
			planted := plantSequence(t, p, fmt.Sprintf("planted%d", round))
			f := feedTrial{writers: feedWriters, changes: 300, write: []writer{planted.write}, poll: []poller{planted.poll}}
			v := f.run(t)[0]
			assert.Zero(t, v.repeated+v.unheardOf)
			assert.Equal(t, f.acknowledged(), v.heard+v.lost)
			lost += v.lost
		}
		assert.Positive(t, lost, "the planted reader lost nothing: the trial cannot see a loss")
	})
}

var errGivenUp = errors.New("the writer has given up")

// classWriter writes classes, of which there are few, so that writers meet.
type classWriter struct {
	store *sqlstore.Store
	host  *sql.DB
}

func (w classWriter) classes(ctx context.Context, random *rand.Rand, given *[]string) func(store.Tx) error {
	return func(tx store.Tx) error {
		for _, n := range random.Perm(40)[:1+random.IntN(3)] {
			id := fmt.Sprintf("class-%02d", n)
			c, err := tx.Class(ctx, id)
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				return err
			}
			c.ID, c.Name = id, fmt.Sprint(random.Int())
			if err := tx.PutClass(ctx, c); err != nil {
				return err
			}
			*given = append(*given, id)
		}
		linger(random)
		if random.IntN(5) == 0 {
			return errGivenUp
		}
		return nil
	}
}

func (w classWriter) update(ctx context.Context, random *rand.Rand) (revision uint64, keys []string, err error) {
	revision, err = w.store.Update(ctx, author, w.classes(ctx, random, &keys))
	return revision, keys, err
}

// join makes the commit within a transaction of the host's, which then takes its
// time and may be rolled back.
func (w classWriter) join(ctx context.Context, random *rand.Rand) (revision uint64, keys []string, err error) {
	tx, err := w.host.BeginTx(ctx, nil)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = tx.Rollback() }()
	if revision, err = w.store.Join(ctx, tx, author, w.classes(ctx, random, &keys)); err != nil {
		return 0, nil, err
	}
	linger(random)
	if random.IntN(5) == 0 {
		return 0, nil, errGivenUp
	}
	return revision, keys, tx.Commit()
}

// linger lets others in, or not.
func linger(random *rand.Rand) {
	if random.IntN(4) == 0 {
		time.Sleep(time.Duration(random.IntN(2_000)) * time.Microsecond)
	}
}

func pollFeed(s *sqlstore.Store) poller {
	return func(ctx context.Context, after uint64, random *rand.Rand) ([]store.Change, uint64, error) {
		feed, err := s.Changes(ctx, after, 1+random.IntN(7))
		return feed.Changes, feed.Through, err
	}
}

// pollReader polls within a View, and wants the records to be those that the feed
// tells of, or later ones.
func pollReader(s *sqlstore.Store) poller {
	return func(ctx context.Context, after uint64, random *rand.Rand) (changes []store.Change, through uint64, err error) {
		err = s.View(ctx, func(r store.Reader) error {
			feed, err := r.Changes(ctx, after, 1+random.IntN(50))
			if err != nil {
				return err
			}
			changes, through = feed.Changes, feed.Through
			for _, change := range feed.Changes {
				c, err := r.Class(ctx, change.ID)
				if err != nil {
					return err
				}
				if c.Revision < change.Revision || c.Revision > r.Revision() {
					return fmt.Errorf("class %q is of revision %d, the feed tells of %d and the reader is at %d", c.ID, c.Revision, change.Revision, r.Revision())
				}
			}
			return nil
		})
		return changes, through, err
	}
}

// sequence is the planted fault: numbers are drawn before the commit, so a later
// one can be there earlier.
type sequence struct {
	db                   *sql.DB
	draw, insert, choose string
}

func plantSequence(t *testing.T, p place, name string) sequence {
	t.Helper()
	table := p.table(name)
	s := sequence{
		db:     p.pool(t),
		draw:   "UPDATE " + table + "_drawn SET last = last + 1 RETURNING last",
		insert: "INSERT INTO " + table + " (id) VALUES ($1)",
		choose: "SELECT id FROM " + table + " WHERE id > $1 ORDER BY id LIMIT 7",
	}
	for _, statement := range []string{
		"CREATE TABLE " + table + " (id bigint NOT NULL PRIMARY KEY)",
		"CREATE TABLE " + table + "_drawn (last bigint NOT NULL)",
		"INSERT INTO " + table + "_drawn (last) VALUES (0)",
	} {
		_, err := s.db.ExecContext(t.Context(), statement)
		require.NoError(t, err)
	}
	if p.driver == "pgx" {
		_, err := s.db.ExecContext(t.Context(), "CREATE SEQUENCE "+table+"_ids")
		require.NoError(t, err)
		s.draw = "SELECT nextval('" + table + "_ids')"
		t.Cleanup(func() {
			for _, statement := range []string{"DROP TABLE " + table, "DROP TABLE " + table + "_drawn", "DROP SEQUENCE " + table + "_ids"} {
				if _, err := s.db.Exec(statement); err != nil {
					t.Errorf("%s: %v", statement, err)
				}
			}
		})
	}
	return s
}

func (s sequence) write(ctx context.Context, random *rand.Rand) (id uint64, keys []string, err error) {
	if err := s.db.QueryRowContext(ctx, s.draw).Scan(&id); err != nil {
		return 0, nil, err
	}
	linger(random)
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.ExecContext(ctx, s.insert, int64(id)); err != nil {
		return 0, nil, err
	}
	linger(random)
	if random.IntN(5) == 0 {
		return 0, nil, errGivenUp
	}
	return id, []string{"key"}, tx.Commit()
}

func (s sequence) poll(ctx context.Context, after uint64, _ *rand.Rand) (changes []store.Change, through uint64, err error) {
	rows, err := s.db.QueryContext(ctx, s.choose, int64(after))
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = rows.Close() }()
	through = after
	for rows.Next() {
		if err := rows.Scan(&through); err != nil {
			return nil, 0, err
		}
		changes = append(changes, store.Change{Revision: through, Kind: store.Classes, ID: "key"})
	}
	return changes, through, rows.Err()
}
