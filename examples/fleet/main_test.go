package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/internal/dbtest"
)

// The test binary is a member of the fleet where this says so.
const memberVariable = "DURWARD_FLEET_MEMBER"

func TestMain(m *testing.M) {
	if os.Getenv(memberVariable) != "" {
		main()
		return
	}
	executable = func(s settings, member int) (*exec.Cmd, error) {
		self, err := os.Executable()
		if err != nil {
			return nil, err
		}
		command := exec.Command(self, arguments(s, member)...)
		command.Env = append(os.Environ(), memberVariable+"=1")
		return command, nil
	}
	os.Exit(dbtest.Main(m))
}

// TestFleet runs the program: every engine follows every change, when it is woken
// and when it polls.
func TestFleet(t *testing.T) {
	t.Run("woken", func(t *testing.T) { testFleet(t, settings{listen: true, poll: 5 * time.Second}) })
	t.Run("polling", func(t *testing.T) { testFleet(t, settings{poll: 50 * time.Millisecond}) })
}

func testFleet(t *testing.T, s settings) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	s.source, s.prefix, s.engines, s.changes = dbtest.PostgreSQLSource(t), fmt.Sprintf("fleet%d_", os.Getpid()), 3, 4
	t.Cleanup(func() { dbtest.Drop(t, s.prefix) })
	var out bytes.Buffer
	require.NoError(t, runFleet(ctx, s, nil, &out))
	text := out.String()
	assert.Equal(t, 2, strings.Count(text, "takes it away"), text)
	assert.Equal(t, 2, strings.Count(text, "gives it back"), text)
	for n := range s.engines {
		assert.Equal(t, s.changes, strings.Count(text, fmt.Sprintf("engine %d follows", n+1)), text)
	}
	// In the process of the change decisions follow before it is acknowledged.
	assert.Equal(t, s.changes, strings.Count(text, "engine 1 follows before Alice is told"), text)
}

func TestFleetRefuses(t *testing.T) {
	require.ErrorContains(t, runFleet(t.Context(), settings{engines: 0, changes: 1}, nil, new(bytes.Buffer)), "at least 1")
	m := member{}
	err := m.obey(t.Context(), "dance")
	require.ErrorContains(t, err, `"dance"`)
}
