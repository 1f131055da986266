package dbtest_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/store"
)

// TestSmallPool: many writers in one process, each of which reads within its
// commit, get on with three connections.
func TestSmallPool(t *testing.T) {
	onEach(t, func(t *testing.T, d database) {
		db, other, opts := d.open(t)
		migrated(t, db, opts)
		other.SetMaxOpenConns(3)
		s := reopened(t, other, opts)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		var wg sync.WaitGroup
		for w := range 16 {
			wg.Go(func() {
				for i := range 3 {
					_, err := s.Update(ctx, author, func(tx store.Tx) error {
						if err := tx.PutClass(ctx, individuals.Class{ID: fmt.Sprintf("%d-%d", w, i)}); err != nil {
							return err
						}
						return s.View(ctx, func(r store.Reader) error {
							assert.Equal(t, tx.Revision(), r.Revision())
							return nil
						})
					})
					assert.NoError(t, err)
				}
			})
			wg.Go(func() {
				for range 3 {
					_, err := s.RecordSignIn(ctx, audit.Event{At: time.Now(), Actor: audit.Individual("bob"), Action: audit.ActionSignIn, Outcome: audit.Succeeded})
					assert.NoError(t, err)
				}
			})
		}
		wg.Wait()
		require.Len(t, classes(t, s), 48)
	})
}
