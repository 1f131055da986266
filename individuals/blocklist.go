package individuals

import (
	_ "embed"
	"strings"
	"unicode"
	"unicode/utf8"
)

// blocklistText is a notice, an empty line, and the entries: folded as
// foldPassword folds, sorted by bytes, one a line. It is searched where it lies,
// so that embedding it costs no memory beyond the program's own text.
//
//go:embed blocklist.txt
var blocklistText string

var _, blocklist, _ = strings.Cut(blocklistText, "\n\n")

// isListed reports whether a folded password is an entry of the blocklist.
func isListed(folded string) bool {
	low, high := 0, len(blocklist) // both at the beginning of a line, or the end
	for low < high {
		middle := (low + high) / 2
		start := strings.LastIndexByte(blocklist[low:middle], '\n') + 1 + low
		end := start + strings.IndexByte(blocklist[start:], '\n')
		switch entry := blocklist[start:end]; {
		case entry == folded:
			return true
		case entry < folded:
			low = end + 1
		default:
			high = start
		}
	}
	return false
}

// minBlockedBase is the fewest characters that count as an entry when digits and
// signs are taken off. The blocklist has none shorter: "go" is in a great many
// good passwords.
const minBlockedBase = 4

// isCommon reports whether a folded password is a blocklist entry or a plain
// variation of one. Each variation is a whole password that stands on a longer
// list than ours; words within a password are not looked for, so that a
// passphrase of common words passes (SP 800-63B-4 §3.1.1.2).
func (p *PasswordPolicy) isCommon(folded string) bool {
	if isListed(folded) || p.blocked[folded] || isRun(folded) {
		return true
	}
	if unit := repeatedUnit(folded); unit != "" {
		return utf8.RuneCountInString(unit) < MinPasswordWithSecondFactor || p.isCommon(unit)
	}
	base := trimDecoration(folded)
	return base != folded && utf8.RuneCountInString(base) >= minBlockedBase && p.isCommon(base)
}

// trimDecoration takes the digits, spaces and signs off both ends.
func trimDecoration(s string) string {
	return strings.TrimFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) })
}

// keyboardRows are the sequences that people type for want of a password: the
// alphabet, the digits, and rows and columns of common keyboards. Each is three
// times its row, since a run goes on from the end to the beginning; a longer one
// repeats itself.
var keyboardRows = tripled(
	"abcdefghijklmnopqrstuvwxyz",
	"0123456789",
	"qwertyuiopasdfghjklzxcvbnm",
	"qwertzuiopasdfghjklyxcvbnm",
	"azertyuiopqsdfghjklmwxcvbn",
	"1q2w3e4r5t6y7u8i9o0p",
	"1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
	"абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
	"йцукенгшщзхъфывапролджэячсмитьбю",
	"йцукенгшщзхїфівапролджєячсмитьбю",
)

func tripled(rows ...string) []string {
	for i, row := range rows {
		rows[i] = strings.Repeat(row, 3)
	}
	return rows
}

// minRun is the fewest characters that make a run; fewer are words.
const minRun = 4

// isRun reports whether a folded password runs along a keyboard row, forwards or
// backwards, from the end on to the beginning if need be.
func isRun(folded string) bool {
	if utf8.RuneCountInString(folded) < minRun {
		return false
	}
	backwards := reverse(folded)
	for _, row := range keyboardRows {
		if strings.Contains(row, folded) || strings.Contains(row, backwards) {
			return true
		}
	}
	return false
}

func reverse(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for len(s) > 0 {
		r, size := utf8.DecodeLastRuneInString(s)
		b.WriteRune(r)
		s = s[:len(s)-size]
	}
	return b.String()
}

// repeatedUnit returns the shortest text that s repeats at least twice, the last
// time perhaps in part, or "" if there is none. It is the prefix function of
// Knuth, Morris and Pratt, on code points.
func repeatedUnit(s string) string {
	runes := []rune(s)
	if len(runes) < 2 {
		return ""
	}
	border := make([]int, len(runes)) // of each prefix, the longest proper one at both its ends
	for i := 1; i < len(runes); i++ {
		n := border[i-1]
		for n > 0 && runes[i] != runes[n] {
			n = border[n-1]
		}
		if runes[i] == runes[n] {
			n++
		}
		border[i] = n
	}
	period := len(runes) - border[len(runes)-1]
	if 2*period > len(runes) {
		return ""
	}
	return string(runes[:period])
}
