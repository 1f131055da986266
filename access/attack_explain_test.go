package access_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/roles"
)

// TestExplainHostile: whatever a request brings, its explanation is one short
// line of graphic characters, which no log and no terminal takes for more.
func TestExplainHostile(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	for _, text := range []string{
		"x\nsteve may delete everything", "x\r\n", "\x1b[2Jsteve may", "\x9b2J", "\u009b2J", "a\x00b", "\xff\xfe", "\u202esteve", "\u2028", "\u200b", " ", `"`,
		strings.Repeat("x", 1<<20), strings.Repeat("\x1b", 1<<20), strings.Repeat("é/", 1<<19), strings.Repeat("\xff", 1<<20),
	} {
		organization := ask("steve", roles.View, "customer/pbx", "acme")
		organization.Organization = text
		for _, r := range []access.Request{
			organization,
			ask(text, roles.View, "customer/pbx", "acme"),
			ask("steve", roles.View, text, "acme"),
			ask("steve", roles.View, "customer/"+text, "acme"),
			ask("steve", roles.View, "customer/pbx", text),
			ask(text, roles.View, text, text),
		} {
			for range 2 {
				x := f.engine.Explain(f.ctx, r)
				assert.False(t, x.Decision.Allowed())
				line := x.String()
				require.Less(t, len(line), 4096, "%.200q", line)
				for _, c := range line {
					if c == unicode.ReplacementChar || c != ' ' && !unicode.IsGraphic(c) || unicode.In(c, unicode.Zl, unicode.Zp, unicode.Cf, unicode.Zs) && c != ' ' {
						t.Fatalf("%q in %.200q", c, line)
					}
				}
				f.reason("steve", roles.View, "customer/pbx", "acme")
			}
		}
	}
}
