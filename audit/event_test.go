package audit_test

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/durward-go/durward/audit"
)

func TestFullEventIsFull(t *testing.T) {
	t.Parallel()
	e, _, err := audit.Append(audit.Start(audit.Changes), full(t))
	require.NoError(t, err)
	v := reflect.ValueOf(e)
	for i := range v.NumField() {
		assert.False(t, v.Field(i).IsZero(), "the tests that use it miss %s", v.Type().Field(i).Name)
	}
}

func TestEventSurvivesJSON(t *testing.T) {
	t.Parallel()
	events, heads := chainOf(t, audit.Changes, 4)
	events[3], _ = events[3].Erase("steve")
	data, err := json.Marshal(events)
	require.NoError(t, err)
	var back []audit.Event
	require.NoError(t, json.Unmarshal(data, &back))
	assert.Empty(t, cmp.Diff(events, back))
	report, err := audit.Verify(stream(back), heads[0], heads[4])
	require.NoError(t, err)
	assert.Equal(t, uint64(4), report.Erased)
	again, err := json.Marshal(back)
	require.NoError(t, err)
	assert.Equal(t, string(data), string(again))
}

func TestEventAsJSON(t *testing.T) {
	t.Parallel()
	e, _, err := audit.Append(audit.Start(audit.Changes), sparse())
	require.NoError(t, err)
	data, err := json.Marshal(e)
	require.NoError(t, err)
	assert.Equal(t, `{"chain":"changes","sequence":1,"at":"2026-04-20T08:00:00Z","actor":{"kind":"system","id":"nightly"},`+
		`"action":"extension.update","outcome":"succeeded",`+
		`"previous":"`+e.Previous.String()+`","hash":"`+e.Hash.String()+`"}`, string(data))
}

// TestAnyEventSurvivesJSON: whatever Append takes comes back from JSON as it
// was, and verifies.
func TestAnyEventSurvivesJSON(t *testing.T) {
	t.Parallel()
	text := rapid.Map(rapid.String(), audit.Sanitize)
	check(t, func(r *rapid.T) {
		e := full(t)
		e.At = time.Unix(rapid.Int64Range(-1<<35, 1<<37).Draw(r, "seconds"), rapid.Int64Range(0, 999_999_999).Draw(r, "nanoseconds"))
		e.Revision = rapid.Uint64Range(0, audit.MaxSequence).Draw(r, "revision")
		e.Note = personal(t, 1, text.Draw(r, "note"))
		e.Changes[2].After = audit.Plain(text.Draw(r, "after"))
		e.Object = rapid.StringN(0, 20, audit.MaxIDBytes).Draw(r, "object")
		if e.Validate() != nil {
			return // control characters in the ID
		}
		e, _, err := audit.Append(audit.Start(audit.Changes), e)
		require.NoError(r, err)
		data, err := json.Marshal(e)
		require.NoError(r, err)
		var back audit.Event
		require.NoError(r, json.Unmarshal(data, &back))
		require.NoError(r, back.Check())
		if diff := cmp.Diff(e, back); diff != "" {
			r.Fatal(diff)
		}
	})
}

func TestEventRefusesOtherJSON(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ json, want string }{
		{`{"chain":"changes","surprise":1}`, `audit: event: json: unknown field "surprise"`},
		{`{"subject":"bob","subject":"steve"}`, `audit: event: member "subject": given twice`},
		{`{"subject":"bob","Subject":"steve"}`, `audit: event: member "Subject": unknown`},
		{`{"actor":{"kind":"individual","id":"bob","id":"steve"}}`, `audit: event: member "id": given twice`},
		{`{"changes":[{"field":"a"},{"field":"a","field":"b"}]}`, `audit: event: member "field": given twice`},
		{`{"sequence":-1}`, `audit: event: json: cannot unmarshal number -1 into Go struct field plain.sequence of type uint64`},
		{`[]`, `audit: event: not one JSON object in UTF-8`},
		{"{\"subject\":\"\xff\"}", `audit: event: not one JSON object in UTF-8`},
	} {
		e := sparse()
		assert.EqualError(t, e.UnmarshalJSON([]byte(c.json)), c.want)
		assert.Empty(t, cmp.Diff(sparse(), e))
	}
	// The same names at different places are no repetition.
	var e audit.Event
	require.NoError(t, json.Unmarshal([]byte(`{"changes":[{"field":"a"},{"field":"a"}],"actor":{"id":"x"},"on_behalf_of":{"id":"x"}}`), &e))
}

func TestErase(t *testing.T) {
	t.Parallel()
	home := personal(t, 9, "203.0.113.7")
	email := personal(t, 8, "steve@abc.example")
	change := []audit.Change{{Field: "email", Before: email, After: audit.Plain("none")}}
	for _, c := range []struct {
		name   string
		event  audit.Event
		person string
		left   []string // personal texts that are left
	}{
		{"the subject's, not the actor's address", audit.Event{Actor: audit.Individual("bob"), Subject: "steve", Address: home, Changes: change}, "steve", []string{"203.0.113.7"}},
		{"the actor's address, not the subject's", audit.Event{Actor: audit.Individual("bob"), Subject: "steve", Address: home, Changes: change}, "bob", []string{"steve@abc.example"}},
		{"both of one's own", audit.Event{Actor: audit.Individual("steve"), Subject: "steve", Address: home, Changes: change}, "steve", nil},
		{"the actor's where there is no subject", audit.Event{Actor: audit.Individual("bob"), Address: home, Note: email}, "bob", nil},
		{"a failed sign-in's address", audit.Event{Actor: audit.Anonymous(), Subject: "steve", Address: home}, "steve", nil},
		{"a system's address is nobody's", audit.Event{Actor: audit.System("steve"), Subject: "steve", Address: home, Note: email}, "steve", []string{"203.0.113.7"}},
		{"a link's address is nobody's", audit.Event{Actor: audit.Link("steve"), Address: home}, "steve", []string{"203.0.113.7"}},
		{"somebody else's", audit.Event{Actor: audit.Individual("bob"), Subject: "steve", Address: home, Changes: change}, "adam", []string{"203.0.113.7", "steve@abc.example"}},
		{"nobody's", audit.Event{Actor: audit.Anonymous(), Address: home}, "", []string{"203.0.113.7"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := audit.Rehash(c.event.Clone())
			after, erased := before.Erase(c.person)
			assert.Equal(t, c.left, texts(after))
			assert.Equal(t, len(texts(before))-len(c.left), erased)
			require.NoError(t, after.Check(), "the hash is whole")
			require.NoError(t, before.Check(), "the original is untouched")
			assert.Len(t, texts(before), len(c.left)+erased)
			if len(after.Changes) > 0 {
				assert.True(t, after.Changes[0].After == audit.Plain("none"))
			}
		})
	}
}

// texts returns the personal texts of an event.
func texts(e audit.Event) (out []string) {
	values := []audit.Value{e.Address, e.Note}
	for _, c := range e.Changes {
		values = append(values, c.Before, c.After)
	}
	for _, a := range e.Attributes {
		values = append(values, a.Value)
	}
	for _, v := range values {
		if text, ok := v.Text(); ok && v.Kind() == audit.ValuePersonal {
			out = append(out, text)
		}
	}
	return out
}

func TestMasked(t *testing.T) {
	t.Parallel()
	e, _, err := audit.Append(audit.Start(audit.Changes), full(t))
	require.NoError(t, err)
	masked := e.Masked()
	assert.Empty(t, texts(masked))
	assert.Equal(t, "s***@abc.example", masked.Changes[0].Before.String())
	assert.Equal(t, e.Hash, masked.Hash)
	assert.Len(t, texts(e), 4, "the original is untouched")
	require.ErrorIs(t, masked.Check(), audit.Masked)

	data, err := json.Marshal(masked)
	require.NoError(t, err)
	assert.NotContains(t, string(data), "steve@abc.example")
	var back audit.Event
	require.NoError(t, json.Unmarshal(data, &back))
	assert.Empty(t, cmp.Diff(masked, back))
}

func FuzzEventJSON(f *testing.F) {
	events, _ := chainOf(f, audit.Changes, 2)
	for _, e := range append(events, events[1].Masked(), audit.Event{}) {
		data, err := json.Marshal(e)
		require.NoError(f, err)
		f.Add(data)
	}
	f.Add([]byte(`{"changes":[{"field":"a","before":{"digest":"00"}}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var e, again audit.Event
		if json.Unmarshal(data, &e) != nil {
			return
		}
		checked := e.Check()
		_ = e.String()
		_ = e.Validate()
		out, err := json.Marshal(e)
		if err != nil {
			return // a year that RFC 3339 cannot write
		}
		require.NoError(t, json.Unmarshal(out, &again))
		assert.Equal(t, checked, again.Check())
		assert.Equal(t, audit.Rehash(e).Hash, audit.Rehash(again).Hash)
	})
}
