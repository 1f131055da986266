package memstore

import (
	"context"
	"fmt"

	"github.com/durward-go/durward/individuals"
)

func credentialRevision(c individuals.Credential) uint64 { return c.Revision }

// Credential implements [store.CredentialReader].
func (t *tx) Credential(ctx context.Context, individual string) (individuals.Credential, error) {
	if err := t.ready(ctx); err != nil {
		return individuals.Credential{}, err
	}
	return t.state.credentials.get(individual, individual)
}

// PutCredential implements [store.CredentialWriter].
func (t *tx) PutCredential(ctx context.Context, c individuals.Credential) error {
	if err := t.ready(ctx); err != nil {
		return err
	}
	if err := c.Validate(); err != nil {
		return err
	}
	if _, err := t.state.credentials.current(c.Individual, c.Individual, c.Revision, credentialRevision); err != nil {
		return err
	}
	if _, err := t.state.individuals.get(c.Individual, c.Individual); err != nil {
		return fmt.Errorf("memstore: credential %q: %w; write the individual first", c.Individual, err)
	}
	c.Revision = t.writes
	t.state.credentials.put(c.Individual, c)
	t.wrote = true
	return nil
}

// DeleteCredential implements [store.CredentialWriter].
func (t *tx) DeleteCredential(ctx context.Context, individual string, revision uint64) error {
	if err := t.ready(ctx); err != nil {
		return err
	}
	if _, err := t.state.credentials.existing(individual, individual, revision, credentialRevision); err != nil {
		return err
	}
	t.state.credentials.rows.Delete(individual)
	t.wrote = true
	return nil
}
