package signin_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/access/signin"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/ipallow"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/store"
)

// A gate is one thing that stands against somebody.
type gate struct {
	name string
	// shut puts it up against eva, shutLink against the standing link of "open";
	// nil where it is not asked about that.
	shut, shutLink func(w *world)
	// before makes ready for it; nil: nothing to do.
	before func(w *world)
}

func gates() []gate {
	eva := func(fn func(*individuals.Individual)) func(w *world) {
		return func(w *world) {
			w.write(func(tx store.Tx) error {
				p, err := tx.Individual(w.ctx, "eva")
				if err != nil {
					return err
				}
				fn(&p)
				return tx.PutIndividual(w.ctx, p)
			})
		}
	}
	organization := func(id string, fn func(*individuals.Organization)) func(w *world) {
		return func(w *world) { w.organization(id, fn) }
	}
	date := func(day int) individuals.Date {
		d, err := individuals.NewDate(2026, time.April, day)
		if err != nil {
			panic(err)
		}
		return d
	}
	role := func(p roles.Permission) func(w *world) {
		return func(w *world) {
			w.write(func(tx store.Tx) error {
				r, err := tx.Role(w.ctx, "viewer")
				if err != nil {
					return err
				}
				r.Permissions = map[string]roles.Setting{"customer": {Permission: p}}
				return tx.PutRole(w.ctx, r)
			})
		}
	}
	closed := func(w *world) { require.NoError(w.t, w.engine.Close()) }
	inside, err := ipallow.Parse([]string{"192.0.2.0/24"})
	if err != nil {
		panic(err)
	}
	return []gate{
		{"disabled", eva(func(p *individuals.Individual) { p.Disabled = true }), organization("open", func(o *individuals.Organization) { o.Link.Open = false }), nil},
		{"organization closed", organization("abc", func(o *individuals.Organization) { o.Closed = true }),
			organization("open", func(o *individuals.Organization) { o.Closed = true }), nil},
		{"credentials changed", eva(func(p *individuals.Individual) { p.Epoch++ }),
			organization("open", func(o *individuals.Organization) { o.Link.Epoch++ }), nil},
		{"session ended", func(w *world) { w.clock.Pass(access.DefaultSession + time.Hour) },
			func(w *world) { w.clock.Pass(access.DefaultSession + time.Hour) }, nil},
		{"not yet active", eva(func(p *individuals.Individual) {
			p.Window = individuals.Window{Activation: date(20), Zone: "Europe/Prague"}
		}), nil, nil},
		{"expired", eva(func(p *individuals.Individual) {
			p.Window = individuals.Window{Expiration: date(1), Zone: "Europe/Prague"}
		}), nil, nil},
		{"address", eva(func(p *individuals.Individual) { p.AllowList = inside }), nil, nil},
		{"no grant", func(w *world) {
			w.write(func(tx store.Tx) error {
				g, err := tx.Grant(w.ctx, "eva", "abc")
				if err != nil {
					return err
				}
				return tx.DeleteGrant(w.ctx, "eva", "abc", g.Revision)
			})
		}, organization("open", func(o *individuals.Organization) { o.Link.Role = "" }), nil},
		{"not granted", role(roles.Restrict), role(roles.Restrict), nil},
		{"role does not compile", role(roles.Permission(0x80)), nil, nil},
		{"unknown", func(w *world) {
			w.write(func(tx store.Tx) error {
				g, err := tx.Grant(w.ctx, "eva", "abc")
				if err != nil {
					return err
				}
				if err := tx.DeleteGrant(w.ctx, "eva", "abc", g.Revision); err != nil {
					return err
				}
				p, err := tx.Individual(w.ctx, "eva")
				if err != nil {
					return err
				}
				return tx.DeleteIndividual(w.ctx, "eva", p.Revision)
			})
		}, nil, nil},
		{"engine closed", closed, closed, nil},
		{"second factor", eva(func(p *individuals.Individual) { p.Enrolled, p.SecondFactor = true, individuals.SecondFactorYes }), nil, eva(without2FA)},
		{"enrolment", eva(func(p *individuals.Individual) { p.SecondFactor = individuals.SecondFactorYes }), nil, eva(without2FA)},
	}
}

// without2FA is somebody of whom no second factor is asked, and who has none.
func without2FA(p *individuals.Individual) {
	p.Enrolled, p.SecondFactor = false, individuals.SecondFactorNo
}

func (w *world) write(fn func(store.Tx) error) {
	w.t.Helper()
	_, err := w.store.Update(w.ctx, store.Author{ID: "admin"}, fn)
	require.NoError(w.t, err)
}

// leadsInAnyway says which gates a way does not ask, and why.
var leadsInAnyway = cells(
	exception{"the request has no session", []string{"session ended"},
		[]string{"Engine.Check", "Engine.CheckAll", "Engine.Explain", "Engine.AtInstant", "State.CheckRequest"}},
	exception{"whoever proves everything anew begins a session, with the present credentials", []string{"credentials changed", "session ended"},
		[]string{"Flow.Begin"}},
	exception{"the code is asked for, and is right", []string{"second factor"}, []string{"Flow.Begin", "Flow.BeginLink"}},
	exception{"it is what is missing", []string{"enrolment"}, []string{"Flow.EnrolSecondFactor"}},
	exception{"whoever shows the link anew begins a session", []string{"session ended"}, []string{"Flow.OpenStanding"}},
	exception{"their own credentials are everyone's to change, whatever else they may do", []string{"no grant", "not granted"},
		[]string{"Flow.ChangePassword", "Flow.EnrolSecondFactor", "Flow.NewRecoveryCodes", "Flow.SetLanguage", "Flow.RequestEmailChange"}},
	exception{"the link sets a password or an address and signs nobody in: every gate is asked at the sign-in, and an invitation may be claimed before the activation",
		[]string{"organization closed", "not yet active", "expired", "address", "no grant", "not granted", "role does not compile", "engine closed",
			"second factor", "enrolment"},
		[]string{"Flow.ResetPassword", "Flow.AcceptInvitation", "Flow.ConfirmEmail"}},
	exception{"these links live longer than a session, which they have nothing to do with", []string{"session ended"},
		[]string{"Flow.AcceptInvitation", "Flow.ConfirmEmail"}},
	exception{"a mail goes to the person's own address, and a stranger must not learn more than that",
		[]string{"organization closed", "credentials changed", "session ended", "not yet active", "expired", "address", "no grant", "not granted",
			"role does not compile", "engine closed", "second factor", "enrolment"},
		[]string{"Flow.RequestReset", "Flow.RequestSignInLink"}},
)

// An exception is a reason for cells: each of the gates for each of the ways.
type exception struct {
	why         string
	gates, ways []string
}

func cells(exceptions ...exception) map[string]string {
	out := make(map[string]string)
	for _, e := range exceptions {
		for _, way := range e.ways {
			for _, gate := range e.gates {
				out[way+" / "+gate] = e.why
			}
		}
	}
	return out
}

// notWays are exported methods that let nobody in, and why not.
var notWays = without(map[string]string{
	"tells of the engine":    "Engine.Age Engine.Digest Engine.Model Engine.Node Engine.Problems Engine.Revision",
	"ends or waits":          "Engine.Close Engine.Sync",
	"is the host's own job":  "Engine.System", // decision 4, rule 22
	"tells of the past":      "Engine.AsOf",
	"tells who it is":        "Principal.Actor Principal.Address Principal.Individual Principal.IsLink Principal.IsSystem Principal.Organization Principal.Session Principal.Surface",
	"compares what is held":  "State.Covers State.Holding State.HoldingOf State.LevelHolding State.RoleHolding",
	"tells of the state":     "State.Instant State.Revision",
	"forgets counts":         "Flow.Sweep",
	"is there in tests only": "Flow.CountHashes Flow.DuringHash Flow.DuringNewHash",
})

func without(reasons map[string]string) map[string]string {
	out := make(map[string]string)
	for why, names := range reasons {
		for _, name := range strings.Fields(names) {
			out[name] = why
		}
	}
	return out
}

// TestWaysAndGates shuts every gate against every way in. What leads in anyway
// must be said, with a reason.
func TestWaysAndGates(t *testing.T) {
	t.Parallel()
	for _, way := range ways() {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			require.True(t, way.ready(w)(), "with all gates open")
			for _, gate := range gates() {
				shut := gate.shut
				if way.link {
					shut = gate.shutLink
				}
				if shut == nil {
					continue
				}
				w := newWorld(t)
				if gate.before != nil {
					if way.name == "Flow.Continue" {
						continue // there is nothing to continue: the password is enough
					}
					gate.before(w)
				}
				try := way.ready(w)
				shut(w)
				why, open := leadsInAnyway[way.name+" / "+gate.name]
				if got := try(); got && !open {
					t.Errorf("%s leads in although: %s", way.name, gate.name)
				} else if !got && open {
					t.Errorf("%s does not lead in past %q, which is said: %s", way.name, gate.name, why)
				}
			}
		})
	}
}

// TestEveryWayHasItsCells fails where an exported method is neither a way in with
// its cells, nor said to be none.
func TestEveryWayHasItsCells(t *testing.T) {
	t.Parallel()
	told := make(map[string]bool)
	for _, way := range ways() {
		assert.False(t, told[way.name], "%s: twice", way.name)
		told[way.name] = true
	}
	there := make(map[string]bool)
	for _, v := range []any{(*access.Engine)(nil), (*access.Principal)(nil), (*access.State)(nil), (*signin.Flow)(nil)} {
		typ := reflect.TypeOf(v)
		for i := range typ.NumMethod() {
			name := typ.Elem().Name() + "." + typ.Method(i).Name
			there[name] = true
			_, not := notWays[name]
			if told[name] == not {
				t.Errorf("%s: say in ways what it lets somebody do, or in notWays why it is none", name)
			}
		}
	}
	for name := range told {
		assert.True(t, there[name], "%s: no such method", name)
	}
	for name := range notWays {
		assert.True(t, there[name], "%s: no such method", name)
	}
	for cell := range leadsInAnyway {
		name, gate, _ := strings.Cut(cell, " / ")
		assert.True(t, told[name], "%s: no such way", name)
		known := false
		for _, g := range gates() {
			known = known || g.name == gate
		}
		assert.True(t, known, "%s: no such gate", gate)
	}
}
