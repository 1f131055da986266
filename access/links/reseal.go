package links

import (
	"context"
	"errors"
	"fmt"

	"github.com/durward-go/durward/store"
)

// resealer is what a sealer may tell beside: [otp.Keyring] does.
type resealer interface {
	// NeedsReseal reports whether another key than the present one sealed it.
	NeedsReseal(sealed []byte) bool
}

// Reseal seals anew what is kept with tokens, after the host's key was replaced,
// and returns how many it sealed. Standing links live as long as they are not
// rotated, so an older host key can go only afterwards; messages in the outbox
// are gone after [DispatcherOptions.GiveUp]. Links work meanwhile, and stay the
// same. A sealer that has NeedsReseal, as [otp.Keyring] has, says which are
// meant; else all are.
func (l *Links) Reseal(ctx context.Context, s store.Store) (resealed int, err error) {
	for _, purpose := range []Purpose{Standing, EmailChange} {
		var found []store.Token
		err := s.View(ctx, func(r store.Reader) error {
			return eachToken(ctx, r, store.TokenFilter{Purpose: string(purpose)}, func(t store.Token) error {
				if asked, ok := l.sealer.(resealer); !ok || asked.NeedsReseal(t.Sealed) {
					found = append(found, t)
				}
				return nil
			})
		})
		if err != nil {
			return resealed, fmt.Errorf("links: reseal: %w", err)
		}
		for _, t := range found {
			kept, err := l.open(t)
			if err == nil {
				t.Sealed, err = l.seal(t, kept)
			}
			if err == nil {
				_, err = s.Update(ctx, store.Author{ID: keeper}, func(tx store.Tx) error { return tx.PutToken(ctx, t) })
			}
			switch {
			case errors.Is(err, store.ErrConflict):
				// Rotated or used meanwhile: sealed by the present key, or gone.
			case err != nil:
				return resealed, fmt.Errorf("links: reseal: %w", err)
			default:
				resealed++
			}
		}
	}
	return resealed, nil
}
