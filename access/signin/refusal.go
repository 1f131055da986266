package signin

import (
	"fmt"
	"strings"
	"time"

	"github.com/durward-go/durward/individuals"
)

// A Refusal says that somebody was not let in. It holds no secret.
//
// Error and Reason are for the application, its logs and its audit: they tell
// an unknown login from a wrong password. Show the person Public, or a text of
// your own for PublicReason, and RetryAfter; these three are the same for all
// logins as long as the password is not right.
type Refusal struct {
	Reason Reason
	// RetryAfter is how long to wait at least; zero where waiting does not help.
	RetryAfter time.Duration
	// Activation and Zone are the date from which a person who is not yet active
	// will be, and the zone that it is meant in.
	Activation individuals.Date
	Zone       string
	// Unmet are all the rules that a new password does not meet.
	Unmet []individuals.Unmet

	cause error // a *links.Refusal or *individuals.HashBusyError
}

// Error names the reason. It is not for the person.
func (r *Refusal) Error() string {
	text := "signin: refused: " + string(r.Reason)
	if r.RetryAfter > 0 {
		text += fmt.Sprintf(", retry after %v", r.RetryAfter)
	}
	return text
}

// Unwrap returns the *[links.Refusal] or *[individuals.HashBusyError] behind it,
// or nil.
func (r *Refusal) Unwrap() error { return r.cause }

// Is reports whether target is a refusal of the same reason, so that
// errors.Is(err, &signin.Refusal{Reason: signin.Throttled}) asks for one.
func (r *Refusal) Is(target error) bool {
	t, ok := target.(*Refusal)
	return ok && t.Reason == r.Reason
}

// PublicReason returns the reason as the person may know it: [Refused] in place
// of those that nobody is told.
func (r *Refusal) PublicReason() Reason {
	switch r.Reason {
	case UnknownLogin, WrongPassword, AuthenticatorDisabled, Disabled, OrganizationClosed:
		return Refused
	case ChallengeUnknown, ChallengeElsewhere, CredentialsChanged:
		return ChallengeExpired
	default:
		return r.Reason
	}
}

// publicTexts are in English; a host that speaks other languages words them
// from PublicReason.
var publicTexts = map[Reason]string{ //nolint:gosec // words about passwords, not passwords
	Refused:                "The login or the password is not right, or this login cannot be used.",
	Throttled:              "There were too many attempts. Please wait a while and try again.",
	Busy:                   "Too many people are signing in just now. Please try again in a moment.",
	NotYetActive:           "This login does not work yet.",
	Expired:                "This login has expired.",
	AddressNotAllowed:      "This login cannot be used from where you are.",
	NoGrant:                "This login does not belong to the organization.",
	SecondFactorRequired:   "This login needs a one-time code, which cannot be asked for here.",
	EnrolmentRequired:      "This login needs a second factor. Please sign in on the website to set it up.",
	PasswordChangeRequired: "The password has to be changed first. Please sign in on the website to do so.",
	SecondFactorDisabled:   "The second factor of this login was switched off after too many failures. Please ask your administrator to reset it.",
	WrongCode:              "The code is not right.",
	UsedCode:               "This code was used already. Please wait for the next one.",
	PasswordUnchanged:      "Please choose another password than the present one.",
	ChallengeExpired:       "Please sign in again from the beginning.",
	SessionEnded:           "Please sign in again.",
	LinkRefused:            "This link does not work, or no longer. Please ask for a new one.",
	LinkClosed:             "Please sign in with your own login.",
	NotOwnHands:            "Only the person can do this.",
	TooSoon:                "A link is on its way already. Please look at your mail.",
}

// Public returns a text for the person, in English.
func (r *Refusal) Public() string {
	switch reason := r.PublicReason(); {
	case reason == PasswordRefused:
		parts := make([]string, 0, len(r.Unmet))
		for _, u := range r.Unmet {
			parts = append(parts, u.String())
		}
		return "The password was not accepted: " + strings.Join(parts, "; ") + "."
	case reason == NotYetActive && !r.Activation.IsZero():
		return fmt.Sprintf("This login works from %s (%s).", r.Activation, r.Zone)
	case publicTexts[reason] != "":
		return publicTexts[reason]
	default:
		return publicTexts[Refused]
	}
}
