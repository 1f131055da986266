package dbtest_test

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/store"
)

// TestNewEnemy: a person loses a right, then something is added that the person
// must not see, and then asks for it at an engine that lags behind. With the
// revision that was kept beside what was added there is never an allow; without it
// there is one each time, so the engine does lag.
//
// The engines are those of other processes, and poll once an hour.
func TestNewEnemy(t *testing.T) {
	onEachPlace(t, func(t *testing.T, p place) {
		const workers = 4
		each := count(1_000, 10_000) / workers
		if testing.Short() {
			each /= 3 // as many in the three databases
		}
		office := p.office(t, workers*each)
		documents := openDocuments(t, p)
		var wg sync.WaitGroup
		var stale, allowed, denied atomic.Int64
		for w := range workers {
			lagging := p.engine(t, &access.Options{PollInterval: time.Hour, MaxStaleness: time.Hour})
			wg.Go(func() {
				for n := w * each; n < (w+1)*each; n++ {
					ctx := t.Context()
					if !assert.Equal(t, access.Granted, lagging.Check(ctx, asks(n, 0)).Reason()) {
						return
					}
					revision, err := office.Update(ctx, author, revoke(ctx, n))
					if !assert.NoError(t, err) || !assert.NoError(t, documents.add(ctx, n, revision)) {
						return
					}
					if lagging.Check(ctx, asks(n, 0)).Allowed() {
						stale.Add(1)
					}
					token, err := documents.token(ctx, n)
					if !assert.NoError(t, err) {
						return
					}
					switch d := lagging.Check(ctx, asks(n, token)); {
					case d.Allowed():
						allowed.Add(1)
					case d.Reason() == lost(n) && d.Revision() >= revision:
						denied.Add(1)
					default:
						assert.Fail(t, "denied for another reason", "%v at revision %d", d.Reason(), d.Revision())
					}
				}
			})
		}
		wg.Wait()
		assert.Zero(t, allowed.Load(), "allowed by what was there before the revision asked for")
		assert.EqualValues(t, workers*each, denied.Load())
		assert.EqualValues(t, workers*each, stale.Load(), "without a revision a lagging engine allows; that it does not here says that nothing lags")
	})
}

// TestRevisionThatDoesNotCome: an engine that cannot take a revision into account
// denies, and says that it is behind.
func TestRevisionThatDoesNotCome(t *testing.T) {
	onEachPlace(t, func(t *testing.T, p place) {
		p.office(t, 1)
		engine := p.engine(t, &access.Options{PollInterval: 10 * time.Millisecond, MaxStaleness: 100 * time.Millisecond})
		assert.Equal(t, access.Stale, engine.Check(t.Context(), asks(0, engine.Revision()+1)).Reason())
	})
}

// revoke takes a person's role, or puts one in its place that gives nothing here.
func revoke(ctx context.Context, n int) func(store.Tx) error {
	return func(tx store.Tx) error {
		g, err := tx.Grant(ctx, employee(n), abc)
		if err != nil {
			return err
		}
		if n%2 == 0 {
			return tx.DeleteGrant(ctx, g.Individual, g.Organization, g.Revision)
		}
		g.Role = individuals.Slot{ID: "viewer", Revision: individuals.ThisCommit}
		return tx.PutGrant(ctx, g)
	}
}

// lost is why an engine denies once it knows.
func lost(n int) access.Reason {
	if n%2 == 0 {
		return access.NoGrant
	}
	return access.NotGranted
}

// documents are what the host adds to a table of its own, each with the revision
// of the latest commit before it.
type documents struct {
	db    *sql.DB
	table string
}

func openDocuments(t *testing.T, p place) documents {
	t.Helper()
	d := documents{p.pool(t), p.table("documents")}
	_, err := d.db.ExecContext(t.Context(), "CREATE TABLE "+d.table+" (id bigint NOT NULL PRIMARY KEY, revision bigint NOT NULL)")
	require.NoError(t, err)
	t.Cleanup(func() {
		_, err := d.db.Exec("DROP TABLE " + d.table)
		assert.NoError(t, err)
	})
	return d
}

func (d documents) add(ctx context.Context, n int, revision uint64) error {
	_, err := d.db.ExecContext(ctx, "INSERT INTO "+d.table+" (id, revision) VALUES ($1, $2)", n, int64(revision))
	return err
}

func (d documents) token(ctx context.Context, n int) (revision uint64, err error) {
	err = d.db.QueryRowContext(ctx, "SELECT revision FROM "+d.table+" WHERE id = $1", n).Scan(&revision)
	return revision, err
}

func employee(n int) string { return fmt.Sprintf("employee-%05d", n) }
