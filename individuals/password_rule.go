package individuals

import (
	"fmt"
	"strconv"
	"strings"
)

// PasswordRule names one rule of a [PasswordPolicy]. The zero value names none.
type PasswordRule uint8

const (
	// PasswordTooShort says that it has fewer code points than Unmet.Limit.
	PasswordTooShort PasswordRule = iota + 1
	// PasswordTooLong says that it has more bytes than Unmet.Limit.
	PasswordTooLong
	// PasswordNotText says that it is not valid UTF-8, or has code points that are no
	// characters yet.
	PasswordNotText
	// PasswordCommon says that it is on the blocklist, or a plain variation of an entry.
	PasswordCommon
	// PasswordPersonal says that fewer code points than Unmet.Limit remain of it without
	// the person's own words and the host's, or what remains is common.
	PasswordPersonal
)

var passwordRuleNames = [...]string{
	PasswordTooShort: "too_short",
	PasswordTooLong:  "too_long",
	PasswordNotText:  "not_text",
	PasswordCommon:   "common",
	PasswordPersonal: "personal",
}

// String returns the rule's name, a stable code for programs: "too_short",
// "too_long", "not_text", "common" or "personal".
func (r PasswordRule) String() string {
	if r > 0 && int(r) < len(passwordRuleNames) {
		return passwordRuleNames[r]
	}
	return "PasswordRule(" + strconv.Itoa(int(r)) + ")"
}

// MarshalText returns the rule's name, or an error for a value that is no rule.
func (r PasswordRule) MarshalText() ([]byte, error) {
	if r == 0 || int(r) >= len(passwordRuleNames) {
		return nil, fmt.Errorf("individuals: invalid password rule: %d", r)
	}
	return []byte(passwordRuleNames[r]), nil
}

// Unmet is one rule that a password does not meet. It says nothing of the
// password but that, so it may be shown, logged and sent.
type Unmet struct {
	Rule PasswordRule `json:"rule"`
	// Limit is the bound of the rule: the fewest code points of
	// PasswordTooShort, the most bytes of PasswordTooLong, the fewest code
	// points that remain of PasswordPersonal. Otherwise 0.
	Limit int `json:"limit,omitempty"`
}

// String returns what to do about it, in English, for the person who chooses the
// password. A host that speaks other languages words it from Rule and Limit.
func (u Unmet) String() string {
	switch u.Rule {
	case PasswordTooShort:
		return fmt.Sprintf("Use at least %d characters; several unrelated words are easy to remember.", u.Limit)
	case PasswordTooLong:
		return fmt.Sprintf("Use at most %d bytes of text.", u.Limit)
	case PasswordNotText:
		return "Leave out characters that this system does not know; it could not recognize them later."
	case PasswordCommon:
		return "Choose another: many people use this one, or it only repeats, follows the keyboard, or adds digits or signs to one."
	case PasswordPersonal:
		return fmt.Sprintf("Do not build it from your own login, e-mail address or names, or from the names of this service: without them, and without digits or signs beside them, at least %d characters that are not common must remain.", u.Limit)
	default:
		return "Choose another: it does not meet the rule " + u.Rule.String() + "."
	}
}

// PasswordError is the error for a password that a policy refuses. It lists
// every unmet rule and never the password.
type PasswordError struct {
	Unmet []Unmet
}

func (e *PasswordError) Error() string {
	names := make([]string, len(e.Unmet))
	for i, unmet := range e.Unmet {
		names[i] = unmet.Rule.String()
	}
	return "individuals: password refused: " + strings.Join(names, ", ")
}
