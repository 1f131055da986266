package individuals

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// MinPassword is the fewest code points of a password that is the only
	// factor (SP 800-63B-4 §3.1.1.2), and the default of
	// PasswordOptions.MinLength.
	MinPassword = 15

	// MinPasswordWithSecondFactor is the fewest code points of a password beside
	// which a second factor is required (SP 800-63B-4 §3.1.1.2), and the default
	// of PasswordOptions.MinLengthWithSecondFactor.
	MinPasswordWithSecondFactor = 8

	// A host may ask for more, but SP 800-63B-4 §3.1.1.2 wants passwords of 64
	// characters permitted, so none may be too short for it.
	maxMinPassword = 64

	// What remains of a password without the person's own words must be a
	// password by itself: the shortest that is ever accepted.
	minPasswordRemainder = MinPasswordWithSecondFactor
)

// PasswordOptions are the options of a [PasswordPolicy]. They make it stricter
// than its defaults, never laxer.
type PasswordOptions struct {
	// MinLength is the fewest code points of a password that is the only factor,
	// 15 to 64. Default: 15.
	MinLength int

	// MinLengthWithSecondFactor is the fewest code points of a password beside
	// which a second factor is required, 8 to MinLength. Default: 8.
	MinLengthWithSecondFactor int

	// ContextWords are words that this service's name, brands and addresses are
	// made of. They count like the person's own words. Default: none.
	ContextWords []string

	// Blocked are passwords to refuse beside the built-in blocklist, compared
	// like its entries. Default: none.
	Blocked []string
}

// PasswordPolicy decides which new passwords are accepted, after SP 800-63B-4
// §3.1.1.2: by length, by a blocklist and by the person's own words. It has no
// composition rules (the source forbids them) and knows no expiry.
//
// The zero PasswordPolicy has all defaults. A PasswordPolicy is immutable and
// safe for concurrent use.
type PasswordPolicy struct {
	minLength                 int // 0 = default
	minLengthWithSecondFactor int // 0 = default
	contextWords              []string
	blocked                   map[string]bool // folded
}

// NewPasswordPolicy returns a policy with the given options; nil means all
// defaults.
func NewPasswordPolicy(opts *PasswordOptions) (*PasswordPolicy, error) {
	if opts == nil {
		return &PasswordPolicy{}, nil
	}
	p := &PasswordPolicy{
		minLength:                 opts.MinLength,
		minLengthWithSecondFactor: opts.MinLengthWithSecondFactor,
		contextWords:              slices.Clone(opts.ContextWords),
		blocked:                   make(map[string]bool, len(opts.Blocked)),
	}
	if n := p.MinLength(false); n < MinPassword || n > maxMinPassword {
		return nil, fmt.Errorf("individuals: invalid password policy: MinLength %d is not within %d and %d", n, MinPassword, maxMinPassword)
	}
	if n := p.MinLength(true); n < MinPasswordWithSecondFactor || n > p.MinLength(false) {
		return nil, fmt.Errorf("individuals: invalid password policy: MinLengthWithSecondFactor %d is not within %d and MinLength, %d",
			n, MinPasswordWithSecondFactor, p.MinLength(false))
	}
	for i, password := range opts.Blocked {
		prepared, err := preparePassword(password)
		if err != nil {
			return nil, fmt.Errorf("individuals: invalid password policy: Blocked[%d]: %w", i, err)
		}
		p.blocked[foldPassword(prepared)] = true
	}
	return p, nil
}

// MinLength returns the fewest code points that a password must have, with or
// without a second factor required beside it.
func (p *PasswordPolicy) MinLength(secondFactor bool) int {
	switch {
	case secondFactor && p.minLengthWithSecondFactor != 0:
		return p.minLengthWithSecondFactor
	case secondFactor:
		return MinPasswordWithSecondFactor
	case p.minLength != 0:
		return p.minLength
	default:
		return MinPassword
	}
}

// Check returns every rule that the password does not meet, each once, in the
// order of the rules' values; nothing means that it is accepted. Of a password
// that is too long or not valid UTF-8 only that is said, for nothing else is
// examined.
//
// secondFactor says whether a second factor is required of the person; see
// [SecondFactorMode.Required]. Words are what anyone would try first on this
// person: login, e-mail address, name, organization. Each is taken whole and in
// its parts, whatever separates them.
//
// How a password is compared, always whole and without regard to case:
//
//   - It is common when it is on the blocklist, when it is such an entry with
//     digits, spaces or signs before or behind, when it repeats such an entry or
//     fewer than 8 characters, or when it runs along a keyboard row, the alphabet
//     or the digits.
//   - It is personal when fewer than 8 characters remain of it without the words,
//     and without digits, spaces or signs beside them, or when what remains is
//     common.
func (p *PasswordPolicy) Check(password string, secondFactor bool, words ...string) []Unmet {
	prepared, err := preparePassword(password)
	switch {
	case errors.Is(err, errPasswordTooLong):
		return []Unmet{{Rule: PasswordTooLong, Limit: MaxPasswordBytes}}
	case errors.Is(err, errPasswordNotText):
		return []Unmet{{Rule: PasswordNotText}}
	}
	var unmet []Unmet
	if limit := p.MinLength(secondFactor); passwordLength(prepared, password) < limit {
		unmet = append(unmet, Unmet{Rule: PasswordTooShort, Limit: limit})
	}
	if hasUnassigned(password) {
		unmet = append(unmet, Unmet{Rule: PasswordNotText})
	}
	folded := foldPassword(prepared)
	if p.isCommon(folded) {
		unmet = append(unmet, Unmet{Rule: PasswordCommon})
	}
	if p.isPersonal(folded, words) {
		unmet = append(unmet, Unmet{Rule: PasswordPersonal, Limit: minPasswordRemainder})
	}
	return unmet
}

// MeetsAlone reports whether the password is long enough to be the only factor.
// Whoever sets a password keeps the answer beside its hash, for
// [CheckSecondFactorOff]; of an imported hash it is not known, so false, until
// the person signs in.
func (p *PasswordPolicy) MeetsAlone(password string) bool {
	prepared, err := preparePassword(password)
	return err == nil && passwordLength(prepared, password) >= p.MinLength(false)
}

// ErrPasswordNeedsSecondFactor refuses to switch off the second factor of a
// person whose password was accepted only because of it.
var ErrPasswordNeedsSecondFactor = errors.New("individuals: the password is too short to be the only factor: change it before the second factor is switched off")

// CheckSecondFactorOff returns [ErrPasswordNeedsSecondFactor] unless the person's
// present password meets the policy alone, by what [PasswordPolicy.MeetsAlone]
// said of it when it was set. Ask it before a second factor stops being required
// of someone: by their own mode, by their class, or by another class.
func CheckSecondFactorOff(meetsAlone bool) error {
	if !meetsAlone {
		return ErrPasswordNeedsSecondFactor
	}
	return nil
}

// isPersonal reports whether little remains of a folded password without words.
func (p *PasswordPolicy) isPersonal(folded string, words []string) bool {
	// Taking a word out leaves parts that do not join into another word.
	parts, removed := []string{folded}, false
	for _, word := range ownWords(p.contextWords, words) {
		var left []string
		for _, part := range parts {
			pieces := strings.Split(part, word)
			removed = removed || len(pieces) > 1
			left = append(left, pieces...)
		}
		parts = left
	}
	if !removed {
		return false
	}
	var remainder strings.Builder
	for _, part := range parts {
		remainder.WriteString(trimDecoration(part))
	}
	return utf8.RuneCountInString(remainder.String()) < minPasswordRemainder || p.isCommon(remainder.String())
}

// ownWords returns the folded words to look for, the longest first: each text
// whole, without its separators, and in its parts.
func ownWords(lists ...[]string) []string {
	var words []string
	add := func(word string) {
		// Two letters are an accident in most alphabets, and a name in some.
		shortest := 3
		if strings.IndexFunc(word, func(r rune) bool { return r >= utf8.RuneSelf }) >= 0 {
			shortest = 2
		}
		if utf8.RuneCountInString(word) >= shortest {
			words = append(words, word)
		}
	}
	for _, list := range lists {
		for _, text := range list {
			prepared, err := preparePassword(text)
			if err != nil {
				continue // what can be no password can be no part of one
			}
			folded := foldPassword(prepared)
			parts := strings.FieldsFunc(folded, isSeparator)
			add(folded)
			add(strings.Join(parts, ""))
			for _, part := range parts {
				add(part)
			}
		}
	}
	slices.SortFunc(words, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	return slices.Compact(words)
}

func isSeparator(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r)
}
