package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"embed"
	"fmt"
	"hash/fnv"
	"path"
	"slices"
	"strconv"
	"strings"
)

//go:embed schema
var schema embed.FS

// A Migration is one step of the schema. Each is applied once, in the order of
// numbers, as one transaction; its last statement says that it was.
type Migration struct {
	// Number counts from 1.
	Number int
	// Name is the file's: "0001_records.sql".
	Name string
	// SQL holds the statements. Each ends in a semicolon at the end of a line.
	SQL string
}

// statements returns the statements one by one: not every driver takes several.
func (m Migration) statements() []string {
	var all []string
	for s := range strings.SplitSeq(m.SQL, ";\n") {
		if s = strings.TrimSpace(s); s != "" {
			all = append(all, s)
		}
	}
	return all
}

// Migrations returns all steps of the schema, for a host that applies them with
// a tool of its own. An empty prefix is [DefaultPrefix].
func Migrations(dialect Dialect, tablePrefix string) ([]Migration, error) {
	opts, err := (&Options{Dialect: dialect, TablePrefix: tablePrefix}).settled()
	if err != nil {
		return nil, err
	}
	traits := opts.Dialect.traits()
	if traits == nil {
		return nil, fmt.Errorf("sqlstore: migrations: no dialect; give SQLite or PostgreSQL")
	}
	folder := path.Join("schema", traits.folder)
	files, err := schema.ReadDir(folder)
	if err != nil {
		return nil, fmt.Errorf("sqlstore: migrations: %w", err)
	}
	var all []Migration
	for _, file := range files {
		text, err := schema.ReadFile(path.Join(folder, file.Name()))
		if err != nil {
			return nil, fmt.Errorf("sqlstore: migrations: %w", err)
		}
		digits, _, _ := strings.Cut(file.Name(), "_")
		number, err := strconv.Atoi(digits)
		if err != nil {
			return nil, fmt.Errorf("sqlstore: migrations: %q: no number first: %w", file.Name(), err)
		}
		all = append(all, Migration{Number: number, Name: file.Name(), SQL: strings.ReplaceAll(string(text), DefaultPrefix, opts.TablePrefix)})
	}
	slices.SortFunc(all, func(a, b Migration) int { return cmp.Compare(a.Number, b.Number) })
	return all, nil
}

// Migrate brings the schema up to date, and does nothing where it is. Several
// processes may call it at once. opts may be nil; of them only Dialect and
// TablePrefix matter.
//
// It needs the right to create tables. On SQLite it turns the database to WAL
// mode, which stays.
func Migrate(ctx context.Context, db *sql.DB, opts *Options) error {
	s, err := newStore(ctx, db, opts)
	if err != nil {
		return err
	}
	// Every statement gets the prefix as it is run.
	all, err := Migrations(s.dialect, DefaultPrefix)
	if err != nil {
		return err
	}
	if err := s.logAhead(ctx); err != nil {
		return err
	}
	for _, m := range all {
		if err := s.migrate(ctx, m); err != nil {
			return fmt.Errorf("sqlstore: migration %q: %w", m.Name, err)
		}
	}
	return nil
}

func (s *Store) migrate(ctx context.Context, m Migration) error {
	return s.within(ctx, s.traits.beginCommit, true, func(w *session) error {
		if s.traits.migrating != "" {
			lock := fnv.New64a()
			_, _ = lock.Write([]byte(s.prefix + "migrations"))
			if _, err := w.exec(ctx, s.traits.migrating, int64(lock.Sum64())); err != nil {
				return err
			}
		}
		applied, err := s.applied(ctx, w)
		if err != nil || applied >= m.Number {
			return err
		}
		if applied != m.Number-1 {
			return fmt.Errorf("the schema is at %d", applied)
		}
		for _, statement := range m.statements() {
			if _, err := w.exec(ctx, statement); err != nil {
				return err
			}
		}
		return nil
	})
}

// applied returns the number of the latest migration, 0 for none.
func (s *Store) applied(ctx context.Context, w *session) (int, error) {
	there, err := w.number(ctx, s.traits.hasTable, s.prefix+"migrations")
	if err != nil || there == 0 {
		return 0, err
	}
	latest, err := w.number(ctx, "SELECT coalesce(max(number), 0) FROM durward_migrations")
	return int(latest), err
}

// current reports a schema that is not this version's.
func (s *Store) current(ctx context.Context) error {
	all, err := Migrations(s.dialect, s.prefix)
	if err != nil {
		return err
	}
	want := all[len(all)-1].Number
	return s.within(ctx, s.traits.beginRead, false, func(w *session) error {
		applied, err := s.applied(ctx, w)
		switch {
		case err != nil:
			return fmt.Errorf("sqlstore: %w", err)
		case applied < want:
			return fmt.Errorf("sqlstore: the schema with the prefix %q is at %d, want %d: call sqlstore.Migrate first", s.prefix, applied, want)
		case applied > want:
			return fmt.Errorf("sqlstore: the schema with the prefix %q is at %d, this version knows %d: take a newer version", s.prefix, applied, want)
		}
		return nil
	})
}

// logAhead turns a SQLite database to WAL mode.
func (s *Store) logAhead(ctx context.Context) error {
	if s.dialect != SQLite {
		return nil
	}
	mode, err := ask(ctx, s.db, "PRAGMA journal_mode")
	if err != nil {
		return fmt.Errorf("sqlstore: asking for the journal mode: %w", failure(ctx, err))
	}
	if mode == "wal" || mode == "memory" {
		return nil
	}
	if mode, err = ask(ctx, s.db, "PRAGMA journal_mode = WAL"); err != nil {
		return fmt.Errorf("sqlstore: turning to WAL mode: %w", failure(ctx, err))
	}
	if mode != "wal" {
		return fmt.Errorf("sqlstore: the journal mode stays %.40q: want WAL, which needs a file on a local disk", mode)
	}
	return nil
}
