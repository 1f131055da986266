package fuzzrun

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
)

// ErrNothing is wrapped by the error of a target that ran without trying any input
// beyond those that it had from the start.
var ErrNothing = errors.New("fuzzed nothing")

// A Result counts what one run did.
type Result struct {
	// Corpus is the number of inputs known at the start: the seeds and what earlier
	// runs found interesting.
	Corpus int64
	// Inputs is the number of inputs tried, the corpus among them.
	Inputs int64
}

// minimize bounds the work on making one new input smaller. The default is a minute, and
// a run of seconds would spend all of them on its first.
const minimize = "-fuzzminimizetime=200x"

// Run fuzzes the target for the time that go test's -fuzztime takes ("3s", "1000x").
// env is added to the environment. The error holds what go test printed.
func (t Target) Run(ctx context.Context, fuzzTime string, env ...string) (Result, error) {
	cmd := exec.CommandContext(ctx, "go", "test", "-run=^$", "-fuzz=^"+t.Name+"$", "-fuzztime="+fuzzTime, minimize, ".")
	cmd.Dir = t.Dir
	cmd.Env = append(os.Environ(), env...)
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	err := cmd.Run()

	result := Parse(output.String())
	if err != nil && !stoppedByTime(output.String(), t.Name, result) {
		return result, fmt.Errorf("fuzzrun: %s in %q: %w\n%s", t.Name, t.Dir, err, output.Bytes())
	}
	if result.Inputs <= result.Corpus {
		return result, fmt.Errorf("fuzzrun: %s in %q: %w\n%s", t.Name, t.Dir, ErrNothing, output.Bytes())
	}
	return result, nil
}

var (
	corpusLine = regexp.MustCompile(`(?m)^fuzz: elapsed: .*?(?:gathering baseline coverage|testing seed corpus): \d+/(\d+) completed`)
	inputsLine = regexp.MustCompile(`(?m)^fuzz: elapsed: .*?execs: (\d+) `)
)

// Parse reads the counts out of the output of go test -fuzz. Output of a run that did
// not fuzz gives the zero Result.
func Parse(output string) Result {
	return Result{Corpus: lastNumber(corpusLine, output), Inputs: lastNumber(inputsLine, output)}
}

func lastNumber(line *regexp.Regexp, output string) int64 {
	matches := line.FindAllStringSubmatch(output, -1)
	if len(matches) == 0 {
		return 0
	}
	n, err := strconv.ParseInt(matches[len(matches)-1][1], 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// stoppedByTime recognizes the one failure that is none: before Go 1.27, go test may
// report the end of -fuzztime itself as the target's failure (golang/go issue 75804).
// Then that message stands alone, under the target's name, and no input was written.
func stoppedByTime(output, name string, result Result) bool {
	if result.Inputs <= result.Corpus || strings.Contains(output, "Failing input written") {
		return false
	}
	_, failure, found := strings.Cut(output, "--- FAIL: ")
	lines := strings.Split(failure, "\n")
	return found && len(lines) >= 3 &&
		strings.HasPrefix(lines[0], name+" (") &&
		lines[1] == "    context deadline exceeded" &&
		lines[2] == "FAIL"
}
