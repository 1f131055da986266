package memstore

import (
	"context"
	"fmt"
	"slices"

	"github.com/durward-go/durward/store"
)

func tokenRevision(t store.Token) uint64 { return t.Revision }

// Token implements [store.TokenReader].
func (t *tx) Token(ctx context.Context, selector string) (store.Token, error) {
	if err := t.ready(ctx); err != nil {
		return store.Token{}, err
	}
	return t.state.tokens.get(selector, selector)
}

// Tokens implements [store.TokenReader].
func (t *tx) Tokens(ctx context.Context, f store.TokenFilter, p store.Page) ([]store.Token, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	match := func(token *store.Token) bool { return f.Match(*token) }
	switch {
	case f.Individual != "":
		return t.state.tokens.pick(t.state.named.keys(tokenOf, f.Individual, p.After), p.Size(), match), nil
	case f.Organization != "":
		return t.state.tokens.pick(t.state.named.keys(tokenIn, f.Organization, p.After), p.Size(), match), nil
	default:
		return t.state.tokens.list(p.After, p.Size(), match), nil
	}
}

// relateToken tells the index what token names.
func (t *tx) relateToken(token store.Token, tell func(relation, owner string, k key)) {
	tell(tokenOf, token.Individual, token.Selector)
	tell(tokenIn, token.Organization, token.Selector)
}

// PutToken implements [store.TokenWriter].
func (t *tx) PutToken(ctx context.Context, token store.Token) error {
	if err := t.ready(ctx); err != nil {
		return err
	}
	if err := token.Validate(); err != nil {
		return err
	}
	old, err := t.state.tokens.current(token.Selector, token.Selector, token.Revision, tokenRevision)
	if err != nil {
		return err
	}
	if token.Individual != "" {
		if _, err := t.state.individuals.get(token.Individual, token.Individual); err != nil {
			return fmt.Errorf("memstore: token %q: %w; write the individual first", token.Selector, err)
		}
	}
	if token.Organization != "" {
		if _, err := t.state.organizations.get(token.Organization, token.Organization); err != nil {
			return fmt.Errorf("memstore: token %q: %w; write the organization first", token.Selector, err)
		}
	}
	t.relateToken(old, t.state.named.remove)
	t.relateToken(token, t.state.named.add)
	t.state.tokens.put(token.Selector, token.Stamp(t.writes))
	t.wrote = true
	return nil
}

// DeleteToken implements [store.TokenWriter].
func (t *tx) DeleteToken(ctx context.Context, selector string, revision uint64) error {
	if err := t.ready(ctx); err != nil {
		return err
	}
	token, err := t.state.tokens.existing(selector, selector, revision, tokenRevision)
	if err != nil {
		return err
	}
	t.deleteToken(token)
	return nil
}

func (t *tx) deleteToken(token store.Token) {
	t.relateToken(token, t.state.named.remove)
	t.state.tokens.rows.Delete(token.Selector)
	t.wrote = true
}

func (t *tx) deleteTokensOf(relation, owner string) {
	for _, selector := range slices.Collect(t.state.named.keys(relation, owner, nothing)) {
		if token, ok := t.state.tokens.rows.Get(selector); ok {
			t.deleteToken(*token)
		}
	}
}
