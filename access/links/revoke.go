package links

import (
	"context"
	"errors"
	"fmt"

	"github.com/durward-go/durward/store"
)

// Revoke ends the links that the filter selects, in the caller's commit, and
// returns how many. Mails that wait with one of them are not sent. Where a
// standing link is among them the epoch of its organization's link moves, so
// that whoever came by it is out. The empty filter is refused: it would end
// all.
func (l *Links) Revoke(ctx context.Context, tx store.Tx, filter store.TokenFilter) (revoked int, err error) {
	if filter == (store.TokenFilter{}) {
		return 0, errors.New("links: revoke: an empty filter selects every link of everyone; name whose or which")
	}
	tokens, err := deleteTokens(ctx, tx, filter)
	if err != nil {
		return 0, fmt.Errorf("links: revoke: %w", err)
	}
	moved := make(map[string]bool)
	for _, t := range tokens {
		if Purpose(t.Purpose) != Standing || moved[t.Organization] {
			continue
		}
		moved[t.Organization] = true
		o, err := tx.Organization(ctx, t.Organization)
		if err == nil {
			o.Link.Epoch++
			err = putOrganization(ctx, tx, o)
		}
		if err != nil {
			return 0, fmt.Errorf("links: revoke: %w", err)
		}
	}
	return len(tokens), nil
}

// Sweep deletes the tokens that have expired, and returns how many. What it
// leaves undone, a later call does: hosts run it once an hour or a day. Links
// that have expired do not work whether or not they were swept.
func (l *Links) Sweep(ctx context.Context, s store.Store) (swept int, err error) {
	const batch, attempts = 500, 3
	filter := store.TokenFilter{ExpiredBy: l.clock()}
	for conflicts := 0; ; {
		var found []store.Token
		if err := s.View(ctx, func(r store.Reader) (err error) {
			found, err = r.Tokens(ctx, filter, store.Page{Limit: batch})
			return err
		}); err != nil {
			return swept, fmt.Errorf("links: sweep: %w", err)
		}
		if len(found) == 0 {
			return swept, nil
		}
		_, err := s.Update(ctx, store.Author{ID: keeper}, func(tx store.Tx) error {
			for _, t := range found {
				err := tx.DeleteToken(ctx, t.Selector, t.Revision)
				if err != nil && !errors.Is(err, store.ErrNotFound) {
					return err
				}
			}
			return nil
		})
		switch {
		case err == nil:
			swept += len(found)
		case errors.Is(err, store.ErrConflict) && conflicts < attempts:
			conflicts++
		default:
			return swept, fmt.Errorf("links: sweep: %w", err)
		}
	}
}

// keeper is the author of the commits of [Links.Sweep] and [Links.Reseal].
const keeper = "durward/links"

// eachToken calls fn with the tokens that the filter selects. fn may delete what
// it is called with.
func eachToken(ctx context.Context, r store.TokenReader, filter store.TokenFilter, fn func(store.Token) error) error {
	page := store.Page{Limit: store.DefaultPage}
	for {
		tokens, err := r.Tokens(ctx, filter, page)
		if err != nil {
			return err
		}
		for _, t := range tokens {
			if err := fn(t); err != nil {
				return err
			}
			page.After = t.Selector
		}
		if len(tokens) < page.Limit {
			return nil
		}
	}
}

// deleteTokens deletes what the filter selects and returns what there was.
func deleteTokens(ctx context.Context, tx store.Tx, filter store.TokenFilter) (deleted []store.Token, err error) {
	err = eachToken(ctx, tx, filter, func(t store.Token) error {
		deleted = append(deleted, t)
		return tx.DeleteToken(ctx, t.Selector, t.Revision)
	})
	return deleted, err
}
