package access_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// TestLevelHoldingIsWhatAGrantGives: what a level would give is what somebody
// holds to whom it is granted, and cannot be told where that cannot be.
func TestLevelHoldingIsWhatAGrantGives(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	permissions := acl.MustPermissions("select+update Customers.*any*")
	f.level("part", func(l *acl.Level) { l.Type, l.Permissions = "component", permissions })
	f.level("seen", func(l *acl.Level) { l.Components = []string{"part"} })
	f.level("souths", func(l *acl.Level) { l.Permissions, l.Owner = permissions, "south" })
	f.level("broken", func(l *acl.Level) { l.Components = []string{"nothing"} })
	f.level("sellers", func(l *acl.Level) { l.Type, l.Permissions = "reseller", permissions })
	f.individual("dan", func(*individuals.Individual) {})
	told := 0
	for _, level := range []string{"care", "seen", "souths", "broken", "sellers", "part", "missing"} {
		for organization, individual := range map[string]string{"acme": "dan", "globex": "dan", "north": "rita"} {
			f.grant(individual, organization, func(g individuals.Grant) individuals.Grant { return g.WithoutRole().WithACL(level) })
			f.inState(func(s *access.State) {
				want, wantErr := s.Holding(f.ctx, individual, organization)
				got, err := s.LevelHolding(f.ctx, level, organization)
				if wantErr != nil {
					require.ErrorIs(t, wantErr, access.ErrNoHolding)
					require.ErrorIs(t, err, access.ErrNoHolding, "%s in %s", level, organization)
					require.Zero(t, got)
					return
				}
				require.NoError(t, err, "%s in %s", level, organization)
				assert.True(t, want.Same(got), "%s in %s", level, organization)
				told++
			})
		}
	}
	assert.GreaterOrEqual(t, told, 3)
}

func TestLevelHoldingThatCannotBeTold(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.level("seen", func(l *acl.Level) { l.Components = []string{"part"} })
	f.level("part", func(l *acl.Level) { l.Type, l.Permissions = "component", acl.MustPermissions("select Customers.*any*") })
	f.inState(func(s *access.State) {
		for _, c := range [][2]string{{"seen", ""}, {"", "acme"}, {"a\x00", "acme"}, {"seen", "a\x00"}} {
			_, err := s.LevelHolding(f.ctx, c[0], c[1])
			require.Error(t, err)
			assert.NotErrorIs(t, err, access.ErrNoHolding, "%q", c)
		}
		_, err := s.LevelHolding(f.ctx, "seen", "nowhere")
		assert.ErrorIs(t, err, access.ErrNoHolding)
	})
	_, err := (*access.State)(nil).LevelHolding(f.ctx, "seen", "acme")
	assert.Error(t, err)

	// A failing read is an error of the store, and nothing that is kept.
	require.NoError(t, f.store.View(f.ctx, func(r store.Reader) error {
		fails := 0
		for fail, failed := 1, true; failed; fail++ {
			calls := &failingStore{fail: fail}
			s := f.engine.At(f.ctx, failingReader{r, calls})
			_, err := s.LevelHolding(f.ctx, "seen", "acme")
			if failed = calls.failed; failed {
				fails++
				require.ErrorIs(t, err, errBroken)
				require.NotErrorIs(t, err, access.ErrNoHolding)
			}
			_, err = s.LevelHolding(f.ctx, "seen", "acme")
			require.NoError(t, err)
		}
		assert.Greater(t, fails, 3)
		return nil
	}))

	// An organization of a damaged entity.
	f.entity("acme", func(e *scope.Entity) { e.Kind = "account" })
	f.inState(func(s *access.State) {
		_, err := s.LevelHolding(f.ctx, "seen", "acme")
		assert.ErrorIs(t, err, access.ErrNoHolding)
	})
}
