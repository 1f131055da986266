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
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/ipallow"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/store"
)

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
