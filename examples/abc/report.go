package main

import (
	"context"
	"fmt"
	"time"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/acl/billing"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	rolesbilling "github.com/durward-go/durward/roles/billing"
)

// A report is what the program prints.
type report struct {
	Story       []step        `json:"story"`
	People      []person      `json:"people"`
	Matrix      []row         `json:"matrix"`
	Denials     []explained   `json:"denials"`
	Adam        []moment      `json:"adam"`
	Neighbours  []explained   `json:"neighbours"`
	Coexistence []coexistence `json:"coexistence"`
}

type person struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Role string `json:"role"`
}

// A row is one panel: what each person may do there, in the order of People.
type row struct {
	Path  string             `json:"path"`
	Title string             `json:"title"`
	May   []roles.Permission `json:"may"`
}

type explained struct {
	Question string        `json:"question"`
	Allowed  bool          `json:"allowed"`
	Reason   access.Reason `json:"reason"`
	Because  string        `json:"because"`
	Remedy   string        `json:"remedy,omitempty"`
}

type moment struct {
	At      time.Time     `json:"at"`
	Local   string        `json:"local"`
	Allowed bool          `json:"allowed"`
	Reason  access.Reason `json:"reason"`
	Because string        `json:"because"`
}

// A coexistence is one write to Steve's grant and what then holds where.
type coexistence struct {
	Write    string  `json:"write"`
	Revision uint64  `json:"revision"`
	Surfaces []where `json:"surfaces"`
}

type where struct {
	Surface  string `json:"surface"`
	Governs  string `json:"governs"`
	PBX      bool   `json:"pbx"`
	Invoices bool   `json:"invoices"`
}

var employees = []person{
	{ID: "abc-login", Name: "ABC's login", Role: "Customer"},
	{ID: "bob", Name: "Bob", Role: "Customer admin"},
	{ID: "steve", Name: "Steve", Role: "PBX admin"},
	{ID: "adam", Name: "Adam", Role: "Operations manager"},
}

// panels are what the matrix shows of the tree's customer entity.
var panels = []string{
	"customer/personal", "customer/address", "customer/credit-limit", "customer/billing/invoices",
	"customer/billing/invoices/download", "customer/billing/payments", "customer/billing/payments/pay",
	"customer/billing/payment-methods", "customer/pbx/extensions", "customer/pbx/ring-groups",
	"customer/pbx/auto-attendants", "customer/calls/recordings", "customer/individuals", "customer/allowed-roles",
	"customer/audit-log",
}

func (w *world) report(ctx context.Context) (report, error) {
	r := report{People: employees}
	for _, path := range panels {
		node, err := w.engine.Node(path)
		if err != nil {
			return r, err
		}
		line := row{Path: path, Title: node.Title()}
		for _, p := range employees {
			var may roles.Permission
			for _, action := range roles.Actions() {
				if w.engine.Check(ctx, request(p.ID, action, path, abc)).Allowed() {
					may |= roles.Permit(action)
				}
			}
			line.May = append(line.May, may)
		}
		r.Matrix = append(r.Matrix, line)
	}
	for _, q := range []access.Request{
		request("steve", roles.View, "customer/billing/invoices", abc),
		request("adam", roles.Update, "customer/pbx/extensions", abc),
		request("bob", roles.Update, "customer/credit-limit", abc),
		request("bob", roles.Update, "customer/allowed-roles", abc),
		request("adam", roles.View, "customer/invoices", abc),
	} {
		r.Denials = append(r.Denials, w.explain(ctx, q))
	}
	if err := w.adam(ctx, &r); err != nil {
		return r, err
	}
	for _, q := range []access.Request{
		request("steve", roles.Update, "customer/pbx/extensions", xyz),
		request("rita", roles.View, "customer/billing/invoices", abc),
		request("rita", roles.Update, "customer/credit-limit", abc),
		request("rita", roles.Update, "reseller/credit-limit", rivertel),
		request("rita", roles.View, "customer/billing/invoices", xyz),
		request("otto", roles.View, "customer/billing/invoices", abc),
	} {
		r.Neighbours = append(r.Neighbours, w.explain(ctx, q))
	}
	return r, w.coexist(ctx, &r)
}

func request(individual string, action roles.Action, path, object string) access.Request {
	return access.Request{Individual: individual, Action: action, Path: path, Object: object, Surface: access.NewInterface,
		// As if they had just signed in, at the office and with a code.
		Epoch: access.CurrentEpoch, Address: office, Factors: access.Factors{SecondFactor: time.Unix(1, 0)}}
}

func (w *world) explain(ctx context.Context, q access.Request) explained {
	x := w.engine.Explain(ctx, q)
	return explained{
		Question: fmt.Sprintf("%s: %v %s of %s?", q.Individual, q.Action, q.Path, q.Object),
		Allowed:  x.Decision.Allowed(), Reason: x.Decision.Reason(), Because: x.Because, Remedy: x.Remedy,
	}
}

// adam asks for Adam around the first instant of 20 April in his own zone.
func (w *world) adam(ctx context.Context, r *report) error {
	zone, err := individuals.LoadZone("America/Halifax")
	if err != nil {
		return err
	}
	first := time.Date(2026, time.April, 20, 3, 0, 0, 0, time.UTC) // midnight in Halifax
	for _, at := range []time.Time{first.Add(-time.Nanosecond), first} {
		q := request("adam", roles.View, "customer/billing/invoices", abc)
		q.At = at
		x := w.engine.Explain(ctx, q)
		r.Adam = append(r.Adam, moment{At: at, Local: at.In(zone).Format("Mon 2 Jan 15:04:05.999999999 -0700"),
			Allowed: x.Decision.Allowed(), Reason: x.Decision.Reason(), Because: x.Because})
	}
	return nil
}

// coexist writes an access level after Steve's role, a role after that, and
// then both at once, and asks on each surface.
func (w *world) coexist(ctx context.Context, r *report) error {
	alice, err := w.engine.Principal(ctx, access.Identity{Individual: "alice", Surface: access.NewInterface, Epoch: access.CurrentEpoch,
		Address: providerOffice, Factors: access.Factors{SecondFactor: w.clock()}})
	if err != nil {
		return err
	}
	desk, old := w.manager.Roles(alice), w.manager.ACLs(alice)
	for _, step := range []struct {
		write string
		grant func() (uint64, error)
	}{
		{"the role PBX admin, granted by Bob", func() (uint64, error) { return w.engine.Revision(), nil }},
		{"then an access level, at the desk of the older system", func() (uint64, error) {
			return old.GrantACL(ctx, "steve", abc, billing.LevelCustomer)
		}},
		{"then a role, at the desk of the role system", func() (uint64, error) {
			return desk.GrantRole(ctx, "steve", abc, rolesbilling.RoleOperationsManager)
		}},
		{"then a role and an access level in one commit", func() (uint64, error) {
			return desk.GrantBoth(ctx, "steve", abc, rolesbilling.RolePBXAdmin, billing.LevelCustomer)
		}},
	} {
		c := coexistence{Write: step.write}
		if c.Revision, err = step.grant(); err != nil {
			return err
		}
		for _, surface := range []access.Surface{access.NewInterface, access.OldInterface, access.API} {
			c.Surfaces = append(c.Surfaces, w.on(ctx, surface))
		}
		r.Coexistence = append(r.Coexistence, c)
	}
	return nil
}

// on asks what Steve may do on a surface.
func (w *world) on(ctx context.Context, surface access.Surface) where {
	pbx := request("steve", roles.Update, "customer/pbx/extensions", abc)
	invoices := request("steve", roles.View, "customer/billing/invoices", abc)
	pbx.Surface, invoices.Surface = surface, surface
	x := w.engine.Explain(ctx, pbx)
	governs := fmt.Sprintf("%v %q", x.Decision.Slot(), x.Name)
	if x.Decision.Superseded() != access.NoSlot {
		governs += fmt.Sprintf(", superseding the %v", x.Decision.Superseded())
	}
	return where{Surface: surface.String(), Governs: governs, PBX: x.Decision.Allowed(),
		Invoices: w.engine.Check(ctx, invoices).Allowed()}
}
