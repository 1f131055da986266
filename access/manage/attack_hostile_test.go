package manage_test

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/access/manage"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
)

// Whatever is given to a method, it neither panics nor writes: the zero value of
// every parameter, and texts and numbers that no record can have.
func TestAttackByEveryParameter(t *testing.T) {
	texts := []string{"", "\x00", "c1\n", "\xff\xfe", strings.Repeat("x", 129), "с1", "C1", " c1", "c1 ", "../c1", "\u202ec1", "%s%n", "'; --"}
	numbers := []uint64{0, 1, math.MaxUint64, math.MaxInt64}
	w, end := newSmallWorld(t, access.LastWrite, matrixFill, matrixSystems...)
	defer end()
	host, err := w.engine.System("host")
	require.NoError(t, err)
	before := w.take()
	for _, p := range []*access.Principal{w.principal(smallIdentity("ann", "", access.NewInterface)), host, nil} {
		for _, desk := range []any{w.manager.Roles(p), w.manager.ACLs(p)} {
			for i := range reflect.TypeOf(desk).NumMethod() {
				method := reflect.TypeOf(desk).Method(i)
				for n, text := range texts {
					args := []reflect.Value{reflect.ValueOf(desk)}
					for k := 1; k < method.Type.NumIn(); k++ {
						args = append(args, hostile(w.ctx, method.Type.In(k), text, numbers[n%len(numbers)]))
					}
					name := fmt.Sprintf("%s(%q)", method.Name, text)
					require.NotPanics(t, func() { method.Func.Call(args) }, name)
					if after := w.takeIfChanged(before); after != nil {
						// A class is nobody's, so one of any ID can be made and deleted.
						require.Contains(t, []string{"PutClass", "DeleteClass"}, method.Name, name)
						require.NoError(t, scope.CheckID(text), name)
						before = after
					}
				}
			}
		}
	}
}

// hostile makes a value of the type in which every text and number is the given.
func hostile(ctx context.Context, t reflect.Type, text string, number uint64) reflect.Value {
	if t == reflect.TypeFor[context.Context]() {
		return reflect.ValueOf(ctx)
	}
	v := reflect.New(t).Elem()
	switch t.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Uint8, reflect.Uint64:
		if !v.OverflowUint(number) {
			v.SetUint(number)
		}
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(number))
	case reflect.Slice:
		if t.Elem().Kind() != reflect.Uint8 {
			v = reflect.Append(v, hostile(ctx, t.Elem(), text, number))
		}
	case reflect.Map:
		v = reflect.MakeMap(t)
		v.SetMapIndex(hostile(ctx, t.Key(), text, number), hostile(ctx, t.Elem(), text, number))
	case reflect.Struct:
		for i := range t.NumField() {
			if t.Field(i).IsExported() {
				v.Field(i).Set(hostile(ctx, t.Field(i).Type, text, number))
			}
		}
	case reflect.Func:
		nothing := reflect.Zero(t.Out(0))
		v = reflect.MakeFunc(t, func([]reflect.Value) []reflect.Value { return []reflect.Value{nothing} })
	}
	return v
}

// IDs are compared byte by byte, logins by what they look like.
func TestAttackByLookAlikes(t *testing.T) {
	w := newWorld(t)
	bob := w.role("bob")
	for _, login := range []string{"STEVE@abc.example", "Steve@ABC.example"} {
		s := someone("another", "customer", "abc", "customer")
		s.Individual.Login = login
		require.Error(t, w.foiled(func() error { return only(bob.CreateIndividual(w.ctx, s)) }), login)
	}
	plain := someone("plain", "customer", "abc", "customer")
	plain.Individual.Login = "operator"
	require.NoError(t, only(bob.CreateIndividual(w.ctx, plain)))
	for _, login := range []string{"Operator", "ｏｐｅｒａｔｏｒ"} {
		plain.Individual.ID, plain.Individual.Login = "plain2", login
		require.Error(t, w.foiled(func() error { return only(bob.CreateIndividual(w.ctx, plain)) }), login)
	}
	// A look-alike of oneself is another, and holds nothing: to it nothing is owed.
	for _, id := range []string{"bоb", "Bob", "bob\u200b"} { // a Cyrillic letter, a capital, a space of no width
		require.Error(t, w.foiled(func() error { return only(bob.GrantRole(w.ctx, id, "abc", "customer_admin")) }), id)
	}
	require.ErrorIs(t, w.foiled(func() error { return only(bob.ClearRole(w.ctx, "bob", "abc")) }), manage.ErrOwn)
}

// A link that was mailed ends with the address, and with whoever it was for.
func TestAttackByLinksToAnOldAddress(t *testing.T) {
	w := newWorld(t)
	bob := w.role("bob")
	require.NoError(t, only(bob.CreateIndividual(w.ctx, someone("dave", "customer", "abc", "customer"))))
	require.Len(t, w.tokens("dave"), 1)
	old := w.tokens("dave")[0]
	p := w.individual("dave")
	p.Email = "mine@example.net"
	require.NoError(t, only(bob.UpdateIndividual(w.ctx, p)))
	for _, token := range w.tokens("dave") {
		if token.Selector == old.Selector {
			require.NotEqual(t, w.individual("dave").Email, token.Email, "it is bound to the old address")
		}
	}
	require.NoError(t, only(bob.DeleteIndividual(w.ctx, "dave")))
	require.Empty(t, w.tokens("dave"))
}

// Whoever makes a role for others to use does it where they may, of the type that
// it was.
func TestAttackByOwnersOfRoles(t *testing.T) {
	w := newWorld(t)
	rita := w.role("rita")
	of := func(owner string) roles.Role {
		r := roles.NewRole("made", "Made", "customer", map[string]roles.Permission{"customer/pbx": roles.Read})
		r.Owner = owner
		return r
	}
	for _, owner := range []string{"isp", "south", "no such entity", ""} {
		require.Error(t, w.foiled(func() error { return only(rita.CreateRole(w.ctx, of(owner))) }), owner)
	}
	alice := w.role("alice")
	require.NoError(t, only(alice.CreateRole(w.ctx, of("isp"))))
	r := w.storedRole("made")
	r.Owner = "north"
	require.Error(t, w.foiled(func() error { return only(alice.UpdateRole(w.ctx, r)) }), "another owner")
	r = w.storedRole("made")
	r.Type = "admin"
	require.Error(t, w.foiled(func() error { return only(alice.UpdateRole(w.ctx, r)) }), "another type")
	souths := of("south")
	souths.ID = "souths"
	require.NoError(t, only(alice.CreateRole(w.ctx, souths)))
	require.Error(t, w.foiled(func() error { return only(rita.CloneRole(w.ctx, "souths", "mine", "Mine", "north")) }), "a role that she may not see")
	// A role of south's is of no use in north, whoever allows it.
	o := w.organization("abc")
	o.AllowedRoles = append(o.AllowedRoles, "souths")
	require.Error(t, w.foiled(func() error { return only(alice.PutOrganization(w.ctx, o)) }))
}

// A password that was short because of a second factor is not kept when none is
// asked any more by the time that it is written.
func TestAttackThePasswordBetweenCheckAndWrite(t *testing.T) {
	w := newWorld(t)
	require.NoError(t, only(w.role("alice").PutClass(w.ctx, individuals.Class{ID: "strict", Name: "Strict", SecondFactor: true})))
	o := w.organization("abc")
	o.Class = "strict"
	require.NoError(t, only(w.role("alice").PutOrganization(w.ctx, o)))
	gate := &random{before: func() {
		o := w.organization("abc")
		o.Class = ""
		require.NoError(t, only(w.role("alice").PutOrganization(w.ctx, o)))
	}}
	var err error
	w.manager, err = manage.New(w.engine, w.store, w.guards, &manage.Options{ACLs: w.levels, Links: w.links, Random: gate})
	require.NoError(t, err)
	s := someone("dave", "customer", "abc", "customer")
	s.Password = "zhq7-pLw2x"
	require.Error(t, only(w.role("bob").CreateIndividual(w.ctx, s)))
	require.Empty(t, w.organization("abc").Class, "the class changed in between")
}

// random is smallRandom, and does something before the first byte.
type random struct {
	smallRandom
	before func()
}

func (r *random) Read(p []byte) (int, error) {
	if before := r.before; before != nil {
		r.before = nil
		before()
	}
	return r.smallRandom.Read(p)
}

// A node may be called like a secret: what roles set there is recorded all the same.
// So is the end of a grant that gave nothing.
func TestAttackWhatIsNotRecorded(t *testing.T) {
	w, end := newSmallWorld(t, access.LastWrite, matrixFill)
	defer end()
	before := w.take()
	ann := w.desk("ann")
	require.NoError(t, only(ann.CreateRole(w.ctx, smallRole("new", "client", "p", map[string]roles.Permission{"thing/secret": roles.Read}))))
	require.NoError(t, only(ann.ClearACL(w.ctx, "dis", "c1")))
	cleared := w.take()
	require.NoError(t, only(ann.RemoveGrant(w.ctx, "dis", "c1")))
	w.checkEvents(cleared, w.take(), "removing a grant that is empty")
	require.NotEqual(t, before.head, cleared.head)
}
