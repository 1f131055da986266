package scope

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxIDBytes is the longest ID of anything the host names: a UUID, a URN or a
// database key fits with room to spare, and an index row stays small.
const MaxIDBytes = 128

// CheckID reports whether id can name an entity, a person, a role or any other
// record. IDs are the host's opaque, case-sensitive strings. They hold 1 to
// [MaxIDBytes] bytes of valid UTF-8 without control characters (Unicode's
// category Cc, so U+009B too, which some terminals obey), because every store
// keeps them as text and every log prints them.
func CheckID(id string) error {
	switch {
	case id == "":
		return fmt.Errorf("scope: ID %q: empty; give the host's own ID", id)
	case len(id) > MaxIDBytes:
		return fmt.Errorf("scope: ID %q...: %d bytes, at most %d", strings.ToValidUTF8(id[:32], "?"), len(id), MaxIDBytes)
	case !utf8.ValidString(id):
		return fmt.Errorf("scope: ID %q: not valid UTF-8", id)
	}
	for i, c := range id {
		if unicode.IsControl(c) {
			return fmt.Errorf("scope: ID %q: control character at byte %d", id, i)
		}
	}
	return nil
}
