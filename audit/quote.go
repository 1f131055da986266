package audit

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxQuoted is how much of a bad input an error repeats.
const maxQuoted = 64

// quote quotes a text for an error, cut to a readable length.
func quote(text string) string {
	if len(text) <= maxQuoted {
		return strconv.Quote(text)
	}
	end := maxQuoted
	for end > maxQuoted-utf8.UTFMax && !utf8.RuneStart(text[end]) {
		end--
	}
	return strconv.Quote(text[:end]) + "..."
}

// printable returns a text as it is if it is one printable word, and quoted
// otherwise, so that no value can pretend to be another part of a line.
func printable(text string) string {
	odd := func(c rune) bool {
		return unicode.IsSpace(c) || !strconv.IsPrint(c) || c == '"' || c == utf8.RuneError || c == ','
	}
	if text == "" || strings.ContainsFunc(text, odd) {
		return strconv.Quote(text)
	}
	return text
}
