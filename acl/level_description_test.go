package acl_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/durward-go/durward/acl"
)

// A description is text that every store can keep.
func TestDescription(t *testing.T) {
	t.Parallel()
	level := acl.Level{ID: "care", Name: "Care", Type: "customer"}
	for _, text := range []string{"", "one line", "two\nlines\tand a tab"} {
		level.Description = text
		assert.NoError(t, level.Validate(), "%q", text)
	}
	for _, text := range []string{"NUL \x00", "escape \x1b[31m", "\xff"} {
		level.Description = text
		assert.ErrorContains(t, level.Validate(), "description", "%q", text)
	}
}
