package otp_test

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	pquerna "github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/otp"
)

// rfcSecret is "12345678901234567890", the key of both RFCs, in base32.
const rfcSecret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

// RFC 4226 Appendix D lists six-digit codes by counter; ours is the step.
func TestRFC4226AppendixD(t *testing.T) {
	t.Parallel()
	key := parseKey(t, rfcSecret)
	for counter, want := range []string{
		"755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489",
	} {
		at := time.Unix(int64(counter)*30, 0)
		assert.Equal(t, want, codeAt(t, key, at), "counter %d", counter)
		if counter == 0 {
			continue // step 0 is generated and never accepted
		}
		step, err := otp.Verify(key, want, at, otp.Step(counter-1))
		require.NoError(t, err)
		assert.Equal(t, otp.Step(counter), step)
	}
}

// RFC 6238 Appendix B lists eight-digit codes, and this package makes six. Both
// are the same number modulo a power of ten (RFC 4226 §5.3), so ours must be the
// last six digits of the RFC's. The eight digits themselves are checked on the
// library below, with everything else as we call it.
func TestRFC6238AppendixB(t *testing.T) {
	t.Parallel()
	key := parseKey(t, rfcSecret)
	for seconds, want := range map[int64]string{
		59:          "94287082",
		1111111109:  "07081804",
		1111111111:  "14050471",
		1234567890:  "89005924",
		2000000000:  "69279037",
		20000000000: "65353130",
	} {
		at := time.Unix(seconds, 0)
		eight, err := totp.GenerateCodeCustom(rfcSecret, at, totp.ValidateOpts{
			Period: 30, Digits: pquerna.DigitsEight, Algorithm: pquerna.AlgorithmSHA1,
		})
		require.NoError(t, err)
		assert.Equal(t, want, eight, "second %d, eight digits", seconds)

		six := want[2:]
		assert.Equal(t, six, codeAt(t, key, at), "second %d", seconds)
		step, err := otp.Verify(key, six, at, 0)
		require.NoError(t, err)
		assert.Equal(t, otp.Step(seconds/30), step)
	}
}

// oathtool is an implementation that shares no code with ours. One run prints
// the codes of many steps in a row.
func TestCodesAgreeWithOathtool(t *testing.T) {
	t.Parallel()
	oathtool := tool(t, "oathtool", "oathtool")
	const steps = 200
	starts := []int64{0, 1, 1234567890, 1<<31 - 3000, 1<<32 - 3000, 20000000000}
	for i := range count(4, 20, 400) {
		key := newKey(t, fmt.Sprint("oathtool ", i))
		if i%2 == 1 { // keys of other lengths, 128 to 512 bits
			long := make([]byte, 16+(i*7)%49)
			_, err := seeded(fmt.Sprint("length ", i)).Read(long)
			require.NoError(t, err)
			key = parseKey(t, base32Std(long))
		}
		for _, start := range starts {
			out, err := exec.Command(oathtool, "--totp", "-b", "--now", fmt.Sprintf("@%d", start),
				"--window", fmt.Sprint(steps-1), key.Base32()).CombinedOutput()
			require.NoError(t, err, "%s", out)
			theirs := strings.Fields(string(out))
			require.Len(t, theirs, steps)
			for n, want := range theirs {
				at := time.Unix(start, 0).Add(time.Duration(n) * otp.Period)
				require.Equal(t, want, codeAt(t, key, at), "key %d at %d", i, at.Unix())
			}
			// And the way back: what another implementation shows is accepted.
			at := time.Unix(start, 0).Add((steps - 1) * otp.Period)
			step, err := otp.Verify(key, theirs[steps-1], at, 0)
			require.NoError(t, err)
			require.GreaterOrEqual(t, step, otp.Step(at.Unix()/30))
		}
	}
}
