package store

import (
	"fmt"
	"unicode/utf8"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/scope"
)

// MaxWordBytes bounds purposes and factors: words that programs choose, not
// people.
const MaxWordBytes = 64

// checkWord wants lower-case letters, digits, '-', '_' and '.'.
func checkWord(what, word string) error {
	if word == "" || len(word) > MaxWordBytes {
		return fmt.Errorf("%s %.64q: %d bytes, want 1 to %d", what, word, len(word), MaxWordBytes)
	}
	for i := range len(word) {
		switch c := word[i]; {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '-', c == '_', c == '.':
		default:
			return fmt.Errorf("%s %q: want lower-case letters, digits, '-', '_' and '.'", what, word)
		}
	}
	return nil
}

// checkText wants UTF-8 without control characters. Its errors do not quote the
// text.
func checkText(what, text string, most int) error {
	if len(text) > most {
		return fmt.Errorf("%s: %d bytes, at most %d", what, len(text), most)
	}
	if !utf8.ValidString(text) {
		return fmt.Errorf("%s: not valid UTF-8", what)
	}
	for i := range len(text) {
		if text[i] < 0x20 || text[i] == 0x7f {
			return fmt.Errorf("%s: control character at byte %d", what, i)
		}
	}
	return nil
}

// optionalID checks an ID that may be empty.
func optionalID(what, id string) error {
	if id == "" {
		return nil
	}
	if err := scope.CheckID(id); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// optionalEmail checks an e-mail address that may be empty.
func optionalEmail(email string) error {
	if email == "" {
		return nil
	}
	_, err := individuals.ParseEmail(email)
	return err
}

// checkLanguage checks a language tag that may be empty.
func checkLanguage(tag string) error {
	return checkText("language", tag, individuals.MaxLanguageBytes)
}

// firstError returns the first error that is none.
func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
