package manage_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/access/manage"
	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// Whichever read of a commit fails, the change is refused and leaves nothing: no
// failure is taken for "there is none".
func TestMatrixEveryReadFails(t *testing.T) {
	for _, c := range matrixCases() {
		if c.host {
			continue // those read in several commits; see their own tests
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for at := 1; ; at++ {
				w, end := newSmallWorld(t, access.LastWrite, matrixFill, matrixSystems...)
				p := w.principal(smallIdentity("ann", "", access.NewInterface))
				before := w.take()
				flaky := &flakyStore{Store: w.store, at: at}
				var err error
				w.manager, err = manage.New(w.engine, flaky, smallGuards, &manage.Options{ACLs: smallLevels, Links: w.links})
				w.must(err)
				err = c.call(w, p)
				failed := flaky.reads >= at
				if failed && err == nil && decidesOtherwise[c.name] {
					end()
					continue
				}
				if failed {
					require.Error(t, err, "read %d", at)
					require.Nil(t, w.takeIfChanged(before), "read %d", at)
				} else {
					require.NoError(t, err, "without a failure")
				}
				end()
				if !failed {
					require.Greater(t, at, 2, "nothing was read")
					return
				}
				if testing.Short() {
					at += at / 2
				}
			}
		})
	}
}

// decidesOtherwise are ways to which more than one right leads. A decision that
// cannot be made denies, and leaves the others: whoever holds what a role or a
// level gives need not have the right to give more; and whoever may not be shown
// to see a level for its owner may see it where it is used.
var decidesOtherwise = map[string]bool{"RoleDesk.UpdateRole": true, "ACLDesk.UpdateLevel": true, "ACLDesk.Level": true, "ACLDesk.Levels": true,
	"ACLDesk.DeleteLevel": true, "ACLDesk.CloneLevel": true}

// A flakyStore fails one read: the one whose number it is told.
type flakyStore struct {
	store.Store
	at, reads int
}

var errFlaky = errors.New("the store did not answer")

func (f *flakyStore) Update(ctx context.Context, by store.Author, fn func(store.Tx) error) (uint64, error) {
	return f.Store.Update(ctx, by, func(tx store.Tx) error { return fn(flakyTx{Tx: tx, flakyReader: flakyReader{tx, f}}) })
}

func (f *flakyStore) View(ctx context.Context, fn func(store.Reader) error) error {
	return f.Store.View(ctx, func(r store.Reader) error { return fn(flakyReader{r, f}) })
}

func flaky[T any](f *flakyStore, read func() (T, error)) (T, error) {
	f.reads++
	if f.reads == f.at {
		var none T
		return none, errFlaky
	}
	return read()
}

type flakyReader struct {
	store.Reader
	of *flakyStore
}

func (r flakyReader) Role(ctx context.Context, id string) (roles.Role, error) {
	return flaky(r.of, func() (roles.Role, error) { return r.Reader.Role(ctx, id) })
}

func (r flakyReader) Roles(ctx context.Context, f store.RoleFilter, p store.Page) ([]roles.Role, error) {
	return flaky(r.of, func() ([]roles.Role, error) { return r.Reader.Roles(ctx, f, p) })
}

func (r flakyReader) ACL(ctx context.Context, id string) (acl.Level, error) {
	return flaky(r.of, func() (acl.Level, error) { return r.Reader.ACL(ctx, id) })
}

func (r flakyReader) ACLs(ctx context.Context, f store.ACLFilter, p store.Page) ([]acl.Level, error) {
	return flaky(r.of, func() ([]acl.Level, error) { return r.Reader.ACLs(ctx, f, p) })
}

func (r flakyReader) Individual(ctx context.Context, id string) (individuals.Individual, error) {
	return flaky(r.of, func() (individuals.Individual, error) { return r.Reader.Individual(ctx, id) })
}

func (r flakyReader) Individuals(ctx context.Context, f store.IndividualFilter, p store.Page) ([]individuals.Individual, error) {
	return flaky(r.of, func() ([]individuals.Individual, error) { return r.Reader.Individuals(ctx, f, p) })
}

func (r flakyReader) Organization(ctx context.Context, id string) (individuals.Organization, error) {
	return flaky(r.of, func() (individuals.Organization, error) { return r.Reader.Organization(ctx, id) })
}

func (r flakyReader) Organizations(ctx context.Context, f store.OrganizationFilter, p store.Page) ([]individuals.Organization, error) {
	return flaky(r.of, func() ([]individuals.Organization, error) { return r.Reader.Organizations(ctx, f, p) })
}

func (r flakyReader) Class(ctx context.Context, id string) (individuals.Class, error) {
	return flaky(r.of, func() (individuals.Class, error) { return r.Reader.Class(ctx, id) })
}

func (r flakyReader) Grant(ctx context.Context, individual, organization string) (individuals.Grant, error) {
	return flaky(r.of, func() (individuals.Grant, error) { return r.Reader.Grant(ctx, individual, organization) })
}

func (r flakyReader) Grants(ctx context.Context, f store.GrantFilter, p store.GrantPage) ([]individuals.Grant, error) {
	return flaky(r.of, func() ([]individuals.Grant, error) { return r.Reader.Grants(ctx, f, p) })
}

func (r flakyReader) Entity(ctx context.Context, id string) (scope.Entity, error) {
	return flaky(r.of, func() (scope.Entity, error) { return r.Reader.Entity(ctx, id) })
}

func (r flakyReader) Entities(ctx context.Context, f store.EntityFilter, p store.Page) ([]scope.Entity, error) {
	return flaky(r.of, func() ([]scope.Entity, error) { return r.Reader.Entities(ctx, f, p) })
}

func (r flakyReader) Credential(ctx context.Context, individual string) (individuals.Credential, error) {
	return flaky(r.of, func() (individuals.Credential, error) { return r.Reader.Credential(ctx, individual) })
}

func (r flakyReader) Tokens(ctx context.Context, f store.TokenFilter, p store.Page) ([]store.Token, error) {
	return flaky(r.of, func() ([]store.Token, error) { return r.Reader.Tokens(ctx, f, p) })
}

func (r flakyReader) Events(ctx context.Context, f audit.Filter) ([]audit.Event, error) {
	return flaky(r.of, func() ([]audit.Event, error) { return r.Reader.Events(ctx, f) })
}

// A flakyTx reads as a flakyReader does.
type flakyTx struct {
	store.Tx
	flakyReader
}

// What both have is the reader's.
func (t flakyTx) Revision() uint64 { return t.Tx.Revision() }

func (t flakyTx) Changes(ctx context.Context, after uint64, limit int) (store.Feed, error) {
	return t.Tx.Changes(ctx, after, limit)
}

func (t flakyTx) Role(ctx context.Context, id string) (roles.Role, error) {
	return t.flakyReader.Role(ctx, id)
}

func (t flakyTx) Roles(ctx context.Context, f store.RoleFilter, p store.Page) ([]roles.Role, error) {
	return t.flakyReader.Roles(ctx, f, p)
}

func (t flakyTx) ACL(ctx context.Context, id string) (acl.Level, error) {
	return t.flakyReader.ACL(ctx, id)
}

func (t flakyTx) ACLs(ctx context.Context, f store.ACLFilter, p store.Page) ([]acl.Level, error) {
	return t.flakyReader.ACLs(ctx, f, p)
}

func (t flakyTx) Individual(ctx context.Context, id string) (individuals.Individual, error) {
	return t.flakyReader.Individual(ctx, id)
}

func (t flakyTx) Individuals(ctx context.Context, f store.IndividualFilter, p store.Page) ([]individuals.Individual, error) {
	return t.flakyReader.Individuals(ctx, f, p)
}

func (t flakyTx) Organization(ctx context.Context, id string) (individuals.Organization, error) {
	return t.flakyReader.Organization(ctx, id)
}

func (t flakyTx) Organizations(ctx context.Context, f store.OrganizationFilter, p store.Page) ([]individuals.Organization, error) {
	return t.flakyReader.Organizations(ctx, f, p)
}

func (t flakyTx) Class(ctx context.Context, id string) (individuals.Class, error) {
	return t.flakyReader.Class(ctx, id)
}

func (t flakyTx) Grant(ctx context.Context, individual, organization string) (individuals.Grant, error) {
	return t.flakyReader.Grant(ctx, individual, organization)
}

func (t flakyTx) Grants(ctx context.Context, f store.GrantFilter, p store.GrantPage) ([]individuals.Grant, error) {
	return t.flakyReader.Grants(ctx, f, p)
}

func (t flakyTx) Entity(ctx context.Context, id string) (scope.Entity, error) {
	return t.flakyReader.Entity(ctx, id)
}

func (t flakyTx) Entities(ctx context.Context, f store.EntityFilter, p store.Page) ([]scope.Entity, error) {
	return t.flakyReader.Entities(ctx, f, p)
}

func (t flakyTx) Credential(ctx context.Context, individual string) (individuals.Credential, error) {
	return t.flakyReader.Credential(ctx, individual)
}

func (t flakyTx) Tokens(ctx context.Context, f store.TokenFilter, p store.Page) ([]store.Token, error) {
	return t.flakyReader.Tokens(ctx, f, p)
}

func (t flakyTx) Events(ctx context.Context, f audit.Filter) ([]audit.Event, error) {
	return t.flakyReader.Events(ctx, f)
}

func (t flakyTx) Classes(ctx context.Context, p store.Page) ([]individuals.Class, error) {
	return t.Tx.Classes(ctx, p)
}

func (t flakyTx) IndividualByLogin(ctx context.Context, provider, realm, login string) (individuals.Individual, error) {
	return t.Tx.IndividualByLogin(ctx, provider, realm, login)
}

func (t flakyTx) Token(ctx context.Context, selector string) (store.Token, error) {
	return t.Tx.Token(ctx, selector)
}

func (t flakyTx) EventHead(ctx context.Context, chain audit.Chain) (audit.Head, error) {
	return t.Tx.EventHead(ctx, chain)
}

func (t flakyTx) EventStart(ctx context.Context, chain audit.Chain) (audit.Head, error) {
	return t.Tx.EventStart(ctx, chain)
}
