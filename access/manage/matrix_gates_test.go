package manage_test

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"net/netip"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/access/manage"
	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/ipallow"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// The asker of the matrix is ann of p, who may do everything there is.
var matrixRole = map[string]roles.Permission{"thing": roles.Modify, "thing/secret": roles.Modify, "admin": roles.Modify, "admin/roles/beyond": roles.Modify}

func matrixFill(w *smallWorld, tx store.Tx) {
	for _, r := range []roles.Role{
		smallRole("worker", "root", "p", matrixRole), smallRole("nothing", "root", "p", nil), smallRole("idle", "idler", "p", nil),
		smallRole("c-admin", "client", "p", map[string]roles.Permission{"thing": roles.Modify, "admin": roles.Modify}),
		smallRole("c-some", "client", "p", map[string]roles.Permission{"thing/info": roles.Modify}), smallRole("spare", "client", "p", nil),
	} {
		w.must(tx.PutRole(w.ctx, r))
	}
	for _, l := range []acl.Level{
		{ID: "level", Name: "Level", Type: "client", Owner: "p", Permissions: acl.MustPermissions("select Things.*any*")},
		{ID: "spare-level", Name: "Spare", Type: "client", Owner: "p", Permissions: acl.MustPermissions("select Things.*any*")},
		{ID: "root-level", Name: "All", Type: "root", Owner: "p", Permissions: acl.MustPermissions("select+insert+update+delete Admin.*any*")},
	} {
		w.must(tx.PutACL(w.ctx, l))
	}
	w.must(tx.PutClass(w.ctx, individuals.Class{ID: "class", Name: "Class"}))
	w.must(tx.PutClass(w.ctx, individuals.Class{ID: "spare-class", Name: "Spare"}))
	for _, o := range []individuals.Organization{
		{Entity: "p", AllowedRoles: []string{"worker", "nothing"}}, {Entity: "d2"},
		{Entity: "c1", Class: "class", AllowedRoles: []string{"c-admin", "c-some"}, DefaultRole: "c-some", Link: individuals.StandingLink{Role: "c-some", Open: true}},
	} {
		w.must(tx.PutOrganization(w.ctx, o))
	}
	put := func(id, roleType, organization string, grant func(individuals.Grant) individuals.Grant, change func(*individuals.Individual)) {
		p := smallPerson(id, roleType, organization)
		if change != nil {
			change(&p)
		}
		w.must(tx.PutIndividual(w.ctx, p))
		w.must(tx.PutGrant(w.ctx, grant(individuals.Grant{Individual: id, Organization: organization})))
	}
	role := func(id string) func(individuals.Grant) individuals.Grant {
		return func(g individuals.Grant) individuals.Grant { return g.WithRole(id) }
	}
	put("ann", "root", "p", role("worker"), nil)
	put("zed", "root", "p", role("worker"), nil)
	put("ian", "idler", "p", role("idle"), nil)
	put("bob", "client", "c1", role("c-admin"), func(p *individuals.Individual) { p.Login, p.Email = "bob@example.net", "bob@example.net" })
	put("ben", "client", "c1", role("c-some"), func(p *individuals.Individual) { p.Enrolled = true })
	w.must(tx.PutCredential(w.ctx, individuals.Credential{Individual: "ben", SealedKey: []byte("sealed")}))
	put("dis", "client", "c1", func(g individuals.Grant) individuals.Grant { return g.WithACL("level") }, func(p *individuals.Individual) { p.Disabled = true })
}

// A deskCell makes a method's call so that it succeeds for ann.
type deskCell[D any] func(w *smallWorld, d D) error

// An anyDesk is what the methods of Desk are called through.
type anyDesk interface {
	bothDesk
	Individual(ctx context.Context, id string) (individuals.Individual, error)
	Individuals(ctx context.Context, organization string, page store.Page) ([]individuals.Individual, error)
	SetPassword(ctx context.Context, individual, text string) (uint64, error)
	Invite(ctx context.Context, individual string) (uint64, error)
	SendReset(ctx context.Context, individual string) (uint64, error)
	Grants(ctx context.Context, organization string, page store.GrantPage) ([]individuals.Grant, error)
	Entity(ctx context.Context, id string) (scope.Entity, error)
	Class(ctx context.Context, id string) (individuals.Class, error)
	Events(ctx context.Context, filter audit.Filter) ([]audit.Event, error)
	RevealedEvents(ctx context.Context, filter audit.Filter) ([]audit.Event, error)
	GrantableLevels(ctx context.Context, organization string) ([]manage.Grantable, error)
}

func rest[T any](_ T, err error) error { return err }

// stored reads a record whatever the world has come to.
func stored[T any](w *smallWorld, read func(r store.Reader) (T, error)) (out T) {
	w.t.Helper()
	whole := *w
	whole.ctx = context.Background()
	whole.must(whole.store.View(whole.ctx, func(r store.Reader) (err error) { out, err = read(r); return err }))
	return out
}

var anyCells = map[string]deskCell[anyDesk]{
	"Individual":  func(w *smallWorld, d anyDesk) error { return rest(d.Individual(w.ctx, "bob")) },
	"Individuals": func(w *smallWorld, d anyDesk) error { return rest(d.Individuals(w.ctx, "c1", store.Page{})) },
	"CreateIndividual": func(w *smallWorld, d anyDesk) error {
		return only(d.CreateIndividual(w.ctx, manage.Someone{Individual: smallPerson("new", "client", "c1"), ACL: "level"}))
	},
	"CreateIndividual/password": func(w *smallWorld, d anyDesk) error {
		return only(d.CreateIndividual(w.ctx, manage.Someone{Individual: smallPerson("new", "client", "c1"), Password: "correct horse battery staple"}))
	},
	"UpdateIndividual": func(w *smallWorld, d anyDesk) error {
		p := stored(w, func(r store.Reader) (individuals.Individual, error) { return r.Individual(context.Background(), "bob") })
		p.Name = "Robert"
		return only(d.UpdateIndividual(w.ctx, p))
	},
	"Disable":          func(w *smallWorld, d anyDesk) error { return only(d.Disable(w.ctx, "bob")) },
	"Enable":           func(w *smallWorld, d anyDesk) error { return only(d.Enable(w.ctx, "dis")) },
	"DeleteIndividual": func(w *smallWorld, d anyDesk) error { return only(d.DeleteIndividual(w.ctx, "bob")) },
	"SetPassword": func(w *smallWorld, d anyDesk) error {
		return only(d.SetPassword(w.ctx, "bob", "correct horse battery staple"))
	},
	"ResetSecondFactor": func(w *smallWorld, d anyDesk) error { return only(d.ResetSecondFactor(w.ctx, "ben")) },
	"Invite":            func(w *smallWorld, d anyDesk) error { return only(d.Invite(w.ctx, "bob")) },
	"SendReset":         func(w *smallWorld, d anyDesk) error { return only(d.SendReset(w.ctx, "bob")) },
	"RevokeLinks":       func(w *smallWorld, d anyDesk) error { return only(d.RevokeLinks(w.ctx, "bob")) },
	"GrantACL":          func(w *smallWorld, d anyDesk) error { return only(d.GrantACL(w.ctx, "bob", "c1", "level")) },
	"ClearACL":          func(w *smallWorld, d anyDesk) error { return only(d.ClearACL(w.ctx, "dis", "c1")) },
	"Narrow":            func(w *smallWorld, d anyDesk) error { return only(d.Narrow(w.ctx, "bob", "c1", []string{"a1"})) },
	"Grants":            func(w *smallWorld, d anyDesk) error { return rest(d.Grants(w.ctx, "c1", store.GrantPage{})) },
	"Entity":            func(w *smallWorld, d anyDesk) error { return rest(d.Entity(w.ctx, "c1")) },
	"CreateEntity": func(w *smallWorld, d anyDesk) error {
		return only(d.CreateEntity(w.ctx, scope.Entity{ID: "new", Kind: "account", Parent: "c1"}))
	},
	"UpdateEntity": func(w *smallWorld, d anyDesk) error {
		e := stored(w, func(r store.Reader) (scope.Entity, error) { return r.Entity(context.Background(), "c1") })
		e.Parent = "d2"
		return only(d.UpdateEntity(w.ctx, e))
	},
	"DeleteEntity": func(w *smallWorld, d anyDesk) error { return only(d.DeleteEntity(w.ctx, "a2")) },
	"Class":        func(w *smallWorld, d anyDesk) error { return rest(d.Class(w.ctx, "class")) },
	"PutClass": func(w *smallWorld, d anyDesk) error {
		return only(d.PutClass(w.ctx, individuals.Class{ID: "new", Name: "New"}))
	},
	"DeleteClass": func(w *smallWorld, d anyDesk) error { return only(d.DeleteClass(w.ctx, "spare-class")) },
	"Events": func(w *smallWorld, d anyDesk) error {
		return rest(d.Events(w.ctx, audit.Filter{Chain: audit.Changes, Organization: "c1"}))
	},
	"RevealedEvents": func(w *smallWorld, d anyDesk) error {
		return rest(d.RevealedEvents(w.ctx, audit.Filter{Chain: audit.Changes, Organization: "c1"}))
	},
	"GrantableLevels": func(w *smallWorld, d anyDesk) error { return rest(d.GrantableLevels(w.ctx, "c1")) },
}

var roleCells = map[string]deskCell[*manage.RoleDesk]{
	"Together": func(w *smallWorld, d *manage.RoleDesk) error {
		return only(d.Together(w.ctx, func(d *manage.RoleDesk) error { return only(d.Disable(w.ctx, "bob")) }))
	},
	"Preview": func(w *smallWorld, d *manage.RoleDesk) error {
		return rest(d.Preview(w.ctx, func(d *manage.RoleDesk) error { return only(d.Disable(w.ctx, "bob")) }))
	},
	"GrantRole": func(w *smallWorld, d *manage.RoleDesk) error { return only(d.GrantRole(w.ctx, "bob", "c1", "c-some")) },
	"GrantBoth": func(w *smallWorld, d *manage.RoleDesk) error {
		return only(d.GrantBoth(w.ctx, "bob", "c1", "c-some", "level"))
	},
	"ClearRole":   func(w *smallWorld, d *manage.RoleDesk) error { return only(d.ClearRole(w.ctx, "bob", "c1")) },
	"RemoveGrant": func(w *smallWorld, d *manage.RoleDesk) error { return only(d.RemoveGrant(w.ctx, "bob", "c1")) },
	"Role":        func(w *smallWorld, d *manage.RoleDesk) error { return rest(d.Role(w.ctx, "spare")) },
	"Roles":       func(w *smallWorld, d *manage.RoleDesk) error { return rest(d.Roles(w.ctx, "p", store.Page{})) },
	"CreateRole": func(w *smallWorld, d *manage.RoleDesk) error {
		return only(d.CreateRole(w.ctx, smallRole("new", "client", "p", nil)))
	},
	"CloneRole": func(w *smallWorld, d *manage.RoleDesk) error {
		return only(d.CloneRole(w.ctx, "spare", "new", "New", "p"))
	},
	"UpdateRole": func(w *smallWorld, d *manage.RoleDesk) error {
		r := stored(w, func(r store.Reader) (roles.Role, error) { return r.Role(context.Background(), "c-some") })
		r.Permissions["thing/money"] = roles.Setting{Permission: roles.Read}
		return only(d.UpdateRole(w.ctx, r))
	},
	"DeleteRole":     func(w *smallWorld, d *manage.RoleDesk) error { return only(d.DeleteRole(w.ctx, "spare")) },
	"GrantableRoles": func(w *smallWorld, d *manage.RoleDesk) error { return rest(d.GrantableRoles(w.ctx, "c1")) },
	"Organization":   func(w *smallWorld, d *manage.RoleDesk) error { return rest(d.Organization(w.ctx, "c1")) },
	"PutOrganization/roles": func(w *smallWorld, d *manage.RoleDesk) error {
		return only(d.PutOrganization(w.ctx, matrixOrganization(w, func(o *individuals.Organization) { o.AllowedRoles = append(o.AllowedRoles, "spare") })))
	},
	"PutOrganization/closed": func(w *smallWorld, d *manage.RoleDesk) error {
		return only(d.PutOrganization(w.ctx, matrixOrganization(w, func(o *individuals.Organization) { o.Closed = true })))
	},
	"PutOrganization/link": func(w *smallWorld, d *manage.RoleDesk) error {
		return only(d.PutOrganization(w.ctx, matrixOrganization(w, func(o *individuals.Organization) { o.Link.Role = "c-admin" })))
	},
	"PutOrganization/new": func(w *smallWorld, d *manage.RoleDesk) error {
		return only(d.PutOrganization(w.ctx, individuals.Organization{Entity: "c2"}))
	},
	"ReplaceRole": func(w *smallWorld, d *manage.RoleDesk) error {
		return only(d.ReplaceRole(w.ctx, "c1", "c-some", "spare"))
	},
	"RotateLink": func(w *smallWorld, d *manage.RoleDesk) error {
		_, _, err := d.RotateLink(w.ctx, "c1", "client", "")
		return err
	},
}

func matrixOrganization(w *smallWorld, change func(o *individuals.Organization)) individuals.Organization {
	o := stored(w, func(r store.Reader) (individuals.Organization, error) {
		return r.Organization(context.Background(), "c1")
	})
	change(&o)
	return o
}

var aclCells = map[string]deskCell[*manage.ACLDesk]{
	"Together": func(w *smallWorld, d *manage.ACLDesk) error {
		return only(d.Together(w.ctx, func(d *manage.ACLDesk) error { return only(d.Disable(w.ctx, "bob")) }))
	},
	"Preview": func(w *smallWorld, d *manage.ACLDesk) error {
		return rest(d.Preview(w.ctx, func(d *manage.ACLDesk) error { return only(d.Disable(w.ctx, "bob")) }))
	},
	"Level":       func(w *smallWorld, d *manage.ACLDesk) error { return rest(d.Level(w.ctx, "spare-level")) },
	"Levels":      func(w *smallWorld, d *manage.ACLDesk) error { return rest(d.Levels(w.ctx, "p", store.Page{})) },
	"CreateLevel": func(w *smallWorld, d *manage.ACLDesk) error { return only(d.CreateLevel(w.ctx, matrixLevel(w, "new"))) },
	"CloneLevel": func(w *smallWorld, d *manage.ACLDesk) error {
		return only(d.CloneLevel(w.ctx, "spare-level", "new", "New", "p"))
	},
	"UpdateLevel": func(w *smallWorld, d *manage.ACLDesk) error {
		return only(d.UpdateLevel(w.ctx, matrixLevel(w, "level")))
	},
	"DeleteLevel": func(w *smallWorld, d *manage.ACLDesk) error { return only(d.DeleteLevel(w.ctx, "spare-level")) },
}

func matrixLevel(w *smallWorld, id string) acl.Level {
	l := acl.Level{ID: id, Name: "New", Type: "client", Owner: "p", Permissions: acl.MustPermissions("select Money.*any*")}
	_ = w.store.View(w.ctx, func(r store.Reader) error {
		if old, err := r.ACL(w.ctx, id); err == nil {
			l.Revision = old.Revision
		}
		return nil
	})
	return l
}

// What a manager does for a principal that is a job of the host's.
var managerCells = map[string]deskCell[*access.Principal]{
	"ReadMigration": func(w *smallWorld, p *access.Principal) error { return rest(w.manager.ReadMigration(w.ctx, p, nil)) },
	"ApplyMigration": func(w *smallWorld, p *access.Principal) error {
		host, err := w.engine.System("host")
		if err != nil {
			return err
		}
		plan, err := w.manager.ReadMigration(w.ctx, host, nil)
		if err != nil {
			return err
		}
		return only(w.manager.ApplyMigration(w.ctx, p, plan))
	},
	"EraseIndividual": func(w *smallWorld, p *access.Principal) error {
		return rest(w.manager.EraseIndividual(w.ctx, p, "bob"))
	},
	"CutEvents": func(w *smallWorld, p *access.Principal) error {
		return rest(w.manager.CutEvents(w.ctx, p, audit.Changes, smallNow.Add(-time.Hour)))
	},
}

// Ways that ask no gate, and why.
var withoutGates = map[string]string{
	"Manager.Roles":  "opens a desk; its methods ask",
	"Manager.ACLs":   "opens a desk; its methods ask",
	"Manager.Record": "is the host's own, within a commit that it began",
	"Manager.Verify": "tells of no event; for whoever holds the manager",
	"New":            "makes a manager for the host",
	"Bootstrap":      "is for a provider without people, see its own tests",
}

// gate is one thing that is wrong with who asks, or where.
type matrixGate struct {
	name string
	// breaks alters the world past the desks; nil: nothing.
	breaks func(w *smallWorld, tx store.Tx)
	// asks returns the principal; nil: ann's. It is made before the world breaks.
	asks func(w *smallWorld) *access.Principal
	// guards replace those of the model; nil: they stay.
	guards *roles.Guards
	// after ends something once all is made.
	after func(w *smallWorld)
	// except are ways that ask nothing which the gate is about.
	except []string
}

func guardsAll(path string) *roles.Guards {
	all := roles.KindGuards{Individuals: path, Credentials: path, AllowedRoles: path, Grants: path, Audit: path, SignInAs: path}
	g := roles.Guards{Kinds: make(map[string]roles.KindGuards), Roles: path, ACLs: path, Entities: path, GrantBeyond: path}
	for kind := range smallGuards.Kinds {
		g.Kinds[kind] = all
	}
	return &g
}

func changeAnn(change func(p *individuals.Individual)) func(w *smallWorld, tx store.Tx) {
	return func(w *smallWorld, tx store.Tx) {
		p, err := tx.Individual(w.ctx, "ann")
		w.must(err)
		change(&p)
		w.must(tx.PutIndividual(w.ctx, p))
	}
}

func changeAnnsGrant(change func(g individuals.Grant) individuals.Grant) func(w *smallWorld, tx store.Tx) {
	return func(w *smallWorld, tx store.Tx) {
		g, err := tx.Grant(w.ctx, "ann", "p")
		w.must(err)
		w.must(tx.PutGrant(w.ctx, change(g)))
	}
}

func annAs(change func(id *access.Identity)) func(w *smallWorld) *access.Principal {
	return func(w *smallWorld) *access.Principal {
		id := smallIdentity("ann", "", access.NewInterface)
		change(&id)
		return w.principal(id)
	}
}

func onBehalf(start time.Time) func(w *smallWorld) *access.Principal {
	return func(w *smallWorld) *access.Principal {
		zed := w.principal(smallIdentity("zed", "", access.NewInterface))
		return annAs(func(id *access.Identity) { id.OnBehalf = &access.OnBehalf{Actor: zed, Start: start} })(w)
	}
}

func without2FA(id *access.Identity) { id.Factors = access.Factors{} }

var matrixGates = []matrixGate{
	{name: "unknown individual", breaks: func(w *smallWorld, tx store.Tx) {
		g, err := tx.Grant(w.ctx, "ann", "p")
		w.must(err)
		w.must(tx.DeleteGrant(w.ctx, "ann", "p", g.Revision))
		p, err := tx.Individual(w.ctx, "ann")
		w.must(err)
		w.must(tx.DeleteIndividual(w.ctx, "ann", p.Revision))
	}},
	{name: "disabled", breaks: changeAnn(func(p *individuals.Individual) { p.Disabled = true })},
	{name: "organization closed", breaks: func(w *smallWorld, tx store.Tx) {
		o, err := tx.Organization(w.ctx, "p")
		w.must(err)
		o.Closed = true
		w.must(tx.PutOrganization(w.ctx, o))
	}},
	{name: "credentials changed", breaks: changeAnn(func(p *individuals.Individual) { p.Epoch++ })},
	{name: "session ended", asks: annAs(func(id *access.Identity) {
		id.Start, id.End = smallNow.Add(-2*time.Hour), smallNow
	})},
	{name: "not yet active", breaks: changeAnn(func(p *individuals.Individual) {
		p.Window = individuals.Window{Activation: date("2026-04-02"), Zone: "UTC"}
	})},
	{name: "expired", breaks: changeAnn(func(p *individuals.Individual) {
		p.Window = individuals.Window{Expiration: date("2026-04-01"), Zone: "UTC"}
	})},
	{name: "address", breaks: changeAnn(func(p *individuals.Individual) { p.AllowList, _ = ipallow.Parse([]string{"192.0.2.0/24"}) })},
	{name: "no address", breaks: changeAnn(func(p *individuals.Individual) { p.AllowList, _ = ipallow.Parse([]string{"10.0.0.0/8"}) }),
		asks: annAs(func(id *access.Identity) { id.Address = netip.Addr{} })},
	{name: "second factor", breaks: changeAnn(func(p *individuals.Individual) { p.SecondFactor, p.Enrolled = individuals.SecondFactorYes, true }), asks: annAs(without2FA)},
	{name: "enrolment", breaks: changeAnn(func(p *individuals.Individual) { p.SecondFactor = individuals.SecondFactorYes }), asks: annAs(without2FA)},
	{name: "second factor of the node", asks: annAs(without2FA), guards: guardsAll("thing/secret")},
	{name: "no grant", breaks: func(w *smallWorld, tx store.Tx) {
		g, err := tx.Grant(w.ctx, "ann", "p")
		w.must(err)
		w.must(tx.DeleteGrant(w.ctx, "ann", "p", g.Revision))
	}},
	{name: "no role", breaks: changeAnnsGrant(func(g individuals.Grant) individuals.Grant { return g.WithoutRole() })},
	{name: "no ACL", breaks: changeAnnsGrant(func(g individuals.Grant) individuals.Grant { return g.WithACL("root-level").WithoutACL() })},
	{name: "no ACL any more", breaks: changeAnnsGrant(func(g individuals.Grant) individuals.Grant {
		g = g.WithACL("root-level")
		g.ACL.ID = ""
		return g
	})},
	{name: "not granted", breaks: changeAnnsGrant(func(g individuals.Grant) individuals.Grant { return g.WithRole("nothing") })},
	{name: "role does not compile", breaks: func(w *smallWorld, tx store.Tx) {
		r, err := tx.Role(w.ctx, "worker")
		w.must(err)
		r.Permissions["no/such/node"] = roles.Setting{Permission: roles.Modify}
		w.must(tx.PutRole(w.ctx, r))
	}},
	{name: "role is gone", breaks: changeAnnsGrant(func(g individuals.Grant) individuals.Grant { return g.WithRole("no such role") })},
	{name: "ceiling", asks: func(w *smallWorld) *access.Principal {
		return w.principal(smallIdentity("ian", "", access.NewInterface))
	}},
	{name: "out of scope", breaks: changeAnnsGrant(func(g individuals.Grant) individuals.Grant { g.Listed = []string{"d2"}; return g })},
	{name: "other organization", asks: annAs(func(id *access.Identity) { id.Organization = "d2" })},
	{name: "own hands", asks: onBehalf(smallNow.Add(-time.Minute)), guards: guardsAll("admin/people/credentials")},
	{name: "on behalf is over", asks: onBehalf(smallNow.Add(-31 * time.Minute))},
	{name: "on behalf has not begun", asks: onBehalf(smallNow.Add(time.Minute))},
	{name: "the actor may not", asks: onBehalf(smallNow.Add(-time.Minute)), breaks: func(w *smallWorld, tx store.Tx) {
		g, err := tx.Grant(w.ctx, "zed", "p")
		w.must(err)
		w.must(tx.PutGrant(w.ctx, g.WithRole("nothing")))
	}},
	{name: "the actor is disabled", asks: onBehalf(smallNow.Add(-time.Minute)), breaks: func(w *smallWorld, tx store.Tx) {
		p, err := tx.Individual(w.ctx, "zed")
		w.must(err)
		p.Disabled = true
		w.must(tx.PutIndividual(w.ctx, p))
	}},
	{name: "guards name nothing", guards: &roles.Guards{}},
	{name: "standing link", asks: func(w *smallWorld) *access.Principal {
		p, err := w.engine.LinkPrincipal(w.ctx, access.LinkIdentity{Organization: "c1", Epoch: access.CurrentEpoch, Surface: access.NewInterface})
		w.must(err)
		return p
	}},
	{name: "nobody", asks: func(*smallWorld) *access.Principal { return nil }},
	{name: "zero", asks: func(*smallWorld) *access.Principal { return new(access.Principal) }},
	{name: "of another engine", asks: func(w *smallWorld) *access.Principal {
		other, end := newSmallWorld(w.t, access.LastWrite, matrixFill)
		defer end()
		return other.principal(smallIdentity("ann", "", access.NewInterface))
	}},
	{name: "host's job of another engine", asks: func(w *smallWorld) *access.Principal {
		other, end := newSmallWorld(w.t, access.LastWrite, matrixFill, matrixHost)
		defer end()
		p, err := other.engine.System("host")
		w.must(err)
		return p
	}},
	{name: "host's job that may nothing", asks: matrixSystem("idle")},
	{name: "host's job bound elsewhere", asks: matrixSystem("bound"), except: []string{
		"RoleDesk.Class", "ACLDesk.Class", "ACLDesk.Level", "ACLDesk.Levels", // those it may see from its own place
	}},
	{name: "engine closed", after: func(w *smallWorld) { w.must(w.engine.Close()) }},
	{name: "no time left", after: func(w *smallWorld) {
		ctx, cancel := context.WithCancel(w.ctx)
		cancel()
		w.ctx = ctx
	}},
}

func matrixSystem(name string) func(w *smallWorld) *access.Principal {
	return func(w *smallWorld) *access.Principal {
		p, err := w.engine.System(name)
		w.must(err)
		return p
	}
}

var (
	matrixHost    = access.System{Name: "host", Type: "root", Permissions: matrixRole}
	matrixSystems = []access.System{matrixHost, {Name: "idle", Type: "root"}, {Name: "bound", Type: "root", Permissions: matrixRole, Below: "d2"}}
)

// matrixCase is one call of one way.
type matrixCase struct {
	name string
	call func(w *smallWorld, p *access.Principal) error
	// host says that it is for the host's jobs.
	host bool
}

func matrixCases() (cases []matrixCase) {
	for name, cell := range anyCells {
		cases = append(cases,
			matrixCase{"RoleDesk." + name, func(w *smallWorld, p *access.Principal) error { return cell(w, w.manager.Roles(p)) }, false},
			matrixCase{"ACLDesk." + name, func(w *smallWorld, p *access.Principal) error { return cell(w, w.manager.ACLs(p)) }, false})
	}
	for name, cell := range roleCells {
		cases = append(cases, matrixCase{"RoleDesk." + name, func(w *smallWorld, p *access.Principal) error { return cell(w, w.manager.Roles(p)) }, false})
	}
	for name, cell := range aclCells {
		cases = append(cases, matrixCase{"ACLDesk." + name, func(w *smallWorld, p *access.Principal) error { return cell(w, w.manager.ACLs(p)) }, false})
	}
	for name, cell := range managerCells {
		cases = append(cases, matrixCase{"Manager." + name, func(w *smallWorld, p *access.Principal) error { return cell(w, p) }, true})
	}
	slices.SortFunc(cases, func(a, b matrixCase) int { return strings.Compare(a.name, b.name) })
	return cases
}

// Every exported way has its cells.
func TestMatrixNamesEveryWay(t *testing.T) {
	known := make(map[string]bool)
	for way := range withoutGates {
		known[way] = true
	}
	for _, c := range matrixCases() {
		way, _, _ := strings.Cut(c.name, "/")
		known[way] = true
	}
	for _, receiver := range []reflect.Type{reflect.TypeFor[*manage.RoleDesk](), reflect.TypeFor[*manage.ACLDesk](), reflect.TypeFor[*manage.Manager]()} {
		for i := range receiver.NumMethod() {
			way := receiver.Elem().Name() + "." + receiver.Method(i).Name
			require.True(t, known[way], "%s: a new way; give it a cell in the matrix", way)
		}
	}
	// Functions, and types with methods that are no desk.
	values := []string{"BeyondError", "DeniedError", "InUseError", "DifferentError", "Effect", "PersonEffect", "Desk", "RoleDesk", "ACLDesk", "Manager"}
	for _, decl := range declarations(t) {
		if decl.Recv == nil {
			require.True(t, known[decl.Name.Name], "%s: a new function; give it a cell in the matrix", decl.Name.Name)
			continue
		}
		receiver := decl.Recv.List[0].Type
		if star, ok := receiver.(*ast.StarExpr); ok {
			receiver = star.X
		}
		name := receiver.(*ast.Ident).Name
		if ast.IsExported(name) {
			require.Contains(t, values, name, "a new type with methods; if it changes anything give it cells")
		}
	}
}

// declarations are the exported functions and methods of the package.
func declarations(t *testing.T) (out []*ast.FuncDecl) {
	t.Helper()
	files, err := os.ReadDir(".")
	require.NoError(t, err)
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, 0)
		require.NoError(t, err)
		for _, d := range parsed.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Name.IsExported() {
				out = append(out, fn)
			}
		}
	}
	require.NotEmpty(t, out)
	return out
}

// Every cell succeeds for somebody who may: else its refusals would prove nothing.
func TestMatrixCellsSucceed(t *testing.T) {
	for _, c := range matrixCases() {
		w, end := newSmallWorld(t, access.LastWrite, matrixFill, matrixSystems...)
		p := w.principal(smallIdentity("ann", "", access.NewInterface))
		if c.host {
			p = matrixSystem("host")(w)
		}
		require.NoError(t, c.call(w, p), c.name)
		end()
	}
}

// Every way is refused at every gate, and leaves nothing.
func TestMatrixGates(t *testing.T) {
	for _, gate := range matrixGates {
		t.Run(gate.name, func(t *testing.T) {
			t.Parallel()
			w, end := newSmallWorld(t, access.LastWrite, matrixFill, matrixSystems...)
			defer end()
			p := w.principal(identityAt(w, "ann"))
			if gate.asks != nil {
				p = gate.asks(w)
			}
			if gate.guards != nil {
				var err error
				w.manager, err = manage.New(w.engine, w.store, *gate.guards, &manage.Options{ACLs: smallLevels, Links: w.links})
				w.must(err)
			}
			if gate.breaks != nil {
				w.write(func(tx store.Tx) { gate.breaks(w, tx) })
			}
			if gate.after != nil {
				gate.after(w)
			}
			whole := *w
			whole.ctx = context.Background()
			before := whole.take()
			mails := messages(&whole)
			for _, c := range matrixCases() {
				if slices.Contains(gate.except, c.name) {
					continue
				}
				require.Error(t, c.call(w, p), c.name)
				require.Nil(t, whole.takeIfChanged(before), c.name)
				require.Equal(t, mails, messages(&whole), c.name)
			}
		})
	}
}

// identityAt is the person's with the epoch of now, not whatever it comes to.
func identityAt(w *smallWorld, individual string) access.Identity {
	id := smallIdentity(individual, "", access.NewInterface)
	id.Epoch = stored(w, func(r store.Reader) (individuals.Individual, error) {
		return r.Individual(context.Background(), individual)
	}).Epoch
	return id
}

func messages(w *smallWorld) int {
	due, err := w.store.DueMessages(w.ctx, smallNow.AddDate(1, 0, 0), store.MaxPage)
	w.must(err)
	return len(due)
}
