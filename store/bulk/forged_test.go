package bulk_test

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/store/bulk"
	"github.com/durward-go/durward/store/memstore"
)

// reframed returns lines with an end that fits them, as a forger would make it.
func reframed(lines []string) []string {
	all := strings.Join(lines[:len(lines)-1], "")
	return append(slices.Clone(lines[:len(lines)-1]), fmt.Sprintf(`{"end":{"lines":%d,"digest":"%x"}}`, len(lines)-1, sha256.Sum256([]byte(all))))
}

// TestForgedExports: an export whose end fits what was altered is held to what it
// says elsewhere: revisions, the chains and their heads, and what records name.
func TestForgedExports(t *testing.T) {
	t.Parallel()
	lines := exported(t, full(t))
	refused := func(what string, altered []string) {
		t.Helper()
		to := memstore.New(nil)
		err := restore(t, to, reframed(altered))
		var line *bulk.LineError
		require.ErrorAs(t, err, &line, what)
		assert.True(t, empty(t, to), what)
	}
	require.NoError(t, restore(t, memstore.New(nil), reframed(lines)))
	replaced := func(old, changed string) []string {
		t.Helper()
		all := slices.Clone(lines)
		i := slices.IndexFunc(all, func(line string) bool { return strings.Contains(line, old) })
		require.GreaterOrEqual(t, i, 0, old)
		all[i] = strings.Replace(all[i], old, changed, 1)
		return all
	}
	for i, line := range lines {
		if strings.HasPrefix(line, `{"event"`) {
			refused("an event is missing", slices.Delete(slices.Clone(lines), i, i+1))
			refused("an event twice", slices.Insert(slices.Clone(lines), i, line))
			refused("an event with another outcome", slices.Replace(slices.Clone(lines), i, i+1, strings.Replace(line, `"succeeded"`, `"failed"`, 1)))
		}
	}
	refused("the personal text of an event", replaced(`"personal":"Bob"`, `"personal":"Rob"`))
	refused("revision 0", replaced(`"second_factor":true,"revision":1}`, `"second_factor":true}`))
	refused("a later revision", replaced(`"second_factor":true,"revision":1}`, `"second_factor":true,"revision":6}`))
	refused("a slot of a later revision", replaced(`"acl_granted":{"revision":3,`, `"acl_granted":{"revision":6,`))
	refused("a slot of no revision", replaced(`"acl_granted":{"revision":3,`, `"acl_granted":{"revision":0,`))
	refused("a slot of an unknown system", replaced(`"system":"roles"`, `"system":"rolls"`))
	refused("a slot that nobody granted", replaced(`,"acl_granted":{"revision":3,"by":"carl","system":"ACLs"}`, ``))
	refused("a permission of no revision", replaced(`"permission":"Restrict","by":"alice","revision":1`, `"permission":"Restrict","by":"alice"`))
	refused("an entity that is not there", replaced(`"id":"m-reseller"`, `"id":"n-reseller"`))
	refused("an organization that is not there", replaced(`"organization":{"entity":"dealer","revision"`, `"organization":{"entity":"m-reseller","revision"`))
	refused("secrets in an export without", replaced(`"secrets":true,`, ``))
	refused("another format", replaced(`"format":1`, `"format":2`))
	refused("another chain", replaced(`"changes":"changes:`, `"changes":"sign-ins:`))
	refused("a head before the start", replaced(`"changes_head":"changes:5:`, `"changes_head":"changes:0:`))
	refused("an earlier revision of all", replaced(`"format":1,"revision":5`, `"format":1,"revision":1`))
	refused("no first line", lines[1:])
	refused("two first lines", append([]string{lines[0]}, lines...))
}
