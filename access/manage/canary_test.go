package manage_test

import (
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access/links"
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/store"
)

// Secrets that must not turn up anywhere.
const (
	canaryPassword = "tangerine-locomotive-8131"
	canaryKey      = "canary-sealed-key-of-steve"
)

func (w *world) credential(individual string) (c individuals.Credential) {
	w.t.Helper()
	w.read(func(r store.Reader) (err error) { c, err = r.Credential(w.ctx, individual); return err })
	return c
}

func (w *world) class(id string) (c individuals.Class) {
	w.t.Helper()
	w.read(func(r store.Reader) (err error) { c, err = r.Class(w.ctx, id); return err })
	return c
}

func (w *world) peek(text string, purpose links.Purpose) (found links.Found, err error) {
	w.t.Helper()
	err = w.store.View(w.ctx, func(r store.Reader) (err error) {
		found, err = w.links.Peek(w.ctx, r, text, purpose)
		return err
	})
	return found, err
}

// verifyAudit holds that the chain of changes is whole.
func (w *world) verifyAudit() {
	w.t.Helper()
	w.read(func(r store.Reader) error {
		_, err := audit.Verify(store.AllEvents(w.ctx, r, audit.Filter{Chain: audit.Changes}), audit.Start(audit.Changes))
		require.NoError(w.t, err)
		return nil
	})
}
