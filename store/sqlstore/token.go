package sqlstore

import (
	"context"
	"time"

	"github.com/durward-go/durward/store"
)

func tokenRevision(t store.Token) uint64 { return t.Revision }

func tokenRecord(selector string) record { return record{"token", selector} }

func selectTokens() *query {
	return selectFrom("selector, verifier_hash, purpose, individual, organization, email, epoch, created, expires, sealed, revision", "durward_tokens")
}

func (w *session) tokens(ctx context.Context, q *query) ([]store.Token, error) {
	return list(ctx, w, q, func(r row, into *store.Token) error {
		return r.Scan(&into.Selector, hashColumn{into.VerifierHash[:]}, &into.Purpose, optionalColumn{&into.Individual},
			optionalColumn{&into.Organization}, &into.Email, epochColumn{&into.Epoch}, instantColumn{&into.Created},
			instantColumn{&into.Expires}, &into.Sealed, &into.Revision)
	})
}

// Token implements [store.TokenReader].
func (t *tx) Token(ctx context.Context, selector string) (store.Token, error) {
	if err := t.ready(ctx); err != nil {
		return store.Token{}, err
	}
	found, err := t.tokens(ctx, selectTokens().where("selector = ?", selector))
	return one(tokenRecord(selector), found, err)
}

// Tokens implements [store.TokenReader].
func (t *tx) Tokens(ctx context.Context, f store.TokenFilter, p store.Page) ([]store.Token, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	q := selectTokens().equal("individual", f.Individual).equal("organization", f.Organization).equal("purpose", f.Purpose)
	if !f.ExpiredBy.IsZero() {
		q.where("expires <= ?", instantText(f.ExpiredBy.Truncate(time.Microsecond)))
	}
	all, err := t.tokens(ctx, q.page("selector", p))
	return all, explain("tokens", err)
}

var putToken = upsert("durward_tokens", "selector",
	"verifier_hash, purpose, individual, organization, email, epoch, created, expires, sealed, revision")

// PutToken implements [store.TokenWriter].
func (t *tx) PutToken(ctx context.Context, token store.Token) error {
	if err := t.ready(ctx); err != nil {
		return err
	}
	if err := token.Validate(); err != nil {
		return err
	}
	r := tokenRecord(token.Selector)
	found, err := t.tokens(ctx, selectTokens().where("selector = ?", token.Selector))
	if _, err := current(r, found, err, token.Revision, tokenRevision); err != nil {
		return err
	}
	if token.Individual != "" {
		if err := t.exists(ctx, individualRecord(token.Individual), "SELECT id FROM durward_individuals WHERE id = ?"); err != nil {
			return r.needs("individual", err)
		}
	}
	if token.Organization != "" {
		if err := t.exists(ctx, organizationRecord(token.Organization), "SELECT entity FROM durward_organizations WHERE entity = ?"); err != nil {
			return r.needs("organization", err)
		}
	}
	token = token.Stamp(t.writes)
	t.wrote = true
	_, err = t.exec(ctx, putToken, token.Selector, token.VerifierHash[:], token.Purpose, optional(token.Individual), optional(token.Organization),
		token.Email, int64(token.Epoch), instant(token.Created), instant(token.Expires), sealed(token.Sealed), int64(token.Revision))
	return r.wrap(err)
}

// DeleteToken implements [store.TokenWriter].
func (t *tx) DeleteToken(ctx context.Context, selector string, revision uint64) error {
	if err := t.ready(ctx); err != nil {
		return err
	}
	r := tokenRecord(selector)
	found, err := t.tokens(ctx, selectTokens().where("selector = ?", selector))
	if _, err := existing(r, found, err, revision, tokenRevision); err != nil {
		return err
	}
	t.wrote = true
	return r.wrap(t.remove(ctx, selector, "DELETE FROM durward_tokens WHERE selector = ?"))
}
