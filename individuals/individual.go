package individuals

import (
	"fmt"
	"unicode/utf8"

	"github.com/durward-go/durward/ipallow"
	"github.com/durward-go/durward/scope"
)

// Limits of a record.
const (
	// MaxNameBytes bounds the names of people and classes.
	MaxNameBytes = 256
	// MaxLoginBytes is the longest e-mail address that mail can carry
	// (RFC 5321 §4.5.3.1.3), and any login is at most that long.
	MaxLoginBytes = 254
	// MaxLanguageBytes bounds a language tag (RFC 5646 §4.4.1 gives 35).
	MaxLanguageBytes = 35
)

// An Individual is anyone who signs in: an administrator, a customer's own
// login, an employee of a customer, the holder of an account. What the person
// may do is in its [Grant].
//
// The zero Individual is not valid, and its zero AllowList admits nobody: set
// [ipallow.Anywhere] where the person may come from any address.
type Individual struct {
	// ID is the host's own, see [scope.CheckID].
	ID string
	// Provider is the entity at the root of the person's tree. Logins of
	// different providers are apart. It may be empty where there is but one.
	Provider string
	// Realm is where the login is valid: that of the role type.
	Realm string
	// RoleType is the name of the role type. It is fixed at creation: ceilings
	// and scope come from it, whatever role is granted.
	RoleType string
	// Organization is the entity that the person belongs to at first. Grants
	// may add others.
	Organization string
	// Login is what the person signs in with, as given. Empty: the host
	// signs the person in by itself.
	Login string
	// Name is the person's name, for other people to read. May be empty.
	Name string
	// Email is where invitations and resets go. May be empty.
	Email string
	// Contact is the host's ID of the contact that the person is. May be empty.
	Contact string
	// Window holds the dates from which the record is and is no longer usable.
	Window Window
	// Language is the language tag (BCP 47) of the interface and of mails.
	// Empty: the host's default.
	Language string
	// AllowList is where the person may come from. Its zero value admits
	// nobody.
	AllowList ipallow.List
	// SecondFactor says whether a second factor is asked for.
	SecondFactor SecondFactorMode
	// Enrolled says that a second factor is set up.
	Enrolled bool
	// Disabled switches the record off until an administrator switches it on.
	Disabled bool
	// Epoch is the credential epoch. A change of password, a reset of the
	// second factor and disablement move it, and whatever was signed in under
	// an older one ends.
	Epoch uint64
	// Revision is the commit that last wrote the record; 0 before the first.
	Revision uint64
}

// Validate reports what is wrong with the record on its own.
func (p Individual) Validate() error {
	if err := scope.CheckID(p.ID); err != nil {
		return fmt.Errorf("individuals: individual: %w", err)
	}
	fail := func(err error) error { return fmt.Errorf("individuals: individual %q: %w", p.ID, err) }
	if err := scope.CheckID(p.Organization); err != nil {
		return fail(fmt.Errorf("organization: %w", err))
	}
	for _, id := range []struct{ what, id string }{{"provider", p.Provider}, {"contact", p.Contact}} {
		if id.id != "" {
			if err := scope.CheckID(id.id); err != nil {
				return fail(fmt.Errorf("%s: %w", id.what, err))
			}
		}
	}
	if err := scope.CheckID(p.RoleType); err != nil {
		return fail(fmt.Errorf("role type: %w", err))
	}
	if p.Login != "" && p.Realm == "" {
		return fail(fmt.Errorf("login %q without a realm; set the realm of the role type", p.Login))
	}
	for _, f := range []struct {
		what, text string
		most       int
	}{
		{"login", p.Login, MaxLoginBytes}, {"name", p.Name, MaxNameBytes}, {"realm", p.Realm, scope.MaxIDBytes},
		{"e-mail", p.Email, MaxLoginBytes}, {"language", p.Language, MaxLanguageBytes},
	} {
		if err := checkText(f.what, f.text, f.most); err != nil {
			return fail(err)
		}
	}
	if p.Login != "" {
		if _, err := ParseLogin(p.Login); err != nil {
			return fail(err)
		}
	}
	if p.Email != "" {
		if _, err := ParseEmail(p.Email); err != nil {
			return fail(err)
		}
	}
	if p.SecondFactor > SecondFactorNo {
		return fail(fmt.Errorf("%v: unknown", p.SecondFactor))
	}
	if err := p.Window.Validate(); err != nil {
		return fail(err)
	}
	return nil
}

// CanonicalLogin returns the form of the login that is unique in a realm of a
// provider, "" where the record has no valid login. Stores keep it beside the
// record and find people by it.
func (p Individual) CanonicalLogin() string {
	if p.Login == "" {
		return ""
	}
	login, err := ParseLogin(p.Login)
	if err != nil {
		return ""
	}
	return login.Canonical()
}

func checkText(what, s string, most int) error {
	if len(s) > most {
		return fmt.Errorf("%s %.64q...: %d bytes, at most %d", what, s, len(s), most)
	}
	if !utf8.ValidString(s) {
		return fmt.Errorf("%s %q: not valid UTF-8", what, s)
	}
	for i := range len(s) {
		if s[i] < 0x20 || s[i] == 0x7f {
			return fmt.Errorf("%s %q: control character", what, s)
		}
	}
	return nil
}
