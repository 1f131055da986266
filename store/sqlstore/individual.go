package sqlstore

import (
	"context"
	"fmt"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/ipallow"
	"github.com/durward-go/durward/store"
)

func individualRevision(p individuals.Individual) uint64 { return p.Revision }

func individualRecord(id string) record { return record{"individual", id} }

func selectIndividuals() *query {
	return selectFrom("id, provider, realm, role_type, organization, login, name, email, contact, activation, expiration, zone, "+
		"language, anywhere, second_factor, enrolled, disabled, epoch, revision", "durward_individuals")
}

func (w *session) individuals(ctx context.Context, q *query) ([]individuals.Individual, error) {
	anywhere := false
	all, err := list(ctx, w, q, func(r row, into *individuals.Individual) error {
		err := r.Scan(&into.ID, &into.Provider, &into.Realm, &into.RoleType, &into.Organization, &into.Login, &into.Name, &into.Email,
			&into.Contact, dateColumn{&into.Window.Activation}, dateColumn{&into.Window.Expiration}, &into.Window.Zone, &into.Language,
			&anywhere, wordColumn[individuals.SecondFactorMode]{&into.SecondFactor, parseSecondFactor}, &into.Enrolled, &into.Disabled,
			epochColumn{&into.Epoch}, &into.Revision)
		if anywhere {
			into.AllowList = ipallow.Anywhere()
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	var keys []any
	for i := range all {
		if !all[i].AllowList.IsAnywhere() {
			keys = append(keys, all[i].ID)
		}
	}
	entries := make(map[string][]string)
	err = w.names(ctx, "SELECT individual, entry FROM durward_allow_list WHERE individual", keys, "individual, place", func(id, entry string) {
		entries[id] = append(entries[id], entry)
	})
	if err != nil {
		return nil, err
	}
	for i := range all {
		if !all[i].AllowList.IsAnywhere() {
			if all[i].AllowList, err = ipallow.Parse(entries[all[i].ID]); err != nil {
				return nil, damaged(fmt.Errorf("individual %q: %w", all[i].ID, err))
			}
		}
	}
	return all, nil
}

func parseSecondFactor(text string) (m individuals.SecondFactorMode, err error) {
	err = m.UnmarshalText([]byte(text))
	return m, err
}

// Individual implements [store.IndividualReader].
func (t *tx) Individual(ctx context.Context, id string) (individuals.Individual, error) {
	if err := t.ready(ctx); err != nil {
		return individuals.Individual{}, err
	}
	found, err := t.individuals(ctx, selectIndividuals().where("id = ?", id))
	return one(individualRecord(id), found, err)
}

// Individuals implements [store.IndividualReader].
func (t *tx) Individuals(ctx context.Context, f store.IndividualFilter, p store.Page) ([]individuals.Individual, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	all, err := t.individuals(ctx, selectIndividuals().equal("organization", f.Organization).equal("role_type", f.RoleType).page("id", p))
	return all, explain("individuals", err)
}

// IndividualByLogin implements [store.IndividualReader].
func (t *tx) IndividualByLogin(ctx context.Context, provider, realm, login string) (individuals.Individual, error) {
	if err := t.ready(ctx); err != nil {
		return individuals.Individual{}, err
	}
	found, err := t.individuals(ctx, selectIndividuals().where("provider = ?", provider).where("realm = ?", realm).where("canonical_login = ?", login))
	// People type passwords into the field of a login.
	return one(record{"individual by login in realm", realm}, found, err)
}

var putIndividual = upsert("durward_individuals", "id", "provider, realm, role_type, organization, login, canonical_login, name, email, contact, "+
	"activation, expiration, zone, language, anywhere, second_factor, enrolled, disabled, epoch, revision")

// PutIndividual implements [store.IndividualWriter].
func (t *tx) PutIndividual(ctx context.Context, p individuals.Individual) error {
	if err := t.ready(ctx); err != nil {
		return err
	}
	if err := p.Validate(); err != nil {
		return err
	}
	r := individualRecord(p.ID)
	found, err := t.individuals(ctx, selectIndividuals().where("id = ?", p.ID))
	old, err := current(r, found, err, p.Revision, individualRevision)
	if err != nil {
		return err
	}
	if old.RoleType != "" && old.RoleType != p.RoleType {
		return fmt.Errorf("sqlstore: individual %q: role type %q: it is %q since its creation; make another individual", p.ID, p.RoleType, old.RoleType)
	}
	canonical := p.CanonicalLogin()
	if canonical != "" {
		_, taken, err := t.some(ctx, "SELECT id FROM durward_individuals WHERE provider = ? AND realm = ? AND canonical_login = ? AND id <> ?",
			p.Provider, p.Realm, canonical, p.ID)
		if err != nil {
			return r.wrap(err)
		}
		if taken {
			return fmt.Errorf("sqlstore: individual %q: login %q is taken in realm %q: %w", p.ID, p.Login, p.Realm, store.ErrConflict)
		}
	}
	entries := p.AllowList.Entries()
	t.note(store.Individuals, p.ID, "", p.Revision > 0, len(entries)+len(old.AllowList.Entries()) > 0)
	_, err = t.exec(ctx, putIndividual, p.ID, p.Provider, p.Realm, p.RoleType, p.Organization, p.Login, optional(canonical), p.Name, p.Email,
		p.Contact, date(p.Window.Activation), date(p.Window.Expiration), p.Window.Zone, p.Language, p.AllowList.IsAnywhere(),
		p.SecondFactor.String(), p.Enrolled, p.Disabled, int64(p.Epoch), int64(t.writes))
	if err != nil {
		return r.wrap(err)
	}
	texts := make([]string, len(entries))
	for i, entry := range entries {
		texts[i] = entry.String()
	}
	if err := t.clear(ctx, p.Revision, "DELETE FROM durward_allow_list WHERE individual = ?", p.ID); err != nil {
		return r.wrap(err)
	}
	return r.wrap(t.insert(ctx, "durward_allow_list", "individual, place, entry", named(texts, p.ID)))
}

// DeleteIndividual implements [store.IndividualWriter].
func (t *tx) DeleteIndividual(ctx context.Context, id string, revision uint64) error {
	if err := t.ready(ctx); err != nil {
		return err
	}
	r := individualRecord(id)
	found, err := t.revisions(ctx, "SELECT revision FROM durward_individuals WHERE id = ?", id)
	if _, err := existing(r, found, err, revision, itself); err != nil {
		return err
	}
	in, holds, err := t.some(ctx, "SELECT organization FROM durward_grants WHERE individual = ? LIMIT 1", id)
	if err != nil {
		return r.wrap(err)
	}
	if holds {
		return fmt.Errorf("sqlstore: individual %q holds a grant in %q: %w", id, in, store.ErrInUse)
	}
	t.changed(store.Individuals, id, "")
	return r.wrap(t.remove(ctx, id,
		"DELETE FROM durward_credentials WHERE individual = ?",
		"DELETE FROM durward_tokens WHERE individual = ?",
		"DELETE FROM durward_allow_list WHERE individual = ?",
		"DELETE FROM durward_individuals WHERE id = ?"))
}
