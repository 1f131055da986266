package dbtest_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/ipallow"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// TestHistoryOfParts: what a record has in tables of parts comes and goes, also
// several times in a commit, and with the record itself. Each past state has the
// parts that View showed then.
func TestHistoryOfParts(t *testing.T) {
	onEachPlace(t, func(t *testing.T, p place) {
		ctx := t.Context()
		s := p.office(t, 1)
		listed, links := []string{abc}, []scope.Link{{Name: "distributor", To: "itsp"}}
		networks := []string{"192.0.2.0/24", "10.0.0.0/8"}
		grant := func(tx store.Tx, listed []string) error {
			g, err := tx.Grant(ctx, employee(0), abc)
			require.NoError(t, err)
			g.Listed = listed
			return tx.PutGrant(ctx, g)
		}
		entity := func(tx store.Tx, links []scope.Link) error {
			e, err := tx.Entity(ctx, abc)
			require.NoError(t, err)
			e.Links = links
			return tx.PutEntity(ctx, e)
		}
		individual := func(tx store.Tx, list ipallow.List) error {
			i, err := tx.Individual(ctx, employee(0))
			require.NoError(t, err)
			i.AllowList = list
			return tx.PutIndividual(ctx, i)
		}
		organization := func(tx store.Tx, roles []string) error {
			o, err := tx.Organization(ctx, abc)
			require.NoError(t, err)
			o.AllowedRoles = roles
			return tx.PutOrganization(ctx, o)
		}
		all := func(tx store.Tx, parts bool) {
			if parts {
				list, err := ipallow.Parse(networks)
				require.NoError(t, err)
				require.NoError(t, grant(tx, listed))
				require.NoError(t, entity(tx, links))
				require.NoError(t, individual(tx, list))
				require.NoError(t, organization(tx, []string{pbxAdmin}))
				return
			}
			require.NoError(t, grant(tx, nil))
			require.NoError(t, entity(tx, nil))
			require.NoError(t, individual(tx, ipallow.List{}))
			require.NoError(t, organization(tx, nil))
		}
		remove := func(tx store.Tx) {
			g, err := tx.Grant(ctx, employee(0), abc)
			require.NoError(t, err)
			require.NoError(t, tx.DeleteGrant(ctx, g.Individual, g.Organization, g.Revision))
		}
		again := func(tx store.Tx, listed []string) {
			g := individuals.Grant{Individual: employee(0), Organization: abc, Listed: listed}
			require.NoError(t, tx.PutGrant(ctx, g.WithRole("viewer")))
		}
		var states []shown
		for _, commit := range []func(tx store.Tx){
			func(tx store.Tx) { all(tx, true) },
			func(tx store.Tx) { all(tx, false) },
			func(tx store.Tx) { all(tx, true); all(tx, false) },
			func(tx store.Tx) { all(tx, true) },
			func(tx store.Tx) { all(tx, false); all(tx, true) },
			func(tx store.Tx) { remove(tx); again(tx, nil) },
			func(tx store.Tx) { remove(tx); again(tx, listed) },
			func(tx store.Tx) { remove(tx); again(tx, nil); remove(tx) },
			func(tx store.Tx) { again(tx, listed); remove(tx) },
			func(tx store.Tx) { again(tx, nil); remove(tx); again(tx, listed) },
			func(tx store.Tx) { remove(tx) },
			func(tx store.Tx) { again(tx, nil) },
			func(tx store.Tx) { require.NoError(t, tx.Touch(ctx, store.Grants, employee(0))) },
		} {
			_, err := s.Update(ctx, author, func(tx store.Tx) error { commit(tx); return nil })
			require.NoError(t, err)
			var now shown
			require.NoError(t, s.View(ctx, func(r store.Reader) error { now = show(t, r); return nil }))
			states = append(states, now)
			for _, was := range states {
				require.NoError(t, s.ViewAt(ctx, was.Revision, func(r store.Reader) error {
					assert.Equal(t, was, show(t, r), "revision %d, after %d", was.Revision, now.Revision)
					return nil
				}))
			}
		}
	})
}

// shown is what a reader shows of the records with parts.
type shown struct {
	Revision      uint64
	Grants        []individuals.Grant
	Entities      []scope.Entity
	Individuals   []individuals.Individual
	Organizations []individuals.Organization
}

func show(t *testing.T, r store.Reader) shown {
	t.Helper()
	ctx := t.Context()
	s := shown{Revision: r.Revision()}
	var errs [4]error
	s.Grants, errs[0] = r.Grants(ctx, store.GrantFilter{}, store.GrantPage{})
	s.Entities, errs[1] = r.Entities(ctx, store.EntityFilter{}, store.Page{})
	s.Individuals, errs[2] = r.Individuals(ctx, store.IndividualFilter{}, store.Page{})
	s.Organizations, errs[3] = r.Organizations(ctx, store.OrganizationFilter{}, store.Page{})
	for _, err := range errs {
		require.NoError(t, err)
	}
	return s
}

// TestHistoryOfOddIDs: IDs that mean something to a database, or to the text of an
// array, are in the feed and in the past as they are.
func TestHistoryOfOddIDs(t *testing.T) {
	onEachPlace(t, func(t *testing.T, p place) {
		ctx := t.Context()
		s := p.store(t)
		ids := []string{`"`, `""`, `\`, `\"`, `\\`, `{`, `{}`, `a,b`, `NULL`, `null`, ` a `, `'`, `%`, `?`, `$1`, `;--`, "é", "日本", "durward_"}
		slices.Sort(ids)
		for round := range uint64(3) {
			_, err := s.Update(ctx, author, func(tx store.Tx) error {
				for _, id := range ids {
					if err := tx.PutClass(ctx, individuals.Class{ID: id, Revision: round, SecondFactor: round%2 == 0}); err != nil {
						return err
					}
				}
				return nil
			})
			require.NoError(t, err)
		}
		feed, err := s.Changes(ctx, 2, 0)
		require.NoError(t, err)
		var told []string
		for _, c := range feed.Changes {
			told = append(told, c.ID)
		}
		assert.Equal(t, ids, told)
		for revision := uint64(1); revision <= 3; revision++ {
			require.NoError(t, s.ViewAt(ctx, revision, func(r store.Reader) error {
				all, err := r.Classes(ctx, store.Page{})
				var found []string
				for _, c := range all {
					found = append(found, c.ID)
					assert.Equal(t, revision, c.Revision)
				}
				assert.Equal(t, ids, found)
				return err
			}))
		}
	})
}
