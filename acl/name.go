package acl

import (
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/durward-go/durward/roles"
)

// MaxNameBytes bounds the name of an object, an attribute or a type: the
// longest identifiers of the databases that such names come from have 63.
const MaxNameBytes = 64

// checkName reports whether s can name an object or an attribute. Case counts.
func checkName(what, s string) error {
	if s == "" || len(s) > MaxNameBytes {
		return fmt.Errorf("%s %.80q: want 1 to %d bytes", what, s, MaxNameBytes)
	}
	if !isName(s) {
		return fmt.Errorf("%s %q: want letters, digits, '_' and '-' only", what, s)
	}
	return nil
}

func isName(s string) bool {
	for _, c := range []byte(s) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '_', c == '-':
		default:
			return false
		}
	}
	return s != "" && len(s) <= MaxNameBytes
}

// checkTypeName holds names of types to the form of role types' names.
func checkTypeName(s string) error {
	if s == "" || len(s) > MaxNameBytes {
		return fmt.Errorf("type %.80q: want 1 to %d bytes", s, MaxNameBytes)
	}
	for _, c := range []byte(s) {
		switch {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '_', c == '-':
		default:
			return fmt.Errorf("type %q: want lower-case letters, digits, '-' and '_' only", s)
		}
	}
	return nil
}

// checkTitle holds names for people to the form of roles' names, since a
// level's name becomes that of a role.
func checkTitle(s string) error {
	if s == "" || len(s) > roles.MaxTitleBytes || !utf8.ValidString(s) {
		return fmt.Errorf("name %.160q: want 1 to %d bytes of UTF-8", s, roles.MaxTitleBytes)
	}
	for _, c := range s {
		if c < 0x20 || c == 0x7f {
			return fmt.Errorf("name %q: control character", s)
		}
	}
	return nil
}

func quote(ids []string) []string {
	quoted := make([]string, len(ids))
	for i, id := range ids {
		quoted[i] = strconv.Quote(id)
	}
	return quoted
}
