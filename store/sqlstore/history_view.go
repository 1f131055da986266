package sqlstore

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/store"
)

// ViewAt implements [store.History]. It takes one connection of the pool to its
// end. The queries are those of View: each table is read as it was, out of the
// versions that are kept.
func (s *Store) ViewAt(ctx context.Context, revision uint64, fn func(store.Reader) error) error {
	var fnErr error
	err := s.history(ctx, func(t *tx) error {
		if err := t.keeps(revision); err != nil {
			return err
		}
		t.revision, t.past = revision, pastTables(revision)
		fnErr = fn(readOnly{pastReader{t}})
		return nil
	})
	if fnErr != nil {
		return fnErr
	}
	return explain("view", err)
}

// pastTables puts in place of a table the rows that were in it at a revision.
// Every query of this package has a space after a table that it reads.
func pastTables(revision uint64) *strings.Replacer {
	n := strconv.FormatUint(revision, 10)
	var pairs []string
	for _, v := range versionings {
		pairs = append(pairs, "FROM "+v.table+" ", "FROM (SELECT * FROM "+v.table+"_history WHERE from_revision <= "+n+
			" AND until_revision > "+n+") AS "+v.table+" ")
	}
	return strings.NewReplacer(pairs...)
}

// prefixed puts a prefix before each of some columns.
func prefixed(prefix, columns string) string {
	return prefix + strings.ReplaceAll(columns, ", ", ", "+prefix)
}

// A pastReader reads what was, and refuses what is not kept.
type pastReader struct{ *tx }

func (p pastReader) notKept(what string) error {
	return fmt.Errorf("sqlstore: %s at revision %d: %w", what, p.revision, store.ErrNotKept)
}

// Credential implements [store.CredentialReader].
func (p pastReader) Credential(context.Context, string) (individuals.Credential, error) {
	return individuals.Credential{}, p.notKept("credential")
}

// Token implements [store.TokenReader].
func (p pastReader) Token(context.Context, string) (store.Token, error) {
	return store.Token{}, p.notKept("token")
}

// Tokens implements [store.TokenReader].
func (p pastReader) Tokens(context.Context, store.TokenFilter, store.Page) ([]store.Token, error) {
	return nil, p.notKept("tokens")
}

// Events implements [store.EventReader].
func (p pastReader) Events(ctx context.Context, f audit.Filter) ([]audit.Event, error) {
	if f.Chain != audit.Changes {
		return p.tx.Events(ctx, f)
	}
	if err := p.ready(ctx); err != nil {
		return nil, err
	}
	if err := f.Validate(); err != nil {
		return nil, err
	}
	all, err := p.events(ctx, f.Chain, filterEvents(f).where("revision <= ?", int64(p.revision)).order("sequence", f.Limit))
	return all, explain("events", err)
}

// EventHead implements [store.EventReader].
func (p pastReader) EventHead(ctx context.Context, chain audit.Chain) (audit.Head, error) {
	if chain != audit.Changes {
		return p.tx.EventHead(ctx, chain)
	}
	if err := p.ready(ctx); err != nil {
		return audit.Head{}, err
	}
	start, _, err := p.bounds(ctx, chain, "")
	if err != nil {
		return audit.Head{}, explain("audit head", err)
	}
	last, err := p.events(ctx, chain, selectEvents(chain).where("revision <= ?", int64(p.revision)).order("sequence DESC", 1))
	switch {
	case err != nil:
		return audit.Head{}, explain("audit head", err)
	case len(last) > 0:
		return last[0].Head(), nil
	case start.Sequence > 0:
		return audit.Head{}, fmt.Errorf("sqlstore: the last event at revision %d was cut: %w", p.revision, store.ErrGone)
	}
	return start, nil
}
