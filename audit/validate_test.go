package audit_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/scope"
)

func TestEventValidates(t *testing.T) {
	t.Parallel()
	require.NoError(t, sparse().Validate())
	require.NoError(t, full(t).Validate())
	stranger := sparse()
	stranger.Actor = audit.Anonymous()
	require.NoError(t, stranger.Validate())
}

func TestEventRefuses(t *testing.T) {
	t.Parallel()
	plain := audit.Plain("x")
	long := strings.Repeat("x", 129)
	quoted := `"` + long[:64] + `"...`
	change := func(field string, after audit.Value) func(*audit.Event) {
		return func(e *audit.Event) { e.Changes = []audit.Change{{Field: field, After: after}} }
	}
	attribute := func(name string, value audit.Value) func(*audit.Event) {
		return func(e *audit.Event) { e.Attributes = []audit.Attribute{{Name: name, Value: value}} }
	}
	for _, c := range []struct {
		want  string
		alter func(*audit.Event)
	}{
		{"revision: 9223372036854775808, at most 9223372036854775807", func(e *audit.Event) { e.Revision = 1 << 63 }},
		{"at: missing", func(e *audit.Event) { e.At = time.Time{} }},
		{"at: year 10000: want 1 to 9999 (RFC 3339 §1)", func(e *audit.Event) { e.At = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) }},
		{"at: year 0: want 1 to 9999 (RFC 3339 §1)", func(e *audit.Event) { e.At = time.Date(1, 1, 1, 0, 0, 0, 0, time.FixedZone("", 60)) }},
		{"actor: missing; use audit.Anonymous when nobody knows who it was", func(e *audit.Event) { e.Actor = audit.Party{} }},
		{`actor: "": 0 bytes, want 1 to 128`, func(e *audit.Event) { e.Actor = audit.Individual("") }},
		{"actor: " + quoted + ": 129 bytes, want 1 to 128", func(e *audit.Event) { e.Actor = audit.System(long) }},
		{`actor: "a\x00": a control character`, func(e *audit.Event) { e.Actor = audit.Link("a\x00") }},
		{`actor: "\xff": not valid UTF-8`, func(e *audit.Event) { e.Actor = audit.Link("\xff") }},
		{`actor: an anonymous party has no ID, this has "bob"`, func(e *audit.Event) { e.Actor = audit.Party{Kind: audit.KindAnonymous, ID: "bob"} }},
		{`actor: kind "organization": want individual, system, link or anonymous`, func(e *audit.Event) { e.Actor = audit.Organization("ABC") }},
		{`on behalf of: kind "system": want individual or organization`, func(e *audit.Event) { e.OnBehalfOf = audit.System("x") }},
		{`on behalf of: ID "x" without a kind`, func(e *audit.Event) { e.OnBehalfOf.ID = "x" }},
		{`on behalf of: "": 0 bytes, want 1 to 128`, func(e *audit.Event) { e.OnBehalfOf = audit.Individual("") }},
		{`organization: "a\n": a control character`, func(e *audit.Event) { e.Organization = "a\n" }},
		{"subject: " + quoted + ": 129 bytes, want 1 to 128", func(e *audit.Event) { e.Subject = long }},
		{`action: "": 0 bytes, want 1 to 64`, func(e *audit.Event) { e.Action = "" }},
		{`action: "Extension.Update": want lower-case letters, digits, '-', '_' and '.'`, func(e *audit.Event) { e.Action = "Extension.Update" }},
		{`realm: "a b": want lower-case letters, digits, '-', '_' and '.'`, func(e *audit.Event) { e.Realm = "a b" }},
		{`node: "customer//pbx": an empty part; want a path such as customer/pbx`, func(e *audit.Event) { e.Node = "customer//pbx" }},
		{`node: "/customer": an empty part; want a path such as customer/pbx`, func(e *audit.Event) { e.Node = "/customer" }},
		{"node: " + quoted + ": 1041 bytes, want 1 to 1040", func(e *audit.Event) { e.Node = strings.Repeat("x", 1041) }},
		{"object: " + quoted + ": 129 bytes, want 1 to 128", func(e *audit.Event) { e.Object = long }},
		{`object: "x` + strings.Repeat("é", 31) + `"...: 131 bytes, want 1 to 128`, func(e *audit.Event) { e.Object = "x" + strings.Repeat("é", 65) }},
		{"address: not the text of a netip.Addr", func(e *audit.Event) { e.Address = audit.Plain("10.1.2.3:80") }},
		{"address: not the text of a netip.Addr", func(e *audit.Event) { e.Address = personal(t, 1, "2001:DB8::1") }},
		{"address: secret: want set, changed or cleared", func(e *audit.Event) { e.Address = audit.Secret("hunter2") }},
		{"surface: " + quoted + ": 65 bytes, want 1 to 64", func(e *audit.Event) { e.Surface = long[:65] }},
		{`outcome: "": want succeeded, refused or failed`, func(e *audit.Event) { e.Outcome = "" }},
		{`reason: "no grant": want lower-case letters, digits, '-', '_' and '.'`, func(e *audit.Event) { e.Reason = "no grant" }},
		{"note: 4097 bytes, at most 4096", func(e *audit.Event) { e.Note = audit.Plain(strings.Repeat("x", 4097)) }},
		{"note: not valid UTF-8; audit.Sanitize makes it so", func(e *audit.Event) { e.Note = personal(t, 1, "\xff") }},
		{"note: a NUL character, which databases do not keep; audit.Sanitize replaces it", func(e *audit.Event) { e.Note = audit.Plain("a\x00") }},
		{"note: looks like a secret or a hash of one; use audit.Secret", func(e *audit.Event) { e.Note = audit.Plain("now $2b$12$xyz") }},
		{"note: erased or masked; record the value itself", func(e *audit.Event) { e.Note = personal(t, 1, "x").Erase() }},
		{"note: erased or masked; record the value itself", func(e *audit.Event) { e.Note = personal(t, 1, "x").Masked() }},
		{"note: the personal text does not give its digest", func(e *audit.Event) { e.Note = withText(t, personal(t, 1, "x"), "y") }},
		{`changes: "": 0 bytes, want 1 to 1040`, change("", plain)},
		{`changes: "e\tmail": a control character`, change("e\tmail", plain)},
		{`changes: "email": neither a value before nor one after`, change("email", audit.Value{})},
		{`changes: "email": 4097 bytes, at most 4096`, change("email", audit.Plain(strings.Repeat("x", 4097)))},
		{`changes: "email": given twice`, func(e *audit.Event) {
			e.Changes = []audit.Change{{Field: "email", After: plain}, {Field: "email", After: plain}}
		}},
		{`changes: "password": the name of a secret; use audit.Secret, or another name if it is none`, change("password", plain)},
		{`changes: "individual/Password_Hash": the name of a secret; use audit.Secret, or another name if it is none`, change("individual/Password_Hash", personal(t, 1, "x"))},
		{`changes: "api.token": the name of a secret; use audit.Secret, or another name if it is none`, func(e *audit.Event) {
			e.Changes = []audit.Change{{Field: "api.token", Before: plain, After: audit.Secret(audit.SecretCleared)}}
		}},
		{"changes: 4097, at most 4096; split them over several events of the revision", func(e *audit.Event) { e.Changes = make([]audit.Change, 4097) }},
		{`attributes: "": 0 bytes, want 1 to 64`, attribute("", plain)},
		{`attributes: "User Agent": want lower-case letters, digits, '-', '_' and '.'`, attribute("User Agent", plain)},
		{`attributes: "order": no value`, attribute("order", audit.Value{})},
		{`attributes: "recovery-code": the name of a secret; use audit.Secret, or another name if it is none`, attribute("recovery-code", plain)},
		{`attributes: "order": given twice`, func(e *audit.Event) {
			e.Attributes = []audit.Attribute{{Name: "order", Value: plain}, {Name: "order", Value: plain}}
		}},
		{"attributes: 65, at most 64", func(e *audit.Event) { e.Attributes = make([]audit.Attribute, 65) }},
	} {
		t.Run(c.want, func(t *testing.T) {
			e := sparse()
			c.alter(&e)
			err := e.Validate()
			require.ErrorIs(t, err, audit.ErrInvalidEvent)
			assert.EqualError(t, err, "audit: invalid event: "+c.want)
			_, _, err = audit.Append(audit.Start(audit.Changes), e)
			require.Error(t, err)
		})
	}
}

func TestSecretsMayBeNamed(t *testing.T) {
	t.Parallel()
	e := sparse()
	e.Changes = []audit.Change{
		{Field: "password", Before: audit.Secret(audit.SecretSet), After: audit.Secret(audit.SecretChanged)},
		{Field: "country-code", After: audit.Plain("43")},
		{Field: "keyboard", After: audit.Plain("de")},
	}
	require.NoError(t, e.Validate())
}

func TestAnUnknownSecretStateKeepsNothing(t *testing.T) {
	t.Parallel()
	v := audit.Secret("hunter2")
	assert.NotContains(t, fmt.Sprintf("%v %+v %#v", v, v, v), "hunter2")
	data, err := v.MarshalJSON()
	require.NoError(t, err)
	assert.NotContains(t, string(data), "hunter2")
}

func TestEventsAreBounded(t *testing.T) {
	t.Parallel()
	e := sparse()
	text := strings.Repeat("x", audit.MaxTextBytes)
	for i := range audit.MaxEventBytes / audit.MaxTextBytes {
		e.Changes = append(e.Changes, audit.Change{Field: fmt.Sprint(i), After: audit.Plain(text)})
	}
	require.ErrorContains(t, e.Validate(), "bytes, at most 1048576; split the changes over several events of the revision")
	for i := range e.Changes {
		e.Changes[i].After = personal(t, 1, text)
	}
	require.ErrorContains(t, e.Validate(), "bytes, at most 1048576", "personal texts count, though only their digests are hashed")
	e.Changes = e.Changes[:len(e.Changes)-10]
	require.NoError(t, e.Validate())
}

// TestIDsAreAsElsewhere holds the rule for IDs to that of package scope, which
// this package does not import.
func TestIDsAreAsElsewhere(t *testing.T) {
	t.Parallel()
	assert.Equal(t, scope.MaxIDBytes, audit.MaxIDBytes)
	for _, id := range []string{"a", "ABC 7", "é", "a/b:c", strings.Repeat("x", 128), strings.Repeat("x", 129), "\x7f", "\x1f", "\x80", " "} {
		e := sparse()
		e.Object = id
		assert.Equal(t, scope.CheckID(id) == nil, e.Validate() == nil, "%q", id)
	}
}
