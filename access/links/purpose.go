package links

import (
	"fmt"
	"slices"
	"time"
)

// A Purpose is what a link or a mail is for. It is the word that the stored
// token and message have, and the last element of the link's path.
type Purpose string

// The purposes of links.
const (
	// Invitation sets a first password. It may be claimed before the person's
	// activation date, which the sign-in still waits for.
	Invitation Purpose = "invitation"
	// PasswordReset sets a new password. It signs nobody in and leaves the
	// second factor alone.
	PasswordReset Purpose = "password-reset"
	// EmailChange confirms a new e-mail address, to which it is sent.
	EmailChange Purpose = "email-change"
	// SignIn stands for the password at one sign-in.
	SignIn Purpose = "sign-in"
	// Standing opens the portal for an organization, until it is rotated or
	// expires. It is never consumed.
	Standing Purpose = "standing"
)

// The purposes of notices: mails that tell of a change and hold no link.
const (
	// PasswordChanged tells that the password was changed or reset.
	PasswordChanged Purpose = "password-changed"
	// EmailChanged tells the old address that another one took its place.
	EmailChanged Purpose = "email-changed"
	// SecondFactorEnrolled tells that a second factor was set up.
	SecondFactorEnrolled Purpose = "second-factor-enrolled"
	// SecondFactorReset tells that the second factor was wiped.
	SecondFactorReset Purpose = "second-factor-reset"
	// RecoveryCodesChanged tells that new recovery codes replaced the old.
	RecoveryCodesChanged Purpose = "recovery-codes-changed"
	// AuthenticatorDisabled tells that too many failures in a row switched the
	// password or the second factor off.
	AuthenticatorDisabled Purpose = "authenticator-disabled"
)

// LinkPurposes lists the purposes of links.
func LinkPurposes() []Purpose {
	return []Purpose{Invitation, PasswordReset, EmailChange, SignIn, Standing}
}

// NoticePurposes lists the purposes of notices.
func NoticePurposes() []Purpose {
	return []Purpose{PasswordChanged, EmailChanged, SecondFactorEnrolled, SecondFactorReset, RecoveryCodesChanged, AuthenticatorDisabled}
}

// IsLink reports whether p is the purpose of a link.
func (p Purpose) IsLink() bool { return slices.Contains(LinkPurposes(), p) }

// IsNotice reports whether p is the purpose of a notice.
func (p Purpose) IsNotice() bool { return slices.Contains(NoticePurposes(), p) }

// A lifetime is how long a link works, and the most that a host may set.
type lifetime struct{ standard, most time.Duration }

// lifetimes of links that end by themselves.
//
//   - Invitation: seven days, the most that SP 800-63A gives an enrolment code
//     that was handed over in person; a mailed one is meant to be used later, on
//     the first day at work.
//   - EmailChange: 24 hours, the most that SP 800-63A gives a code that is
//     mailed to confirm an address. It opens nothing by itself, and new mail
//     systems delay what they do not know.
//   - PasswordReset and SignIn open an account, so they are short; a day and an
//     hour are the most.
var lifetimes = map[Purpose]lifetime{
	Invitation:    {7 * 24 * time.Hour, 30 * 24 * time.Hour},
	PasswordReset: {30 * time.Minute, 24 * time.Hour},
	EmailChange:   {24 * time.Hour, 24 * time.Hour},
	SignIn:        {10 * time.Minute, time.Hour},
}

// checkLifetimes returns the lifetimes with the host's in the place of the
// standard ones.
func checkLifetimes(set map[Purpose]time.Duration) (map[Purpose]time.Duration, error) {
	out := make(map[Purpose]time.Duration, len(lifetimes)+1)
	for purpose, l := range lifetimes {
		out[purpose] = l.standard
	}
	for purpose, d := range set {
		l, ends := lifetimes[purpose]
		switch {
		case !purpose.IsLink():
			return nil, fmt.Errorf("links: Options.Lifetimes: purpose %.64q: want one of %q", purpose, LinkPurposes())
		case d <= 0:
			return nil, fmt.Errorf("links: Options.Lifetimes: %s: %v: want more than 0; leave it out for the default", purpose, d)
		case ends && d > l.most:
			return nil, fmt.Errorf("links: Options.Lifetimes: %s: %v: at most %v", purpose, d, l.most)
		}
		out[purpose] = d
	}
	return out, nil
}
