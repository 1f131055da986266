package otp

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"strings"
	"time"

	pquerna "github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
)

// Digits is the length of a code.
const Digits = 6

// window is how many steps before and after the current one are looked at: one,
// for the delay and clock drift that RFC 6238 §5.2 and §6 speak of.
const window = 1

var (
	// ErrWrongCode means that the code belongs to no step or recovery code that
	// was looked at, or is not a code at all.
	ErrWrongCode = errors.New("wrong code")
	// ErrUsedCode means that the code was right and has been accepted before,
	// or is older than one that was. To the person it says "wait for the next
	// code"; in counting attempts it is a failure like [ErrWrongCode].
	ErrUsedCode = errors.New("code already used")
)

// Verify checks a code at the instant at and returns the step it belongs to.
// Looked at are the step of that instant, the one before and the one after, all
// three every time and each in constant time (RFC 6238 §5.2).
//
// A step is accepted once: lastStep is the greatest accepted so far, 0 for none,
// and a code of that step or an earlier one is [ErrUsedCode]. Verify keeps
// nothing, so the caller stores the returned step by compare-and-set against
// lastStep and refuses the code when that fails; then of two requests with the
// same code one is refused, in whichever process they are. Should one code
// belong to two of the steps, the later is returned, so that it is used up
// whole.
//
// White space around the code and one space in its middle ("123 456", as
// authenticators show it) are ignored; anything else but six ASCII digits is
// [ErrWrongCode]. A zero key, an instant before 1970 and a negative lastStep
// are errors of the caller. No error holds the code.
func Verify(key Key, code string, at time.Time, lastStep Step) (Step, error) {
	if key.IsZero() {
		return 0, fmt.Errorf("otp: verify code: %w", errNoKey)
	}
	if lastStep < 0 {
		return 0, fmt.Errorf("otp: verify code: last step %d: negative; want 0 for none", lastStep)
	}
	now, err := StepAt(at)
	if err != nil {
		return 0, fmt.Errorf("otp: verify code: %w", err)
	}
	given, ok := normalizeCode(code)
	if !ok {
		return 0, fmt.Errorf("otp: verify code: %w: not %d digits", ErrWrongCode, Digits)
	}
	var steps [2*window + 1]Step
	var matches [len(steps)]int
	for i := range steps {
		// In the first step of 1970 nothing comes before; step 0 stands in and
		// is refused below like any step that is not above lastStep.
		steps[i] = max(now+Step(i)-window, 0)
		want, err := codeOf(key, steps[i])
		if err != nil {
			return 0, fmt.Errorf("otp: verify code: %w", err)
		}
		matches[i] = subtle.ConstantTimeCompare([]byte(given), []byte(want))
	}
	for i := len(steps) - 1; i >= 0; i-- {
		if matches[i] == 0 {
			continue
		}
		if steps[i] <= lastStep {
			return 0, fmt.Errorf("otp: verify code: %w", ErrUsedCode)
		}
		return steps[i], nil
	}
	return 0, fmt.Errorf("otp: verify code: %w", ErrWrongCode)
}

// normalizeCode returns the six digits of a code as people type it.
func normalizeCode(code string) (digits string, ok bool) {
	const middle = Digits / 2
	code = strings.Trim(code, " \t\r\n")
	if len(code) == Digits+1 && code[middle] == ' ' {
		code = code[:middle] + code[middle+1:]
	}
	if len(code) != Digits {
		return "", false
	}
	for i := range len(code) {
		if code[i] < '0' || code[i] > '9' {
			return "", false
		}
	}
	return code, true
}

// GenerateCode reveals the code of the step that the instant at lies in: what an
// authenticator shows then. It is for tests and for tools that act as the
// authenticator. A zero key and an instant before 1970 are errors.
func GenerateCode(key Key, at time.Time) (string, error) {
	if key.IsZero() {
		return "", fmt.Errorf("otp: generate code: %w", errNoKey)
	}
	step, err := StepAt(at)
	if err != nil {
		return "", fmt.Errorf("otp: generate code: %w", err)
	}
	code, err := codeOf(key, step)
	if err != nil {
		return "", fmt.Errorf("otp: generate code: %w", err)
	}
	return code, nil
}

// codeOf returns the code of a step: HOTP (RFC 4226 §5.3) with the step as its
// counter. The step is not negative. HMAC-SHA-1 is what every authenticator
// has; the collisions of SHA-1 do not weaken it (RFC 4226 Appendix B.2).
func codeOf(key Key, step Step) (string, error) {
	return hotp.GenerateCodeCustom(key.Base32(), uint64(step), hotp.ValidateOpts{
		Digits:    pquerna.Digits(Digits),
		Algorithm: pquerna.AlgorithmSHA1,
	})
}
