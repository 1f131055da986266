package bulk_test

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"

	"github.com/durward-go/durward/store/bulk"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	good := strings.Join(people(3), "")
	assert.Empty(t, slices.Collect(bulk.Check(strings.NewReader(good), nil)))
	bad := `{"entity":{"id":"x"}}` + "\n" + good + "\n" + `{"credential":{"individual":"p000"}}` + "\n{"
	var got []string
	for err := range bulk.Check(strings.NewReader(bad), nil) {
		got = append(got, err.Error())
	}
	assert.Equal(t, []string{
		`bulk: line 1: entity: scope: entity "x": kind "": want 1 to 64 bytes`,
		`bulk: line 11: not one JSON value; a line holds one object`,
		`bulk: line 12: credential: password hashes were not asked for; set ImportOptions.Credentials`,
		`bulk: line 13: not one JSON value; a line holds one object`,
	}, got)
	assert.Len(t, slices.Collect(bulk.Check(strings.NewReader(bad), &bulk.ImportOptions{Credentials: true})), 3)
	for err := range bulk.Check(strings.NewReader(bad), nil) {
		assert.Error(t, err)
		break // whoever has seen enough stops
	}
	broken := errors.New("broken")
	all := slices.Collect(bulk.Check(io.MultiReader(strings.NewReader(good), iotest.ErrReader(broken)), nil))
	assert.Len(t, all, 1)
	assert.ErrorIs(t, all[0], broken)
}
