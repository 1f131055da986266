package access_test

import (
	"context"
	"errors"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/memstore"
)

// Before the tree of the fixture there was another: its PBX panel was elsewhere,
// and the vault nowhere. Customers could do less, and jobs something else.
var (
	formerTree = roles.MustTree(
		roles.NodeSpec{Name: "customer", Kind: roles.KindEntity, Children: []roles.NodeSpec{
			roles.Panel("gone", roles.Item("extensions")),
			roles.Panel("telephony", roles.Item("extensions")),
			roles.Panel("personal", roles.Item("name")),
			roles.Panel("billing", roles.Item("payments"), roles.Item("invoices")),
		}},
		roles.Entity("account", roles.Panel("balance")),
	)
	formerModel = roles.MustModel(formerTree,
		roles.Type{Name: "customer", Ceiling: roles.Ceiling{Base: roles.Modify, At: map[string]roles.Permission{"customer/telephony/extensions": roles.Read}}, Scope: scope.Rule{Below: true}},
		roles.Type{Name: "reseller", Ceiling: roles.Ceiling{Base: roles.Read}},
		roles.Type{Name: "admin", OwnerKind: "provider", Ceiling: roles.Ceiling{Base: roles.Modify}, Scope: scope.Rule{Below: true}},
	)
	formerLevels = acl.MustSystem(formerModel, []acl.Mapping{{Node: "customer/personal", Subtree: true, Needs: []string{"Customers.*any*"}}},
		&acl.Options{Types: []acl.Type{{Name: "customer", RoleType: "customer"}, {Name: "component"}}})
)

func jobs(all ...access.System) []access.System { return all }

// open makes an engine of a model over a store, and ends it with the test.
func open(t testing.TB, s store.Store, model *roles.Model, opts access.Options) *access.Engine {
	t.Helper()
	engine, err := access.New(t.Context(), s, model, &opts)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, engine.Close()) })
	return engine
}

func openFormer(t testing.TB, s store.Store) *access.Engine {
	t.Helper()
	return open(t, s, formerModel, access.Options{ACLs: formerLevels, Coexistence: access.PerSurface, Systems: jobs(
		access.System{Name: "nightly", Type: "admin", Permissions: map[string]roles.Permission{"customer/telephony": roles.Modify}},
		access.System{Name: "weekly", Type: "reseller", Permissions: map[string]roles.Permission{"customer": roles.Modify}, Below: "north"})})
}

func openPresent(t testing.TB, s store.Store) *access.Engine {
	t.Helper()
	return open(t, s, fixtureModel, access.Options{ACLs: fixtureLevels, Systems: jobs(
		access.System{Name: "nightly", Type: "admin", Permissions: map[string]roles.Permission{"customer/billing": roles.Read}},
		access.System{Name: "steve", Type: "admin", Permissions: map[string]roles.Permission{"customer": roles.Modify}})})
}

// An answer is what does not hang on which tree a node is of.
type answer struct {
	reason   access.Reason
	path     string
	slot     access.Slot
	revision uint64
}

func answered(d access.Decision) answer {
	path := ""
	if d.Reason() != access.UnknownNode {
		path = d.Node().Path()
	}
	return answer{d.Reason(), path, d.Slot(), d.Revision()}
}

// everyQuestion asks for nodes of both trees, of people of each type, on every
// surface.
func everyQuestion() (all []access.Request) {
	for _, who := range []string{"alice", "bob", "rita", "steve", "carol", "dan"} {
		for _, path := range []string{"customer", "customer/personal/name", "customer/billing/invoices", "customer/telephony", "customer/telephony/extensions", "account/balance",
			"customer/vault/keys", "customer/gone", "nothing"} {
			for _, surface := range []access.Surface{access.NewInterface, access.OldInterface, access.API} {
				for _, action := range []roles.Action{roles.View, roles.Update} {
					r := ask(who, action, path, "acme")
					r.Surface = surface
					all = append(all, r)
				}
			}
		}
	}
	return all
}

// TestAsOfModelThen: after a change of the model the past is judged by the one of
// then, and of any revision is answered what the engine of then did.
func TestAsOfModelThen(t *testing.T) {
	t.Parallel()
	s := newBusiness(t, nil)
	f := &fixture{t: t, ctx: t.Context(), store: s}
	asked := everyQuestion()
	was := make(map[uint64][]answer)
	by := make(map[uint64]*access.Engine)
	note := func(engine *access.Engine, revision uint64) {
		require.NoError(t, engine.Sync(f.ctx, revision))
		by[revision] = engine
		for _, r := range asked {
			was[revision] = append(was[revision], answered(engine.Check(f.ctx, r)))
		}
	}
	former := openFormer(t, s)
	note(former, 1)
	note(former, f.role("pbx-admin", func(r *roles.Role) {
		r.Permissions = map[string]roles.Setting{"customer/telephony": {Permission: roles.Modify}}
	}))
	note(former, f.grant("steve", "acme", func(g individuals.Grant) individuals.Grant { return g.WithACL("care") }))
	present := openPresent(t, s)
	note(present, f.class("gold", func(*individuals.Class) {}))
	note(present, f.grant("dan", "globex", func(g individuals.Grant) individuals.Grant { return g.WithACL("care") }))
	again := openFormer(t, s) // a step back
	note(again, f.class("gold", func(*individuals.Class) {}))
	require.Equal(t, former.Digest(), again.Digest())
	require.NotEqual(t, former.Digest(), present.Digest())

	allowed := 0
	for _, asking := range []*access.Engine{former, present, again} {
		for revision, answers := range was {
			then := by[revision]
			require.NoError(t, asking.AsOf(f.ctx, access.Moment{Revision: revision}, func(past *access.Past) error {
				assert.True(t, past.Kept())
				assert.Equal(t, then.Digest(), past.Digest())
				assert.Equal(t, then.Model().Digest(), past.Model().Digest())
				for i, r := range asked {
					got := answered(past.CheckRequest(f.ctx, r))
					assert.Equal(t, answers[i], got, "revision %d: %+v", revision, r)
					if got.reason == access.Granted {
						allowed++
					}
				}
				return nil
			}))
		}
	}
	assert.Greater(t, allowed, 100)
	assert.NotEqual(t, was[3], was[4], "the change of the model is seen")
	// An instant tells apart which of two models it was over one state.
	commit, err := s.CommitOf(f.ctx, 3)
	require.NoError(t, err)
	for instant, want := range map[time.Time]roles.Digest{commit.At: former.Digest(), time.Now(): present.Digest()} {
		require.NoError(t, present.AsOf(f.ctx, access.Moment{Revision: 3, Instant: instant}, func(past *access.Past) error {
			assert.Equal(t, want, past.Digest())
			return nil
		}))
	}
}

var errReadOnly = errors.New("attempt to write a readonly database")

// keeping is a store whose keeping of models a test meddles with.
type keeping struct {
	*memstore.Store
	keep func(digest roles.Digest, encoding []byte) error
	at   func(m store.KeptModel) store.KeptModel
}

func (k *keeping) KeepModel(ctx context.Context, digest roles.Digest, encoding []byte) error {
	if k.keep != nil {
		return k.keep(digest, encoding)
	}
	return k.Store.KeepModel(ctx, digest, encoding)
}

func (k *keeping) ModelAt(ctx context.Context, revision uint64, instant time.Time) (store.KeptModel, error) {
	m, err := k.Store.ModelAt(ctx, revision, instant)
	if k.at != nil {
		m = k.at(m)
	}
	return m, err
}

// TestModelThatCannotBeKept: an engine does not decide by what nobody will know of,
// unless the host says that it is only read.
func TestModelThatCannotBeKept(t *testing.T) {
	t.Parallel()
	s := &keeping{Store: newBusiness(t, nil), keep: func(roles.Digest, []byte) error { return errReadOnly }}
	engine, err := access.New(t.Context(), s, fixtureModel, &access.Options{ACLs: fixtureLevels})
	require.ErrorIs(t, err, errReadOnly)
	require.EqualError(t, err, "access: keeping the model, by which the past is to be judged: attempt to write a readonly database; "+
		"over a store that is only read set Options.ReadOnly")
	require.Nil(t, engine)
	trial := open(t, s, fixtureModel, access.Options{ACLs: fixtureLevels, ReadOnly: true})
	assert.True(t, trial.Check(t.Context(), ask("steve", roles.View, "customer/pbx", "acme")).Allowed())
	require.ErrorIs(t, trial.AsOf(t.Context(), access.Moment{Revision: 1}, func(*access.Past) error { return nil }), access.ErrModelUnknown)
	s.keep = nil
	former := openFormer(t, s)
	open(t, s, fixtureModel, access.Options{ACLs: fixtureLevels, ReadOnly: true})
	require.NoError(t, trial.AsOf(t.Context(), access.Moment{Revision: 1}, func(then *access.Past) error {
		assert.Equal(t, former.Digest(), then.Digest())
		return nil
	}))
}

// TestModelsStartAtOnce: engines that start at once, of two models, are all in
// force, and the same one is so once.
func TestModelsStartAtOnce(t *testing.T) {
	t.Parallel()
	s := newBusiness(t, nil)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			if i%2 == 0 {
				openFormer(t, s)
			} else {
				openPresent(t, s)
			}
		})
	}
	all.Wait()
	engine := openPresent(t, s)
	for range 4 {
		all.Go(func() {
			assert.NoError(t, engine.AsOf(t.Context(), access.Moment{Instant: time.Now()}, func(then *access.Past) error {
				assert.Equal(t, engine.Digest(), then.Digest())
				assert.True(t, then.Kept())
				return nil
			}))
			assert.NoError(t, engine.AsOf(t.Context(), access.Moment{Revision: 1}, func(then *access.Past) error {
				assert.True(t, then.Kept())
				return nil
			}))
		})
	}
	all.Wait()
}

// TestModelUnknown: what was in force before the first engine is not known, and not
// taken to be what is now.
func TestModelUnknown(t *testing.T) {
	t.Parallel()
	f := &fixture{t: t, ctx: t.Context(), store: newBusiness(t, nil)}
	f.class("gold", func(*individuals.Class) {})
	engine := openPresent(t, f.store)
	err := engine.AsOf(f.ctx, access.Moment{Revision: 1}, func(*access.Past) error { t.Error("called"); return nil })
	require.ErrorIs(t, err, access.ErrModelUnknown)
	require.ErrorContains(t, err, "Moment.ByOwnModel")
	for _, m := range []access.Moment{{Revision: 1, ByOwnModel: true}, {Revision: 2}} {
		require.NoError(t, engine.AsOf(f.ctx, m, func(then *access.Past) error {
			assert.Equal(t, !m.ByOwnModel, then.Kept())
			assert.Equal(t, engine.Digest(), then.Digest())
			assert.True(t, then.CheckRequest(f.ctx, ask("steve", roles.View, "customer/pbx", "acme")).Allowed())
			return nil
		}))
	}
}

// withHistory is a store that keeps the past and no models.
type withHistory struct {
	store.Store
	store.History
}

func TestAsOfWithoutModels(t *testing.T) {
	t.Parallel()
	s := newBusiness(t, nil)
	engine := openPresent(t, withHistory{s, s})
	require.NoError(t, engine.AsOf(t.Context(), access.Moment{Revision: 1}, func(then *access.Past) error {
		assert.False(t, then.Kept())
		assert.Equal(t, engine.Digest(), then.Digest())
		assert.True(t, then.CheckRequest(t.Context(), ask("steve", roles.View, "customer/pbx", "acme")).Allowed())
		return nil
	}))
}

// TestModelDamaged: what the store gives for a model is believed when it has the
// digest and can be read.
func TestModelDamaged(t *testing.T) {
	t.Parallel()
	s := &keeping{Store: newBusiness(t, nil)}
	openFormer(t, s)
	engine := open(t, s, fixtureModel, access.Options{ReadOnly: true})
	fake := func(encoding string) store.KeptModel {
		return store.KeptModel{Digest: roles.DigestOf([]byte(encoding)), Encoding: []byte(encoding)}
	}
	for want, m := range map[string]store.KeptModel{
		"is damaged: its digest is":                         {Digest: engine.Model().Digest(), Encoding: []byte("{}")},
		"version 2, this program knows 1: take a newer one": fake(`{"version":2}`),
		"roles: encoded model":                              fake(`{"version":1,"model":{"version":1}}`),
		"unexpected end of JSON input":                      fake(``),
	} {
		s.at = func(store.KeptModel) store.KeptModel { return m }
		err := engine.AsOf(t.Context(), access.Moment{Revision: 1}, func(*access.Past) error { t.Error("called"); return nil })
		require.ErrorContains(t, err, want)
		require.NotErrorIs(t, err, access.ErrModelUnknown)
	}
	s.at = nil
	require.NoError(t, engine.AsOf(t.Context(), access.Moment{Revision: 1}, func(*access.Past) error { return nil }))
}

// TestEngineDigestFields holds that everything that decides is in the digest: a new
// option needs a line here.
func TestEngineDigestFields(t *testing.T) {
	t.Parallel()
	options := func() access.Options {
		return access.Options{ACLs: fixtureLevels, Systems: jobs(access.System{Name: "a", Type: "admin", Permissions: map[string]roles.Permission{"customer/pbx": roles.Read}}, access.System{Name: "b", Type: "admin", Below: "north"})}
	}
	digest := func(o access.Options) roles.Digest { return open(t, memstore.New(nil), fixtureModel, o).Digest() }
	want := digest(options())
	counts := map[string]func(o *access.Options){
		"Options.ACLs":        func(o *access.Options) { o.ACLs = nil },
		"Options.Coexistence": func(o *access.Options) { o.Coexistence = access.PerSurface },
		"Options.Systems":     func(o *access.Options) { o.Systems = o.Systems[1:] },
		"System.Name":         func(o *access.Options) { o.Systems[0].Name = "c" },
		"System.Type":         func(o *access.Options) { o.Systems[1].Type = "reseller" },
		"System.Permissions":  func(o *access.Options) { o.Systems[0].Permissions["customer/pbx"] = roles.Modify },
		"System.Below":        func(o *access.Options) { o.Systems[1].Below = "south" },
	}
	means := map[string]func(o *access.Options){ // how it runs, and not what it decides
		"Options.PollInterval":     func(o *access.Options) { o.PollInterval = time.Second },
		"Options.MaxStaleness":     func(o *access.Options) { o.MaxStaleness = time.Minute },
		"Options.MaxIndividuals":   func(o *access.Options) { o.MaxIndividuals = 10 },
		"Options.MaxOrganizations": func(o *access.Options) { o.MaxOrganizations = 10 },
		"Options.MaxObjects":       func(o *access.Options) { o.MaxObjects = 10 },
		"Options.Clock":            func(o *access.Options) { o.Clock = time.Now },
		"Options.ReadOnly":         func(o *access.Options) { o.ReadOnly = true },
		"order":                    func(o *access.Options) { o.Systems[0], o.Systems[1] = o.Systems[1], o.Systems[0] },
		"alias": func(o *access.Options) {
			o.Systems[0].Permissions = map[string]roles.Permission{"customer/telephony": roles.Read}
		},
	}
	for _, declaration := range []any{access.Options{}, access.System{}} {
		of := reflect.TypeOf(declaration)
		for i := range of.NumField() {
			name := of.Name() + "." + of.Field(i).Name
			assert.True(t, (counts[name] != nil) != (means[name] != nil), "%s: say whether it decides", name)
		}
	}
	for name, change := range counts {
		o := options()
		change(&o)
		assert.NotEqual(t, want, digest(o), name)
	}
	for name, change := range means {
		o := options()
		change(&o)
		assert.Equal(t, want, digest(o), name)
	}
	other := open(t, memstore.New(nil), formerModel, access.Options{}).Digest()
	assert.NotEqual(t, open(t, memstore.New(nil), fixtureModel, access.Options{}).Digest(), other)
}
