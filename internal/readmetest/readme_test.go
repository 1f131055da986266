// Package readmetest holds the README to what it promises.
package readmetest_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestProgram runs the README's program and compares what it prints.
func TestProgram(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	require.NoError(t, err)
	program, want := block(t, string(readme), "go"), block(t, string(readme), "text")

	// Inside the module, so that it imports this tree; the name keeps it out of
	// every package pattern.
	dir, err := os.MkdirTemp(".", "_readme")
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	file := filepath.Join(dir, "main.go")
	require.NoError(t, os.WriteFile(file, []byte(program), 0o600))
	out, err := exec.CommandContext(t.Context(), "go", "run", file).CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Equal(t, want, string(out))
}

// TestCommands holds the two commands to the top of the page.
func TestCommands(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	require.NoError(t, err)
	commands := block(t, string(readme), "sh")
	require.Contains(t, commands, "go run ./examples/abc ")
	require.Contains(t, commands, "go test work ")
}

// block returns the first fenced block of a language.
func block(t *testing.T, text, language string) string {
	t.Helper()
	_, rest, ok := strings.Cut(text, "\n```"+language+"\n")
	require.True(t, ok, "no %s block", language)
	inside, _, ok := strings.Cut(rest, "\n```")
	require.True(t, ok, "the %s block does not end", language)
	return inside + "\n"
}
