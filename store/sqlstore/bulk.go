package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

var _ store.BatchWriter = (*tx)(nil)

// PutBatch implements [store.BatchWriter]: what is asked one by one for a record is
// asked here for all records of a kind, and then they are written with many rows a
// statement.
func (t *tx) PutBatch(ctx context.Context, b store.Batch) (err error) {
	defer func() {
		if err != nil {
			t.spoil(err)
		}
	}()
	if err := t.ready(ctx); err != nil {
		return err
	}
	if err := b.CheckNew(); err != nil {
		return err
	}
	links := func(ctx context.Context, l store.EntityLinks) error { return l.Put(ctx, t) }
	many := batch{tx: t}
	return t.inSteps(ctx,
		func() error { return putEach(ctx, "classes", b.Classes, t.PutClass) },
		func() error { return many.putEntities(ctx, b.Entities) },
		func() error { return putEach(ctx, "links", b.Links, links) },
		func() error { return many.putOrganizations(ctx, b.Organizations) },
		func() error { return putEach(ctx, "roles", b.Roles, t.PutRole) },
		func() error { return putEach(ctx, "acls", b.ACLs, t.PutACL) },
		func() error { return many.putIndividuals(ctx, b.Individuals) },
		func() error { return many.putCredentials(ctx, b.Credentials) },
		func() error { return many.putGrants(ctx, b.Grants) },
	)
}

// A batch is records of a kind that are written together.
type batch struct {
	*tx
	// verbatim says that revisions and stamps are kept, and that the feed hears
	// nothing.
	verbatim bool
}

// revision is that of a record that was given with one.
func (t batch) revision(given uint64) uint64 {
	if t.verbatim {
		return given
	}
	return t.writes
}

// created notes a record that was not there, with or without rows of parts.
func (t batch) created(kind store.Kind, id, organization string, parts bool) {
	if !t.verbatim {
		t.note(kind, id, organization, false, parts)
	}
}

// inSteps runs the parts of a batch.
func (t *tx) inSteps(ctx context.Context, steps ...func() error) error {
	restore, err := t.forceIndexes(ctx)
	if err != nil {
		return explain("batch", err)
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return explain("batch", restore())
}

// forceIndexes keeps PostgreSQL from reading whole tables for the rows of a batch.
// Its plan of a statement outlives the days when a table was nearly empty. The
// setting is the transaction's, which may be the host's.
func (t *tx) forceIndexes(ctx context.Context) (restore func() error, err error) {
	if !t.store.traits.numbered {
		return func() error { return nil }, nil
	}
	var was string
	set := "SELECT current_setting('enable_seqscan'), set_config('enable_seqscan', ?, true)"
	err = t.each(ctx, set, []any{"off"}, func(r row) error { return r.Scan(&was, new(string)) })
	return func() error {
		return t.each(ctx, set, []any{was}, func(r row) error { return r.Scan(new(string), new(string)) })
	}, err
}

// spoil lets the commit fail: some of a batch may be written.
func (w *session) spoil(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.failed == nil {
		w.failed = err
	}
}

func putEach[T any](ctx context.Context, list string, records []T, put func(context.Context, T) error) error {
	for i, r := range records {
		if err := put(ctx, r); err != nil {
			return &store.BatchError{List: list, Index: i, Err: err}
		}
	}
	return nil
}

// A wanted is a set of IDs, and which of them there are.
type wanted map[string]bool

// add asks for an ID. One that no record can have is not there.
func (s wanted) add(id string) {
	if _, asked := s[id]; !asked && id != "" && plain(id) {
		s[id] = false
	}
}

// find looks for all that were asked for. The query selects one column, and ends in
// the name of the one that is asked for.
func (w *session) find(ctx context.Context, query string, ids wanted, first ...any) error {
	keys := make([]string, 0, len(ids))
	for id, there := range ids {
		if !there {
			keys = append(keys, id)
		}
	}
	return w.with(ctx, query, keys, first, func(r row) error {
		var id string
		err := r.Scan(&id)
		ids[id] = true
		return err
	})
}

// with runs a query that ends in the name of a column, for the rows that have one
// of the keys in it. first are parameters that come before.
func (w *session) with(ctx context.Context, query string, keys []string, first []any, scan func(r row) error) error {
	slices.Sort(keys) // neighbours lie together
	for len(keys) > 0 {
		n := min(len(keys), w.keysAtOnce())
		some := keys[:n]
		keys = keys[n:]
		args := slices.Clone(first)
		in := " IN (" + places(n) + ")"
		if w.store.traits.numbered {
			text, err := textArray(some)
			if err != nil {
				return err
			}
			in, args = " = ANY(?::text::text[])", append(args, text)
		} else {
			for _, key := range some {
				args = append(args, key)
			}
		}
		if err := w.each(ctx, query+in, args, scan); err != nil {
			return err
		}
	}
	return nil
}

// keysAtOnce bounds the keys of one query.
func (w *session) keysAtOnce() int {
	if w.store.traits.numbered {
		return maxArrayRows
	}
	return maxKeys
}

func exists(r record) error {
	return fmt.Errorf("sqlstore: %s %q: exists already: %w", r.noun, r.id, store.ErrConflict)
}

func (t batch) putEntities(ctx context.Context, all []scope.Entity) error {
	if len(all) == 0 {
		return nil
	}
	known, ids := make(map[string]scope.Entity), make(wanted, len(all))
	named := make(wanted)
	for _, e := range all {
		ids.add(e.ID)
		named.add(e.Parent)
		for _, l := range e.Links {
			named.add(l.To)
		}
	}
	if err := t.find(ctx, "SELECT id FROM durward_entities WHERE id", ids); err != nil {
		return explain("entities", err)
	}
	if err := t.knowEntities(ctx, named, known); err != nil {
		return explain("entities", err)
	}
	stored := store.EntityLookup(ctx, t.tx)
	lookup := func(id string) (scope.Entity, error) {
		if e, ok := known[id]; ok {
			return e, nil
		}
		e, err := stored(id)
		if err == nil {
			known[id] = e
		}
		return e, err
	}
	rows, links := make([][]any, len(all)), [][]any(nil)
	for i, e := range all {
		err := scope.CheckPlacement(lookup, e)
		if ids[e.ID] {
			err = exists(entityRecord(e.ID))
		}
		if err != nil {
			return &store.BatchError{List: "entities", Index: i, Err: err}
		}
		e.Revision = t.revision(e.Revision)
		ids[e.ID], known[e.ID] = true, e
		rows[i] = entityRow(e)
		links = append(links, linkRows(e.ID, e.Links)...)
		t.created(store.Entities, e.ID, "", len(e.Links) > 0)
	}
	return errors.Join(
		explain("entities", t.insertMany(ctx, "durward_entities", entityColumns, rows)),
		explain("entities", t.insertMany(ctx, "durward_entity_links", linkColumns, links)))
}

// knowEntities reads entities that others name.
func (t *tx) knowEntities(ctx context.Context, ids wanted, known map[string]scope.Entity) error {
	some := make([]any, 0, maxKeys)
	read := func() error {
		if len(some) == 0 {
			return nil
		}
		q := selectEntities().where("id IN ("+places(len(some))+")", some...)
		found, err := t.entities(ctx, q)
		for _, e := range found {
			known[e.ID] = e
		}
		some = some[:0]
		return err
	}
	for id := range ids {
		if some = append(some, id); len(some) == maxKeys {
			if err := read(); err != nil {
				return err
			}
		}
	}
	return read()
}

const (
	entityColumns       = "id, kind, parent, title, revision"
	linkColumns         = "entity, place, name, target"
	organizationColumns = "entity, class, default_role, closed, link_role, link_epoch, link_open, revision"
	individualColumns   = "id, provider, realm, role_type, organization, login, canonical_login, name, email, contact, " +
		"activation, expiration, zone, language, anywhere, second_factor, enrolled, disabled, epoch, revision"
	credentialColumns = "individual, password, meets_alone, must_change, password_off, second_factor_off, sealed_key, recovery, revision"
	grantColumns      = "individual, organization, role, role_revision, role_by, role_system, acl, acl_revision, acl_by, acl_system, revision"
)

func entityRow(e scope.Entity) []any {
	return []any{e.ID, e.Kind, optional(e.Parent), e.Title, int64(e.Revision)}
}

func linkRows(entity string, links []scope.Link) [][]any {
	rows := make([][]any, len(links))
	for i, l := range links {
		rows[i] = []any{entity, i, l.Name, l.To}
	}
	return rows
}

func organizationRow(o individuals.Organization) []any {
	return []any{o.Entity, o.Class, o.DefaultRole, o.Closed, o.Link.Role, int64(o.Link.Epoch), o.Link.Open, int64(o.Revision)}
}

func individualRow(p individuals.Individual, canonical string) []any {
	return []any{p.ID, p.Provider, p.Realm, p.RoleType, p.Organization, p.Login, optional(canonical), p.Name, p.Email, p.Contact,
		date(p.Window.Activation), date(p.Window.Expiration), p.Window.Zone, p.Language, p.AllowList.IsAnywhere(),
		p.SecondFactor.String(), p.Enrolled, p.Disabled, int64(p.Epoch), int64(p.Revision)}
}

func allowListRows(p individuals.Individual) [][]any {
	var entries []string
	for _, entry := range p.AllowList.Entries() {
		entries = append(entries, entry.String())
	}
	return named(entries, p.ID)
}

func credentialRow(c individuals.Credential) ([]any, error) {
	recovery, err := c.Recovery.MarshalText()
	return []any{c.Individual, c.Password.Encoded(), c.MeetsAlone, c.MustChange, c.PasswordOff, c.SecondFactorOff,
		sealed(c.SealedKey), string(recovery), int64(c.Revision)}, err
}

func grantRow(g individuals.Grant) []any {
	return []any{g.Individual, g.Organization, g.Role.ID, int64(g.Role.Revision), g.Role.By, g.Role.System.String(),
		g.ACL.ID, int64(g.ACL.Revision), g.ACL.By, g.ACL.System.String(), int64(g.Revision)}
}
