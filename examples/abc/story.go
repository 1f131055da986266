package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/access/manage"
	"github.com/durward-go/durward/access/signin"
	aclbilling "github.com/durward-go/durward/acl/billing"
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/ipallow"
	"github.com/durward-go/durward/otp"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/roles/billing"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// A step of the story is what happened at one moment.
type step struct {
	At    time.Time `json:"at"`
	Title string    `json:"title"`
	Lines []string  `json:"lines,omitempty"`
	Mails []letter  `json:"mails,omitempty"`
	QR    string    `json:"qr,omitempty"`
}

// Where people are.
var (
	providerOffice = netip.MustParseAddr("198.51.100.7")
	office         = netip.MustParseAddr("203.0.113.20") // ABC's
	cafe           = netip.MustParseAddr("192.0.2.99")
)

// A storyteller plays the people: it has their passwords and telephones.
type storyteller struct {
	*world
	steps     []step
	told      int // mails
	passwords map[string]string
	phones    map[string]otp.Key
}

// begin lets the story happen, or finds that it has.
func (w *world) begin(ctx context.Context) ([]step, error) {
	var bob individuals.Individual
	err := w.store.View(ctx, func(r store.Reader) (err error) {
		bob, err = r.Individual(ctx, "bob")
		return err
	})
	switch {
	case errors.Is(err, store.ErrNotFound):
		return w.tell(ctx)
	case err != nil:
		return nil, err
	default:
		return w.resume(ctx, bob)
	}
}

// tell lets the story happen: from an empty store to the day on which Adam may
// handle invoices.
func (w *world) tell(ctx context.Context) ([]step, error) {
	s := &storyteller{world: w, passwords: make(map[string]string), phones: make(map[string]otp.Key)}
	for _, chapter := range []func(context.Context) error{
		s.begin, s.setUpABC, s.bobComesIn, s.bobsTeam, s.notYours, s.adamWaits, s.steveWorks, s.trail,
	} {
		if err := chapter(ctx); err != nil {
			last := "the beginning"
			if len(s.steps) > 0 {
				last = s.steps[len(s.steps)-1].Title
			}
			return nil, fmt.Errorf("after %q: %w", last, err)
		}
	}
	return s.steps, nil
}

func (s *storyteller) step(format string, args ...any) {
	s.steps = append(s.steps, step{At: s.clock(), Title: fmt.Sprintf(format, args...)})
}

func (s *storyteller) line(format string, args ...any) {
	last := &s.steps[len(s.steps)-1]
	last.Lines = append(last.Lines, fmt.Sprintf(format, args...))
}

// post sends what waits in the outbox and shows it.
func (s *storyteller) post(ctx context.Context) error {
	_, err := s.dispatcher.Dispatch(ctx)
	last := &s.steps[len(s.steps)-1]
	last.Mails = append(last.Mails, s.mailbox.mails[s.told:]...)
	s.told = len(s.mailbox.mails)
	return err
}

// refused shows what somebody was refused, and fails the story if they were not.
func (s *storyteller) refused(err error, want error, what string) error {
	if !errors.Is(err, want) {
		return unexpected(what+" is not refused", err)
	}
	s.line("%s: %v", what, err)
	return nil
}

// unexpected is how the story fails where something came out otherwise.
func unexpected(what string, err error) error {
	if err == nil {
		return errors.New(what)
	}
	return fmt.Errorf("%s: %w", what, err)
}

func (s *storyteller) begin(ctx context.Context) error {
	s.step("The provider's first administrator")
	_, err := manage.Bootstrap(ctx, s.store, billing.Model(), manage.First{
		Provider: scope.Entity{ID: itsp, Kind: billing.KindProvider, Title: "The provider"},
		Administrator: individuals.Individual{ID: "alice", Name: "Alice", Login: "alice@itsp.example", RoleType: billing.TypeAdmin,
			SecondFactor: individuals.SecondFactorYes},
		Role: billing.Root(billing.Tree()), Roles: billing.DefaultRoles(),
		Links: s.links, Clock: s.clock, Random: s.random,
	})
	if err != nil {
		return err
	}
	if err := s.post(ctx); err != nil {
		return err
	}
	return s.claim(ctx, "alice@itsp.example", "seven lamps over a quiet harbour", providerOffice)
}

// claim follows the invitation in the mail and sets a password.
func (s *storyteller) claim(ctx context.Context, login, password string, from netip.Addr) error {
	link, err := s.mailbox.link(login)
	if err != nil {
		return err
	}
	s.in(5 * time.Minute)
	s.passwords[login] = password
	return s.flow.AcceptInvitation(ctx, link, password, signin.Origin{Address: from, Surface: access.NewInterface})
}

// signIn goes through all the steps that are asked for.
func (s *storyteller) signIn(ctx context.Context, roleType, login string, from netip.Addr) (*access.Principal, error) {
	outcome, err := s.flow.Begin(ctx, signin.Attempt{Provider: itsp, Realm: realmOf(roleType), Login: login,
		Password: s.passwords[login], Address: from, Surface: access.NewInterface})
	for err == nil && !outcome.Done() {
		answer := signin.Answer{Address: from}
		switch challenge := outcome.Challenge; challenge.Need() {
		case signin.NeedEnrolment:
			s.phones[login] = challenge.Key()
			var qr otp.QR
			if qr, err = challenge.QR(); err != nil {
				return nil, err
			}
			s.steps[len(s.steps)-1].QR = qr.Text(otp.DarkTerminal)
			s.line("password accepted; an authenticator is to be set up: the telephone scans the QR code")
			fallthrough
		case signin.NeedCode:
			if answer.Code, err = otp.GenerateCode(s.phones[login], s.clock()); err != nil {
				return nil, err
			}
			s.line("one-time code %s", answer.Code)
		default:
			return nil, fmt.Errorf("%v is needed", challenge.Need())
		}
		outcome, err = s.flow.Continue(ctx, outcome.Challenge.Reveal(), answer)
	}
	if err != nil {
		return nil, err
	}
	if codes := outcome.RecoveryCodes; !codes.IsZero() {
		s.line("%d recovery codes, shown once; the first is %s", len(codes.Reveal()), codes.Reveal()[0])
	}
	s.line("%s is in", outcome.Principal.Individual())
	return outcome.Principal, nil
}

func (s *storyteller) setUpABC(ctx context.Context) error {
	s.in(10 * time.Minute)
	s.step("Alice signs in and sets up ABC")
	alice, err := s.signIn(ctx, billing.TypeAdmin, "alice@itsp.example", providerOffice)
	if err != nil {
		return err
	}
	s.steps[len(s.steps)-1].QR = "" // one QR code is enough, and it is Bob's
	desk := s.manager.Roles(alice)
	_, err = desk.Together(ctx, func(d *manage.RoleDesk) error {
		if _, err := d.PutClass(ctx, individuals.Class{ID: "business", Name: "Business customers", SecondFactor: true}); err != nil {
			return err
		}
		for _, e := range []scope.Entity{
			{ID: rivertel, Kind: billing.KindReseller, Parent: itsp, Title: "Rivertel"},
			{ID: otherco, Kind: billing.KindReseller, Parent: itsp, Title: "Otherco"},
			{ID: abc, Kind: billing.KindCustomer, Parent: rivertel, Title: "ABC company"},
			{ID: xyz, Kind: billing.KindCustomer, Parent: itsp, Title: "XYZ"},
		} {
			if _, err := d.CreateEntity(ctx, e); err != nil {
				return err
			}
		}
		for _, o := range []individuals.Organization{
			{Entity: rivertel, AllowedRoles: []string{billing.RoleReseller}, DefaultRole: billing.RoleReseller},
			{Entity: otherco, AllowedRoles: []string{billing.RoleReseller}, DefaultRole: billing.RoleReseller},
			{Entity: xyz},
			{Entity: abc, Class: "business", AllowedRoles: []string{
				billing.RoleCustomerAdmin, billing.RolePBXAdmin, billing.RoleOperationsManager, billing.RoleCustomer}},
		} {
			if _, err := d.PutOrganization(ctx, o); err != nil {
				return err
			}
		}
		for _, p := range []manage.Someone{
			someone("rita", "Rita of Rivertel", rivertel, billing.TypeReseller, ""),
			someone("otto", "Otto of Otherco", otherco, billing.TypeReseller, ""),
			someone("abc-login", "ABC's own login", abc, billing.TypeCustomer, billing.RoleCustomer),
		} {
			p.WithoutInvitation = true
			if _, err := d.CreateIndividual(ctx, p); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := s.importLevels(ctx); err != nil {
		return err
	}
	s.line("ABC may use the roles customer_admin, pbx_admin, operations_manager and customer; its class asks for a second factor")

	bob := someone("bob", "Bob", abc, billing.TypeCustomer, billing.RoleCustomerAdmin)
	bob.Individual.Login = "bob@abc.example"
	if bob.Individual.AllowList, err = ipallow.Parse([]string{"203.0.113.0/24"}); err != nil {
		return err
	}
	if _, err := desk.CreateIndividual(ctx, bob); err != nil {
		return err
	}
	s.line("Bob is created: customer admin, from 203.0.113.0/24 only")
	return s.post(ctx)
}

// importLevels brings in the access levels of the older system as they are.
func (s *storyteller) importLevels(ctx context.Context) error {
	_, err := s.store.Update(ctx, store.Author{ID: "import", System: individuals.ACLSystem}, func(tx store.Tx) error {
		for _, level := range aclbilling.Levels(itsp) {
			if err := tx.PutACL(ctx, level); err != nil {
				return err
			}
		}
		return nil
	})
	return err
}

func someone(id, name, organization, roleType, role string) manage.Someone {
	return manage.Someone{Role: role, Individual: individuals.Individual{ID: id, Name: name, Organization: organization,
		RoleType: roleType, AllowList: ipallow.Anywhere()}}
}

func (s *storyteller) bobComesIn(ctx context.Context) error {
	s.in(time.Hour)
	s.step("Bob follows the link")
	link, err := s.mailbox.link("bob@abc.example")
	if err != nil {
		return err
	}
	from := signin.Origin{Address: office, Surface: access.NewInterface}
	refusal := new(signin.Refusal)
	if err := s.flow.AcceptInvitation(ctx, link, "bob@abc", from); !errors.As(err, &refusal) {
		return unexpected("a weak password was accepted", err)
	}
	s.line("password \"bob@abc\": %s", refusal.Public())
	if err := s.claim(ctx, "bob@abc.example", "green kettle, nine bicycles", office); err != nil {
		return err
	}
	s.line("a better one is accepted; the link is used up")
	if err := s.post(ctx); err != nil {
		return err
	}

	s.in(time.Minute)
	s.step("Bob signs in, first from a cafe, then from the office")
	if _, err := s.signIn(ctx, billing.TypeCustomer, "bob@abc.example", cafe); !errors.As(err, &refusal) {
		return unexpected("Bob came in from the cafe", err)
	}
	s.line("from %v: %s (%v)", cafe, refusal.Public(), refusal.Reason)
	bob, err := s.signIn(ctx, billing.TypeCustomer, "bob@abc.example", office)
	if err != nil {
		return err
	}
	session := bob.Session()
	s.line("the host keeps the session: in %s until %s", session.Individual, session.End.Format(time.RFC3339))
	return s.post(ctx)
}

// back resumes somebody's session, as every request of a portal does.
func (s *storyteller) back(ctx context.Context, roleType, login string, from netip.Addr) (*access.Principal, error) {
	lines := len(s.steps[len(s.steps)-1].Lines)
	p, err := s.signIn(ctx, roleType, login, from)
	if err != nil {
		return nil, err
	}
	s.steps[len(s.steps)-1].Lines = s.steps[len(s.steps)-1].Lines[:lines] // it went as before
	return s.engine.Resume(ctx, p.Session(), from, access.NewInterface)
}

func (s *storyteller) bobsTeam(ctx context.Context) error {
	s.in(30 * time.Minute)
	s.step("Bob creates Steve and Adam himself")
	bob, err := s.back(ctx, billing.TypeCustomer, "bob@abc.example", office)
	if err != nil {
		return err
	}
	desk := s.manager.Roles(bob)
	steve := someone("steve", "Steve", abc, billing.TypeCustomer, billing.RolePBXAdmin)
	steve.Individual.Login, steve.Individual.Language = "steve@abc.example", "de"
	adam := someone("adam", "Adam", abc, billing.TypeCustomer, billing.RoleOperationsManager)
	adam.Individual.Login = "adam@abc.example"
	april20, err := individuals.ParseDate("2026-04-20")
	if err != nil {
		return err
	}
	adam.Individual.Window = individuals.Window{Activation: april20, Zone: "America/Halifax"}
	for _, p := range []manage.Someone{steve, adam} {
		effect, err := desk.Preview(ctx, func(d *manage.RoleDesk) error {
			_, err := d.CreateIndividual(ctx, p)
			return err
		})
		if err != nil {
			return err
		}
		s.line("preview: %s would be able to do something at %d nodes", p.Individual.ID, nodes(effect))
		if _, err := desk.CreateIndividual(ctx, p); err != nil {
			return err
		}
	}
	s.line("Adam's login works from %s in %s", april20, adam.Individual.Window.Zone)
	return s.post(ctx)
}

// nodes counts where somebody gains something.
func nodes(e manage.Effect) int {
	seen := make(map[string]bool)
	for _, p := range e.People {
		for _, c := range p.Changes {
			seen[c.Node.Path()] = true
		}
	}
	return len(seen)
}

func (s *storyteller) notYours(ctx context.Context) error {
	s.in(time.Minute)
	s.step("What Bob cannot do")
	bob, err := s.back(ctx, billing.TypeCustomer, "bob@abc.example", office)
	if err != nil {
		return err
	}
	desk := s.manager.Roles(bob)
	o, err := desk.Organization(ctx, abc)
	if err != nil {
		return err
	}
	o.AllowedRoles = append(o.AllowedRoles, billing.RoleNonPortal)
	_, err = desk.PutOrganization(ctx, o)
	if err := s.refused(err, manage.ErrDenied, "put another role on ABC's list"); err != nil {
		return err
	}
	_, err = desk.CreateIndividual(ctx, someone("mole", "Mole", xyz, billing.TypeCustomer, ""))
	if err := s.refused(err, store.ErrNotFound, "create somebody at XYZ, which is not there for him"); err != nil {
		return err
	}
	_, err = desk.DeleteIndividual(ctx, "bob")
	if err := s.refused(err, manage.ErrOwn, "delete himself"); err != nil {
		return err
	}
	_, err = desk.GrantRole(ctx, "bob", abc, billing.RoleCustomer)
	return s.refused(err, manage.ErrOwn, "change his own role")
}

func (s *storyteller) adamWaits(ctx context.Context) error {
	if err := s.claim(ctx, "adam@abc.example", "ledger under the maple tree", cafe); err != nil {
		return err
	}
	midnight := time.Date(2026, time.April, 20, 3, 0, 0, 0, time.UTC) // in Halifax
	s.at(midnight.Add(-time.Second))
	s.step("Adam, a second before 20 April in his zone")
	refusal := new(signin.Refusal)
	if _, err := s.signIn(ctx, billing.TypeCustomer, "adam@abc.example", cafe); !errors.As(err, &refusal) || refusal.Reason != signin.NotYetActive {
		return unexpected("Adam is not told to wait", err)
	}
	s.line("refused: %s (%v)", refusal.Public(), refusal.Reason)
	s.at(midnight)
	s.step("Adam, a second later")
	adam, err := s.signIn(ctx, billing.TypeCustomer, "adam@abc.example", cafe)
	if err != nil {
		return err
	}
	s.steps[len(s.steps)-1].QR = ""
	for _, path := range []string{"customer/billing/invoices", "customer/pbx/extensions"} {
		s.line("%v", adam.Explain(ctx, access.Query{Action: roles.View, Path: path, Object: abc}))
	}
	return s.post(ctx)
}

func (s *storyteller) steveWorks(ctx context.Context) error {
	s.at(time.Date(2026, time.April, 22, 8, 50, 0, 0, time.UTC))
	s.step("Steve's invitation has run out; Bob sends another, and Steve starts")
	refusal := new(signin.Refusal)
	if err := s.claim(ctx, "steve@abc.example", "copper wires hum at dawn", office); !errors.As(err, &refusal) {
		return unexpected("a link of twelve days was accepted", err)
	}
	s.line("the link of 10 April: %s", refusal.Public())
	bob, err := s.back(ctx, billing.TypeCustomer, "bob@abc.example", office)
	if err != nil {
		return err
	}
	if _, err := s.manager.Roles(bob).Invite(ctx, "steve"); err != nil {
		return err
	}
	if err := s.post(ctx); err != nil {
		return err
	}
	if err := s.claim(ctx, "steve@abc.example", "copper wires hum at dawn", office); err != nil {
		return err
	}
	steve, err := s.signIn(ctx, billing.TypeCustomer, "steve@abc.example", office)
	if err != nil {
		return err
	}
	s.steps[len(s.steps)-1].QR = ""
	for _, path := range []string{"customer/pbx/extensions", "customer/billing/invoices"} {
		s.line("%v", steve.Explain(ctx, access.Query{Action: roles.Update, Path: path, Object: abc}))
	}

	s.in(time.Minute)
	s.step("Somebody guesses Steve's password")
	s.passwords["guess"] = "copper wires hum at dusk"
	for i := range 6 {
		_, err := s.flow.Begin(ctx, signin.Attempt{Provider: itsp, Realm: realmOf(billing.TypeCustomer), Login: "Steve@ABC.example",
			Password: s.passwords["guess"], Address: cafe, Surface: access.NewInterface})
		if !errors.As(err, &refusal) {
			return unexpected("a guess came in", err)
		}
		s.line("guess %d: %s (%v)", i+1, refusal.Public(), refusal.Reason)
	}
	if _, err := s.back(ctx, billing.TypeCustomer, "steve@abc.example", office); err != nil {
		return err
	}
	s.line("Steve, at the office, is not kept out by it")
	return s.post(ctx)
}

// trail is what Bob reads when he asks who changed what.
func (s *storyteller) trail(ctx context.Context) error {
	s.in(time.Minute)
	s.step("Who changed this? What Bob reads of ABC")
	bob, err := s.back(ctx, billing.TypeCustomer, "bob@abc.example", office)
	if err != nil {
		return err
	}
	events, err := s.manager.Roles(bob).RevealedEvents(ctx, audit.Filter{Chain: audit.Changes, Organization: abc, Limit: 1000})
	if err != nil {
		return err
	}
	for _, e := range events {
		s.line("%s", audit.Line{Reveal: true}.Write(e))
	}
	_, err = s.manager.Roles(bob).Events(ctx, audit.Filter{Chain: audit.Changes, Organization: xyz})
	return s.refused(err, store.ErrNotFound, "and of XYZ")
}
