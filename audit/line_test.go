package audit_test

import (
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/durward-go/durward/audit"
)

func TestEventAsALine(t *testing.T) {
	t.Parallel()
	granted := audit.Event{
		At: morning, Revision: 41, Actor: audit.Individual("bob"), OnBehalfOf: audit.Organization("ABC"),
		Subject: "steve", Action: audit.ActionGrantRole, Outcome: audit.Succeeded, Address: audit.Plain("10.1.2.3"),
		Changes: []audit.Change{{Field: "role", After: audit.Plain("pbx-admin")}},
	}
	with := func(alter func(*audit.Event)) audit.Event {
		e := granted.Clone()
		alter(&e)
		return e
	}
	for _, c := range []struct {
		want  string
		event audit.Event
	}{
		{"2026-04-20 08:00Z bob (for ABC) granted role pbx-admin to steve from 10.1.2.3, revision 41", granted},
		{
			"2026-04-20 08:00Z bob (for ABC) granted role pbx-admin to steve: role viewer → pbx-admin from 10.1.2.3, revision 41",
			with(func(e *audit.Event) { e.Changes[0].Before = audit.Plain("viewer") }),
		},
		{
			"2026-04-20 08:00Z bob (for ABC) took role pbx-admin from steve from 10.1.2.3, revision 41",
			with(func(e *audit.Event) {
				e.Action = audit.ActionClearRole
				e.Changes[0] = audit.Change{Field: "role", Before: audit.Plain("pbx-admin")}
			}),
		},
		{
			"2026-04-20 08:00Z bob (for ABC) granted role to steve from 10.1.2.3, revision 41",
			with(func(e *audit.Event) { e.Changes = nil }),
		},
		{
			"2026-04-20 08:00Z bob (for ABC) was refused grant.role for steve (grant_beyond): role set to pbx-admin from 10.1.2.3, revision 41",
			with(func(e *audit.Event) { e.Outcome, e.Reason = audit.Refused, "grant_beyond" }),
		},
		{
			"2026-04-20 08:00Z bob (for ABC) failed at grant.role for steve (conflict): role set to pbx-admin from 10.1.2.3, revision 41",
			with(func(e *audit.Event) { e.Outcome, e.Reason = audit.Failed, "conflict" }),
		},
		{
			"2026-04-20 08:00:59Z system nightly did extension.update",
			with(func(e *audit.Event) { *e = sparse(); e.At = morning.Add(59 * time.Second) }),
		},
		{
			"2026-04-20 08:00Z bob did extension.update on 1001: ring-time 20 → 30, label away removed, forward-to set to 1002 at customer/pbx/extensions by interface api, order 4711, revision 42",
			audit.Event{
				At: morning.In(time.FixedZone("", 7200)), Revision: 42, Actor: audit.Individual("bob"), Action: "extension.update", Outcome: audit.Succeeded,
				Object: "1001", Node: "customer/pbx/extensions", Surface: "api",
				Changes: []audit.Change{
					{Field: "ring-time", Before: audit.Plain("20"), After: audit.Plain("30")},
					{Field: "label", Before: audit.Plain("away")},
					{Field: "forward-to", After: audit.Plain("1002")},
				},
				Attributes: []audit.Attribute{{Name: "order", Value: audit.Plain("4711")}},
			},
		},
		{
			"2026-04-20 08:00Z somebody unknown was refused to sign in as steve (wrong_password) from 203.0.113.***, login s***",
			audit.Event{
				At: morning, Actor: audit.Anonymous(), Action: audit.ActionRefuseSignIn, Outcome: audit.Refused, Reason: "wrong_password",
				Subject: "steve", Address: personal(t, 1, "203.0.113.7"),
				Attributes: []audit.Attribute{{Name: "login", Value: personal(t, 2, "steve")}},
			},
		},
		{
			"2026-04-20 08:00Z steve signed in",
			audit.Event{At: morning, Actor: audit.Individual("steve"), Subject: "steve", Action: audit.ActionSignIn, Outcome: audit.Succeeded},
		},
		{
			"2026-04-20 08:00Z steve set the password of steve: password changed, old-password cleared",
			audit.Event{
				At: morning, Actor: audit.Individual("steve"), Subject: "steve", Action: audit.ActionSetPassword, Outcome: audit.Succeeded,
				Changes: []audit.Change{
					{Field: "password", Before: audit.Secret(audit.SecretSet), After: audit.Secret(audit.SecretChanged)},
					{Field: "old-password", Before: audit.Secret(audit.SecretCleared)},
				},
			},
		},
		{
			`0001-01-01 00:00Z nobody did ""`, audit.Event{},
		},
	} {
		assert.Equal(t, c.want, c.event.String())
	}
}

func TestLineForViewers(t *testing.T) {
	t.Parallel()
	e := audit.Event{
		At: morning, Actor: audit.Individual("i-1"), OnBehalfOf: audit.Organization("o-1"), Subject: "i-2",
		Action: audit.ActionUpdateIndividual, Outcome: audit.Succeeded,
		Changes: []audit.Change{{Field: "email", Before: personal(t, 1, "steve@abc.example").Erase(), After: personal(t, 2, "s.miller@abc.example")}},
		Note:    personal(t, 3, "called twice"),
	}
	assert.Equal(t, "2026-04-20 08:00Z i-1 (for o-1) changed individual i-2: email [erased] → s***@abc.example, note c***", e.String())
	assert.Equal(t, e.String(), e.Masked().String())
	names := map[audit.Party]string{audit.Individual("i-1"): "Bob Smith", audit.Organization("o-1"): "ABC"}
	line := audit.Line{Reveal: true, Name: func(p audit.Party) string { return names[p] }}
	assert.Equal(t, `2026-04-20 08:00Z "Bob Smith" (for ABC) changed individual i-2: email [erased] → s.miller@abc.example, note "called twice"`, line.Write(e))
	assert.Equal(t, e.String(), audit.Line{Reveal: true}.Write(e.Masked()), "what is masked cannot be revealed")
}

func TestLineOfManyChanges(t *testing.T) {
	t.Parallel()
	e := sparse()
	for i := range 11 {
		e.Changes = append(e.Changes, audit.Change{Field: strconv.Itoa(i), After: audit.Plain("x")})
	}
	assert.True(t, strings.HasSuffix(e.String(), ", 7 set to x and 3 more"), e.String())
}

func TestEveryPhraseReads(t *testing.T) {
	t.Parallel()
	for action, outcome := range audit.Phrases() {
		e := audit.Event{At: morning, Actor: audit.Individual("bob"), Action: action, Outcome: outcome}
		bare := e.String()
		e.Subject, e.Object = "steve", "o-7"
		e.Changes = []audit.Change{{Field: "role", After: audit.Plain("r-7")}, {Field: "acl", After: audit.Plain("a-7")}}
		line := e.String()
		for _, text := range []string{bare, line} {
			assert.NotContains(t, text, string(action)+" ", "the phrase is used")
			assert.NotRegexp(t, `[][{}]|  `, text)
			assert.False(t, strings.HasSuffix(text, " "), "%q", text)
		}
		for _, once := range []string{"steve", "o-7", "r-7", "a-7"} {
			assert.Equal(t, 1, strings.Count(line, once), "%s in %q", once, line)
		}
	}
}

// TestNothingForgesALine: whatever the texts of an event are, its line is one
// line of printable characters.
func TestNothingForgesALine(t *testing.T) {
	t.Parallel()
	check(t, func(r *rapid.T) {
		text := func(name string) string { return rapid.String().Draw(r, name) }
		e := audit.Event{
			At: morning, Actor: audit.Party{Kind: audit.PartyKind(text("kind")), ID: text("actor")}, OnBehalfOf: audit.Organization(text("for")),
			Subject: text("subject"), Action: audit.Action(text("action")), Node: text("node"), Object: text("object"),
			Address: audit.Plain(text("address")), Surface: text("surface"), Outcome: audit.Succeeded, Reason: text("reason"),
			Changes:    []audit.Change{{Field: text("field"), Before: audit.Plain(text("before")), After: personal(t, 1, text("after"))}},
			Attributes: []audit.Attribute{{Name: text("attribute"), Value: personal(t, 2, text("value"))}},
			Note:       audit.Plain(text("note")),
		}
		for _, line := range []string{e.String(), audit.Line{Reveal: true}.Write(e)} {
			for _, c := range line {
				if !unicode.IsPrint(c) {
					r.Fatalf("%q in %q", c, line)
				}
			}
		}
	})
}

func TestParties(t *testing.T) {
	t.Parallel()
	for party, want := range map[audit.Party]string{
		audit.Individual("bob"):        "bob",
		audit.Individual("b, (for x)"): `"b, (for x)"`,
		audit.System("nightly"):        "system nightly",
		audit.Link("l-7"):              "link l-7",
		audit.Organization("ABC"):      "ABC",
		audit.Anonymous():              "somebody unknown",
		{}:                             "nobody",
	} {
		assert.Equal(t, want, party.String())
	}
	require.Equal(t, audit.Party{}, audit.Event{}.Actor)
}
