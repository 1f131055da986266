package individuals_test

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"github.com/durward-go/durward/individuals"
)

var (
	unmetShort      = individuals.Unmet{Rule: individuals.PasswordTooShort, Limit: 15}
	unmetShortWith2 = individuals.Unmet{Rule: individuals.PasswordTooShort, Limit: 8}
	unmetLong       = individuals.Unmet{Rule: individuals.PasswordTooLong, Limit: 1024}
	unmetNotText    = individuals.Unmet{Rule: individuals.PasswordNotText}
	unmetCommon     = individuals.Unmet{Rule: individuals.PasswordCommon}
	unmetPersonal   = individuals.Unmet{Rule: individuals.PasswordPersonal, Limit: 8}
)

// steve is who chooses a password in these tests.
var steve = []string{"s.jackson", "Steve.Jackson@abc-telecom.example", "Steve Jackson", "ABC Telecom Ltd."}

func TestPasswordPolicyCheck(t *testing.T) {
	t.Parallel()
	policy, err := individuals.NewPasswordPolicy(&individuals.PasswordOptions{ContextWords: []string{"PortaBilling"}})
	require.NoError(t, err)
	for _, test := range []struct {
		name, password string
		alone, with2   []individuals.Unmet // what is unmet alone, and with a second factor
	}{
		{"a passphrase of common words", "correct horse battery staple", nil, nil},
		{"15 lower-case letters: there are no composition rules", "vrxqhwkdmzbtgns", nil, nil},
		{"15 digits", "829105739164058", nil, nil},
		{"14 characters", "vrxqhwkdmzbtgn", []individuals.Unmet{unmetShort}, nil},
		{"8 characters", "vrxqhwkd", []individuals.Unmet{unmetShort}, nil},
		{"7 characters", "vrxqhwk", []individuals.Unmet{unmetShort}, []individuals.Unmet{unmetShortWith2}},
		{"nothing", "", []individuals.Unmet{unmetShort}, []individuals.Unmet{unmetShortWith2}},
		{"spaces count and stay", "  vrxqhw kdmzb  ", nil, nil},
		{"15 letters of another alphabet", "жщэюыфцчгнрьдзб", nil, nil},
		{"emoji", "🐎🔋📎✅🌧🎻🥁🚀🧊🪁🦔🍋🌵🧭🛶", nil, nil},

		{"a letter typed as base and accent is one", strings.Repeat("e\u0301", 5) + "vrxq", []individuals.Unmet{unmetShort}, nil},
		{"a ligature that NFKC writes out is one", "\uFDFAvrxqhwkd", []individuals.Unmet{unmetShort}, nil},
		{"1,024 bytes", strings.Repeat("vrxqhwkdmzbtgns ", 64)[:1000] + "a quite different end ..", nil, nil},
		{"1,025 bytes", strings.Repeat("vrxqhwkdmzbtgns ", 64) + "x", []individuals.Unmet{unmetLong}, []individuals.Unmet{unmetLong}},
		{"1,024 bytes that NFKC makes longer", strings.Repeat("\uFDFA", 341), []individuals.Unmet{unmetLong}, []individuals.Unmet{unmetLong}},
		{"not UTF-8", "vrxqhwkdmzbtgns\xFF", []individuals.Unmet{unmetNotText}, []individuals.Unmet{unmetNotText}},
		{"a code point that is no character yet", "vrxqhwkdmzbtgns\u0378", []individuals.Unmet{unmetNotText}, []individuals.Unmet{unmetNotText}},

		{"on the list", "1qaz2wsx3edc4rfv", []individuals.Unmet{unmetCommon}, []individuals.Unmet{unmetCommon}},
		{"on the list and short", "sunshine", []individuals.Unmet{unmetShort, unmetCommon}, []individuals.Unmet{unmetCommon}},
		{"case does not matter", "SunShine", []individuals.Unmet{unmetShort, unmetCommon}, []individuals.Unmet{unmetCommon}},
		{"wide letters do not either", "ｓｕｎｓｈｉｎｅ", []individuals.Unmet{unmetShort, unmetCommon}, []individuals.Unmet{unmetCommon}},
		{"digits and signs behind", "Password2024!!!", []individuals.Unmet{unmetCommon}, []individuals.Unmet{unmetCommon}},
		{"digits and signs around", "** 123 Sunshine 123 **", []individuals.Unmet{unmetCommon}, []individuals.Unmet{unmetCommon}},
		{"look-alikes that are on the list", "P@ssw0rd_2024-01", []individuals.Unmet{unmetCommon}, []individuals.Unmet{unmetCommon}},
		{"an entry repeated", "sunshinesunshine", []individuals.Unmet{unmetCommon}, []individuals.Unmet{unmetCommon}},
		{"an entry with a digit, repeated", "sunshine7sunshine7", []individuals.Unmet{unmetCommon}, []individuals.Unmet{unmetCommon}},
		{"a repetition with signs behind", "sunshinesunshine!!", []individuals.Unmet{unmetCommon}, []individuals.Unmet{unmetCommon}},
		{"one character", strings.Repeat("x", 20), []individuals.Unmet{unmetCommon}, []individuals.Unmet{unmetCommon}},
		{"a few characters repeated, cut short", "vrxvrxvrxvrxvrxv", []individuals.Unmet{unmetCommon}, []individuals.Unmet{unmetCommon}},
		{"eight unlisted characters repeated", "vrxqhwkdvrxqhwkd", nil, nil},
		{"the alphabet", "defghijklmnopqrst", []individuals.Unmet{unmetCommon}, []individuals.Unmet{unmetCommon}},
		{"the alphabet backwards", "zyxwvutsrqponmlkjihgfed", []individuals.Unmet{unmetCommon}, []individuals.Unmet{unmetCommon}},
		{"digits up", "345678901234567890", []individuals.Unmet{unmetCommon}, []individuals.Unmet{unmetCommon}},
		{"a keyboard row", "asdfghjklzxcvbnm", []individuals.Unmet{unmetCommon}, []individuals.Unmet{unmetCommon}},
		{"a keyboard row of another alphabet", "Йцукенгшщзхъфыва", []individuals.Unmet{unmetCommon}, []individuals.Unmet{unmetCommon}},
		{"a keyboard row with digits around", "11-qwertzuiopasdf-11", []individuals.Unmet{unmetCommon}, []individuals.Unmet{unmetCommon}},
		{"a common word inside does not matter", "vrxq sunshine hwkd", nil, nil},

		{"the e-mail address", "steve.jackson@abc-telecom.example", []individuals.Unmet{unmetPersonal}, []individuals.Unmet{unmetPersonal}},
		{"the name and a year", "SteveJackson2024", []individuals.Unmet{unmetPersonal}, []individuals.Unmet{unmetPersonal}},
		{"the name and the organization", "jackson_abc telecom", []individuals.Unmet{unmetPersonal}, []individuals.Unmet{unmetPersonal}},
		{"the service and a number", "portabilling-12345", []individuals.Unmet{unmetPersonal}, []individuals.Unmet{unmetPersonal}},
		{"the organization and a date", "abc-tele 1987-07-12", []individuals.Unmet{unmetPersonal}, []individuals.Unmet{unmetPersonal}},
		{"a name, which is common too, and a date", "jackson-1987-07-12", []individuals.Unmet{unmetCommon, unmetPersonal}, []individuals.Unmet{unmetCommon, unmetPersonal}},
		{"the name and a common password", "stevesunshine2024", []individuals.Unmet{unmetPersonal}, []individuals.Unmet{unmetPersonal}},
		{"the name beside a password of its own", "jackson vrxqhwkd", nil, nil},
		{"the name and seven others", "jacksonvrxqhwk", []individuals.Unmet{unmetShort, unmetPersonal}, []individuals.Unmet{unmetPersonal}},
		{"short, common and personal", "Jackson1", []individuals.Unmet{unmetShort, unmetCommon, unmetPersonal}, []individuals.Unmet{unmetCommon, unmetPersonal}},
		{"unknown character, short, common and personal", "Jackson\u0378", []individuals.Unmet{unmetShort, unmetNotText, unmetCommon, unmetPersonal}, []individuals.Unmet{unmetNotText, unmetCommon, unmetPersonal}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.alone, policy.Check(test.password, false, steve...)); diff != "" {
				t.Errorf("alone (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.with2, policy.Check(test.password, true, steve...)); diff != "" {
				t.Errorf("with a second factor (-want +got):\n%s", diff)
			}
			assert.Equal(t, !slices.Contains(test.alone, unmetShort) && !slices.Contains(test.alone, unmetLong) && test.name != "not UTF-8",
				policy.MeetsAlone(test.password))
		})
	}
}

func TestPasswordPolicyWords(t *testing.T) {
	t.Parallel()
	var policy individuals.PasswordPolicy
	for _, test := range []struct {
		name, word, password string
		personal             bool
	}{
		{"whole", "o'hara-smith", "o'hara-smith 1987", true},
		{"without its separators", "o'hara-smith", "oharasmith-1987", true},
		{"a part of it", "o'hara-smith", "hara-1987-smith", true},
		{"two letters are an accident", "o'", "o'vrxqhwk o'o'o'", false},
		{"two letters of a name that has no more", "山田 太郎", "山田1987太郎4321", true},
		{"case and width", "ＪＡＣＫＳＯＮ", "Jackson-1987-07", true},
		{"composition", "Zoe\u0308", "zoë-zoë-zoë-1987", true},
		{"what is no text is no word", "\xFF\xFE\xFD", "vrxqhwk \uFFFD\uFFFD\uFFFD\uFFFD dmz", false},
		{"empty", "", "vrxqhwkdmzbtgns", false},
		{"parts left around a word do not join", "jackson", "subjackjacksonson", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := policy.Check(test.password, true, test.word)
			assert.Equal(t, test.personal, slices.Contains(got, unmetPersonal), "%v", got)
		})
	}
}

func TestNewPasswordPolicy(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		opts   *individuals.PasswordOptions
		alone  int
		with2  int
		reason string
	}{
		{"nil", nil, 15, 8, ""},
		{"empty", &individuals.PasswordOptions{}, 15, 8, ""},
		{"stricter", &individuals.PasswordOptions{MinLength: 20, MinLengthWithSecondFactor: 12}, 20, 12, ""},
		{"strictest", &individuals.PasswordOptions{MinLength: 64, MinLengthWithSecondFactor: 64}, 64, 64, ""},
		{"laxer alone", &individuals.PasswordOptions{MinLength: 14}, 0, 0, "MinLength 14 is not within 15 and 64"},
		{"longer than people are promised", &individuals.PasswordOptions{MinLength: 65}, 0, 0, "MinLength 65"},
		{"negative", &individuals.PasswordOptions{MinLength: -1}, 0, 0, "MinLength -1"},
		{"laxer with a second factor", &individuals.PasswordOptions{MinLengthWithSecondFactor: 7}, 0, 0, "MinLengthWithSecondFactor 7 is not within 8 and MinLength, 15"},
		{"stricter with a second factor than alone", &individuals.PasswordOptions{MinLengthWithSecondFactor: 16}, 0, 0, "MinLengthWithSecondFactor 16"},
		{"a blocked password that is none", &individuals.PasswordOptions{Blocked: []string{"fine", ""}}, 0, 0, "Blocked[1]"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			policy, err := individuals.NewPasswordPolicy(test.opts)
			if test.reason != "" {
				require.ErrorContains(t, err, test.reason)
				assert.Nil(t, policy)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, test.alone, policy.MinLength(false))
			assert.Equal(t, test.with2, policy.MinLength(true))
		})
	}
}

func TestPasswordPolicyBlocked(t *testing.T) {
	t.Parallel()
	const ours = "Winter is coming to Westeros"
	var policy individuals.PasswordPolicy
	assert.Empty(t, policy.Check(ours, false))
	stricter, err := individuals.NewPasswordPolicy(&individuals.PasswordOptions{Blocked: []string{ours}})
	require.NoError(t, err)
	for _, password := range []string{ours, strings.ToUpper(ours), ours + " 2024!"} {
		assert.Equal(t, []individuals.Unmet{unmetCommon}, stricter.Check(password, false))
	}
}

// The options are the caller's own: changing them later changes no policy.
func TestPasswordPolicyKeepsItsOptions(t *testing.T) {
	t.Parallel()
	opts := &individuals.PasswordOptions{ContextWords: []string{"portabilling"}}
	policy, err := individuals.NewPasswordPolicy(opts)
	require.NoError(t, err)
	opts.ContextWords[0] = "something else"
	assert.Equal(t, []individuals.Unmet{unmetPersonal}, policy.Check("portabilling-12345", false))
}

func TestCheckSecondFactorOff(t *testing.T) {
	t.Parallel()
	var policy individuals.PasswordPolicy
	require.NoError(t, individuals.CheckSecondFactorOff(policy.MeetsAlone("vrxqhwkdmzbtgns")))
	require.ErrorIs(t, individuals.CheckSecondFactorOff(policy.MeetsAlone("vrxqhwkdmzbtgn")), individuals.ErrPasswordNeedsSecondFactor)
	require.ErrorIs(t, individuals.CheckSecondFactorOff(policy.MeetsAlone("")), individuals.ErrPasswordNeedsSecondFactor)
	require.ErrorIs(t, individuals.CheckSecondFactorOff(policy.MeetsAlone(strings.Repeat("x", 1025))), individuals.ErrPasswordNeedsSecondFactor)
}

// allUnmet is every value that Check can return. A value of this list holds
// nothing of a password.
var allUnmet = []individuals.Unmet{unmetShort, unmetShortWith2, unmetLong, unmetNotText, unmetCommon, unmetPersonal}

func TestUnmetSaysNothingOfThePassword(t *testing.T) {
	t.Parallel()
	texts := map[string]bool{}
	for _, unmet := range allUnmet {
		text := unmet.String()
		assert.False(t, texts[text], "%q stands for two rules", text)
		texts[text] = true
		assert.Regexp(t, `^[A-Z][^"]+\.$`, text)
		if unmet.Limit != 0 {
			assert.Regexp(t, `\d`, text)
		}
	}
	data, err := json.Marshal([]individuals.Unmet{unmetShort, unmetCommon})
	require.NoError(t, err)
	assert.JSONEq(t, `[{"rule":"too_short","limit":15},{"rule":"common"}]`, string(data))

	err = &individuals.PasswordError{Unmet: allUnmet}
	require.EqualError(t, err, "individuals: password refused: too_short, too_short, too_long, not_text, common, personal")
}

func TestPasswordRuleUnknown(t *testing.T) {
	t.Parallel()
	for _, rule := range []individuals.PasswordRule{0, 6} {
		_, err := rule.MarshalText()
		require.ErrorContains(t, err, "invalid password rule")
		assert.Contains(t, rule.String(), "PasswordRule(")
		assert.Contains(t, individuals.Unmet{Rule: rule}.String(), rule.String())
	}
}

// somePassword draws what people and fuzzers choose: words of the list and of
// the person, digits, signs, repetitions and anything else.
func somePassword() *rapid.Generator[string] {
	piece := rapid.OneOf(
		rapid.SampledFrom([]string{"password", "Sunshine", "qwerty", "Steve", "jackson", "ABC", "2024", "!", " ", "123", "e\u0301", "ﬁ", "Ж", "\u0378"}),
		rapid.StringN(0, 6, -1),
	)
	return rapid.Custom(func(t *rapid.T) string {
		password := strings.Join(rapid.SliceOfN(piece, 0, 6).Draw(t, "pieces"), "")
		return strings.Repeat(password, rapid.SampledFrom([]int{1, 1, 1, 2, 3}).Draw(t, "times"))
	})
}

func TestPasswordPolicyProperties(t *testing.T) {
	t.Parallel()
	var policy individuals.PasswordPolicy
	stricter, err := individuals.NewPasswordPolicy(&individuals.PasswordOptions{
		MinLength: 20, MinLengthWithSecondFactor: 10, ContextWords: []string{"porta"}, Blocked: []string{"vrxqhwkd"},
	})
	require.NoError(t, err)
	rapid.Check(t, func(t *rapid.T) {
		password := somePassword().Draw(t, "password")
		alone, with2 := policy.Check(password, false), policy.Check(password, true)
		personal := policy.Check(password, false, steve...)

		for _, got := range [][]individuals.Unmet{alone, with2, personal} {
			require.Subset(t, allUnmet, got)
			require.True(t, slices.IsSortedFunc(got, func(a, b individuals.Unmet) int { return int(a.Rule) - int(b.Rule) }))
		}
		if len(alone) == 0 {
			require.Empty(t, with2, "good enough alone is good enough with a second factor")
			require.True(t, policy.MeetsAlone(password))
		}
		require.Subset(t, personal, alone, "more words refuse more")
		if len(stricter.Check(password, false)) == 0 {
			require.Empty(t, alone, "a stricter policy accepts less")
		}
		// However a device composes it, and in capitals, the verdict on words is
		// the same.
		for _, other := range []string{norm.NFC.String(password), norm.NFD.String(password)} {
			require.Equal(t, personal, policy.Check(other, false, steve...))
		}
	})
}

func TestPasswordPolicyConcurrently(t *testing.T) {
	t.Parallel()
	policy, err := individuals.NewPasswordPolicy(&individuals.PasswordOptions{Blocked: []string{"vrxqhwkdmzbtgns"}})
	require.NoError(t, err)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 50 {
				assert.Equal(t, []individuals.Unmet{unmetCommon}, policy.Check("VRXQHWKDMZBTGNS", false, steve...))
			}
		})
	}
	all.Wait()
}

func FuzzPasswordPolicyCheck(f *testing.F) {
	for _, seed := range []string{
		"correct horse battery staple", "Password2024!!!", "stevejackson2024", "", "\xFF", "\uFDFA", "e\u0301", "aaaaaaaaaaaaaaa",
		"1qaz2wsx3edc4rfv", "\u0378", "\x00steve\x00", "qwertyuiopasdfg",
	} {
		f.Add(seed, "Steve Jackson")
	}
	var policy individuals.PasswordPolicy
	f.Fuzz(func(t *testing.T, password, word string) {
		alone := policy.Check(password, false, word)
		require.Subset(t, allUnmet, alone)
		if len(alone) > 0 {
			return
		}
		require.Empty(t, policy.Check(password, true, word))
		require.Empty(t, policy.Check(password, false))
		require.True(t, policy.MeetsAlone(password))
		_, err := individuals.HashCheaply(strings.NewReader(strings.Repeat("s", 16)), password)
		require.NoError(t, err, "what the policy accepts can be hashed")
	})
}
