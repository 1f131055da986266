package manage_test

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/access/manage"
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/roles/billing"
	"github.com/durward-go/durward/store"
)

// changesOf asks for what was changed in an organization.
func changesOf(organization string) audit.Filter {
	return audit.Filter{Chain: audit.Changes, Organization: organization}
}

func listed(_ []audit.Event, err error) error { return err }

// roleAnew is a stored role as a new one.
func roleAnew(w *world, id string) roles.Role {
	r := w.storedRole(id)
	r.Revision = 0
	return r
}

// A host records what it did in its own commit: who, on whose behalf, from where
// and when is filled in.
func TestRecord(t *testing.T) {
	w := newWorld(t, func(s *setup) {
		s.systems = []access.System{{Name: "nightly", Type: billing.TypeAdmin, Permissions: map[string]roles.Permission{"customer": roles.Modify}}}
	})
	extension := audit.Event{Action: "extension.update", Organization: "abc", Object: "ext-204", Node: "customer/pbx/extensions",
		Changes: []audit.Change{{Field: "forward", Before: audit.Plain("201"), After: audit.Plain("205")}}}
	onBehalf := w.principal("bob", func(id *access.Identity) {
		id.OnBehalf = &access.OnBehalf{Actor: w.principal("alice"), Start: w.clock.now()}
	})
	nightly, err := w.engine.System("nightly")
	require.NoError(t, err)
	old := w.principal("steve", func(id *access.Identity) { id.Surface = access.OldInterface })
	unstated := w.principal("steve", func(id *access.Identity) {
		id.Surface, id.Address = access.Unstated, netip.MustParseAddr("::ffff:192.0.2.7")
	})
	for _, test := range []struct {
		p    *access.Principal
		line string
	}{
		{w.principal("steve"), `steve did extension.update on ext-204: forward 201 → 205 at customer/pbx/extensions from 10.1.2.3 by interface new`},
		{old, `steve did extension.update on ext-204: forward 201 → 205 at customer/pbx/extensions from 10.1.2.3 by interface old`},
		{unstated, `steve did extension.update on ext-204: forward 201 → 205 at customer/pbx/extensions from 192.0.2.7`},
		{onBehalf, `alice (for bob) did extension.update on ext-204: forward 201 → 205 at customer/pbx/extensions from 10.1.2.3 by interface new`},
		{nightly, `system nightly did extension.update on ext-204: forward 201 → 205 at customer/pbx/extensions`},
	} {
		sequence := w.sequence()
		var recorded audit.Event
		revision := w.write(func(tx store.Tx) (err error) {
			recorded, err = w.manager.Record(w.ctx, tx, test.p, extension)
			return err
		})
		events := w.events(sequence)
		require.Equal(t, []audit.Event{recorded}, events)
		require.Equal(t, revision, recorded.Revision, "in the host's own commit")
		require.Equal(t, audit.Changes, recorded.Chain)
		require.Equal(t, began, recorded.At)
		require.Equal(t, test.line, lines(t, events)[0])
	}
	w.verifyAudit()

	// A commit that fails was never recorded; nobody, and what is invalid, is refused.
	sequence := w.sequence()
	failed := errors.New("the host's own change failed")
	_, err = w.store.Update(w.ctx, store.Author{ID: "host"}, func(tx store.Tx) error {
		_, err := w.manager.Record(w.ctx, tx, w.principal("steve"), extension)
		require.NoError(t, err)
		return failed
	})
	require.ErrorIs(t, err, failed)
	for what, p := range map[string]*access.Principal{"nobody": nil, "the zero Principal": new(access.Principal)} {
		_, err = w.store.Update(w.ctx, store.Author{ID: "host"}, func(tx store.Tx) error {
			_, err := w.manager.Record(w.ctx, tx, p, extension)
			return err
		})
		require.ErrorContains(t, err, `record "extension.update"`, what)
	}
	_, err = w.store.Update(w.ctx, store.Author{ID: "host"}, func(tx store.Tx) error {
		_, err := w.manager.Record(w.ctx, tx, w.principal("steve"), audit.Event{})
		return err
	})
	require.Error(t, err)
	require.Equal(t, sequence, w.sequence())
	// A refusal that the host records stays one.
	refused := extension
	refused.Outcome, refused.Reason, refused.Changes = audit.Refused, "not_granted", nil
	w.write(func(tx store.Tx) error {
		e, err := w.manager.Record(w.ctx, tx, w.principal("steve"), refused)
		require.Equal(t, audit.Refused, e.Outcome)
		return err
	})
}

// Who came by a standing link is named by the link.
func TestRecordOfAStandingLink(t *testing.T) {
	w := newWorld(t)
	require.NoError(t, w.organizationWith("abc", func(o *individuals.Organization) { o.Link.Role = billing.RoleNonPortal }))
	link, _, err := w.role("alice").RotateLink(w.ctx, "abc", billing.TypeCustomer, "")
	require.NoError(t, err)
	p, err := w.engine.LinkPrincipal(w.ctx, access.LinkIdentity{Organization: "abc", Epoch: w.organization("abc").Link.Epoch, Address: office,
		Surface: access.NewInterface, Start: w.clock.now()})
	require.NoError(t, err)
	w.write(func(tx store.Tx) error {
		e, err := w.manager.Record(w.ctx, tx, p, audit.Event{Action: "ticket.create", Organization: "abc", Object: "t-1"})
		require.NoError(t, err)
		require.Equal(t, audit.Link(link.Selector()), e.Actor)
		return nil
	})
}

// A customer's own administrator reads the organization's events, page by page
// and masked, and no other's.
func TestEvents(t *testing.T) {
	w := newWorld(t)
	bob := w.role("bob")
	all, err := bob.Events(w.ctx, changesOf("abc"))
	require.NoError(t, err)
	require.NotEmpty(t, all)
	for _, e := range all {
		require.Equal(t, "abc", e.Organization)
	}
	var said []string
	for _, e := range all {
		said = append(said, e.String())
	}
	text := strings.Join(said, "\n")
	require.Contains(t, text, "bob created individual steve")
	require.Contains(t, text, "rita created individual bob", "what those above did as well")
	for _, personal := range []string{"Name of", "steve@abc.example", "bob@abc.example", office.String()} {
		require.NotContains(t, everythingSaid(all), personal)
	}
	revealed, err := bob.RevealedEvents(w.ctx, changesOf("abc"))
	require.NoError(t, err)
	require.Len(t, revealed, len(all))
	for _, personal := range []string{"Name of steve", "steve@abc.example", office.String()} {
		require.Contains(t, everythingSaid(revealed), personal)
	}
	for _, e := range revealed {
		require.NoError(t, e.Check(), "nothing was withheld, so it still proves itself")
	}

	// Page by page, all and each once, in order.
	filter := changesOf("abc")
	filter.Limit = 2
	var paged []audit.Event
	for {
		page, err := bob.Events(w.ctx, filter)
		require.NoError(t, err)
		require.LessOrEqual(t, len(page), 2)
		if len(page) == 0 {
			break
		}
		paged = append(paged, page...)
		filter.After = page[len(page)-1].Sequence
	}
	require.Empty(t, cmp.Diff(said, texts(paged)))

	// By person and action.
	filter = changesOf("abc")
	filter.Person, filter.Action = "steve", "individual"
	some, err := bob.Events(w.ctx, filter)
	require.NoError(t, err)
	require.Len(t, some, 1)

	// Sign-ins are another chain, by the same rule.
	_, err = w.store.RecordSignIn(w.ctx, audit.Event{Chain: audit.SignIns, At: w.clock.now(), Actor: audit.Individual("steve"), Subject: "steve",
		Organization: "abc", Action: audit.ActionSignIn, Outcome: audit.Succeeded})
	require.NoError(t, err)
	signIns, err := bob.Events(w.ctx, audit.Filter{Chain: audit.SignIns, Organization: "abc"})
	require.NoError(t, err)
	require.Len(t, signIns, 1)

	// Nobody else's: of another customer, of those above, of all.
	for _, organization := range []string{"xyz", "north", "isp", "abd"} {
		require.ErrorIs(t, listed(bob.Events(w.ctx, changesOf(organization))), store.ErrNotFound, organization)
		require.ErrorIs(t, listed(bob.RevealedEvents(w.ctx, changesOf(organization))), store.ErrNotFound, organization)
	}
	require.Error(t, listed(bob.Events(w.ctx, audit.Filter{Chain: audit.Changes})))
	require.Error(t, listed(bob.Events(w.ctx, audit.Filter{Organization: "abc"})), "which chain")
	// Steve, who configures the PBX, reads none.
	require.ErrorIs(t, listed(w.role("steve").Events(w.ctx, changesOf("abc"))), manage.ErrDenied)
	// Events of what lies below belong to it: its own administrator's are not bob's to hide.
	require.NoError(t, listed(w.role("rita").Events(w.ctx, changesOf("abc"))))
	// Personal values take the right to see the people as well.
	alice := w.role("alice")
	require.NoError(t, errOf(alice.CreateRole(w.ctx, roles.NewRole("auditor", "Auditor", billing.TypeCustomer, map[string]roles.Permission{"customer/audit-log": roles.Read}))))
	require.NoError(t, w.organizationWith("abc", func(o *individuals.Organization) { o.AllowedRoles = append(o.AllowedRoles, "auditor") }))
	require.NoError(t, errOf(alice.CreateIndividual(w.ctx, someone("ada", billing.TypeCustomer, "abc", "auditor"))))
	require.NoError(t, listed(w.role("ada").Events(w.ctx, changesOf("abc"))))
	require.ErrorIs(t, listed(w.role("ada").RevealedEvents(w.ctx, changesOf("abc"))), manage.ErrDenied)
}

func texts(events []audit.Event) (out []string) {
	for _, e := range events {
		out = append(out, e.String())
	}
	return out
}
