package links

// A Reason is why a link was refused, for the application and its audit. The
// person is never told: see [Refusal].
type Reason string

// The reasons.
const (
	// Malformed is not the text of a token.
	Malformed Reason = "malformed"
	// Unknown was used, revoked, replaced by a newer one, swept after its expiry,
	// or never issued.
	Unknown Reason = "unknown"
	// WrongVerifier has a known selector and not its verifier: somebody guesses,
	// or the mail was cut.
	WrongVerifier Reason = "wrong_verifier"
	// WrongPlace is of another provider or realm than [Links.Within] names.
	WrongPlace Reason = "wrong_place"
	// WrongPurpose was issued for something else.
	WrongPurpose Reason = "wrong_purpose"
	// Expired is past its end.
	Expired Reason = "expired"
	// Disabled is of a person who is disabled.
	Disabled Reason = "disabled"
	// EmailMoved is of a person whose address is another than when the link was
	// issued.
	EmailMoved Reason = "email_moved"
	// CredentialsChanged is of a person whose credentials were changed since, or
	// of an organization whose standing link was rotated.
	CredentialsChanged Reason = "credentials_changed"
	// OrganizationClosed is the standing link of an organization that is closed.
	OrganizationClosed Reason = "organization_closed"
	// LinkClosed is the standing link of an organization whose people sign in by
	// themselves. The application asks for a login.
	LinkClosed Reason = "link_closed"
)

// A Refusal says that a link does not work. Its text is the same for every
// reason, so that it may be shown: nobody learns from it whether a link ever
// existed.
type Refusal struct {
	// Reason is for the application.
	Reason Reason
	// Selector is the public half of what was shown; empty where it was
	// malformed.
	Selector string
	// Purpose, Individual and Organization are those of the stored token. They are
	// empty where the verifier was not the right one.
	Purpose      Purpose
	Individual   string
	Organization string
}

// refusalText is one for all.
const refusalText = "links: this link does not work, or no longer: ask for a new one"

// Error returns the one text.
func (*Refusal) Error() string { return refusalText }
