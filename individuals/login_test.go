package individuals_test

import (
	"encoding/json"
	"os"
	"strings"
	"sync"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"github.com/durward-go/durward/individuals"
)

func TestParseLogin(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, given, canonical string
		email                  bool
	}{
		{"lower case", "steve", "steve", false},
		{"upper case", "Steve.Jackson", "steve.jackson", false},
		{"signs of ASCII", `o'brien+pbx_1/2#!`, `o'brien+pbx_1/2#!`, false},
		{"digits only, as telephone systems have them", "380441234567", "380441234567", false},
		{"wide letters", "ｓｔｅｖｅ", "steve", false},
		{"Cyrillic", "ОЛЕНА", "олена", false},
		{"decomposed accent", "Zoe\u0308", "zoë", false},
		{"Kelvin sign is a k", "mi\u212Ae", "mike", false},
		{"no case folding: sharp s stays", "Straße", "straße", false},
		{"dotless i stays itself", "mıke", "mıke", false},
		{"Hebrew", "\u05D0\u05D1\u05D2", "\u05D0\u05D1\u05D2", false},
		{"a joiner where the script needs it", "\u0915\u094D\u200D\u0937", "\u0915\u094D\u200D\u0937", false},
		{"64 characters", strings.Repeat("ж", 64), strings.Repeat("ж", 64), false},
		{"an e-mail address", "Steve@ABC.example", "steve@abc.example", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			login, err := individuals.ParseLogin(test.given)
			require.NoError(t, err)
			assert.Equal(t, test.given, login.String())
			assert.Equal(t, test.canonical, login.Canonical())
			assert.Equal(t, test.email, login.IsEmail())
			assert.False(t, login.IsZero())
			email, ok := login.Email()
			assert.Equal(t, test.email, ok)
			if ok {
				assert.Equal(t, test.given, email.String())
				assert.Equal(t, login, email.Login())
			} else {
				assert.True(t, email.IsZero())
			}
		})
	}
}

func TestParseLoginRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, given, reason string }{
		{"nothing", "", `individuals: invalid login: "": a login is needed`},
		{"a space", "steve jackson", `"steve jackson": a username has letters`},
		{"a space before", " steve", "a username has letters"},
		{"a line break after", "steve\n", `"steve\n": a username`},
		{"no-break space", "steve\u00A0jackson", "a username has letters"},
		{"ideographic space, which width mapping turns into a space", "steve\u3000j", "a username has letters"},
		{"zero-width space", "ste\u200Bve", `"ste\u200bve": a username`},
		{"zero-width joiner in Latin", "ste\u200Dve", "a username has letters"},
		{"soft hyphen", "ste\u00ADve", "a username has letters"},
		{"right-to-left override", "\u202Eevets", `"\u202eevets": a username`},
		{"bidi isolate", "a\u2066b", "a username has letters"},
		{"two directions", "abc\u05D0", "a username has letters"},
		{"variation selector", "a\uFE0F", "a username has letters"},
		{"emoji", "steve😀", "a username has letters"},
		{"ligature", "ﬁnance", "a username has letters"},
		{"not UTF-8", "ste\xFFve", "not valid UTF-8"},
		{"a wide at sign makes no e-mail address", "steve＠abc.example", "a username has no at sign"},
		{"65 characters", strings.Repeat("a", 65), "at most 64 characters"},
		{"64 characters of 4 bytes", strings.Repeat("𐐨", 64), "at most 64 characters and 254 bytes"},
		{"64 characters that become more", strings.Repeat("İ", 64), "at most 64 characters"},
		{"an address that is none", "steve@", "individuals: invalid login: individuals: invalid e-mail address"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			login, err := individuals.ParseLogin(test.given)
			require.ErrorContains(t, err, test.reason)
			assert.True(t, login.IsZero())
			assert.NotContains(t, err.Error(), "\u202E")
			assert.NotContains(t, err.Error(), "\n")
		})
	}
}

// A message stays short, whatever was sent.
func TestParseLoginCutsWhatItQuotes(t *testing.T) {
	t.Parallel()
	_, err := individuals.ParseLogin(strings.Repeat("a", 1<<20))
	require.Error(t, err)
	assert.Less(t, len(err.Error()), 512)
	_, err = individuals.ParseLogin(strings.Repeat("a", 1<<20) + "@abc.example")
	require.Error(t, err)
	assert.Less(t, len(err.Error()), 512)
}

// Nothing that is invisible, blank, private, unassigned or turns text around
// gets into a login, wherever it stands.
func TestParseLoginRefusesWhatCannotBeSeen(t *testing.T) {
	t.Parallel()
	unseen := []*unicode.RangeTable{
		unicode.White_Space, unicode.Z, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs, unicode.Cn,
		unicode.Bidi_Control, unicode.Variation_Selector, unicode.Noncharacter_Code_Point,
		unicode.Other_Default_Ignorable_Code_Point,
	}
	checked := 0
	for r := rune(0); r <= unicode.MaxRune; r++ {
		sparse := unicode.In(r, unicode.Co, unicode.Cn) && os.Getenv("DURWARD_LONG") != "1"
		if !unicode.In(r, unseen...) || (sparse && r%97 != 0) {
			continue
		}
		checked++
		for _, given := range []string{"ab" + string(r) + "cd", string(r) + "ab", "ab" + string(r)} {
			if _, err := individuals.ParseLogin(given); err == nil {
				t.Errorf("%q (%U) is accepted", given, r)
			}
		}
	}
	assert.Greater(t, checked, 5000)
}

// Every code point, as part of a login, has a canonical form that is stable,
// composed and without the case and the at sign that would make two keys of one
// login or one key of two.
func TestCanonicalLoginOfEveryCodePoint(t *testing.T) {
	t.Parallel()
	accepted := 0
	step := rune(1)
	if os.Getenv("DURWARD_LONG") != "1" {
		step = 17
	}
	for r := rune(0); r <= unicode.MaxRune; r += step {
		if !utf8.ValidRune(r) || r == '@' {
			continue
		}
		for _, given := range []string{string(r), "a" + string(r), string(r) + "\u0301"} {
			login, err := individuals.ParseLogin(given)
			if err != nil {
				continue
			}
			accepted++
			requireCanonicalLogin(t, login)
		}
	}
	assert.Greater(t, accepted, 5000)
}

type failer interface {
	require.TestingT
	Helper()
}

func requireCanonicalLogin(t failer, login individuals.Login) {
	t.Helper()
	canonical := login.Canonical()
	again, err := individuals.ParseLogin(canonical)
	require.NoError(t, err, "the canonical form %+q of %+q is no login", canonical, login.String())
	require.Equal(t, canonical, again.Canonical(), "of %+q", login.String())
	require.True(t, norm.NFC.IsNormalString(canonical), "%+q", canonical)
	require.Equal(t, strings.Contains(login.String(), "@"), strings.Contains(canonical, "@"), "%+q", login.String())
	require.LessOrEqual(t, len(canonical), individuals.MaxLoginBytes)
	require.NotEmpty(t, canonical)
}

func TestCanonicalLoginProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		given := rapid.OneOf(
			rapid.StringN(1, 12, -1),
			rapid.StringOfN(rapid.SampledFrom([]rune("aAéÉeE\u0301\u0308ſßẞİıσΣςЖжＡａǅǆ\u212A\u212Bｶﾞが_.+-1")), 1, 10, -1),
		).Draw(t, "given")
		login, err := individuals.ParseLogin(given)
		if err != nil {
			return
		}
		requireCanonicalLogin(t, login)

		// However a device composes the letters, it is the same login.
		for _, form := range []norm.Form{norm.NFC, norm.NFD} {
			other, err := individuals.ParseLogin(form.String(given))
			if err == nil { // the decomposed one may be too long
				require.Equal(t, login.Canonical(), other.Canonical())
			}
		}
		ascii := strings.IndexFunc(given, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
		if ascii {
			upper, err := individuals.ParseLogin(strings.ToUpper(given))
			require.NoError(t, err)
			require.Equal(t, login.Canonical(), upper.Canonical())
		}
	})
}

func TestLoginAsText(t *testing.T) {
	t.Parallel()
	type record struct{ Login individuals.Login }
	login, err := individuals.ParseLogin("Steve")
	require.NoError(t, err)
	data, err := json.Marshal(record{login})
	require.NoError(t, err)
	assert.JSONEq(t, `{"Login":"Steve"}`, string(data))
	var read record
	require.NoError(t, json.Unmarshal(data, &read))
	assert.Equal(t, login, read.Login)

	data, err = json.Marshal(record{})
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &read))
	assert.True(t, read.Login.IsZero())
	assert.False(t, read.Login.IsEmail())

	read.Login = login
	require.ErrorContains(t, json.Unmarshal([]byte(`{"Login":"a b"}`), &read), "invalid login")
	assert.Equal(t, login, read.Login, "a refused text changes nothing")
}

// The PRECIS profile is one shared value of another package.
func TestParseLoginConcurrently(t *testing.T) {
	t.Parallel()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 200 {
				login, err := individuals.ParseLogin("ＺOe\u0308Ж")
				if assert.NoError(t, err) {
					assert.Equal(t, "zoëж", login.Canonical())
				}
			}
		})
	}
	all.Wait()
}

func FuzzParseLogin(f *testing.F) {
	for _, seed := range []string{
		"steve", "Steve.Jackson", "Steve@ABC.example", "ｓｔｅｖｅ", "steve＠abc.example", "mi\u212Ae", "İ", "ste\u200Dve",
		"\u0915\u094D\u200D\u0937", "\u05D0\u05D11", "l\u00B7l", "\u202Eevets", "ste\xFFve", "", "e\u0301\u0323", "ΟΔΟΣ",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, given string) {
		login, err := individuals.ParseLogin(given)
		if err != nil {
			require.True(t, login.IsZero())
			require.NotContains(t, err.Error(), "\n")
			return
		}
		require.Equal(t, given, login.String())
		requireCanonicalLogin(t, login)
		require.LessOrEqual(t, len(given), individuals.MaxLoginBytes)
	})
}
