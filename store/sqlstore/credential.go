package sqlstore

import (
	"context"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/otp"
)

func credentialRevision(c individuals.Credential) uint64 { return c.Revision }

func credentialRecord(individual string) record { return record{"credential", individual} }

func (w *session) credentials(ctx context.Context, individual string) ([]individuals.Credential, error) {
	q := selectFrom("individual, password, meets_alone, must_change, password_off, second_factor_off, sealed_key, recovery, revision",
		"durward_credentials").where("individual = ?", individual)
	return list(ctx, w, q, func(r row, into *individuals.Credential) error {
		return r.Scan(&into.Individual, wordColumn[individuals.PasswordHash]{&into.Password, individuals.ParsePasswordHash},
			&into.MeetsAlone, &into.MustChange, &into.PasswordOff, &into.SecondFactorOff,
			&into.SealedKey, wordColumn[otp.RecoverySet]{&into.Recovery, parseRecovery}, &into.Revision)
	})
}

func parseRecovery(text string) (s otp.RecoverySet, err error) {
	err = s.UnmarshalText([]byte(text))
	return s, err
}

// Credential implements [store.CredentialReader].
func (t *tx) Credential(ctx context.Context, individual string) (individuals.Credential, error) {
	if err := t.ready(ctx); err != nil {
		return individuals.Credential{}, err
	}
	found, err := t.credentials(ctx, individual)
	return one(credentialRecord(individual), found, err)
}

var putCredential = upsert("durward_credentials", "individual",
	"password, meets_alone, must_change, password_off, second_factor_off, sealed_key, recovery, revision")

// PutCredential implements [store.CredentialWriter].
func (t *tx) PutCredential(ctx context.Context, c individuals.Credential) error {
	if err := t.ready(ctx); err != nil {
		return err
	}
	if err := c.Validate(); err != nil {
		return err
	}
	r := credentialRecord(c.Individual)
	found, err := t.credentials(ctx, c.Individual)
	if _, err := current(r, found, err, c.Revision, credentialRevision); err != nil {
		return err
	}
	if err := t.exists(ctx, individualRecord(c.Individual), "SELECT id FROM durward_individuals WHERE id = ?"); err != nil {
		return r.needs("individual", err)
	}
	recovery, err := c.Recovery.MarshalText()
	if err != nil {
		return r.wrap(err)
	}
	t.wrote = true
	_, err = t.exec(ctx, putCredential, c.Individual, c.Password.Encoded(), c.MeetsAlone, c.MustChange, c.PasswordOff, c.SecondFactorOff,
		sealed(c.SealedKey), string(recovery), int64(t.writes))
	return r.wrap(err)
}

// DeleteCredential implements [store.CredentialWriter].
func (t *tx) DeleteCredential(ctx context.Context, individual string, revision uint64) error {
	if err := t.ready(ctx); err != nil {
		return err
	}
	r := credentialRecord(individual)
	found, err := t.credentials(ctx, individual)
	if _, err := existing(r, found, err, revision, credentialRevision); err != nil {
		return err
	}
	t.wrote = true
	return r.wrap(t.remove(ctx, individual, "DELETE FROM durward_credentials WHERE individual = ?"))
}
