package manage_test

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access/manage"
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/roles/billing"
	"github.com/durward-go/durward/store"
)

// A need is one guard that an operation asks.
type need struct {
	action roles.Action
	path   string
	object string
	// hidden says that who does not pass it is told that there is no such thing.
	hidden bool
}

// An operation is one change that a desk offers, with all that must come of it.
type operation struct {
	// method is that of RoleDesk or ACLDesk.
	method string
	// variant tells operations of one method apart.
	variant string
	prepare func(w *world)
	// do makes the change at ann's desks.
	do    func(w *world, d *manage.RoleDesk, older *manage.ACLDesk) error
	needs []need
	// events are what the audit says, without instant and revision.
	events []string
	// mails are the purposes of the messages in the outbox.
	mails []string
	// epoch says that steve's credential epoch moves.
	epoch bool
	// older says that it is made at the desk of the older system.
	older bool
	check func(t *testing.T, w *world)
}

// The operations of the role desk on people and organizations stand in the
// tables below; operationsOfOthers names methods that other tests hold.
func operations() []operation {
	return slices.Concat(peopleOperations(), grantOperations(), roleOperations(), organizationOperations(), entityOperations())
}

// linkOfABC gives abc a standing link, closed.
func linkOfABC(w *world) {
	w.t.Helper()
	o := w.organization("abc")
	o.Link.Role = billing.RoleNonPortal
	require.NoError(w.t, errOf(w.role("ann").PutOrganization(w.ctx, o)))
}

// newOperationWorld is a world with ann, of the provider, who holds every guard
// explicitly, and whom lower can take one away from.
func newOperationWorld(t *testing.T, o operation, changes ...func(*setup)) *world {
	t.Helper()
	w := newWorld(t, changes...)
	r := billing.Root(billing.Tree()).Clone("everything", "Everything")
	r.Owner = "isp"
	for _, g := range billing.Guards().Paths() {
		choices := billing.Tree().MustNode(g[1]).Choices(billing.TypeAdmin)
		r.Permissions[g[1]] = roles.Setting{Permission: choices[len(choices)-1]}
	}
	w.write(func(tx store.Tx) error {
		require.NoError(t, tx.PutRole(w.ctx, r))
		p := someone("ann", billing.TypeAdmin, "isp", "").Individual
		p.Provider, p.Realm = "isp", billing.TypeAdmin
		require.NoError(t, tx.PutIndividual(w.ctx, p))
		return tx.PutGrant(w.ctx, individuals.Grant{Individual: "ann", Organization: "isp"}.WithRole(r.ID))
	})
	if o.prepare != nil {
		o.prepare(w)
	}
	return w
}

// lower takes the action at a node from ann, and as little else as can be.
func (w *world) lower(n need) {
	w.t.Helper()
	p := roles.Read
	if n.action == roles.View {
		p = roles.Restrict
	}
	w.write(func(tx store.Tx) error {
		r, err := tx.Role(w.ctx, "everything")
		require.NoError(w.t, err)
		r.Permissions[n.path] = roles.Setting{Permission: p}
		return tx.PutRole(w.ctx, r)
	})
}

var (
	selector = regexp.MustCompile(`(made|rotated) link \S+`)
	place    = regexp.MustCompile(`^\S+ \S+ (.*), revision \d+$`)
)

// lines are the events as texts without instant and revision.
func lines(t *testing.T, events []audit.Event) (out []string) {
	t.Helper()
	for _, e := range events {
		line := selector.ReplaceAllString(audit.Line{Reveal: true}.Write(e), "$1 link SELECTOR")
		found := place.FindStringSubmatch(line)
		require.NotNil(t, found, line)
		out = append(out, found[1])
	}
	return out
}

func TestOperations(t *testing.T) {
	for _, o := range operations() {
		t.Run(strings.TrimSpace(o.method+" "+o.variant), func(t *testing.T) {
			t.Parallel()
			w := newOperationWorld(t, o)
			sequence, revision, mails, epoch := w.sequence(), w.revision(), w.outbox(), w.individual("steve").Epoch
			require.NoError(t, o.do(w, w.role("ann"), w.acl("ann")))
			require.Equal(t, revision+1, w.revision(), "one commit")
			events := w.events(sequence)
			require.Empty(t, cmp.Diff(o.events, lines(t, events)))
			for _, e := range events {
				require.Equal(t, revision+1, e.Revision)
				require.Equal(t, audit.Succeeded, e.Outcome)
				require.NotEmpty(t, e.Organization, "to whose administrators it belongs")
			}
			var sent []string
			for _, m := range w.outbox()[len(mails):] {
				sent = append(sent, m.Purpose)
			}
			require.Equal(t, o.mails, sent)
			if o.epoch {
				epoch++
			}
			if o.method != "DeleteIndividual" {
				require.Equal(t, epoch, w.individual("steve").Epoch)
			}
			if o.check != nil {
				o.check(t, w)
			}
			w.verifyAudit()
		})
	}
}

// Each guard that an operation needs is taken away in turn.
func TestOperationsAskTheirGuards(t *testing.T) {
	for _, o := range operations() {
		for _, n := range o.needs {
			t.Run(strings.TrimSpace(o.method+" "+o.variant)+" without "+n.action.String()+" of "+n.path, func(t *testing.T) {
				t.Parallel()
				w := newOperationWorld(t, o)
				w.lower(n)
				err := w.refusedWhole(func() error { return o.do(w, w.role("ann"), w.acl("ann")) })
				previewed := w.refusedWhole(func() error { _, err := o.preview(w); return err })
				require.Equal(t, err.Error(), previewed.Error(), "a preview takes the right to make the change")
				if n.hidden {
					require.ErrorIs(t, err, store.ErrNotFound)
					return
				}
				denied := new(manage.DeniedError)
				require.ErrorAs(t, err, &denied)
				require.Equal(t, need{denied.Action, denied.Guard, denied.Object, false}, n)
				require.ErrorIs(t, err, manage.ErrDenied)
			})
		}
	}
}

// A new method of a desk needs an operation, or a word here.
func TestOperationsAreAllThereAre(t *testing.T) {
	known := map[string]string{
		"Together": "TestTogether", "Preview": "TestPreview",
		"Individual": "reads", "Individuals": "reads", "Role": "reads", "Roles": "reads", "Organization": "reads", "Entity": "reads",
		"Class": "reads", "Grants": "reads", "Events": "reads", "RevealedEvents": "reads", "GrantableLevels": "level_test", "GrantableRoles": "level_test",
		"Level": "level_test", "Levels": "level_test", "CreateLevel": "level_test", "CloneLevel": "level_test", "UpdateLevel": "level_test", "DeleteLevel": "level_test",
	}
	for _, o := range operations() {
		known[o.method] = "TestOperations"
	}
	for _, desk := range []any{new(manage.RoleDesk), new(manage.ACLDesk)} {
		typ := reflect.TypeOf(desk)
		for m := range typ.Methods() {
			require.Contains(t, known, m.Name, "%v.%s has no operation", typ, m.Name)
		}
	}
}
