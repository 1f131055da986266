package ipallow_test

import (
	"bufio"
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/ipallow"
)

// TestPythonAgrees asks Python's ipaddress about the same pairs of entry and
// address, sound and broken.
func TestPythonAgrees(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		message := "python3 is not installed (Debian: python3); its ipaddress module is the oracle"
		if os.Getenv("DURWARD_REQUIRE_SERVERS") == "1" {
			t.Fatal(message)
		}
		t.Skip(message)
	}
	pairs := 100_000
	switch {
	case os.Getenv("DURWARD_LONG") == "1":
		pairs = 2_000_000
	case testing.Short():
		pairs = 20_000
	}

	generate := generator{rand.New(rand.NewPCG(20, 4))}
	var input bytes.Buffer
	var asked, answers []string
	for len(asked) < pairs {
		text := generate.entry()
		entry, err := ipallow.ParseEntry(text)
		for _, addr := range append(edges(entry), generate.addr(), generate.addr()) {
			answer := fmt.Sprint(entry.Contains(addr))
			if err != nil {
				answer = "error"
			}
			pair := text + "\t" + addr.String() // the zero Addr is "invalid IP", to Python as well
			asked, answers = append(asked, pair), append(answers, answer)
			fmt.Fprintln(&input, pair)
		}
	}

	command := exec.Command(python, "testdata/verdicts.py")
	command.Stdin = &input
	command.Stderr = os.Stderr
	output, err := command.Output()
	require.NoError(t, err)

	counts := map[string]int{}
	verdicts := bufio.NewScanner(bytes.NewReader(output))
	for i, pair := range asked {
		require.True(t, verdicts.Scan(), "a verdict for every pair")
		require.Equal(t, verdicts.Text(), answers[i], strings.ReplaceAll(pair, "\t", " holds "))
		counts[answers[i]]++
	}
	require.False(t, verdicts.Scan(), "one verdict for every pair")
	t.Logf("%d pairs: %v", len(asked), counts)
	for _, verdict := range []string{"true", "false", "error"} {
		assert.Greater(t, counts[verdict], pairs/10, verdict)
	}
}
