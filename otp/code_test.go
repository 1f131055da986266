package otp_test

import (
	"math"
	"strings"
	"testing"
	"time"

	pquerna "github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/durward-go/durward/otp"
)

// noon is an instant in the middle of its step, 55555556.
var noon = time.Unix(55555556*30+10, 0)

const noonStep otp.Step = 55555556

func codeAt(t testing.TB, key otp.Key, at time.Time) string {
	t.Helper()
	code, err := otp.GenerateCode(key, at)
	require.NoError(t, err)
	return code
}

func TestVerifyLooksOneStepEitherSide(t *testing.T) {
	t.Parallel()
	key := newKey(t, "window")
	for offset := otp.Step(-4); offset <= 4; offset++ {
		code := codeAt(t, key, noon.Add(time.Duration(offset)*otp.Period))
		step, err := otp.Verify(key, code, noon, 0)
		if offset < -1 || offset > 1 {
			require.ErrorIs(t, err, otp.ErrWrongCode, "offset %d", offset)
			assert.Zero(t, step)
			continue
		}
		require.NoError(t, err, "offset %d", offset)
		assert.Equal(t, noonStep+offset, step)
	}
}

func TestVerifyWindowTurnsExactlyOnTheStep(t *testing.T) {
	t.Parallel()
	key := newKey(t, "bounds")
	code := codeAt(t, key, noon)
	begin := time.Unix(int64(noonStep)*30, 0)
	for _, want := range []struct {
		at       time.Time
		accepted bool
	}{
		{begin.Add(-30*time.Second - time.Nanosecond), false},
		{begin.Add(-30 * time.Second), true},
		{begin, true},
		{begin.Add(60*time.Second - time.Nanosecond), true},
		{begin.Add(60 * time.Second), false},
	} {
		step, err := otp.Verify(key, code, want.at, 0)
		if !want.accepted {
			require.ErrorIs(t, err, otp.ErrWrongCode, "%s", want.at)
			continue
		}
		require.NoError(t, err, "%s", want.at)
		assert.Equal(t, noonStep, step)
	}
}

func TestVerifyAcceptsAStepOnce(t *testing.T) {
	t.Parallel()
	key := newKey(t, "once")
	code := codeAt(t, key, noon)
	step, err := otp.Verify(key, code, noon, 0)
	require.NoError(t, err)

	for _, last := range []otp.Step{step, step + 1, step + 1000, math.MaxInt64} {
		got, err := otp.Verify(key, code, noon, last)
		require.ErrorIs(t, err, otp.ErrUsedCode, "last step %d", last)
		require.NotErrorIs(t, err, otp.ErrWrongCode)
		assert.Zero(t, got)
	}
	// An older step's code is used up with the newer one, though it was never
	// sent.
	_, err = otp.Verify(key, codeAt(t, key, noon.Add(-otp.Period)), noon, step)
	require.ErrorIs(t, err, otp.ErrUsedCode)
	// The next step is a new code.
	next, err := otp.Verify(key, codeAt(t, key, noon.Add(otp.Period)), noon, step)
	require.NoError(t, err)
	assert.Equal(t, step+1, next)
	// A clock set back opens nothing again.
	_, err = otp.Verify(key, code, noon.Add(-otp.Period), step)
	require.ErrorIs(t, err, otp.ErrUsedCode)
	// A wrong code stays wrong, whatever the last step.
	_, err = otp.Verify(newKey(t, "another"), code, noon, step)
	require.ErrorIs(t, err, otp.ErrWrongCode)
}

func TestVerifyReadsCodesAsPeopleTypeThem(t *testing.T) {
	t.Parallel()
	key := newKey(t, "typing")
	code := codeAt(t, key, noon)
	for _, typed := range []string{
		code, " " + code, code + "\n", "\t" + code + "\r\n",
		code[:3] + " " + code[3:], "  " + code[:3] + " " + code[3:] + "  ",
	} {
		step, err := otp.Verify(key, typed, noon, 0)
		require.NoError(t, err, "%q", typed)
		assert.Equal(t, noonStep, step)
	}
	wide := strings.Map(func(r rune) rune { return r - '0' + '０' }, code)
	arabic := strings.Map(func(r rune) rune { return r - '0' + '٠' }, code)
	for _, typed := range []string{
		"", " ", code[:5], code + "0", "0" + code, code[:2] + " " + code[2:], code[:3] + "  " + code[3:], code[:3] + "-" + code[3:],
		strings.Join(strings.Split(code, ""), " "), "+" + code[1:], "-" + code[1:], code[:5] + "a", wide, arabic,
		code[:5] + "\x00", code + "\x00", "\u00a0" + code, "0x" + code[:4], code[:3] + "\xff" + code[3:], strings.Repeat(code, 1000),
	} {
		step, err := otp.Verify(key, typed, noon, 0)
		require.ErrorIs(t, err, otp.ErrWrongCode, "%q", typed)
		require.ErrorContains(t, err, "not 6 digits", "%q", typed)
		assert.Zero(t, step)
	}
}

func TestVerifyErrorsHoldNoCode(t *testing.T) {
	t.Parallel()
	key := newKey(t, "quiet")
	code := codeAt(t, key, noon)
	_, used := otp.Verify(key, code, noon, noonStep)
	_, wrong := otp.Verify(newKey(t, "another"), code, noon, 0)
	_, malformed := otp.Verify(key, code+"0", noon, 0)
	assert.EqualError(t, used, "otp: verify code: code already used")
	assert.EqualError(t, wrong, "otp: verify code: wrong code")
	assert.EqualError(t, malformed, "otp: verify code: wrong code: not 6 digits")
}

func TestVerifyRefusesWhatTheCallerGotWrong(t *testing.T) {
	t.Parallel()
	key := newKey(t, "caller")
	for name, want := range map[string]struct {
		key    otp.Key
		at     time.Time
		last   otp.Step
		reason string
	}{
		"no key":             {otp.Key{}, noon, 0, "the key is empty"},
		"zero instant":       {key, time.Time{}, 0, `"0001-01-01T00:00:00Z": before 1970`},
		"just before 1970":   {key, time.Unix(0, -1), 0, "before 1970"},
		"negative last step": {key, noon, -1, "last step -1: negative"},
		"least last step":    {key, noon, math.MinInt64, "negative"},
	} {
		for _, code := range []string{"", "000000", codeAt(t, key, noon)} {
			step, err := otp.Verify(want.key, code, want.at, want.last)
			require.ErrorContains(t, err, want.reason, name)
			require.NotErrorIs(t, err, otp.ErrWrongCode, name)
			assert.Zero(t, step)
		}
	}
	_, err := otp.GenerateCode(otp.Key{}, noon)
	require.ErrorContains(t, err, "the key is empty")
	_, err = otp.GenerateCode(key, time.Unix(-1, 0))
	require.ErrorContains(t, err, "before 1970")
}

func TestVerifyAtTheEndsOfTime(t *testing.T) {
	t.Parallel()
	key := newKey(t, "ends")
	// The first minute of 1970: step 0 is never accepted, step 1 is.
	first := time.Unix(0, 0)
	_, err := otp.Verify(key, codeAt(t, key, first), first, 0)
	require.ErrorIs(t, err, otp.ErrUsedCode)
	step, err := otp.Verify(key, codeAt(t, key, first.Add(otp.Period)), first, 0)
	require.NoError(t, err)
	assert.Equal(t, otp.Step(1), step)
	// No step comes before: not the one that -1 is as an unsigned counter.
	wrapped, err := hotp.GenerateCode(key.Base32(), math.MaxUint64)
	require.NoError(t, err)
	_, err = otp.Verify(key, wrapped, first, 0)
	require.ErrorIs(t, err, otp.ErrWrongCode)

	last := time.Unix(math.MaxInt64, 0)
	step, err = otp.Verify(key, codeAt(t, key, last), last, 0)
	require.NoError(t, err)
	assert.Equal(t, otp.Step(math.MaxInt64/30), step)

	_, err = otp.Verify(key, "000000", time.Unix(math.MinInt64, 0), 0)
	require.ErrorContains(t, err, "before 1970")
}

func TestStepAt(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("far east", 14*3600)
	for seconds, want := range map[int64]otp.Step{0: 0, 29: 0, 30: 1, 59: 1, 60: 2, 1111111109: 37037036, 20000000000: 666666666} {
		step, err := otp.StepAt(time.Unix(seconds, 999_999_999))
		require.NoError(t, err)
		assert.Equal(t, want, step, "second %d", seconds)
		elsewhere, err := otp.StepAt(time.Unix(seconds, 0).In(zone))
		require.NoError(t, err)
		assert.Equal(t, want, elsewhere, "a zone changes nothing")
	}
}

// A code that two steps of one window share turns up about three times in a
// million steps. The later step is returned, so that the code cannot come back.
func TestVerifyUsesUpACodeThatTwoStepsShare(t *testing.T) {
	t.Parallel()
	key := parseKey(t, rfcSecret)
	for _, shared := range []struct{ earlier, later otp.Step }{{910737, 910738}, {153567, 153569}} {
		code := codeAt(t, key, time.Unix(int64(shared.earlier)*30, 0))
		require.Equal(t, code, codeAt(t, key, time.Unix(int64(shared.later)*30, 0)))
		at := time.Unix(int64(shared.earlier+1)*30, 0)
		for last := otp.Step(0); last < shared.later; last += shared.earlier {
			step, err := otp.Verify(key, code, at, last)
			require.NoError(t, err)
			require.Equal(t, shared.later, step)
		}
		for seconds := time.Duration(-60); seconds <= 90; seconds++ {
			_, err := otp.Verify(key, code, at.Add(seconds*time.Second), shared.later)
			require.Error(t, err, "second %d", seconds)
		}
	}
}

// The reference is pquerna's own time-based check, which knows no used steps.
func TestVerifyAgreesWithPquerna(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.SliceOfN(rapid.Byte(), 16, 64).Draw(t, "secret")
		at := time.Unix(rapid.Int64Range(60, 1<<40).Draw(t, "at"), 0)
		codeFrom := at.Add(time.Duration(rapid.Int64Range(-120, 120).Draw(t, "delay")) * time.Second)
		key, err := otp.ParseKey(base32Std(secret))
		require.NoError(t, err)
		code, err := otp.GenerateCode(key, max0(codeFrom))
		require.NoError(t, err)
		want, err := totp.ValidateCustom(code, base32Std(secret), at, totp.ValidateOpts{
			Period: 30, Skew: 1, Digits: pquerna.DigitsSix, Algorithm: pquerna.AlgorithmSHA1,
		})
		require.NoError(t, err)
		step, err := otp.Verify(key, code, at, 0)
		if at.Unix() >= 90 { // below, step 0 is in the window, which is never accepted
			require.Equal(t, want, err == nil)
		}
		if err == nil {
			require.Greater(t, step, otp.Step(0))
		}
	})
}

func max0(at time.Time) time.Time {
	if at.Unix() < 0 {
		return time.Unix(0, 0)
	}
	return at
}

// However requests come, with their clocks back and forth, each step is accepted
// at most once and accepted steps only grow.
func TestVerifyNeverAcceptsAStepTwice(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		key, err := otp.GenerateKey(seeded(rapid.StringN(1, 8, 8).Draw(t, "seed")))
		if err != nil {
			t.Fatal(err)
		}
		last, seen := otp.Step(0), map[otp.Step]bool{}
		for range rapid.IntRange(1, 30).Draw(t, "requests") {
			at := noon.Add(time.Duration(rapid.Int64Range(-150, 150).Draw(t, "at")) * time.Second)
			sent := noon.Add(time.Duration(rapid.Int64Range(-150, 150).Draw(t, "sent")) * time.Second)
			code, err := otp.GenerateCode(key, sent)
			require.NoError(t, err)
			step, err := otp.Verify(key, code, at, last)
			if err != nil {
				continue
			}
			now, err := otp.StepAt(at)
			require.NoError(t, err)
			require.Greater(t, step, last)
			require.False(t, seen[step])
			require.LessOrEqual(t, step, now+1)
			require.GreaterOrEqual(t, step, now-1)
			last, seen[step] = step, true
		}
	})
}

func FuzzVerify(f *testing.F) {
	key := newKey(f, "fuzz")
	code := codeAt(f, key, noon)
	for _, seed := range []string{code, code[:3] + " " + code[3:], "000000", "", "１２３４５６", "12345\x00"} {
		f.Add(seed, noon.Unix(), int64(0))
	}
	f.Add(code, noon.Unix(), int64(noonStep))
	f.Add(code, int64(-1), int64(-1))
	f.Add(code, int64(math.MaxInt64), int64(math.MaxInt64))
	f.Fuzz(func(t *testing.T, typed string, seconds, last int64) {
		at := time.Unix(seconds, 0)
		step, err := otp.Verify(key, typed, at, otp.Step(last))
		if err != nil {
			require.Zero(t, step)
			return
		}
		require.Greater(t, step, otp.Step(last))
		require.InDelta(t, seconds/30, int64(step), 1)
		// Only white space was dropped.
		digits := strings.Join(strings.Fields(typed), "")
		want, err := otp.GenerateCode(key, time.Unix(int64(step)*30, 0))
		require.NoError(t, err)
		require.Equal(t, want, digits)
	})
}
