package memstore

import (
	"context"
	"fmt"
	"strings"

	"github.com/durward-go/durward/store"
)

func tokenRevision(t store.Token) uint64 { return t.Revision }

// Whose a token is in the index.
const (
	individualOwner   = "individual"
	organizationOwner = "organization"
)

// ownerKey is the key of a token in the index; all of one owner begin with the
// key of the empty selector.
func ownerKey(kind, owner, selector string) string {
	return kind + separator + owner + separator + selector
}

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
	kind, owner := individualOwner, f.Individual
	if owner == "" {
		kind, owner = organizationOwner, f.Organization
	}
	if owner == "" {
		return t.state.tokens.list(p.After, p.Size(), func(token *store.Token) bool { return f.Match(*token) }), nil
	}
	var out []store.Token
	for selector := range t.tokensOf(kind, owner, p.After) {
		if token, ok := t.state.tokens.rows.Get(selector); ok && f.Match(*token) {
			out = append(out, token.Copy())
		}
		if len(out) == p.Size() {
			break
		}
	}
	return out, nil
}

// tokensOf yields the selectors of an owner's tokens after the given one.
func (t *tx) tokensOf(kind, owner, after string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		prefix, from := ownerKey(kind, owner, ""), ownerKey(kind, owner, after)
		t.state.owned.Ascend(from, func(key string, _ struct{}) bool {
			selector, ok := strings.CutPrefix(key, prefix)
			return ok && (key == from || yield(selector))
		})
	}
}

// own puts a token into the index or takes it out.
func (t *tx) own(token store.Token, there bool) {
	for _, o := range []struct{ kind, owner string }{{individualOwner, token.Individual}, {organizationOwner, token.Organization}} {
		key := ownerKey(o.kind, o.owner, token.Selector)
		switch {
		case o.owner == "":
		case there:
			t.state.owned.Set(key, struct{}{})
		default:
			t.state.owned.Delete(key)
		}
	}
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
	t.own(old, false)
	t.own(token, true)
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
	t.own(token, false)
	t.state.tokens.rows.Delete(token.Selector)
	t.wrote = true
}

func (t *tx) deleteTokensOf(kind, owner string) {
	var selectors []string
	for selector := range t.tokensOf(kind, owner, "") {
		selectors = append(selectors, selector)
	}
	for _, selector := range selectors {
		if token, ok := t.state.tokens.rows.Get(selector); ok {
			t.deleteToken(*token)
		}
	}
}
