package storetest

import (
	"slices"
	"strings"

	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// odd are IDs that differ in little, or are hard on quoting and collation.
var odd = []string{
	"a", "A", "á", "a\u0301", "ａ", "ß", "ss", "ı", "i", "I", "İ", "0", "00", " ", "  ", " a", "a ", "a'b", `a"b`, `a\b`,
	"a%b", "a_b", "a-b", "a/b", "a;--", "$1", "?", "{}", "NULL", "null", "🙂", "\u2028", "\ufeffa", "é", "e\u0301", "Z", "z", "Ä", "ä",
	strings.Repeat("x", scope.MaxIDBytes), strings.Repeat("é", scope.MaxIDBytes/2),
}

// identifierRules are about IDs.
func identifierRules() []rule {
	return []rule{
		{"identifiers", "IDs are opaque: those that differ in case, accents, spaces or quoting are different, and listed in byte order", func(s *suite) {
			s.update(func(tx store.Tx) error {
				for _, id := range odd {
					if err := tx.PutClass(s.ctx, class(id, id)); err != nil {
						return err
					}
				}
				return nil
			})
			want := slices.Sorted(slices.Values(odd))
			s.view(func(r store.Reader) error {
				var got []string
				for after := ""; ; {
					page, err := r.Classes(s.ctx, store.Page{After: after, Limit: 3})
					if err != nil {
						return err
					}
					for _, c := range page {
						s.equal("name", c.Name, c.ID)
						got = append(got, c.ID)
						after = c.ID
					}
					if len(page) < 3 {
						break
					}
				}
				s.equal("IDs", got, want)
				for _, id := range odd {
					if c, err := r.Class(s.ctx, id); err != nil || c.ID != id {
						s.Errorf("Class(%q) = %q, %v", id, c.ID, err)
					}
				}
				return nil
			})
		}},
		{"bad identifiers", "an ID that is empty, too long, not UTF-8 or has control characters is refused", func(s *suite) {
			for _, id := range []string{"", strings.Repeat("x", scope.MaxIDBytes+1), "a\x00b", "a\nb", "\xff", "a\x7f"} {
				s.refuse(nil, func(tx store.Tx) error { return tx.PutClass(s.ctx, class(id, "x")) })
				s.refuse(nil, func(tx store.Tx) error { return tx.PutEntity(s.ctx, scope.Entity{ID: id, Kind: "customer"}) })
			}
		}},
	}
}
