package signin

import (
	"github.com/durward-go/durward/access"
)

// A Reason is why somebody was not let in, for the application and its audit:
// a word such as "wrong_password". Persons see [Refusal.Public].
type Reason string

// The reasons that nobody is told: to the person they are all [Refused].
const (
	// UnknownLogin is a login that nobody has in that realm.
	UnknownLogin Reason = "unknown_login"
	// WrongPassword is a password that is not the person's, or of a person who
	// has none.
	WrongPassword Reason = "wrong_password"
	// AuthenticatorDisabled is a password that too many failures in a row switched
	// off. It is not looked at, so that guessing on learns nothing.
	AuthenticatorDisabled Reason = "authenticator_disabled"
	// Disabled is a person whom an administrator switched off.
	Disabled Reason = "disabled"
	// OrganizationClosed is an organization that is closed or has no settings.
	OrganizationClosed Reason = "organization_closed"
)

// Refused stands for all of the above in [Refusal.PublicReason].
const Refused Reason = "refused"

// The reasons that are told whoever asks, for any login alike.
const (
	// Throttled is an attempt too soon after failures. Nothing was looked at.
	Throttled Reason = "throttled"
	// Busy is an attempt while too many passwords are being hashed. It is not
	// counted and not audited: nothing was tried.
	Busy Reason = "busy"
)

// The reasons that are told only after the right password or link.
const (
	// NotYetActive is before the first instant of [Refusal.Activation].
	NotYetActive Reason = "not_yet_active"
	// Expired is at or after the first instant of the expiration date.
	Expired Reason = "expired"
	// AddressNotAllowed is an address that is not on the person's allow-list.
	AddressNotAllowed Reason = "address_not_allowed"
	// NoGrant is an organization that the attempt names and the person does not
	// belong to.
	NoGrant Reason = "no_grant"
	// SecondFactorRequired is of a door that cannot ask for a code.
	SecondFactorRequired Reason = "second_factor_required"
	// EnrolmentRequired is of a door that cannot ask for one, and a person who has
	// no second factor yet.
	EnrolmentRequired Reason = "enrolment_required"
	// PasswordChangeRequired is of a door that cannot ask for a new password.
	PasswordChangeRequired Reason = "password_change_required"
	// SecondFactorDisabled is a second factor that too many failures in a row
	// switched off. No code is looked at any longer.
	SecondFactorDisabled Reason = "second_factor_disabled"
	// WrongCode is a code or recovery code that is not right.
	WrongCode Reason = "wrong_code"
	// UsedCode was right and was accepted before.
	UsedCode Reason = "used_code"
	// PasswordRefused is a new password that does not meet the policy, see
	// [Refusal.Unmet].
	PasswordRefused Reason = "password_refused"
	// PasswordUnchanged is a new password that is the present one.
	PasswordUnchanged Reason = "password_unchanged"
)

// The reasons to begin anew.
const (
	// ChallengeUnknown is no challenge that this service gave out.
	ChallengeUnknown Reason = "challenge_unknown"
	// ChallengeExpired is one that was answered too late.
	ChallengeExpired Reason = "challenge_expired"
	// ChallengeElsewhere is one that was answered from another network.
	ChallengeElsewhere Reason = "challenge_elsewhere"
	// CredentialsChanged says that the person's credentials changed since the
	// challenge was given, or since the sign-in.
	CredentialsChanged Reason = "credentials_changed"
	// SessionEnded is a principal whose session is over.
	SessionEnded Reason = "session_ended"
)

// Reasons of what does not begin with a password.
const (
	// LinkRefused is a link that does not work; the cause is a *[links.Refusal].
	LinkRefused Reason = "link_refused"
	// LinkClosed is the standing link of an organization whose people sign in by
	// themselves: ask for a login.
	LinkClosed Reason = "link_closed"
	// NotOwnHands is somebody who acts on behalf of another, a standing link or a
	// system principal, at what people do with their own credentials.
	NotOwnHands Reason = "not_borrowed"
	// TooSoon is a link that was asked for a moment ago and is on its way.
	TooSoon Reason = "too_soon"
)

// reasonOf returns the refusal that a decision of gates 1 to 4 stands for, ""
// where those gates let the person pass.
func reasonOf(r access.Reason) Reason {
	switch r {
	case access.UnknownIndividual:
		return UnknownLogin
	case access.Disabled:
		return Disabled
	case access.OrganizationClosed:
		return OrganizationClosed
	case access.CredentialsChanged:
		return CredentialsChanged
	case access.SessionEnded:
		return SessionEnded
	case access.NotYetActive:
		return NotYetActive
	case access.Expired:
		return Expired
	case access.AddressNotAllowed:
		return AddressNotAllowed
	case access.SecondFactorRequired:
		return SecondFactorRequired
	case access.EnrolmentRequired:
		return EnrolmentRequired
	default:
		return ""
	}
}

// passes reports whether the decision is one of the gates after those that a
// sign-in asks. Whatever is neither that nor a refusal is a fault.
func passes(r access.Reason) bool {
	switch r {
	case access.Granted, access.NoGrant, access.NoRole, access.NoACL, access.Ceiling, access.NotGranted, access.OutOfScope:
		return true
	default:
		return false
	}
}
