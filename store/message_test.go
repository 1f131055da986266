package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/store"
)

func TestMessageValidate(t *testing.T) {
	t.Parallel()
	require.NoError(t, newMessage().Validate())
	require.NoError(t, store.Message{Purpose: "notice", Sealed: []byte{0}}.Validate(), "for nobody in particular, at once")
	for name, test := range map[string]struct {
		change func(m *store.Message)
		reason string
	}{
		"no purpose":         {func(m *store.Message) { m.Purpose = "" }, `purpose ""`},
		"individual no ID":   {func(m *store.Message) { m.Individual = "a\nb" }, "individual: "},
		"organization no ID": {func(m *store.Message) { m.Organization = "a\nb" }, "organization: "},
		"language":           {func(m *store.Message) { m.Language = strings.Repeat("x", 36) }, "language: 36 bytes"},
		"no content":         {func(m *store.Message) { m.Sealed = nil }, "no content"},
		"content too long":   {func(m *store.Message) { m.Sealed = make([]byte, store.MaxSealedMessageBytes+1) }, "at most 262144"},
		"created":            {func(m *store.Message) { m.Created = time.Unix(-1, 0) }, "created: year 1969"},
		"not before":         {func(m *store.Message) { m.NotBefore = time.Unix(-1, 0) }, "not before: year 1969"},
		"tries":              {func(m *store.Message) { m.Tries = -1 }, "tries: -1"},
		"error too long":     {func(m *store.Message) { m.LastError = strings.Repeat("x", 513) }, "last error: 513 bytes"},
		"error not UTF-8":    {func(m *store.Message) { m.LastError = "\xff" }, "last error: not valid UTF-8"},
		"error of two lines": {func(m *store.Message) { m.LastError = "451\r\n" }, "last error: control character at byte 3"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMessage()
			test.change(&m)
			require.ErrorContains(t, m.Validate(), test.reason)
		})
	}
}

func TestMessageStampAndRetry(t *testing.T) {
	t.Parallel()
	given := newMessage()
	given.Version, given.NotBefore = 99, noon.Add(789)
	stored := given.Stamp(41)
	want := newMessage()
	want.ID, want.Version, want.NotBefore = 41, 1, noon
	assert.Empty(t, cmp.Diff(want, stored))
	stored.Sealed[0] = 'X'
	assert.Equal(t, "canary-sealed", string(given.Sealed), "shared")

	next := store.Message{NotBefore: noon.Add(time.Minute + 789), Tries: 2, LastError: "451", Purpose: "other", Sealed: []byte("other"), Version: 99}
	want.NotBefore, want.Tries, want.LastError, want.Version, want.Sealed = noon.Add(time.Minute), 2, "451", 2, stored.Sealed
	assert.Empty(t, cmp.Diff(want, stored.Retry(next)))
}
