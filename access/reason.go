package access

import "fmt"

// A Reason is the code of a decision: why it denies, or that it allows. The
// zero Reason is that of a decision nobody made, which denies. The gates are
// asked in a fixed order, and the first that fails gives the reason.
type Reason uint8

// The reasons, in the order of the gates.
const (
	// Undecided is the reason of the zero Decision.
	Undecided Reason = iota
	// Granted allows.
	Granted

	// InvalidRequest says: the action is none of the four, or an ID is malformed.
	InvalidRequest
	// Unavailable says: the store did not answer, the context was done, or a
	// stored record that the decision needs does not compile.
	Unavailable
	// Stale says: the engine did not hear from the store for too long, or has not
	// reached the revision asked for.
	Stale
	// UnknownNode says: no node or alias of the tree has the path.
	UnknownNode

	// UnknownIndividual says: there is no such person.
	UnknownIndividual
	// Disabled says: an administrator switched the person off, or the standing
	// link is not open.
	Disabled
	// OrganizationClosed says: the organization is closed or has no settings.
	OrganizationClosed
	// CredentialsChanged says: the credentials changed since the person signed
	// in, or the standing link was rotated.
	CredentialsChanged
	// SessionEnded says: the session that began with the sign-in is over.
	SessionEnded

	// NotYetActive says: before the first instant of the activation date.
	NotYetActive
	// Expired says: at or after the first instant of the expiration date.
	Expired

	// AddressNotAllowed says: the address is not on the person's allow-list.
	AddressNotAllowed

	// SecondFactorRequired says: a second factor is asked for and was not proven.
	SecondFactorRequired
	// EnrolmentRequired says: a second factor is asked for and none is set up.
	EnrolmentRequired

	// NoGrant says: nothing is granted in the organization.
	NoGrant
	// NoRole says: the role slot governs and is empty.
	NoRole
	// NoACL says: the ACL slot governs and is empty.
	NoACL

	// Ceiling says: no role of the person's type permits it.
	Ceiling
	// NotGranted says: the role or access level does not permit it, or it is for
	// a person's own hands and a standing link names none.
	NotGranted

	// OutOfScope says: the object is not among what the person reaches.
	OutOfScope

	// NotBorrowed says: whoever acts on behalf of another may not do this.
	NotBorrowed

	reasons
)

var reasonCodes = [reasons]string{
	Undecided: "undecided", Granted: "granted",
	InvalidRequest: "invalid_request", Unavailable: "unavailable", Stale: "stale", UnknownNode: "unknown_node",
	UnknownIndividual: "unknown_individual", Disabled: "disabled", OrganizationClosed: "organization_closed",
	CredentialsChanged: "credentials_changed", SessionEnded: "session_ended", NotYetActive: "not_yet_active", Expired: "expired",
	AddressNotAllowed: "address_not_allowed", SecondFactorRequired: "second_factor_required",
	EnrolmentRequired: "enrolment_required", NoGrant: "no_grant", NoRole: "no_role", NoACL: "no_acl",
	Ceiling: "ceiling", NotGranted: "not_granted", OutOfScope: "out_of_scope", NotBorrowed: "not_borrowed",
}

// String returns the code: "out_of_scope".
func (r Reason) String() string {
	if r < reasons {
		return reasonCodes[r]
	}
	return fmt.Sprintf("Reason(%d)", uint8(r))
}

// MarshalText writes the code.
func (r Reason) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads the code.
func (r *Reason) UnmarshalText(text []byte) error {
	for i, code := range reasonCodes {
		if string(text) == code {
			*r = Reason(i)
			return nil
		}
	}
	return fmt.Errorf("access: reason %q: unknown", text)
}

// Reasons lists every reason in the order of the gates, after the zero one.
func Reasons() []Reason {
	out := make([]Reason, 0, reasons-1)
	for r := Granted; r < reasons; r++ {
		out = append(out, r)
	}
	return out
}
