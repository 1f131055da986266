package fuzzrun_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/internal/fuzzrun"
)

func TestParse(t *testing.T) {
	for _, test := range []struct {
		name, output string
		want         fuzzrun.Result
	}{
		{
			"fuzzed",
			"fuzz: elapsed: 0s, gathering baseline coverage: 0/2 completed\n" +
				"fuzz: elapsed: 0s, gathering baseline coverage: 2/2 completed, now fuzzing with 2 workers\n" +
				"fuzz: elapsed: 3s, execs: 79456 (72111/sec), new interesting: 3 (total: 5)\n" +
				"fuzz: elapsed: 6s, execs: 99999 (72111/sec), new interesting: 3 (total: 5)\nPASS\n",
			fuzzrun.Result{Corpus: 2, Inputs: 99999},
		},
		{
			"no seeds",
			"warning: starting with empty corpus\n" +
				"fuzz: elapsed: 0s, execs: 0 (0/sec), new interesting: 0 (total: 0)\n" +
				"fuzz: elapsed: 1s, execs: 12 (12/sec), new interesting: 0 (total: 0)\nPASS\n",
			fuzzrun.Result{Corpus: 0, Inputs: 12},
		},
		{
			"not instrumented",
			"fuzz: elapsed: 0s, testing seed corpus: 0/7 completed\n" +
				"fuzz: elapsed: 0s, testing seed corpus: 7/7 completed, now fuzzing with 2 workers\n" +
				"fuzz: elapsed: 3s, execs: 70 (7/sec)\nPASS\n",
			fuzzrun.Result{Corpus: 7, Inputs: 70},
		},
		{
			"the corpus took all the time",
			"fuzz: elapsed: 0s, gathering baseline coverage: 0/500 completed\n" +
				"fuzz: elapsed: 3s, gathering baseline coverage: 123/500 completed\nPASS\n",
			fuzzrun.Result{Corpus: 500},
		},
		{"skipped", "PASS\nok  \texample.com/m\t0.002s\n", fuzzrun.Result{}},
		{"no such target", "testing: warning: no fuzz tests to fuzz\nPASS\n", fuzzrun.Result{}},
		{"a log line that looks alike", "log: fuzz: elapsed: 3s, execs: 70 (7/sec)\n", fuzzrun.Result{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			assert.Equal(t, test.want, fuzzrun.Parse(test.output))
		})
	}
}

func TestStoppedByTime(t *testing.T) {
	const race = "fuzz: elapsed: 3s, execs: 40304 (0/sec), new interesting: 104 (total: 108)\n" +
		"--- FAIL: FuzzOne (3.20s)\n    context deadline exceeded\nFAIL\nexit status 1\n"
	busy := fuzzrun.Result{Corpus: 4, Inputs: 40304}
	assert.True(t, fuzzrun.StoppedByTime(race, "FuzzOne", busy))

	assert.False(t, fuzzrun.StoppedByTime(race, "FuzzTwo", busy), "another target failed")
	assert.False(t, fuzzrun.StoppedByTime(race, "FuzzOne", fuzzrun.Result{Corpus: 4, Inputs: 4}), "nothing was fuzzed")
	assert.False(t, fuzzrun.StoppedByTime("Failing input written to testdata\n"+race, "FuzzOne", busy), "an input failed")
	assert.False(t, fuzzrun.StoppedByTime("--- FAIL: FuzzOne (1s)\n    context deadline exceeded\n    and more\nFAIL\n", "FuzzOne", busy), "the target said more")
	assert.False(t, fuzzrun.StoppedByTime("PASS\n", "FuzzOne", busy), "nothing failed")
}

func TestFind(t *testing.T) {
	root := t.TempDir()
	write(t, root, "go.mod", "module example.com/m\n")
	write(t, root, "b/b_test.go", `package b

func FuzzTwo(f *testing.F) {}
func FuzzOne(f *testing.F) {}
func Fuzz(*testing.F)      {}
func Fuzzy(f *testing.F)   {}
func FuzzHelper(t *testing.T, f *testing.F) {}
func FuzzPair(f, g *testing.F) {}
func (m method) FuzzMethod(f *testing.F) {}
func TestFuzz(t *testing.T) {}
`)
	write(t, root, "a/constrained_test.go", "//go:build never\n\npackage a\n\nfunc FuzzHidden(f *testing.F) {}\n")
	for _, path := range []string{"a/a.go", "testdata/a_test.go", "_old/a_test.go", ".git/a_test.go", "vendor/a_test.go", "nested/a_test.go"} {
		write(t, root, path, "package a\n\nfunc FuzzElsewhere(f *testing.F) {}\n")
	}
	write(t, root, "nested/go.mod", "module example.com/nested\n")

	targets, err := fuzzrun.Find(root)
	require.NoError(t, err)
	assert.Equal(t, []fuzzrun.Target{
		{Dir: filepath.Join(root, "a"), Name: "FuzzHidden"},
		{Dir: filepath.Join(root, "b"), Name: "Fuzz"},
		{Dir: filepath.Join(root, "b"), Name: "FuzzOne"},
		{Dir: filepath.Join(root, "b"), Name: "FuzzTwo"},
	}, targets)

	targets, err = fuzzrun.Find(filepath.Join(root, "nested"))
	require.NoError(t, err)
	assert.Len(t, targets, 1)
}

// The faults that Run exists to find, planted.
func TestRun(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and runs fuzz targets")
	}
	dir := t.TempDir()
	write(t, dir, "go.mod", "module example.com/m\n\ngo 1.26.0\n")
	write(t, dir, "m_test.go", `package m

import (
	"context"
	"testing"
)

func FuzzGood(f *testing.F) {
	f.Add("seed")
	f.Fuzz(func(t *testing.T, s string) {})
}

func FuzzSkipped(f *testing.F) { f.Skip("nothing to see") }

func FuzzBroken(f *testing.F) {
	f.Add("seed")
	f.Fuzz(func(t *testing.T, s string) {
		if s != "seed" {
			t.Error("found")
		}
	})
}

func FuzzBrokenSeed(f *testing.F) {
	f.Add("seed")
	f.Fuzz(func(t *testing.T, s string) { t.Error("bad seed") })
}

// FuzzDeadline fails with the words that the end of the time has.
func FuzzDeadline(f *testing.F) {
	f.Add("seed")
	f.Fuzz(func(t *testing.T, s string) {
		if s != "seed" {
			t.Fatal(context.DeadlineExceeded)
		}
	})
}
`)
	write(t, dir, "hidden_test.go", "//go:build never\n\npackage m\n\nfunc FuzzHidden(f *testing.F) {}\n")
	run := func(name string) (fuzzrun.Result, error) {
		return fuzzrun.Target{Dir: dir, Name: name}.Run(t.Context(), "500x", "GOWORK=off")
	}

	result, err := run("FuzzGood")
	require.NoError(t, err)
	assert.Equal(t, int64(1), result.Corpus)
	assert.Greater(t, result.Inputs, result.Corpus)

	_, err = run("FuzzSkipped")
	require.ErrorIs(t, err, fuzzrun.ErrNothing)
	_, err = run("FuzzHidden")
	require.ErrorIs(t, err, fuzzrun.ErrNothing)
	_, err = run("FuzzBroken")
	require.ErrorContains(t, err, "Failing input written")
	_, err = run("FuzzBrokenSeed")
	require.ErrorContains(t, err, "bad seed")
	_, err = run("FuzzDeadline")
	require.ErrorContains(t, err, "deadline exceeded")
}

func write(t *testing.T, root, path, text string) {
	t.Helper()
	file := filepath.Join(root, path)
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
	require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
}
