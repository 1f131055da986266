package manage_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/access/manage"
	"github.com/durward-go/durward/acl"
	aclbilling "github.com/durward-go/durward/acl/billing"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/roles/billing"
	"github.com/durward-go/durward/store"
)

// grantableWorld has levels and roles of several owners and strengths, and in
// each organization somebody of each role type who holds nothing.
func grantableWorld(t *testing.T, coexist access.Coexistence) *world {
	w := newLevelWorld(t, func(s *setup) { s.coexist, s.noPeople = coexist, coexist == access.PerSurface })
	if coexist == access.PerSurface { // where who has a role alone holds nothing on every surface
		w.putLevel(aclbilling.Levels("isp")...)
		rita := someone("rita", billing.TypeReseller, "north", billing.RoleReseller)
		rita.ACL = aclbilling.LevelReseller
		w.must(w.role("alice").CreateIndividual(w.ctx, rita))
	}
	weak, strong := customerLevel("weak", "isp", "select PBX.*any*"), customerLevel("strong", "isp", "select Payments.*any*")
	weak.VisibleTo, strong.VisibleTo = []string{"isp"}, []string{"isp"}
	broken := customerLevel("broken", "north", "select PBX.*any*")
	broken.Components = []string{"nothing"}
	resellers := customerLevel("resellers", "isp", "select PBX.*any*")
	resellers.Type = "reseller"
	w.putLevel(weak, strong, broken, resellers, customerLevel("hidden-too", "isp", "select PBX.*any*"), customerLevel("of-xyz", "xyz", "select PBX.*any*"),
		component("pieces", "", "select PBX.*any*"))
	w.write(func(tx store.Tx) error {
		for organization, roleTypes := range map[string][]string{
			"abc": {billing.TypeCustomer, billing.TypeHuntGroupSupervisor}, "north": {billing.TypeReseller}, "isp": {billing.TypeAdmin},
		} {
			for _, roleType := range roleTypes {
				p := someone("nobody-"+organization+"-"+roleType, roleType, organization, "").Individual
				p.Provider, p.Realm = "isp", roleType
				if roleType == billing.TypeHuntGroupSupervisor {
					p.Realm = billing.TypeCustomer
				}
				if err := tx.PutIndividual(w.ctx, p); err != nil {
					return err
				}
				if err := tx.PutGrant(w.ctx, individuals.Grant{Individual: p.ID, Organization: organization}); err != nil {
					return err
				}
			}
		}
		o, err := tx.Organization(w.ctx, "abc")
		if err != nil {
			return err
		}
		// What no form should offer: a role that is not there, and one that does
		// not compile.
		ruined := roles.NewRole("ruined", "Ruined", billing.TypeCustomer, map[string]roles.Permission{"no/such/node": roles.Read})
		o.AllowedRoles = append(o.AllowedRoles, "ruined", "missing")
		return errors.Join(tx.PutRole(w.ctx, ruined), tx.PutOrganization(w.ctx, o))
	})
	return w
}

// A form that offers what the desk lists offers what the desk would accept, and
// nothing else: compared by trying each.
func TestGrantableIsWhatWouldBeAccepted(t *testing.T) {
	for _, coexist := range []access.Coexistence{access.LastWrite, access.PerSurface} {
		t.Run(coexist.String(), func(t *testing.T) {
			w := grantableWorld(t, coexist)
			var levels []acl.Level
			var all []roles.Role
			w.read(func(r store.Reader) (err error) {
				if levels, err = r.ACLs(w.ctx, store.ACLFilter{}, store.Page{}); err != nil {
					return err
				}
				all, err = r.Roles(w.ctx, store.RoleFilter{}, store.Page{})
				return err
			})
			offered, refused := 0, 0
			count := func(accepted bool) {
				if accepted {
					offered++
				} else {
					refused++
				}
			}
			people := []string{"alice", "rita", "clara"}
			if coexist == access.LastWrite {
				people = append(people, "andrew", "bob", "steve")
			}
			for _, who := range people {
				for organization, roleTypes := range map[string][]string{
					"abc": {billing.TypeCustomer, billing.TypeHuntGroupSupervisor}, "north": {billing.TypeReseller}, "isp": {billing.TypeAdmin},
				} {
					roleDesk, aclDesk := w.role(who), w.acl(who)
					canRoles, errRoles := roleDesk.GrantableRoles(w.ctx, organization)
					canLevels, errLevels := roleDesk.GrantableLevels(w.ctx, organization)
					same, err := aclDesk.GrantableLevels(w.ctx, organization)
					assert.Equal(t, canLevels, same)
					assert.Equal(t, errLevels == nil, err == nil)
					assert.Equal(t, errLevels == nil, errRoles == nil)
					if errLevels != nil {
						assert.True(t, errors.Is(errLevels, manage.ErrDenied) || errors.Is(errLevels, store.ErrNotFound), "%v", errLevels)
					}
					for _, roleType := range roleTypes {
						target := "nobody-" + organization + "-" + roleType
						for _, r := range all {
							_, err := roleDesk.Preview(w.ctx, func(d *manage.RoleDesk) error {
								_, err := d.GrantRole(w.ctx, target, organization, r.ID)
								return err
							})
							want := contains(canRoles, r.ID, r.Name, roleType)
							assert.Equal(t, want, err == nil, "%s grants role %s to %s: %v", who, r.ID, target, err)
							count(want)
						}
						for _, l := range levels {
							_, err := aclDesk.Preview(w.ctx, func(d *manage.ACLDesk) error {
								_, err := d.GrantACL(w.ctx, target, organization, l.ID)
								return err
							})
							want := contains(canLevels, l.ID, l.Name, roleType)
							assert.Equal(t, want, err == nil, "%s grants level %s to %s: %v", who, l.ID, target, err)
							count(want)
						}
					}
				}
			}
			assert.Greater(t, offered, 20)
			assert.Greater(t, refused, 100)
		})
	}
}

func contains(some []manage.Grantable, id, name, roleType string) bool {
	for _, g := range some {
		if g == (manage.Grantable{ID: id, Name: name, RoleType: roleType}) {
			return true
		}
	}
	return false
}

func TestWhoMayAskWhatIsGrantable(t *testing.T) {
	w := grantableWorld(t, access.LastWrite)
	_, err := w.role("steve").GrantableLevels(w.ctx, "abc")
	assert.ErrorIs(t, err, manage.ErrDenied)
	_, err = w.role("steve").GrantableRoles(w.ctx, "abc")
	assert.ErrorIs(t, err, manage.ErrDenied)
	_, err = w.role("bob").GrantableRoles(w.ctx, "xyz")
	assert.ErrorIs(t, err, store.ErrNotFound)
	_, err = w.role("bob").GrantableLevels(w.ctx, "nowhere")
	require.ErrorIs(t, err, store.ErrNotFound)
}
