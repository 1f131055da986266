package manage_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/access/manage"
	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/roles/billing"
	"github.com/durward-go/durward/store"
)

// everythingSaid is all that a value shows: its text in every form, its JSON,
// and what an error wraps, down to unexported fields.
func everythingSaid(v any) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v\n%+v\n%#v\n", v, v, v)
	if text, err := json.Marshal(v); err == nil {
		b.Write(text)
	}
	if err, ok := v.(error); ok {
		for _, e := range unwrapped(err) {
			fmt.Fprintf(&b, "\n%T %v %+v", e, e, e)
		}
	}
	if v != nil {
		walk(&b, reflect.ValueOf(v), 0)
	}
	return b.String()
}

func unwrapped(err error) []error {
	out := []error{err}
	switch e := err.(type) { //nolint:errorlint // each error of the tree is looked at by itself
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			out = append(out, unwrapped(inner)...)
		}
	default:
		if inner := errors.Unwrap(err); inner != nil {
			out = append(out, unwrapped(inner)...)
		}
	}
	return out
}

// walk writes every text within a value. Trees and models are left out: all know
// them.
func walk(b *strings.Builder, v reflect.Value, depth int) {
	if depth > 12 || !v.IsValid() {
		return
	}
	switch v.Type() {
	case reflect.TypeFor[*roles.Tree](), reflect.TypeFor[*roles.Model](), reflect.TypeFor[roles.Node](), reflect.TypeFor[*access.Engine]():
		return
	}
	switch v.Kind() {
	case reflect.String:
		b.WriteString("\n" + v.String())
	case reflect.Pointer, reflect.Interface:
		walk(b, v.Elem(), depth+1)
	case reflect.Struct:
		for i := range v.NumField() {
			walk(b, v.Field(i), depth+1)
		}
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			b.WriteString("\n")
			for i := range v.Len() {
				b.WriteByte(byte(v.Index(i).Uint()))
			}
			return
		}
		for i := range v.Len() {
			walk(b, v.Index(i), depth+1)
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			walk(b, k, depth+1)
			walk(b, v.MapIndex(k), depth+1)
		}
	}
}

// Names of roles and contents of access levels that must not cross over.
const (
	canaryRole    = "zebra-role"
	canaryContent = "ZebraObjects"
)

// apartWorld has a role whose ID and name are canaries, held by steve and
// damaged for eve, and access levels whose content is one.
func apartWorld(t *testing.T) *world {
	w := newOperationWorld(t, operation{})
	w.write(func(tx store.Tx) error {
		for _, id := range []string{canaryRole, canaryRole + "-broken"} {
			r := roleAnew(w, billing.RolePBXAdmin).Clone(id, "The "+id)
			r.Description, r.Owner = "Of "+id, "isp"
			require.NoError(t, tx.PutRole(w.ctx, r))
		}
		o, err := tx.Organization(w.ctx, "abc")
		require.NoError(t, err)
		o.AllowedRoles, o.DefaultRole, o.Link.Role = append(o.AllowedRoles, canaryRole, canaryRole+"-broken"), canaryRole, canaryRole
		require.NoError(t, tx.PutOrganization(w.ctx, o))
		return tx.PutACL(w.ctx, acl.Level{ID: "zebra", Name: "Level zebra", Type: "customer", Owner: "isp", VisibleTo: []string{"isp"},
			Description: canaryContent + " described", Permissions: acl.MustPermissions("select Customers.*any*", "select "+canaryContent+".*any*")})
	})
	ann := w.role("ann")
	require.NoError(t, errOf(ann.GrantRole(w.ctx, "steve", "abc", canaryRole)))
	require.NoError(t, errOf(ann.CreateIndividual(w.ctx, someone("eve", billing.TypeCustomer, "abc", canaryRole+"-broken"))))
	r := w.storedRole(canaryRole)
	r.Permissions["customer/billing"] = roles.Setting{Permission: roles.Read}
	require.NoError(t, errOf(ann.UpdateRole(w.ctx, r)))
	require.NoError(t, errOf(ann.GrantBoth(w.ctx, "adam", "abc", canaryRole, "zebra")))
	w.write(func(tx store.Tx) error {
		r, err := tx.Role(w.ctx, canaryRole+"-broken")
		require.NoError(t, err)
		r.Permissions["customer/zebra"] = roles.Setting{Permission: roles.Read}
		require.NoError(t, tx.PutRole(w.ctx, r))
		// A level that no longer compiles.
		return tx.PutACL(w.ctx, acl.Level{ID: "zebra-broken", Name: "Level zebra-broken", Type: "customer", Owner: "isp", VisibleTo: []string{"isp"},
			Permissions: acl.MustPermissions("select " + canaryContent + ".*any*"), Components: []string{canaryContent + "-gone"}})
	})
	return w
}

// arguments are what each parameter type of a desk's methods is tried with; the
// strings are tried in every place.
func arguments(w *world, typ reflect.Type) []reflect.Value {
	of := func(values ...any) []reflect.Value {
		var out []reflect.Value
		for _, v := range values {
			out = append(out, reflect.ValueOf(v))
		}
		return out
	}
	switch typ {
	case reflect.TypeFor[context.Context]():
		return of(w.ctx)
	case reflect.TypeFor[string]():
		return of("steve", "eve", "adam", "abc", "zebra", "zebra-broken", canaryRole, canaryRole+"-broken", "nowhere", "")
	case reflect.TypeFor[[]string]():
		return of([]string{"abc-1"}, []string{"nowhere"})
	case reflect.TypeFor[store.Page]():
		return of(store.Page{})
	case reflect.TypeFor[store.GrantPage]():
		return of(store.GrantPage{})
	case reflect.TypeFor[audit.Filter]():
		return of(changesOf("abc"), changesOf("isp"), audit.Filter{Chain: audit.Changes, Organization: "isp", Action: "role"})
	case reflect.TypeFor[individuals.Individual]():
		steve, eve := w.individual("steve"), w.individual("eve")
		steve.Disabled, eve.Disabled = !steve.Disabled, !eve.Disabled
		return of(steve, eve)
	case reflect.TypeFor[individuals.Organization]():
		return of(w.organization("abc"))
	case reflect.TypeFor[individuals.Class]():
		return of(individuals.Class{ID: "zoo"})
	case reflect.TypeFor[manage.Someone]():
		plain := someone("new", billing.TypeCustomer, "abc", "")
		level, broken, role := plain, plain, plain
		level.ACL, broken.ACL, role.Role = "zebra", "zebra-broken", canaryRole+"-broken"
		level.Individual.ID, broken.Individual.ID, role.Individual.ID = "new2", "new3", "new4"
		return of(plain, level, broken, role)
	default:
		if typ.Kind() == reflect.Struct {
			return []reflect.Value{reflect.Zero(typ)}
		}
		return nil // functions: Together and Preview are tried apart
	}
}

// A dryStore makes no commit that goes through, and says that it did.
type dryStore struct{ store.Store }

func (s dryStore) Update(ctx context.Context, by store.Author, fn func(store.Tx) error) (uint64, error) {
	rolledBack := errors.New("rolled back")
	var revision uint64
	_, err := s.Store.Update(ctx, by, func(tx store.Tx) error {
		revision = tx.Revision()
		if err := fn(tx); err != nil {
			return err
		}
		return rolledBack
	})
	if errors.Is(err, rolledBack) {
		return revision, nil
	}
	return 0, err
}

// dry is a manager over the world that leaves it as it is.
func (w *world) dry() *manage.Manager {
	w.t.Helper()
	m, err := manage.New(w.engine, dryStore{w.store}, w.guards, &manage.Options{ACLs: w.levels, Links: w.links})
	require.NoError(w.t, err)
	return m
}

// everyAnswer calls every method of a desk with every choice of arguments and
// hands what comes back to the check.
func everyAnswer(w *world, desk any, check func(call, said string)) (calls int) {
	v := reflect.ValueOf(desk)
	for m := range v.Type().Methods() {
		method := v.MethodByName(m.Name)
		choices := [][]reflect.Value{nil}
		for i := range method.Type().NumIn() {
			arguments := arguments(w, method.Type().In(i))
			var longer [][]reflect.Value
			for _, c := range choices {
				for _, a := range arguments {
					longer = append(longer, append(c[:len(c):len(c)], a))
				}
			}
			choices = longer
		}
		most := 1000
		if testing.Short() {
			most = 60
		}
		every := len(choices)/most | 1 // odd, so that it meets every argument
		for i := range len(choices) / every {
			choices[i] = choices[i*every]
		}
		choices = choices[:len(choices)/every]
		for _, in := range choices {
			var asked []string
			for _, a := range in[min(1, len(in)):] {
				asked = append(asked, fmt.Sprint(a.Interface()))
			}
			for _, out := range method.Call(in) {
				said := everythingSaid(out.Interface())
				// What was asked for comes back.
				for _, a := range asked {
					if a != "" {
						said = strings.ReplaceAll(said, a, "")
					}
				}
				check(m.Name+"("+strings.Join(asked, ", ")+")", said)
			}
			calls++
		}
	}
	return calls
}

// Nothing that the older system's desk answers names a role.
func TestACLDeskNamesNoRole(t *testing.T) {
	w := apartWorld(t)
	for _, person := range []string{"ann", "bob", "rita"} {
		calls := everyAnswer(w, w.dry().ACLs(w.principal(person)), func(call, said string) {
			require.NotContains(t, said, canaryRole, "%s: %s", person, call)
			for _, name := range []string{"customer_admin", "PBX admin", "operations_manager"} {
				require.NotContains(t, said, name, "%s: %s", person, call)
			}
		})
		require.Greater(t, calls, 100)
	}
	// The same answers of the other desk do: the canary is alive.
	alive := false
	everyAnswer(w, w.dry().Roles(w.principal("ann")), func(_, said string) { alive = alive || strings.Contains(said, canaryRole) })
	require.True(t, alive)
}

// A preview at the older desk tells of steve, whom a role governs, without it.
func TestACLDeskPreviewsNamesNoRole(t *testing.T) {
	w := apartWorld(t)
	for _, person := range []string{"steve", "eve", "adam"} {
		effect, err := w.acl("ann").Preview(w.ctx, func(d *manage.ACLDesk) error {
			return errOf(d.GrantACL(w.ctx, person, "abc", levelBig))
		})
		require.NoError(t, err)
		require.Len(t, effect.People, 1)
		require.NotContains(t, everythingSaid(effect), canaryRole)
		_, err = w.acl("zoe").Preview(w.ctx, func(d *manage.ACLDesk) error { return errOf(d.GrantACL(w.ctx, person, "abc", levelBig)) })
		require.NotContains(t, everythingSaid(err), canaryRole)
	}
	// Refused by the cover rule, by someone who sees eve.
	w.clerk("lea")
	w.write(func(tx store.Tx) error {
		r, err := tx.Role(w.ctx, "clerk")
		require.NoError(t, err)
		return tx.PutRole(w.ctx, r)
	})
	for _, person := range []string{"steve", "eve"} {
		_, err := w.acl("lea").GrantACL(w.ctx, person, "abc", "zebra")
		require.ErrorIs(t, err, manage.ErrBeyond)
		require.NotContains(t, everythingSaid(err), canaryRole)
	}
}

// Nothing that the desk of the role system answers shows what an access level
// holds.
func TestRoleDeskShowsNoContentOfLevels(t *testing.T) {
	w := apartWorld(t)
	for _, person := range []string{"ann", "bob", "rita"} {
		calls := everyAnswer(w, w.dry().Roles(w.principal(person)), func(call, said string) {
			require.NotContains(t, said, canaryContent, "%s: %s", person, call)
			require.NotContains(t, said, "canary-care-content", "%s: %s", person, call)
		})
		require.Greater(t, calls, 100)
	}
	// What a level permits at the nodes is its content too: where it governs, a
	// preview says that something is gained and lost, and not what.
	effect, err := w.role("ann").Preview(w.ctx, func(d *manage.RoleDesk) error {
		return errOf(d.GrantACL(w.ctx, "steve", "abc", "zebra"))
	})
	require.NoError(t, err)
	require.Len(t, effect.People, 1)
	require.Empty(t, effect.People[0].Changes)
	require.True(t, effect.People[0].Gains(), "the customer's panels")
	require.True(t, effect.People[0].Loses(), "the PBX")
	effect, err = w.role("ann").Preview(w.ctx, func(d *manage.RoleDesk) error {
		return errOf(d.GrantBoth(w.ctx, "steve", "abc", billing.RoleCustomer, "zebra"))
	})
	require.NoError(t, err)
	require.Len(t, effect.People, 1)
	require.NotEmpty(t, effect.People[0].Changes)
	for _, c := range effect.People[0].Changes {
		require.NotEqual(t, access.OldInterface, c.Surface, "there the level governs")
		require.True(t, c.Surface == access.NewInterface || c.Node.Marks()&roles.Moved != 0, "%s on the %s", c.Node, c.Surface)
	}
	// The older desk tells of its own level what it does.
	effect, err = w.acl("ann").Preview(w.ctx, func(d *manage.ACLDesk) error { return errOf(d.GrantACL(w.ctx, "steve", "abc", "zebra")) })
	require.NoError(t, err)
	require.NotEmpty(t, effect.People[0].Changes)
	// The same of refusals: lea, who holds little, may not give the level, nor
	// touch adam who has it, and is not told where it goes beyond what she holds.
	w.clerk("lea")
	require.NoError(t, errOf(w.acl("ann").GrantACL(w.ctx, "adam", "abc", "zebra")))
	beyond := new(manage.BeyondError)
	for _, attempt := range []func(d *manage.RoleDesk) error{
		func(d *manage.RoleDesk) error { return errOf(d.Disable(w.ctx, "adam")) },
		func(d *manage.RoleDesk) error {
			s := someone("new", billing.TypeCustomer, "abc", "clerk")
			if _, err := d.CreateIndividual(w.ctx, s); err != nil {
				return err
			}
			return errOf(d.GrantACL(w.ctx, "new", "abc", "zebra"))
		},
	} {
		err := w.refusedWhole(func() error { return errOf(w.role("lea").Together(w.ctx, attempt)) })
		require.ErrorAs(t, err, &beyond)
		require.True(t, beyond.Excess.IsZero())
		require.True(t, beyond.ByACL)
		require.ErrorContains(t, err, "more than you hold by an access level")
		require.NotContains(t, err.Error(), "customer/")
	}
	err = w.refusedWhole(func() error { return errOf(w.acl("lea").Disable(w.ctx, "adam")) })
	require.ErrorAs(t, err, &beyond)
	require.False(t, beyond.Excess.IsZero(), "the older desk may know")
	require.False(t, beyond.ByACL)
	// Events of the older system reach this desk without what changed.
	w.write(func(tx store.Tx) error {
		_, err := tx.AppendEvent(w.ctx, audit.Event{Chain: audit.Changes, At: w.clock.now(), Actor: audit.Individual("ann"), Organization: "isp",
			Action: audit.ActionUpdateACL, Object: "zebra", Outcome: audit.Succeeded, Changes: []audit.Change{
				{Field: "permissions", Before: audit.Plain("select " + canaryContent), After: audit.Plain("update " + canaryContent)}}})
		return err
	})
	for _, list := range []func(context.Context, audit.Filter) ([]audit.Event, error){w.role("ann").Events, w.role("ann").RevealedEvents} {
		events, err := list(w.ctx, audit.Filter{Chain: audit.Changes, Organization: "isp", Action: "acl"})
		require.NoError(t, err)
		require.Len(t, events, 1)
		require.Equal(t, "zebra", events[0].Object, "that it happened")
		require.NotContains(t, everythingSaid(events), canaryContent)
		require.Contains(t, everythingSaid(events), "withheld")
	}
	events, err := w.acl("ann").Events(w.ctx, audit.Filter{Chain: audit.Changes, Organization: "isp", Action: "acl"})
	require.NoError(t, err)
	require.Contains(t, everythingSaid(events), canaryContent, "the older system sees its own")
}
