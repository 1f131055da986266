package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestTwice runs the program twice on one file: the second run finds what the
// first one left, and decides the same.
func TestTwice(t *testing.T) {
	file := filepath.Join(t.TempDir(), "abc with ? in it.db")
	var runs [2]report
	for i := range runs {
		var out bytes.Buffer
		require.NoError(t, run(t.Context(), &out, true, options{database: file}))
		require.NoError(t, json.Unmarshal(out.Bytes(), &runs[i]))
	}
	require.Contains(t, runs[1].Story[0].Title, "the database has Bob")
	said := strings.Join(runs[1].Story[0].Lines, "\n")
	for _, words := range []string{"bob is bob@abc.example", "at ABC: adam", "nobody altered one"} {
		assert.Contains(t, said, words)
	}
	assert.Contains(t, strings.Join(runs[1].Story[1].Lines, "\n"), "bob created individual adam")
	assert.Equal(t, runs[0].Matrix, runs[1].Matrix)
	assert.Equal(t, runs[0].Neighbours, runs[1].Neighbours)

	key, err := os.Stat(file + ".key")
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), key.Mode().Perm())
}

func TestForeignKeyFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "abc.db")
	require.NoError(t, os.WriteFile(file+".key", []byte("no key"), 0o600))
	require.Error(t, run(t.Context(), new(bytes.Buffer), true, options{database: file}))
}
