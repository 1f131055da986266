package canonical_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/internal/canonical"
)

type form struct {
	Version int    `json:"version"`
	Title   string `json:"title,omitempty"`
}

func TestForm(t *testing.T) {
	t.Parallel()
	encoding := canonical.Encode(form{Version: 1, Title: "R&D <x>"})
	assert.Equal(t, `{"version":1,"title":"R&D <x>"}`, string(encoding))
	var read form
	require.NoError(t, canonical.Decode(encoding, 1, &read))
	assert.Equal(t, form{Version: 1, Title: "R&D <x>"}, read)

	assert.EqualError(t, canonical.Decode([]byte(`{"version":2,"new":true}`), 1, &read), "version 2, this program knows 1: take a newer one")
	assert.ErrorContains(t, canonical.Decode([]byte(`{"version":1,"new":true}`), 1, &read), `unknown field "new"`)
	assert.Error(t, canonical.Decode([]byte(`{"version":1} x`), 1, &read))
	assert.Error(t, canonical.Decode(nil, 1, &read))
}
