package audit_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/durward-go/durward/audit"
)

// withText puts another text into a personal value and leaves salt and digest.
func withText(t testing.TB, v audit.Value, text string) audit.Value {
	t.Helper()
	data, err := json.Marshal(v)
	require.NoError(t, err)
	var members map[string]string
	require.NoError(t, json.Unmarshal(data, &members))
	members["personal"] = text
	data, err = json.Marshal(members)
	require.NoError(t, err)
	var out audit.Value
	require.NoError(t, json.Unmarshal(data, &out))
	return out
}

func TestValueKinds(t *testing.T) {
	t.Parallel()
	const (
		salt   = "0102030405060708090a0b0c0d0e0f10"
		digest = "6e25dade0b1e69249a6f1879a5e08078a8e0685b3fc623bca4ae60b856a454d0" // by Python's hashlib
	)
	email, err := audit.Personal(strings.NewReader("\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10"), "bob@abc.example")
	require.NoError(t, err)
	for _, c := range []struct {
		name   string
		value  audit.Value
		kind   audit.ValueKind
		text   string
		shown  bool
		secret audit.SecretState
		print  string
		json   string
	}{
		{"none", audit.Value{}, audit.ValueNone, "", false, "", "", `{}`},
		{"plain", audit.Plain("en"), audit.ValuePlain, "en", true, "", "en", `{"plain":"en"}`},
		{"plain and empty", audit.Plain(""), audit.ValuePlain, "", true, "", "", `{"plain":""}`},
		{"personal", email, audit.ValuePersonal, "bob@abc.example", true, "", "b***@abc.example",
			`{"personal":"bob@abc.example","salt":"` + salt + `","digest":"` + digest + `"}`},
		{"erased", email.Erase(), audit.ValueErased, "", false, "", "[erased]", `{"digest":"` + digest + `"}`},
		{"masked", email.Masked(), audit.ValueMasked, "", false, "", "b***@abc.example", `{"masked":"b***@abc.example","digest":"` + digest + `"}`},
		{"masked, then erased", email.Masked().Erase(), audit.ValueErased, "", false, "", "[erased]", `{"digest":"` + digest + `"}`},
		{"secret", audit.Secret(audit.SecretChanged), audit.ValueSecret, "", false, audit.SecretChanged, "changed", `{"secret":"changed"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			assert.Equal(t, c.kind, c.value.Kind())
			text, shown := c.value.Text()
			assert.Equal(t, c.text, text)
			assert.Equal(t, c.shown, shown)
			secret, ok := c.value.Secret()
			assert.Equal(t, c.secret, secret)
			assert.Equal(t, c.secret != "", ok)
			assert.Equal(t, c.print, c.value.String())
			assert.Equal(t, c.kind == audit.ValueNone, c.value.IsZero())
			data, err := json.Marshal(c.value)
			require.NoError(t, err)
			assert.Equal(t, c.json, string(data))
			var back audit.Value
			require.NoError(t, json.Unmarshal(data, &back))
			assert.True(t, c.value == back)
		})
	}
}

func TestOnlyPersonalValuesAreErasedAndMasked(t *testing.T) {
	t.Parallel()
	for _, v := range []audit.Value{{}, audit.Plain("bob@abc.example"), audit.Secret(audit.SecretSet), personal(t, 1, "x").Erase()} {
		assert.True(t, v == v.Erase(), "%v", v)
		assert.True(t, v == v.Masked(), "%v", v)
	}
}

func TestPersonalNeedsRandomness(t *testing.T) {
	t.Parallel()
	dry := errors.New("dry")
	v, err := audit.Personal(iotest.ErrReader(dry), "bob")
	require.ErrorIs(t, err, dry)
	assert.EqualError(t, err, "audit: personal value: reading the salt: dry")
	assert.True(t, v.IsZero())
	_, err = audit.Personal(bytes.NewReader(make([]byte, audit.SaltBytes-1)), "bob")
	require.Error(t, err)
	_, err = audit.Personal(nil, "bob")
	assert.EqualError(t, err, "audit: personal value: no source of randomness; pass crypto/rand.Reader")
}

func TestEqualTextsHaveDifferentDigests(t *testing.T) {
	t.Parallel()
	random := entropy(1)
	one, err := audit.Personal(random, "bob")
	require.NoError(t, err)
	two, err := audit.Personal(random, "bob")
	require.NoError(t, err)
	assert.False(t, one.Erase() == two.Erase())
}

// TestErasureLeavesNothingToGuess: whoever has the erased value and guesses the
// text right still lacks the salt, so all that could confirm the guess is gone.
func TestErasureLeavesNothingToGuess(t *testing.T) {
	t.Parallel()
	v := personal(t, 1, "bob@abc.example")
	data, err := json.Marshal(v)
	require.NoError(t, err)
	var members map[string]string
	require.NoError(t, json.Unmarshal(data, &members))
	for _, gone := range []audit.Value{v.Erase(), v.Masked()} {
		data, err = json.Marshal(gone)
		require.NoError(t, err)
		assert.NotContains(t, string(data), members["salt"])
		assert.NotContains(t, string(data), "bob")
		assert.Contains(t, string(data), members["digest"])
	}
}

// TestNothingPrintsPersonalText tries the ways by which a value or an event ends
// up in a log.
func TestNothingPrintsPersonalText(t *testing.T) {
	t.Parallel()
	e := full(t)
	for _, x := range []any{e, &e, e.Changes, e.Changes[0], e.Note, &e.Note, e.Attributes[1]} {
		for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
			out := fmt.Sprintf(format, x)
			assert.NotContains(t, out, "steve@abc.example", format)
			assert.NotContains(t, out, "telephone", format)
			assert.NotContains(t, out, "curl", format)
		}
	}
	var out bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewJSONHandler(&out, nil), slog.NewTextHandler(&out, nil)} {
		slog.New(handler).Info("audit", "event", e, "note", e.Note, "change", e.Changes[0].Before)
	}
	assert.Contains(t, out.String(), "s***@abc.example")
	assert.NotContains(t, out.String(), "steve@abc.example")
	assert.NotContains(t, out.String(), "telephone")
}

func TestValueRefusesOtherJSON(t *testing.T) {
	t.Parallel()
	digest := `"` + strings.Repeat("ab", 32) + `"`
	for _, c := range []struct{ json, want string }{
		{`null`, "audit: value: not one JSON object in UTF-8"},
		{`"text"`, "audit: value: not one JSON object in UTF-8"},
		{`{"plain":"a"} {}`, "audit: value: not one JSON object in UTF-8"},
		{`{"plain":"a","plain":"b"}`, `audit: value: member "plain": given twice`},
		{`{"Plain":"a"}`, `audit: value: member "Plain": unknown`},
		{`{"ſecret":"set"}`, `audit: value: member "ſecret": unknown`},
		{`{"other":"a"}`, `audit: value: json: unknown field "other"`},
		{`{"plain":1}`, "audit: value: json: cannot unmarshal number into Go struct field valueJSON.plain of type string"},
		{`{"plain":"a","secret":"set"}`, "audit: value: members of more than one kind of value"},
		{`{"plain":"a","digest":` + digest + `}`, "audit: value: members of more than one kind of value"},
		{`{"personal":"a"}`, "audit: value: personal without salt and digest"},
		{`{"personal":"a","digest":` + digest + `}`, "audit: value: personal without salt and digest"},
		{`{"personal":"a","salt":"00","digest":` + digest + `}`, "audit: value: salt: 2 characters, want 32 hexadecimal digits"},
		{`{"personal":"a","masked":"a","salt":"00000000000000000000000000000000","digest":` + digest + `}`, "audit: value: members of more than one kind of value"},
		{`{"masked":"a"}`, "audit: value: masked without digest"},
		{`{"masked":"a","salt":"","digest":` + digest + `}`, "audit: value: members of more than one kind of value"},
		{`{"salt":"00"}`, "audit: value: members of more than one kind of value"},
		{`{"digest":"AB"}`, `audit: value: audit: hash "AB": 2 characters, want 64 hexadecimal digits`},
		{`{"secret":"hunter2"}`, "audit: value: secret: want set, changed or cleared"},
	} {
		v := audit.Plain("untouched")
		err := v.UnmarshalJSON([]byte(c.json))
		assert.EqualError(t, err, c.want, c.json)
		assert.True(t, v == audit.Plain("untouched"), c.json)
	}
}

func TestAnyTextSurvivesJSON(t *testing.T) {
	t.Parallel()
	check(t, func(r *rapid.T) {
		text := rapid.String().Draw(r, "text")
		for _, v := range []audit.Value{audit.Plain(text), personal(t, 1, text)} {
			data, err := json.Marshal(v)
			require.NoError(r, err)
			var back audit.Value
			require.NoError(r, json.Unmarshal(data, &back))
			if v != back {
				r.Fatalf("%q came back as %s", text, data)
			}
		}
	})
}

func FuzzValueJSON(f *testing.F) {
	f.Add([]byte(`{"plain":"a"}`))
	f.Add([]byte(`{"secret":"set"}`))
	f.Add([]byte(`{"digest":"` + strings.Repeat("ab", 32) + `"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var v, again audit.Value
		if json.Unmarshal(data, &v) != nil {
			return
		}
		out, err := json.Marshal(v)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(out, &again))
		assert.True(t, v == again)
	})
}
