package access_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
)

var sessionStart = time.Date(2026, 4, 20, 8, 0, 0, 123_000_000, time.UTC)

// writtenSessions are sessions and their JSON form, which hosts keep: it may
// only change with its version.
var writtenSessions = []struct {
	name    string
	session access.Session
	json    string
}{
	{"a person", access.Session{Individual: "steve", Epoch: 7, Start: sessionStart, End: sessionStart.Add(12 * time.Hour)},
		`{"version":1,"individual":"steve","epoch":7,"start":"2026-04-20T08:00:00.123Z","end":"2026-04-20T20:00:00.123Z"}`},
	{"a second factor", access.Session{Individual: "steve", Organization: "acme", Factors: access.Factors{SecondFactor: sessionStart.Add(-time.Second)},
		Start: sessionStart, End: sessionStart.Add(time.Hour)},
		`{"version":1,"individual":"steve","organization":"acme","epoch":0,"second_factor":"2026-04-20T07:59:59.123Z",` +
			`"start":"2026-04-20T08:00:00.123Z","end":"2026-04-20T09:00:00.123Z"}`},
	{"a link", access.Session{Organization: "acme", Link: true, Epoch: 3, Start: sessionStart, End: sessionStart.Add(time.Hour)},
		`{"version":1,"link":true,"organization":"acme","epoch":3,"start":"2026-04-20T08:00:00.123Z","end":"2026-04-20T09:00:00.123Z"}`},
	{"on behalf", access.Session{Individual: "steve", Epoch: 7, OnBehalf: &access.SessionOnBehalf{
		Actor:     access.Session{Individual: "alice", Epoch: 1, Start: sessionStart, End: sessionStart.Add(time.Hour)},
		AsDefault: true, Start: sessionStart.Add(time.Minute), End: sessionStart.Add(31 * time.Minute)}},
		`{"version":1,"individual":"steve","epoch":7,"on_behalf":{` +
			`"actor":{"individual":"alice","epoch":1,"start":"2026-04-20T08:00:00.123Z","end":"2026-04-20T09:00:00.123Z"},` +
			`"as_default":true,"start":"2026-04-20T08:01:00.123Z","end":"2026-04-20T08:31:00.123Z"}}`},
}

func TestSessionJSON(t *testing.T) {
	t.Parallel()
	for _, c := range writtenSessions {
		got, err := json.Marshal(c.session)
		require.NoError(t, err, c.name)
		assert.Equal(t, c.json, string(got), c.name)
		var read access.Session
		require.NoError(t, json.Unmarshal([]byte(c.json), &read), c.name)
		assert.Equal(t, c.session, read, c.name)

		text, err := c.session.MarshalText()
		require.NoError(t, err)
		assert.Equal(t, base64.RawURLEncoding.EncodeToString([]byte(c.json)), string(text))
		read = access.Session{}
		require.NoError(t, read.UnmarshalText(text))
		assert.Equal(t, c.session, read, c.name)

		local := c.session
		local.Start, local.End = local.Start.In(time.FixedZone("", 7200)), local.End.In(time.FixedZone("", 7200))
		got, err = json.Marshal(local)
		require.NoError(t, err)
		assert.Equal(t, c.json, string(got), "in another zone")
	}
	// A database that keeps JSON by its members moves them about.
	var read access.Session
	require.NoError(t, read.UnmarshalJSON([]byte(`{ "end": "2026-04-20T22:00:00.123+02:00",
		"start": "2026-04-20T10:00:00.123+02:00", "epoch": 7, "version": 1, "individual": "steve" }`)))
	assert.Equal(t, writtenSessions[0].session, read)
}

// TestSessionWithin: a field that may hold none says so, and others fail.
func TestSessionWithin(t *testing.T) {
	t.Parallel()
	type visit struct {
		Session access.Session `json:"session,omitzero"`
	}
	got, err := json.Marshal(visit{})
	require.NoError(t, err)
	assert.Equal(t, `{}`, string(got))
	got, err = json.Marshal(visit{writtenSessions[0].session})
	require.NoError(t, err)
	assert.Equal(t, `{"session":`+writtenSessions[0].json+`}`, string(got))
	_, err = json.Marshal(access.Session{})
	require.ErrorIs(t, err, access.ErrSessionMalformed)
	_, err = access.Session{}.MarshalText()
	require.ErrorIs(t, err, access.ErrSessionMalformed)
}

// TestSessionLongest: the longest IDs there can be fit, in the worst letters.
func TestSessionLongest(t *testing.T) {
	t.Parallel()
	id := strings.Repeat("<", 128)
	at := time.Date(2026, 4, 20, 8, 0, 0, 123_456_789, time.UTC)
	code := access.Factors{SecondFactor: at}
	s := access.Session{Individual: id, Organization: id, Epoch: access.CurrentEpoch - 1, Factors: code, Start: at, End: at.Add(time.Hour),
		OnBehalf: &access.SessionOnBehalf{Start: at, End: at.Add(time.Hour), AsDefault: true,
			Actor: access.Session{Individual: id, Organization: id, Epoch: access.CurrentEpoch - 1, Factors: code, Start: at, End: at.Add(time.Hour)}}}
	data, err := s.MarshalJSON()
	require.NoError(t, err)
	require.LessOrEqual(t, len(data), access.MaxSessionBytes)
	text, err := s.MarshalText()
	require.NoError(t, err)
	var read access.Session
	require.NoError(t, read.UnmarshalText(text))
	assert.Equal(t, s, read)
}

// malformedSessions are values that no Principal.Session returns.
var malformedSessions = []struct {
	name    string
	session func(now time.Time) access.Session
	want    string
}{
	{"zero", func(time.Time) access.Session { return access.Session{} }, "it is the zero Session"},
	{"nobody", func(now time.Time) access.Session { return access.Session{Start: now, End: now.Add(1)} },
		`access: individual: scope: ID "": empty; give the host's own ID`},
	{"malformed ID", func(now time.Time) access.Session {
		return access.Session{Individual: "a\x00", Start: now, End: now.Add(1)}
	},
		`access: individual: scope: ID "a\x00": control character at byte 1`},
	{"malformed organization", func(now time.Time) access.Session {
		return access.Session{Individual: "a", Organization: "\xff", Start: now, End: now.Add(1)}
	},
		`access: organization: scope: ID "\xff": not valid UTF-8`},
	{"current epoch", func(now time.Time) access.Session {
		return access.Session{Individual: "steve", Epoch: access.CurrentEpoch, Start: now, End: now.Add(1)}
	}, "it has CurrentEpoch, which no sign-in has"},
	{"no start", func(now time.Time) access.Session { return access.Session{Individual: "steve", End: now} }, "no start"},
	{"no end", func(now time.Time) access.Session { return access.Session{Individual: "steve", Start: now} }, "no end"},
	{"neither", func(time.Time) access.Session { return access.Session{Individual: "steve"} }, "no start"},
	{"end before start", func(now time.Time) access.Session {
		return access.Session{Individual: "steve", Start: now, End: now}
	}, "the end 2026-04-20T12:00:00Z is not after the start 2026-04-20T12:00:00Z"},
	{"far end", func(now time.Time) access.Session {
		return access.Session{Individual: "steve", Start: now, End: now.AddDate(300, 0, 0)}
	}, "end 2326-04-20 12:00:00 +0000 UTC is not within the years 1678 to 2261"},
	{"far factor", func(now time.Time) access.Session {
		return access.Session{Individual: "steve", Start: now, End: now.Add(1), Factors: access.Factors{SecondFactor: now.AddDate(-400, 0, 0)}}
	}, "second factor 1626-04-20 12:00:00 +0000 UTC is not within the years 1678 to 2261"},
	{"a named link", func(now time.Time) access.Session {
		return access.Session{Individual: "steve", Organization: "acme", Link: true, Start: now, End: now.Add(1)}
	}, "a standing link names nobody, proves nothing and acts for nobody"},
	{"a link with a factor", func(now time.Time) access.Session {
		return access.Session{Organization: "acme", Link: true, Start: now, End: now.Add(1), Factors: access.Factors{SecondFactor: now}}
	}, "a standing link names nobody, proves nothing and acts for nobody"},
	{"a link to nothing", func(now time.Time) access.Session { return access.Session{Link: true, Start: now, End: now.Add(1)} },
		`access: organization: scope: ID "": empty; give the host's own ID`},
	{"an actor without a session", func(now time.Time) access.Session {
		return access.Session{Individual: "steve", OnBehalf: &access.SessionOnBehalf{Actor: access.Session{Individual: "alice"}, Start: now, End: now.Add(1)}}
	}, "no start"},
	{"nobody acts", func(now time.Time) access.Session {
		return access.Session{Individual: "steve", OnBehalf: &access.SessionOnBehalf{Start: now, End: now.Add(1)}}
	}, "it is the zero Session"},
	{"an actor by a link", func(now time.Time) access.Session {
		return access.Session{Individual: "steve", OnBehalf: &access.SessionOnBehalf{Start: now, End: now.Add(1),
			Actor: access.Session{Organization: "acme", Link: true, Start: now, End: now.Add(1)}}}
	}, "who acts on behalf of the individual does not act for itself"},
	{"an actor on behalf", func(now time.Time) access.Session {
		actor := access.Session{Individual: "alice", Start: now, End: now.Add(1)}
		actor.OnBehalf = &access.SessionOnBehalf{Actor: actor, Start: now, End: now.Add(1)}
		return access.Session{Individual: "steve", OnBehalf: &access.SessionOnBehalf{Actor: actor, Start: now, End: now.Add(1)}}
	}, "who acts on behalf of the individual does not act for itself"},
	{"a link on behalf", func(now time.Time) access.Session {
		return access.Session{Organization: "acme", Link: true, Start: now, End: now.Add(1), OnBehalf: &access.SessionOnBehalf{Start: now, End: now.Add(1),
			Actor: access.Session{Individual: "alice", Start: now, End: now.Add(1)}}}
	}, "a standing link names nobody, proves nothing and acts for nobody"},
	{"acting without bounds", func(now time.Time) access.Session {
		return access.Session{Individual: "steve", OnBehalf: &access.SessionOnBehalf{
			Actor: access.Session{Individual: "alice", Start: now, End: now.Add(1)}}}
	}, "no start"},
	{"acting for too long", func(now time.Time) access.Session {
		return access.Session{Individual: "steve", OnBehalf: &access.SessionOnBehalf{Start: now, End: now.Add(access.MaxOnBehalf + 1),
			Actor: access.Session{Individual: "alice", Start: now, End: now.Add(1)}}}
	}, "acting on behalf of another lasts at most 8h0m0s"},
}

// TestSessionMalformed: what was not written by MarshalJSON is not read.
func TestSessionMalformed(t *testing.T) {
	t.Parallel()
	good, behalf := writtenSessions[0].json, writtenSessions[3].json
	for _, c := range []struct{ json, want string }{
		{``, "not JSON in UTF-8"},
		{`null`, "not an object"},
		{`[]`, "not an object"},
		{`7`, "not an object"},
		{`{}`, "version 0, this is version 1"},
		{good + good, "not JSON in UTF-8"},
		{good[:len(good)-1], "not JSON in UTF-8"},
		{strings.Replace(good, "steve", "\xff", 1), "not JSON in UTF-8"},
		{strings.Replace(good, `"version":1`, `"version":2`, 1), "version 2, this is version 1"},
		{strings.Replace(good, `"version":1,`, ``, 1), "version 0, this is version 1"},
		{strings.Replace(good, `"version":1`, `"version":"1"`, 1), `member "version": json: cannot unmarshal string into Go value of type int`},
		{strings.Replace(good, `"version"`, `"Version"`, 1), `member "Version": unknown`},
		{strings.Replace(good, `"epoch":7,`, ``, 1), "no epoch"},
		{strings.Replace(good, `"epoch":7`, `"epoch":null`, 1), `member "epoch": null`},
		{strings.Replace(good, `"epoch":7`, `"epoch":-7`, 1), `member "epoch": json: cannot unmarshal number -7 into Go value of type uint64`},
		{strings.Replace(good, `"epoch":7`, `"epoch":7,"epoch":8`, 1), `member "epoch": given twice`},
		{strings.Replace(good, `"epoch":7`, `"epoch":18446744073709551615`, 1), "it has CurrentEpoch, which no sign-in has"},
		{strings.Replace(good, `"epoch":7`, `"epoch":18446744073709551616`, 1),
			`member "epoch": json: cannot unmarshal number 18446744073709551616 into Go value of type uint64`},
		{strings.Replace(good, `"epoch":7`, `"epoch":7,"admin":true`, 1), `member "admin": unknown`},
		{strings.Replace(good, `"epoch":7`, `"epoch":7,"`+strings.Repeat("x", 100)+`":true`, 1), `member "` + strings.Repeat("x", 32) + `": unknown`},
		{strings.Replace(good, `20:00:00.123Z`, `20:00:00.123`, 1), `member "end": parsing time "2026-04-20T20:00:00.123" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "Z07:00"`},
		{strings.Replace(good, `2026-04-20T20`, `2026-04-20T07`, 1), "the end 2026-04-20T07:00:00.123Z is not after the start 2026-04-20T08:00:00.123Z"},
		{strings.Replace(behalf, `"actor":{`, `"actor":{"version":1,`, 1), `member "on_behalf": member "actor": member "version": unknown`},
		{strings.Replace(behalf, `"epoch":1,`, ``, 1), "no epoch"},
		{strings.Replace(behalf, `"as_default"`, `"default"`, 1), `member "on_behalf": member "default": unknown`},
		{strings.Replace(behalf, `"as_default":true`, `"as_default":1`, 1), `member "on_behalf": member "as_default": json: cannot unmarshal number into Go value of type bool`},
		{strings.Replace(behalf, `"actor":{`, `"actor":{"on_behalf":{},`, 1), `member "on_behalf": member "actor": member "on_behalf": unknown`},
		{`{"version":1,"individual":"steve","epoch":7,"on_behalf":{}}`, "no epoch"},
		{`{"version":1,"individual":"steve","epoch":7,"on_behalf":null}`, `member "on_behalf": not an object`},
		{good[:len(good)-1] + strings.Repeat(" ", access.MaxSessionBytes) + "}", "4208 bytes, more than 4096"},
	} {
		s := writtenSessions[2].session
		err := s.UnmarshalJSON([]byte(c.json))
		require.ErrorIs(t, err, access.ErrSessionMalformed, c.json)
		assert.EqualError(t, err, "access: the session is malformed: "+c.want, c.json)
		assert.Equal(t, writtenSessions[2].session, s, "nothing is read by half")
	}
	text, err := writtenSessions[0].session.MarshalText()
	require.NoError(t, err)
	for _, c := range []struct{ text, want string }{
		{"", "not JSON in UTF-8"},
		{string(text) + "=", "not base64url without padding"},
		{string(text) + "\n", "not base64url without padding"},
		{good, "not base64url without padding"},
		{strings.Repeat("A", 5463), "5463 bytes of text"},
	} {
		var s access.Session
		require.EqualError(t, s.UnmarshalText([]byte(c.text)), "access: the session is malformed: "+c.want)
	}
}

// FuzzSession: whatever is read is written again to the same, and is what a
// session may be.
func FuzzSession(f *testing.F) {
	for _, c := range writtenSessions {
		f.Add([]byte(c.json))
	}
	f.Add([]byte(`{"version":1,"individual":"\ud800","epoch":0,"start":"2026-04-20T08:00:00Z","end":"2026-04-20T08:00:01+00:01"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var s access.Session
		if err := s.UnmarshalJSON(data); err != nil {
			require.ErrorIs(t, err, access.ErrSessionMalformed)
			require.True(t, s.IsZero())
			var read access.Session
			require.ErrorIs(t, read.UnmarshalText([]byte(base64.RawURLEncoding.EncodeToString(data))), access.ErrSessionMalformed)
			return
		}
		require.NotEqual(t, access.CurrentEpoch, s.Epoch)
		text, err := s.MarshalText()
		require.NoError(t, err)
		var read access.Session
		require.NoError(t, read.UnmarshalText(text))
		require.Equal(t, s, read)
	})
}
