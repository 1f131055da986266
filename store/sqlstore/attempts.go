package sqlstore

import (
	"context"
	"fmt"
	"time"

	"github.com/durward-go/durward/otp"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

const attemptKeys = "provider = ? AND realm = ? AND login = ? AND factor = ? AND network = ?"

func attemptKey(k store.AttemptKey) []any {
	return []any{k.Provider, k.Realm, k.Login, k.Factor, k.Network}
}

// Attempts implements [store.SignInState].
func (s *Store) Attempts(ctx context.Context, key store.AttemptKey) (store.Attempts, error) {
	if err := s.ready(ctx); err != nil {
		return store.Attempts{}, err
	}
	if err := key.Validate(); err != nil {
		return store.Attempts{}, err
	}
	a := store.Attempts{Key: key}
	err := s.look(ctx, func(w *session) error {
		return w.each(ctx, "SELECT failures, not_before, last_failure, last_success, switched_off, version FROM durward_attempts WHERE "+attemptKeys,
			attemptKey(key), func(r row) error {
				return r.Scan(&a.Failures, instantColumn{&a.NotBefore}, instantColumn{&a.LastFailure}, instantColumn{&a.LastSuccess}, &a.Off, &a.Version)
			})
	})
	if err != nil {
		return store.Attempts{}, explain("attempts", err)
	}
	return a, nil
}

// SwapAttempts implements [store.SignInState].
func (s *Store) SwapAttempts(ctx context.Context, a store.Attempts) (store.Attempts, error) {
	if err := s.ready(ctx); err != nil {
		return store.Attempts{}, err
	}
	if err := a.Validate(); err != nil {
		return store.Attempts{}, err
	}
	read := a.Version
	a = a.Stamp(0)
	args := append([]any{a.Failures, instant(a.NotBefore), instant(a.LastFailure), instant(a.LastSuccess), instant(a.Latest()), a.Off}, attemptKey(a.Key)...)
	statement := "INSERT INTO durward_attempts (failures, not_before, last_failure, last_success, latest, switched_off, provider, realm, login, factor, network, version) " +
		"VALUES (" + places(len(args)) + ", " + s.traits.version + ") ON CONFLICT (provider, realm, login, factor, network) DO NOTHING RETURNING version"
	if read > 0 {
		statement = "UPDATE durward_attempts SET failures = ?, not_before = ?, last_failure = ?, last_success = ?, latest = ?, switched_off = ?, " +
			"version = " + s.traits.version + " WHERE " + attemptKeys + " AND version = ? RETURNING version"
		args = append(args, number63(read))
	}
	err := s.row(ctx, func(w *session) error {
		if s.traits.countVersion != "" {
			if _, err := w.exec(ctx, s.traits.countVersion); err != nil {
				return err
			}
		}
		version, err := w.number(ctx, statement, args...)
		if err == nil && version == 0 {
			err = fmt.Errorf("read at version %d, now at another: %w", read, store.ErrConflict)
		}
		a.Version = uint64(version)
		return err
	})
	if err != nil {
		return store.Attempts{}, explain("attempts", err)
	}
	return a, nil
}

// ForgetAttempts implements [store.SignInState].
func (s *Store) ForgetAttempts(ctx context.Context, before time.Time, limit int) (removed int, err error) {
	if err := s.ready(ctx); err != nil {
		return 0, err
	}
	if before.IsZero() {
		return 0, nil // no instant, and that of no row, lies before it
	}
	err = s.beside(ctx, s.rows, func(w *session) error {
		// A version is one row's alone, so a row that is swapped meanwhile stays.
		n, err := w.exec(ctx, "DELETE FROM durward_attempts WHERE version IN (SELECT version FROM durward_attempts WHERE switched_off = ? "+
			"AND (latest IS NULL OR latest < ?) ORDER BY latest NULLS FIRST, version LIMIT ?)", false, instantUp(before), store.Page{Limit: limit}.Size())
		removed = int(n)
		return err
	})
	return removed, explain("forget attempts", err)
}

// AcceptStep implements [store.SignInState].
func (s *Store) AcceptStep(ctx context.Context, individual string, step otp.Step) error {
	if err := s.ready(ctx); err != nil {
		return err
	}
	if err := scope.CheckID(individual); err != nil {
		return fmt.Errorf("sqlstore: accept step: %w", err)
	}
	refused := fmt.Errorf("sqlstore: step %d of individual %q: it or a later one was accepted already: %w", step, individual, store.ErrConflict)
	if step <= 0 {
		return refused
	}
	return s.row(ctx, func(w *session) error {
		n, err := w.exec(ctx, "INSERT INTO durward_steps (individual, step) VALUES (?, ?) ON CONFLICT (individual) DO UPDATE SET step = excluded.step "+
			"WHERE durward_steps.step < excluded.step", individual, int64(step))
		if err == nil && n == 0 {
			return refused
		}
		return explain("accept step", err)
	})
}

// LastStep implements [store.SignInState].
func (s *Store) LastStep(ctx context.Context, individual string) (otp.Step, error) {
	if err := s.ready(ctx); err != nil {
		return 0, err
	}
	if !plain(individual) {
		return 0, nil
	}
	var step int64
	err := s.look(ctx, func(w *session) (err error) {
		step, err = w.number(ctx, "SELECT step FROM durward_steps WHERE individual = ?", individual)
		return err
	})
	return otp.Step(step), explain("last step", err)
}
