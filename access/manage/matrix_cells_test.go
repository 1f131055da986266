package manage_test

import (
	"context"
	"time"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/access/manage"
	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
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
