package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// members are the processes of the fleet, seen from the one that started them.
type members []*process

type process struct {
	command *exec.Cmd
	in      io.WriteCloser
	lines   *bufio.Scanner
}

// executable is the program itself; tests say how they are to be started as it.
var executable = func(s settings, member int) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return exec.Command(self, arguments(s, member)...), nil
}

func arguments(s settings, member int) []string {
	return []string{"-postgres", s.source, "-prefix", s.prefix, "-poll", s.poll.String(), fmt.Sprintf("-listen=%t", s.listen), "-member", fmt.Sprint(member)}
}

// startMembers starts the processes and waits until each has an engine.
func startMembers(ctx context.Context, s settings) (_ members, err error) {
	var started members
	defer func() {
		if err != nil {
			started.stop()
		}
	}()
	for n := range s.engines {
		command, err := executable(s, n+1)
		if err != nil {
			return nil, err
		}
		command.Stderr = os.Stderr
		p := &process{command: command}
		if p.in, err = command.StdinPipe(); err != nil {
			return nil, err
		}
		out, err := command.StdoutPipe()
		if err != nil {
			return nil, err
		}
		p.lines = bufio.NewScanner(out)
		if err := command.Start(); err != nil {
			return nil, err
		}
		started = append(started, p)
	}
	for i, p := range started {
		if !p.lines.Scan() {
			return nil, fmt.Errorf("engine %d did not start", i+1)
		}
	}
	return started, ctx.Err()
}

// stop ends the processes by closing what they read, and kills those that do not
// end.
func (m members) stop() {
	for _, p := range m {
		_ = p.in.Close()
		killer := time.AfterFunc(5*time.Second, func() { _ = p.command.Process.Kill() })
		_ = p.command.Wait()
		killer.Stop()
	}
}

// change has the first member change the role, and waits until all have seen it.
func (m members) change(ctx context.Context, allow bool) ([]sight, error) {
	command := "deny"
	if allow {
		command = "allow"
	}
	for i := len(m) - 1; i >= 0; i-- { // who makes the change comes last
		order := fmt.Sprintf("watch %t\n", allow)
		if i == 0 {
			order = command + "\n"
		}
		if _, err := io.WriteString(m[i].in, order); err != nil {
			return nil, fmt.Errorf("engine %d: %w", i+1, err)
		}
	}
	seen := make([]sight, len(m))
	for i, p := range m {
		if !p.lines.Scan() {
			return nil, fmt.Errorf("engine %d ended", i+1)
		}
		if err := json.Unmarshal(p.lines.Bytes(), &seen[i]); err != nil {
			return nil, fmt.Errorf("engine %d: %w", i+1, err)
		}
	}
	return seen, ctx.Err()
}
