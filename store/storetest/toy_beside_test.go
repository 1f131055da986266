package storetest_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/otp"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// What stands beside commits is written row by row by compare-and-set, under a
// lock that no commit holds.

func (s *toy) Attempts(ctx context.Context, k store.AttemptKey) (store.Attempts, error) {
	if err := s.ready(ctx); err != nil {
		return store.Attempts{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	row := s.attempts[k]
	row.Key = k
	return row, k.Validate()
}

func (s *toy) SwapAttempts(ctx context.Context, row store.Attempts) (store.Attempts, error) {
	if err := s.ready(ctx); err != nil {
		return store.Attempts{}, err
	}
	if err := row.Validate(); err != nil {
		return store.Attempts{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.attempts[row.Key].Version != row.Version {
		return store.Attempts{}, fmt.Errorf("toy: attempts: %w", store.ErrConflict)
	}
	s.version++ // one count for all rows: none comes twice, also for a forgotten row
	s.attempts[row.Key] = row.Stamp(s.version)
	return s.attempts[row.Key], nil
}

func (s *toy) ForgetAttempts(ctx context.Context, before time.Time, limit int) (removed int, err error) {
	if err := s.ready(ctx); err != nil {
		return 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var old []store.Attempts
	for _, row := range s.attempts {
		if !row.Off && row.Latest().Before(before) {
			old = append(old, row)
		}
	}
	slices.SortFunc(old, func(a, b store.Attempts) int { return a.Latest().Compare(b.Latest()) })
	old = old[:min(len(old), store.Page{Limit: limit}.Size())]
	for _, row := range old {
		delete(s.attempts, row.Key)
	}
	return len(old), nil
}

func (s *toy) AcceptStep(ctx context.Context, individual string, step otp.Step) error {
	if err := s.ready(ctx); err != nil {
		return err
	}
	if err := scope.CheckID(individual); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if step <= s.steps[individual] {
		return fmt.Errorf("toy: step %d: %w", step, store.ErrConflict)
	}
	s.steps[individual] = step
	return nil
}

func (s *toy) LastStep(ctx context.Context, individual string) (otp.Step, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.steps[individual], s.ready(ctx)
}

// PutMessage is in a commit: the message is there once that is done.
func (t *toyTx) PutMessage(ctx context.Context, m store.Message) (store.Message, error) {
	if err := t.ready(ctx); err != nil {
		return store.Message{}, err
	}
	if err := m.Validate(); err != nil {
		return store.Message{}, err
	}
	t.message++
	m, t.wrote = m.Stamp(t.message), true
	t.sent = append(t.sent, m)
	return m.Copy(), nil
}

func (s *toy) DueMessages(ctx context.Context, now time.Time, limit int) (due []store.Message, err error) {
	if err := s.ready(ctx); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.messages {
		if !m.NotBefore.After(now) {
			due = append(due, m.Copy())
		}
	}
	slices.SortFunc(due, func(a, b store.Message) int {
		return cmp.Or(a.NotBefore.Compare(b.NotBefore), cmp.Compare(a.ID, b.ID))
	})
	return due[:min(len(due), store.Page{Limit: limit}.Size())], nil
}

// waiting returns a message that was read at a version. The lock is held.
func (s *toy) waiting(id, version uint64) (store.Message, error) {
	m, ok := s.messages[id]
	switch {
	case !ok:
		return m, fmt.Errorf("toy: message %d: %w", id, store.ErrNotFound)
	case m.Version != version:
		return m, fmt.Errorf("toy: message %d: %w", id, store.ErrConflict)
	}
	return m, nil
}

func (s *toy) SwapMessage(ctx context.Context, next store.Message) (store.Message, error) {
	if err := s.ready(ctx); err != nil {
		return store.Message{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	m, err := s.waiting(next.ID, next.Version)
	if err != nil {
		return store.Message{}, err
	}
	m = m.Retry(next)
	if err := m.Validate(); err != nil {
		return store.Message{}, err
	}
	s.messages[m.ID] = m
	return m.Copy(), nil
}

func (s *toy) DeleteMessage(ctx context.Context, id, version uint64) error {
	if err := s.ready(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := s.waiting(id, version)
	if err == nil {
		delete(s.messages, id)
	}
	return err
}

// A chain is never changed, only replaced.
type chain struct {
	start  audit.Head
	events []audit.Event
}

func (c chain) head() audit.Head {
	if n := len(c.events); n > 0 {
		return c.events[n-1].Head()
	}
	return c.start
}

func (c chain) append(e audit.Event) (chain, audit.Event, error) {
	e, _, err := audit.Append(c.head(), e)
	if err == nil {
		c.events = append(slices.Clip(c.events), e.Clone())
	}
	return c, e, err
}

func (c chain) cut(cut audit.Cut, e audit.Event) (chain, audit.Event, error) {
	i := slices.IndexFunc(c.events, func(e audit.Event) bool { return e.Sequence == cut.Anchor.Sequence })
	switch {
	case i < 0:
		return c, e, fmt.Errorf("toy: cut: %w", store.ErrNotFound)
	case c.events[i].Head() != cut.Anchor:
		return c, e, fmt.Errorf("toy: cut: %w", store.ErrConflict)
	}
	after, e, err := c.append(e)
	if err != nil {
		return c, e, err
	}
	return chain{start: cut.Anchor, events: after.events[i+1:]}, e, nil
}

func (c chain) erase(individual string) (chain, int) {
	total := 0
	c.events = slices.Clone(c.events)
	for i, e := range c.events {
		without, n := e.Erase(individual)
		c.events[i], total = without, total+n
	}
	return c, total
}

// chainOf gives that of sign-ins as it is by now: they are in no commit.
func (t *toyTx) chainOf(ctx context.Context, name audit.Chain) (chain, error) {
	if err := t.ready(ctx); err != nil {
		return chain{}, err
	}
	switch name {
	case audit.Changes:
		return t.events, nil
	case audit.SignIns:
		t.store.mu.Lock()
		defer t.store.mu.Unlock()
		return t.store.signIns, nil
	}
	return chain{}, fmt.Errorf("toy: chain %q: %w", name, store.ErrNotFound)
}

func (t *toyTx) Events(ctx context.Context, f audit.Filter) (found []audit.Event, err error) {
	c, err := t.chainOf(ctx, f.Chain)
	if err == nil {
		err = f.Validate()
	}
	if err != nil {
		return nil, err
	}
	for _, e := range c.events {
		if f.Match(e) && len(found) < (store.Page{Limit: f.Limit}).Size() {
			found = append(found, e.Clone())
		}
	}
	return found, nil
}

func (t *toyTx) EventHead(ctx context.Context, name audit.Chain) (audit.Head, error) {
	c, err := t.chainOf(ctx, name)
	if err != nil {
		return audit.Head{}, err
	}
	return c.head(), nil
}

func (t *toyTx) EventStart(ctx context.Context, name audit.Chain) (audit.Head, error) {
	c, err := t.chainOf(ctx, name)
	return c.start, err
}

func (t *toyTx) AppendEvent(ctx context.Context, e audit.Event) (audit.Event, error) {
	if err := t.ready(ctx); err != nil {
		return audit.Event{}, err
	}
	e.Revision = t.writes
	c, e, err := t.events.append(e)
	if err != nil {
		return audit.Event{}, err
	}
	t.events, t.wrote = c, true
	return e, nil
}

func (s *toy) RecordSignIn(ctx context.Context, e audit.Event) (audit.Event, error) {
	if err := s.ready(ctx); err != nil {
		return audit.Event{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	e.Revision = 0
	c, e, err := s.signIns.append(e)
	if err != nil {
		return audit.Event{}, err
	}
	s.signIns = c
	return e, nil
}

func (s *toy) CutEvents(ctx context.Context, cut audit.Cut, actor audit.Party) (e audit.Event, err error) {
	if err := s.ready(ctx); err != nil {
		return audit.Event{}, err
	}
	switch e = cut.Event(actor); cut.Anchor.Chain {
	case audit.Changes:
		_, err = s.commit(ctx, store.Author{ID: actor.ID}, func(t *toyTx) (err error) {
			e.Revision, t.wrote = t.writes, true
			t.events, e, err = t.events.cut(cut, e)
			return err
		})
	case audit.SignIns:
		s.mu.Lock()
		defer s.mu.Unlock()
		s.signIns, e, err = s.signIns.cut(cut, e)
	default:
		err = fmt.Errorf("toy: chain %q: %w", cut.Anchor.Chain, store.ErrNotFound)
	}
	return e, err
}

func (s *toy) EraseEvents(ctx context.Context, name audit.Chain, individual string) (erased int, err error) {
	if err := s.ready(ctx); err != nil {
		return 0, err
	}
	if err := scope.CheckID(individual); err != nil {
		return 0, err
	}
	switch name {
	case audit.Changes:
		_, err = s.commit(ctx, store.Author{}, func(t *toyTx) error {
			t.events, erased = t.events.erase(individual)
			t.wrote = erased > 0
			return nil
		})
	case audit.SignIns:
		s.mu.Lock()
		defer s.mu.Unlock()
		s.signIns, erased = s.signIns.erase(individual)
	default:
		err = fmt.Errorf("toy: chain %q: %w", name, store.ErrNotFound)
	}
	return erased, err
}
