package access

import (
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
)

// TestLayout keeps together what a check reads of a person: the first line of an
// entry finds it, the next two decide.
func TestLayout(t *testing.T) {
	t.Parallel()
	const line = 64
	var e cacheEntry[person]
	assert.EqualValues(t, line, unsafe.Offsetof(e.value), "the key fills a line")
	f := &e.value.home.facts
	last := uintptr(unsafe.Pointer(&f.ceiling)) + unsafe.Sizeof(f.ceiling) - uintptr(unsafe.Pointer(&e))
	assert.LessOrEqual(t, last, uintptr(3*line), "what an own request asks ends with the third line")
	assert.LessOrEqual(t, unsafe.Sizeof(e), uintptr(4*line), "larger ones do not begin with a line")
}
