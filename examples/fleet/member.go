package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/access/manage"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/roles/billing"
)

// A sight is what a member tells: when its decisions followed a change, and, of
// the member that made it, when that was acknowledged. Instants are Unix
// nanoseconds of the machine's clock, which the processes share.
type sight struct {
	Allowed   bool   `json:"allowed"`
	Revision  uint64 `json:"revision"`
	At        int64  `json:"at"`
	Committed int64  `json:"committed,omitempty"`
}

// runMember is one process of the fleet. It reads commands, a line each, and
// answers each with a line: "watch true" when Steve may, and "allow" or "deny"
// when the role was changed to that and this engine decides by it.
func runMember(ctx context.Context, s settings, in io.Reader, out io.Writer) error {
	st, db, err := openStore(ctx, s)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	defer func() { _ = st.Close() }()
	engine, err := access.New(ctx, st, billing.Model(), &access.Options{PollInterval: s.poll})
	if err != nil {
		return err
	}
	defer func() { _ = engine.Close() }()
	if s.listen {
		stop := follow(ctx, st, db)
		defer stop()
	}
	m := member{engine: engine, answers: json.NewEncoder(out)}
	if m.manager, err = manage.New(engine, st, billing.Guards(), nil); err != nil {
		return err
	}
	fmt.Fprintln(out, `"ready"`)
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		if err := m.obey(ctx, lines.Text()); err != nil {
			return err
		}
	}
	return lines.Err()
}

type member struct {
	engine  *access.Engine
	manager *manage.Manager
	answers *json.Encoder
}

func (m *member) obey(ctx context.Context, command string) error {
	switch command {
	case "watch true", "watch false":
		return m.answers.Encode(m.watch(ctx, command == "watch true"))
	case "allow", "deny":
		allow := command == "allow"
		committed, err := m.change(ctx, allow)
		if err != nil {
			return err
		}
		answer, follows := m.ask(ctx, allow)
		if !follows { // which would be a fault: it must have followed by now
			answer = m.watch(ctx, allow)
		} else {
			answer.At = committed
		}
		answer.Committed = committed
		return m.answers.Encode(answer)
	default:
		return fmt.Errorf("command %q: want watch true, watch false, allow or deny", command)
	}
}

// watch asks until Steve may, or may not.
func (m *member) watch(ctx context.Context, want bool) sight {
	for ctx.Err() == nil {
		if seen, follows := m.ask(ctx, want); follows {
			return seen
		}
		time.Sleep(100 * time.Microsecond)
	}
	return sight{}
}

// ask decides once, and reports whether the answer is the one that is wanted.
func (m *member) ask(ctx context.Context, want bool) (sight, bool) {
	d := m.engine.Check(ctx, access.Request{Individual: steve, Action: roles.Update, Path: path, Object: abc, Surface: access.NewInterface})
	follows := d.Allowed() == want && (d.Allowed() || d.Reason() == access.NotGranted)
	return sight{Allowed: d.Allowed(), Revision: d.Revision(), At: time.Now().UnixNano()}, follows
}

// change edits the role at Alice's desk, and returns when that was acknowledged.
func (m *member) change(ctx context.Context, allow bool) (int64, error) {
	alice, err := m.engine.Principal(ctx, access.Identity{Individual: "alice", Surface: access.NewInterface, Epoch: access.CurrentEpoch})
	if err != nil {
		return 0, err
	}
	desk := m.manager.Roles(alice)
	r, err := desk.Role(ctx, role)
	if err != nil {
		return 0, err
	}
	p := roles.Read
	if allow {
		p = roles.Modify
	}
	r.Permissions[panel] = roles.Setting{Permission: p}
	_, err = desk.UpdateRole(ctx, r)
	return time.Now().UnixNano(), err
}
