package sqlstore

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/durward-go/durward/store"
)

var _ store.History = (*Store)(nil)

// still is the revision until which a version is true that is true now.
const still = "9223372036854775807"

// A versioned table is one of which every version is kept, in a table of the
// same name and "_history". It holds records, or parts that are written anew with
// the record that they belong to.
type versioned struct {
	kind  store.Kind
	table string
	// keys name the record: its key, or a part's columns for that.
	keys    []string
	columns string
	// records is the table of the records, where this is one of parts, and id its
	// keys.
	records string
	id      []string
}

func versionedTables() []versioned {
	id, grant := []string{"id"}, []string{"individual", "organization"}
	part := func(kind store.Kind, table, columns, records string, keys, id []string) versioned {
		return versioned{kind: kind, table: table, keys: keys, columns: columns, records: records, id: id}
	}
	return []versioned{
		{kind: store.Entities, table: "durward_entities", keys: id, columns: "id, kind, parent, title, revision"},
		part(store.Entities, "durward_entity_links", "entity, place, name, target", "durward_entities", []string{"entity"}, id),
		{kind: store.Classes, table: "durward_classes", keys: id, columns: "id, name, second_factor, revision"},
		{kind: store.Organizations, table: "durward_organizations", keys: []string{"entity"},
			columns: "entity, class, default_role, closed, link_role, link_epoch, link_open, revision"},
		part(store.Organizations, "durward_allowed_roles", "organization, place, role", "durward_organizations", []string{"organization"}, []string{"entity"}),
		{kind: store.Roles, table: "durward_roles", keys: id, columns: "id, name, type, owner, description, revision"},
		part(store.Roles, "durward_role_permissions", "role, path, permission, set_by, set_revision", "durward_roles", []string{"role"}, id),
		{kind: store.ACLs, table: "durward_acls", keys: id, columns: "id, name, type, owner, description, system_default, revision"},
		part(store.ACLs, "durward_acl_permissions", "acl, place, operations, object, attribute", "durward_acls", []string{"acl"}, id),
		part(store.ACLs, "durward_acl_components", "acl, place, component", "durward_acls", []string{"acl"}, id),
		part(store.ACLs, "durward_acl_visible_to", "acl, place, entity", "durward_acls", []string{"acl"}, id),
		{kind: store.Individuals, table: "durward_individuals", keys: id, columns: "id, provider, realm, role_type, organization, login, canonical_login, " +
			"name, email, contact, activation, expiration, zone, language, anywhere, second_factor, enrolled, disabled, epoch, revision"},
		part(store.Individuals, "durward_allow_list", "individual, place, entry", "durward_individuals", []string{"individual"}, id),
		{kind: store.Grants, table: "durward_grants", keys: grant,
			columns: "individual, organization, role, role_revision, role_by, role_system, acl, acl_revision, acl_by, acl_system, revision"},
		part(store.Grants, "durward_grant_scope", "individual, organization, place, entity", "durward_grants", grant, grant),
	}
}

// A versioning is a versioned table and how a commit writes what was. Both
// statements lack the condition on the first key at their end, and have the commit's
// revision as the first parameters: of everything that is named so they choose
// what the commit wrote, by the revision that the record has. In open the
// condition that close comes first has its place.
type versioning struct {
	versioned
	close, open string
}

var versionings = func() (all []versioning) {
	for _, v := range versionedTables() {
		records, id := v.records, v.id
		if records == "" {
			records, id = v.table, v.keys
		}
		// The revision of a row's record, NULL where it is gone. A subquery in the
		// place of a value is run for the rows concerned; one that a database may
		// turn into a join reads all records there are.
		revision := func(table string) string {
			var same []string
			for i, key := range id {
				same = append(same, "r."+key+" = "+table+"."+v.keys[i])
			}
			return "(SELECT r.revision FROM " + records + " r WHERE " + strings.Join(same, " AND ") + ")"
		}
		history, of := v.table+"_history", revision("t")
		if v.records == "" {
			of = "t.revision"
		}
		all = append(all, versioning{v,
			"UPDATE " + history + " SET until_revision = ? WHERE coalesce(" + revision(history) + " = ?, TRUE) AND until_revision = " + still +
				" AND " + v.keys[0],
			"INSERT INTO " + history + " (" + v.columns + ", from_revision, until_revision) SELECT " + prefixed("t.", v.columns) + ", " + of + ", " + still +
				" FROM " + v.table + " t WHERE " + of + " = ?" + afterStep + " AND t." + v.keys[0]})
	}
	return all
}()

// historySteps are what keeps what the commit wrote, and who made it.
func (t *tx) historySteps() []step {
	revision := int64(t.writes)
	steps := []step{{
		text: "INSERT INTO durward_commits (revision, happened_at, author, on_behalf_of, system) VALUES (?, ?, ?, ?, ?)",
		args: []any{revision, instantText(t.store.clock()), t.by.ID, t.by.OnBehalfOf, t.by.System.String()},
	}}
	changed := make(map[store.Kind][]store.Change)
	for _, c := range t.changes {
		changed[c.Kind] = append(changed[c.Kind], c)
	}
	for _, v := range versionings {
		var before, now []string // those with a version to close, and all
		for _, c := range changed[v.kind] {
			noted := t.noted[c]
			if v.records != "" && noted&parted == 0 {
				continue
			}
			now = append(now, c.ID)
			if noted&former != 0 {
				before = append(before, c.ID)
			}
		}
		for _, some := range t.store.traits.lists(before) {
			steps = append(steps, step{table: v.table, text: v.close + some.text, args: append([]any{revision, revision}, some.args...)})
		}
		for _, some := range t.store.traits.lists(now) {
			steps = append(steps, step{table: v.table, text: v.open + some.text, args: append([]any{revision}, some.args...)})
		}
	}
	return steps
}

// RevisionAt implements [store.History].
func (s *Store) RevisionAt(ctx context.Context, instant time.Time) (revision uint64, err error) {
	err = s.history(ctx, func(t *tx) error {
		commit, found, err := t.commitAt(ctx, instant)
		if err != nil || found || t.historyFrom == 0 {
			revision = commit.Revision
			return err
		}
		oldest, _, err := t.commit(ctx, "revision = ?", int64(t.historyFrom))
		if err != nil {
			return err
		}
		return fmt.Errorf("%s: %w; the oldest revision kept is %d, of %s", instant.UTC().Format(time.RFC3339Nano), store.ErrGone,
			t.historyFrom, oldest.At.Format(time.RFC3339Nano))
	})
	return revision, explain("revision at", err)
}

// CommitOf implements [store.History].
func (s *Store) CommitOf(ctx context.Context, revision uint64) (commit store.Commit, err error) {
	err = s.history(ctx, func(t *tx) error {
		if err := t.keeps(revision); err != nil {
			return err
		}
		var found bool
		commit, found, err = t.commit(ctx, "revision = ?", number63(revision))
		if err == nil && !found {
			err = fmt.Errorf("revision %d is no commit: %w", revision, store.ErrNotFound)
		}
		return err
	})
	return commit, explain("commit", err)
}

// history reads what is kept of the past.
func (s *Store) history(ctx context.Context, fn func(t *tx) error) error {
	if err := s.ready(ctx); err != nil {
		return err
	}
	return s.within(ctx, s.traits.beginRead, false, func(w *session) error {
		t, err := newTx(ctx, w, "")
		if err != nil {
			return err
		}
		defer t.end()
		return fn(t)
	})
}

// keeps reports a revision whose state is not kept.
func (t *tx) keeps(revision uint64) error {
	switch {
	case revision > t.revision:
		return fmt.Errorf("revision %d has not come, the latest is %d: %w", revision, t.revision, store.ErrNotFound)
	case revision < t.historyFrom:
		return fmt.Errorf("revision %d: %w; the oldest kept is %d", revision, store.ErrGone, t.historyFrom)
	}
	return nil
}

// commit returns the latest commit of those that a condition chooses.
func (w *session) commit(ctx context.Context, condition string, args ...any) (c store.Commit, found bool, err error) {
	query := "SELECT revision, happened_at, author, on_behalf_of, system FROM durward_commits WHERE " + condition + " ORDER BY revision DESC LIMIT 1"
	err = w.each(ctx, query, args, func(r row) error {
		found = true
		return r.Scan(&c.Revision, instantColumn{&c.At}, &c.By.ID, &c.By.OnBehalfOf, systemColumn{&c.By.System})
	})
	return c, found, err
}

// commitAt returns the latest commit, of those that are kept, whose clock told the
// instant or one before.
func (t *tx) commitAt(ctx context.Context, instant time.Time) (c store.Commit, found bool, err error) {
	return t.commit(ctx, "happened_at <= ? AND revision >= ?", instantText(instant), int64(t.historyFrom))
}

// erasePast takes what is personal out of the versions of an individual's record
// that are true no longer.
func (w *session) erasePast(ctx context.Context, individual string) error {
	_, err := w.exec(ctx, "UPDATE durward_individuals_history SET login = '', canonical_login = NULL, name = '', email = '', contact = '' "+
		"WHERE id = ? AND until_revision < "+still, individual)
	return err
}
