package dbtest_test

import (
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/roles/billing"
	"github.com/durward-go/durward/store"
)

// TestEnginesConverge: engines of four processes, each of which writes, come to
// the same decisions, which are those of an engine that begins afterwards. Nobody
// asks them for a revision.
func TestEnginesConverge(t *testing.T) {
	onEachPlace(t, func(t *testing.T, p place) {
		const people = 8
		p.office(t, people)
		engines := make([]*access.Engine, 4)
		var latest uint64
		var mu sync.Mutex
		var writers sync.WaitGroup
		for n := range engines {
			engines[n] = p.engine(t, &access.Options{PollInterval: 5 * time.Millisecond})
		}
		for n := range engines {
			s := p.store(t)
			writers.Go(func() {
				random := rand.New(rand.NewPCG(uint64(n), 3))
				for range count(25, 1_000) {
					engines[random.IntN(4)].Check(t.Context(), asks(random.IntN(people), 0)) // so that there is something to drop
					revision, err := s.Update(t.Context(), author, turn(t, random, people))
					if !assert.NoError(t, err) {
						return
					}
					mu.Lock()
					latest = max(latest, revision)
					mu.Unlock()
				}
			})
		}
		writers.Wait()
		fresh := p.engine(t, nil)
		require.Equal(t, latest, fresh.Revision())
		for n, engine := range engines {
			require.Eventually(t, func() bool { return engine.Revision() == latest }, soon, time.Millisecond, "engine %d", n)
			for who := range people {
				assert.Equal(t, settled(t, fresh, who), settled(t, engine, who), "%s at engine %d", employee(who), n)
			}
		}
	})
}

// turn gives somebody another role or none, or changes what a role gives.
func turn(t *testing.T, random *rand.Rand, people int) func(store.Tx) error {
	return func(tx store.Tx) error {
		ctx := t.Context()
		if random.IntN(4) == 0 {
			old, err := tx.Role(ctx, pbxAdmin)
			if err != nil {
				return err
			}
			p := []roles.Permission{roles.Read, roles.Modify}[random.IntN(2)]
			r := roles.NewRole(pbxAdmin, "PBX admin", billing.TypeCustomer, map[string]roles.Permission{"customer/pbx": p})
			r.Revision = old.Revision
			return tx.PutRole(ctx, r)
		}
		who := employee(random.IntN(people))
		g, err := tx.Grant(ctx, who, abc)
		switch {
		case errors.Is(err, store.ErrNotFound):
			g = individuals.Grant{Individual: who, Organization: abc}
		case err != nil:
			return err
		case random.IntN(3) == 0:
			return tx.DeleteGrant(ctx, g.Individual, abc, g.Revision)
		}
		g.Role = individuals.Slot{ID: []string{pbxAdmin, "viewer"}[random.IntN(2)], Revision: individuals.ThisCommit}
		return tx.PutGrant(ctx, g)
	}
}
