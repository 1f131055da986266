package audit

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// withheld stands for a text that must not be recorded.
const withheld = "[withheld: looks like a secret]"

// Sanitize makes any text fit for a [Plain] or [Personal] value, so that what a
// stranger typed or sent, a login or a User-Agent, cannot keep the event from
// being recorded. It replaces control and formatting characters and whatever is
// not UTF-8 by U+FFFD, cuts to [MaxTextBytes] between two characters, and
// withholds a text that looks like a secret. A printable text that fits comes
// back as it is.
func Sanitize(text string) string {
	text = text[:min(len(text), 2*MaxTextBytes)] // the rest would be cut in any case
	text = strings.Map(func(c rune) rune {
		if unicode.Is(unicode.C, c) && c != utf8.RuneError {
			return utf8.RuneError
		}
		return c
	}, strings.ToValidUTF8(text, string(utf8.RuneError)))
	if looksSecret(text) {
		return withheld
	}
	if len(text) > MaxTextBytes {
		end := MaxTextBytes
		for !utf8.RuneStart(text[end]) {
			end--
		}
		text = text[:end]
	}
	return text
}

// secretNames are the names, without '-', '_' and spaces, under which programs
// keep secrets. The list finds slips, such as a record whose every field goes
// into the audit; it does not find a secret under a name of its own.
var secretNames = []string{
	"accesstoken", "apikey", "apitoken", "authtoken", "credentialhash", "hash", "key", "onetimecode", "onetimepassword",
	"otp", "otpkey", "otpsecret", "passphrase", "passwd", "password", "passwordhash", "pin", "privatekey",
	"recoverycode", "recoverycodes", "refreshtoken", "secret", "secretkey", "sessiontoken", "signincode", "token",
	"tokenhash", "totp", "totpkey", "totpsecret", "verifier",
}

// namesSecret looks at the last part of a field's or attribute's name.
func namesSecret(name string) bool {
	last := name[strings.LastIndexAny(name, "/.:")+1:]
	last = strings.Map(func(c rune) rune {
		if c == '-' || c == '_' || c == ' ' {
			return -1
		}
		return c
	}, strings.ToLower(last))
	_, found := slices.BinarySearch(secretNames, last)
	return found
}

// secretMarks stand in every text of their kind: encoded password hashes,
// provisioning URIs of second factors, private keys and signed tokens.
var secretMarks = []string{
	"$argon2", "$2a$", "$2b$", "$2y$", "$scrypt$", "$pbkdf2", "otpauth://", "private key-----", "eyjhbgcioi",
}

func looksSecret(text string) bool {
	lower := strings.ToLower(text)
	return slices.ContainsFunc(secretMarks, func(mark string) bool { return strings.Contains(lower, mark) })
}
