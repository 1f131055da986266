package individuals_test

import (
	"encoding/json"
	"net/mail"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/durward-go/durward/individuals"
)

func TestParseEmail(t *testing.T) {
	t.Parallel()
	longest := strings.Repeat("a", 64) + "@" + strings.Repeat(strings.Repeat("b", 62)+".", 3)
	require.Len(t, longest, 254)
	longest = strings.TrimSuffix(longest, "b.") + "." // 189 of domain, to end in one letter
	longest = longest[:253] + "c"
	require.Len(t, longest, individuals.MaxLoginBytes)

	for _, test := range []struct{ name, given, canonical string }{
		{"plain", "bob@abc.example", "bob@abc.example"},
		{"case of both parts", "Bob.Smith@ABC.Example", "bob.smith@abc.example"},
		{"a tag is kept", "bob+pbx@abc.example", "bob+pbx@abc.example"},
		{"every sign that an atom may have", "!#$%&'*+-/=?^_`{|}~@abc.example", "!#$%&'*+-/=?^_`{|}~@abc.example"},
		{"a domain in its ASCII form", "info@XN--Bro-hoa.example", "info@xn--bro-hoa.example"},
		{"digits in the domain", "a@1.2.3.4.example", "a@1.2.3.4.example"},
		{"a last label that is not all digits", "a@b.1c", "a@b.1c"},
		{"64 bytes before the at sign", strings.Repeat("a", 64) + "@b.c", strings.Repeat("a", 64) + "@b.c"},
		{"254 bytes", longest, longest},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			email, err := individuals.ParseEmail(test.given)
			require.NoError(t, err)
			assert.Equal(t, test.given, email.String())
			assert.Equal(t, test.canonical, email.Canonical())
			assert.False(t, email.IsZero())
			assert.True(t, email.Login().IsEmail())
		})
	}
}

func TestParseEmailRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, given, reason string }{
		{"nothing", "", `individuals: invalid e-mail address: "": it has no at sign`},
		{"no at sign", "bob", "no at sign"},
		{"nothing before", "@abc.example", "nothing stands before"},
		{"nothing after", "bob@", "nothing stands after"},
		{"two at signs", "bob@home@abc.example", "before the at sign is not allowed"},
		{"space before", " bob@abc.example", "before the at sign is not allowed"},
		{"space after", "bob@abc.example ", "not a letter, a digit or a hyphen"},
		{"line break, which would add a header", "bob@abc.example\r\nBcc: eve@evil.example", "before the at sign is not allowed"},
		{"display name", "Bob <bob@abc.example>", "before the at sign is not allowed"},
		{"angle brackets", "<bob@abc.example>", "before the at sign is not allowed"},
		{"two addresses", "bob@abc.example,eve@evil.example", "before the at sign is not allowed"},
		{"quoted", `"bob smith"@abc.example`, "before the at sign is not allowed"},
		{"comment", "bob(boss)@abc.example", "before the at sign is not allowed"},
		{"dot first", ".bob@abc.example", "a dot stands at an end of the part before"},
		{"dot last", "bob.@abc.example", "a dot stands at an end of the part before"},
		{"two dots", "bob..smith@abc.example", "a dot stands at an end of the part before"},
		{"65 bytes before the at sign", strings.Repeat("a", 65) + "@b.c", "more than 64 bytes"},
		{"255 bytes", strings.Repeat("a", 64) + "@" + strings.Repeat("b.", 95), "at most 254 bytes"},
		{"not ASCII before", "mıke@abc.example", "is not ASCII: use another address, or a username"},
		{"Kelvin sign", "mi\u212Ae@abc.example", "before the at sign is not ASCII"},
		{"not ASCII after", "info@büro.example", `write it in its "xn--" form`},
		{"wide full stop", "info@abc．example", `write it in its "xn--" form`},
		{"not UTF-8", "a\xFF@abc.example", "not ASCII"},
		{"no dot in the domain", "root@localhost", "write it in full"},
		{"dot before the domain", "bob@.example", "a dot stands at an end of the domain"},
		{"final dot", "bob@abc.example.", "a dot stands at an end of the domain"},
		{"two dots in the domain", "bob@abc..example", "a dot stands at an end of the domain"},
		{"hyphen first", "bob@-abc.example", "begins or ends with a hyphen"},
		{"hyphen last", "bob@abc-.example", "begins or ends with a hyphen"},
		{"underscore in the domain", "bob@a_b.example", "not a letter, a digit or a hyphen"},
		{"address", "bob@192.0.2.1", "ends in a number"},
		{"address literal", "bob@[192.0.2.1]", "not a letter, a digit or a hyphen"},
		{"64 bytes in a label", "bob@" + strings.Repeat("a", 64) + ".example", "more than 63 bytes"},
		{"254 bytes of domain is over the whole", "a@" + strings.Repeat("b.", 126) + "c", "at most 254 bytes"},
		{"NUL", "a\x00b@abc.example", "before the at sign is not allowed"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			email, err := individuals.ParseEmail(test.given)
			require.ErrorContains(t, err, test.reason)
			assert.True(t, email.IsZero())
			assert.NotContains(t, err.Error(), "\n")
		})
	}
}

// requireEmail checks what every accepted address has, with the standard
// library's reading of RFC 5322 as the oracle.
func requireEmail(t failer, email individuals.Email) {
	t.Helper()
	parsed, err := mail.ParseAddress(email.String())
	require.NoError(t, err)
	require.Equal(t, email.String(), parsed.Address)
	require.Empty(t, parsed.Name)
	again, err := individuals.ParseEmail(email.Canonical())
	require.NoError(t, err)
	require.Equal(t, email.Canonical(), again.Canonical())
	require.True(t, strings.EqualFold(email.String(), email.Canonical()))
	require.Len(t, email.Canonical(), len(email.String()))
}

func TestEmailProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		given := rapid.StringMatching(`[A-Za-z0-9!#$%&'*+/=?^_{|}~-]{1,20}(\.[A-Za-z0-9]{1,10}){0,2}@([A-Za-z0-9]([A-Za-z0-9-]{0,10}[A-Za-z0-9])?\.){1,3}[A-Za-z]{2,6}`).Draw(t, "given")
		email, err := individuals.ParseEmail(given)
		require.NoError(t, err)
		requireEmail(t, email)

		login, err := individuals.ParseLogin(given)
		require.NoError(t, err)
		require.Equal(t, email.Login(), login)
	})
}

func TestEmailAsText(t *testing.T) {
	t.Parallel()
	email, err := individuals.ParseEmail("Bob@abc.example")
	require.NoError(t, err)
	data, err := json.Marshal(email)
	require.NoError(t, err)
	assert.JSONEq(t, `"Bob@abc.example"`, string(data))
	var read individuals.Email
	require.NoError(t, json.Unmarshal(data, &read))
	assert.Equal(t, email, read)
	require.ErrorContains(t, json.Unmarshal([]byte(`"bob"`), &read), "no at sign")
	require.NoError(t, json.Unmarshal([]byte(`""`), &read))
	assert.True(t, read.IsZero())
}

func FuzzParseEmail(f *testing.F) {
	for _, seed := range []string{
		"bob@abc.example", "Bob.Smith+pbx@ABC.Example", `"bob"@abc.example`, "bob@[192.0.2.1]", "a@b", "a@b.c.", "a..b@c.d",
		"mıke@abc.example", "info@büro.example", "a@b.c\r\nBcc: d@e.f", "a@1.2", "a@b_c.d", "@", "",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, given string) {
		email, err := individuals.ParseEmail(given)
		if err != nil {
			require.True(t, email.IsZero())
			return
		}
		require.Equal(t, given, email.String())
		requireEmail(t, email)
	})
}
