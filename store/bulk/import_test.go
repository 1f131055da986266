package bulk_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/bulk"
	"github.com/durward-go/durward/store/memstore"
)

// people returns the lines of a customer and its people, the first two lines and
// then two a person.
func people(n int) []string {
	lines := []string{
		`{"entity":{"id":"isp","kind":"provider"}}` + "\n",
		`{"entity":{"id":"acme","kind":"customer","parent":"isp"}}` + "\n",
		`{"organization":{"entity":"acme","allowed_roles":["viewer"],"link":{"role":"viewer","open":true}}}` + "\n",
	}
	for i := range n {
		lines = append(lines,
			fmt.Sprintf(`{"individual":{"id":"p%03d","realm":"customer","role_type":"customer","organization":"acme","login":"p%[1]d","allow_list":["any"]}}`+"\n", i),
			fmt.Sprintf(`{"grant":{"individual":"p%03d","organization":"acme","role":"viewer","acl":"level"}}`+"\n", i))
	}
	return lines
}

func source(lines []string) bulk.Source {
	return bulk.Source{Name: "people", Lines: strings.NewReader(strings.Join(lines, ""))}
}

func options(change func(o *bulk.ImportOptions)) *bulk.ImportOptions {
	o := &bulk.ImportOptions{ChunkLines: 10, Clock: clock}
	if change != nil {
		change(o)
	}
	return o
}

func count(t testing.TB, s store.Store) (people, grants, events int) {
	t.Helper()
	require.NoError(t, s.View(t.Context(), func(r store.Reader) error {
		people = len(must[[]individuals.Individual](t)(r.Individuals(t.Context(), store.IndividualFilter{}, store.Page{Limit: store.MaxPage})))
		grants = len(must[[]individuals.Grant](t)(r.Grants(t.Context(), store.GrantFilter{}, store.GrantPage{Limit: store.MaxPage})))
		events = len(must[[]audit.Event](t)(r.Events(t.Context(), audit.Filter{Chain: audit.Changes, Limit: store.MaxPage})))
		return nil
	}))
	return people, grants, events
}

func TestImport(t *testing.T) {
	t.Parallel()
	s, lines := memstore.New(nil), people(20)
	var told []bulk.Progress
	progress, err := bulk.Import(t.Context(), s, admin, source(lines), options(func(o *bulk.ImportOptions) {
		o.System = individuals.RoleSystem
		o.Progress = func(p bulk.Progress) { told = append(told, p) }
	}))
	require.NoError(t, err)
	all := strings.Join(lines, "")
	assert.Equal(t, bulk.Progress{Lines: 43, Bytes: int64(len(all)), Written: 43, Revision: 5, Done: true}, progress)
	require.Len(t, told, 5)
	assert.Equal(t, bulk.Progress{Lines: 10, Bytes: int64(len(strings.Join(lines[:10], ""))), Written: 10, Revision: 1}, told[0])
	assert.Equal(t, progress, told[4])
	n, grants, events := count(t, s)
	assert.Equal(t, []int{20, 20, 5}, []int{n, grants, events})

	ctx := t.Context()
	require.NoError(t, s.View(ctx, func(r store.Reader) error {
		// Who granted what, and when.
		g := must[individuals.Grant](t)(r.Grant(ctx, "p019", "acme"))
		assert.Equal(t, individuals.Slot{ID: "viewer", Revision: 5, By: "alice", System: individuals.RoleSystem}, g.Role)
		assert.Equal(t, individuals.Slot{ID: "level", Revision: 5, By: "alice", System: individuals.RoleSystem}, g.ACL)
		// No session of a former holder of the ID lives again.
		assert.Equal(t, uint64(5), must[individuals.Individual](t)(r.Individual(ctx, "p019")).Epoch)
		assert.Equal(t, individuals.StandingLink{Role: "viewer", Open: true, Epoch: 1}, must[individuals.Organization](t)(r.Organization(ctx, "acme")).Link)
		// One event a commit.
		for i, e := range must[[]audit.Event](t)(r.Events(ctx, audit.Filter{Chain: audit.Changes, Action: bulk.ActionImport})) {
			assert.Equal(t, uint64(i+1), e.Revision)
			assert.Equal(t, admin, e.Actor)
			assert.Equal(t, "people", e.Object)
			assert.Equal(t, audit.Attribute{Name: "lines", Value: audit.Plain(fmt.Sprint(min(43, 10*(i+1))))}, e.Attributes[0])
		}
		return nil
	}))
	for at := range uint64(6) {
		require.NoError(t, s.ViewAt(ctx, at, func(r store.Reader) error {
			then := must[[]individuals.Individual](t)(r.Individuals(ctx, store.IndividualFilter{}, store.Page{}))
			assert.Len(t, then, []int{0, 4, 9, 14, 19, 20}[at])
			return nil
		}))
	}
}

// TestImportResumes: whatever line is wrong, or wherever reading ends, what is
// written is whole chunks, and an import of the mended source writes the rest, each
// line once.
func TestImportResumes(t *testing.T) {
	t.Parallel()
	lines := people(20)
	whole := memstore.New(&memstore.Options{Clock: clock})
	must[bulk.Progress](t)(bulk.Import(t.Context(), whole, admin, source(lines), options(nil)))
	stop := errors.New("stopped")
	for i := range lines {
		for _, fail := range []struct {
			name string
			from io.Reader
		}{
			{"wrong line", strings.NewReader(strings.Join(lines[:i], "") + `{"individual":{"id":""}}` + "\n" + strings.Join(lines[i:], ""))},
			{"twice", strings.NewReader(strings.Join(lines[:i+1], "") + lines[i] + strings.Join(lines[i+1:], ""))},
			{"cut", strings.NewReader(strings.Join(lines[:i], "") + lines[i][:len(lines[i])/2])},
			{"reading fails", io.MultiReader(strings.NewReader(strings.Join(lines[:i], "")), iotest.ErrReader(stop))},
		} {
			s := memstore.New(&memstore.Options{Clock: clock})
			progress, err := bulk.Import(t.Context(), s, admin, bulk.Source{Name: "people", Lines: fail.from}, options(nil))
			require.Error(t, err, fail.name)
			var line *bulk.LineError
			switch {
			case fail.name == "reading fails":
				require.ErrorIs(t, err, stop)
			case fail.name == "twice":
				require.ErrorAs(t, err, &line)
				require.Equal(t, i+2, line.Line)
				require.ErrorIs(t, err, store.ErrConflict)
			default:
				require.ErrorAs(t, err, &line)
				require.Equal(t, i+1, line.Line)
			}
			require.Zero(t, progress.Lines%10)
			require.LessOrEqual(t, progress.Lines, i+1)
			n, grants, events := count(t, s)
			require.Equal(t, progress.Lines/10, events)
			require.Equal(t, max(0, progress.Lines-3), n+grants)
			if i%7 > 0 {
				continue
			}
			again, err := bulk.Import(t.Context(), s, admin, source(lines), options(nil))
			require.NoError(t, err)
			require.Equal(t, len(lines)-progress.Lines, again.Written)
			require.Equal(t, records(t, whole), records(t, s))
		}
	}
}

// TestImportAgain: what was imported is not imported again, whatever the chunks are.
func TestImportAgain(t *testing.T) {
	t.Parallel()
	s, lines := memstore.New(nil), people(20)
	must[bulk.Progress](t)(bulk.Import(t.Context(), s, admin, source(lines), options(nil)))
	before := records(t, s)
	for _, change := range []func(*bulk.ImportOptions){nil, func(o *bulk.ImportOptions) { o.ChunkLines = 3 }, func(o *bulk.ImportOptions) { o.OneCommit = true }} {
		progress, err := bulk.Import(t.Context(), s, admin, source(lines), options(change))
		require.NoError(t, err)
		assert.Zero(t, progress.Written)
		assert.True(t, progress.Done)
		assert.Equal(t, before, records(t, s))
	}
	// More lines at the end are imported, other lines are not.
	more := people(25)
	progress, err := bulk.Import(t.Context(), s, admin, source(more), options(nil))
	require.NoError(t, err)
	assert.Equal(t, 10, progress.Written)
	before = records(t, s)
	more[5] = strings.Replace(more[5], `"any"`, `"10.0.0.1"`, 1)
	_, err = bulk.Import(t.Context(), s, admin, source(more), options(nil))
	require.EqualError(t, err, `bulk: import "people": the first 53 lines are imported already, and they were others; give another source another name`)
	_, err = bulk.Import(t.Context(), s, admin, source(lines), options(nil))
	require.EqualError(t, err, `bulk: import "people": 53 lines are imported already, and the source has 43; give another source another name`)
	assert.Equal(t, before, records(t, s))
}

func TestImportInOneCommit(t *testing.T) {
	t.Parallel()
	lines := people(20)
	one := func(o *bulk.ImportOptions) { o.OneCommit = true }
	s := memstore.New(nil)
	progress, err := bulk.Import(t.Context(), s, admin, source(lines), options(one))
	require.NoError(t, err)
	assert.Equal(t, uint64(1), progress.Revision)
	n, grants, events := count(t, s)
	assert.Equal(t, []int{20, 20, 1}, []int{n, grants, events})
	for i := range lines {
		s := memstore.New(nil)
		wrong := strings.Join(lines[:i], "") + "{}\n" + strings.Join(lines[i:], "")
		_, err := bulk.Import(t.Context(), s, admin, bulk.Source{Name: "people", Lines: strings.NewReader(wrong)}, options(one))
		require.EqualError(t, err, fmt.Sprintf(`bulk: line %d: want one record, such as {"entity":{...}}`, i+1))
		require.True(t, empty(t, s))
	}
}

// TestImportsAtOnce: of two imports of a source one goes on.
func TestImportsAtOnce(t *testing.T) {
	t.Parallel()
	s, lines := memstore.New(nil), people(20)
	other := false
	_, err := bulk.Import(t.Context(), s, admin, source(lines), options(func(o *bulk.ImportOptions) {
		o.Progress = func(bulk.Progress) {
			if !other {
				other = true
				must[bulk.Progress](t)(bulk.Import(t.Context(), s, admin, source(lines), options(nil)))
			}
		}
	}))
	require.ErrorIs(t, err, store.ErrConflict)
	require.ErrorContains(t, err, `bulk: import "people": another import of it is under way`)
	n, grants, events := count(t, s)
	assert.Equal(t, []int{20, 20, 5}, []int{n, grants, events})
}

// TestImportWaitsAlone: while an import waits for its source, others commit.
func TestImportWaitsAlone(t *testing.T) {
	t.Parallel()
	s, lines := memstore.New(nil), people(20)
	reader, writer := io.Pipe()
	imported := make(chan error)
	go func() {
		_, err := bulk.Import(t.Context(), s, admin, bulk.Source{Name: "people", Lines: reader}, options(nil))
		imported <- err
	}()
	for i, line := range lines {
		_, err := io.WriteString(writer, line)
		require.NoError(t, err)
		if i == 15 { // the first chunk may be written, and the second is not whole
			for n := range 100 {
				must[uint64](t)(s.Update(t.Context(), store.Author{}, func(tx store.Tx) error {
					return tx.PutClass(t.Context(), individuals.Class{ID: fmt.Sprint(n)})
				}))
			}
		}
	}
	require.NoError(t, writer.Close())
	require.NoError(t, <-imported)
	n, grants, events := count(t, s)
	assert.Equal(t, []int{20, 20, 5}, []int{n, grants, events})
}

func TestImportCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	s := memstore.New(nil)
	progress, err := bulk.Import(ctx, s, admin, source(people(20)), options(func(o *bulk.ImportOptions) {
		o.Progress = func(bulk.Progress) { cancel() }
	}))
	require.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, 10, progress.Lines)
	again := must[bulk.Progress](t)(bulk.Import(t.Context(), s, admin, source(people(20)), options(nil)))
	assert.Equal(t, 33, again.Written)
}

// TestResumingCancelled: nobody waits for the lines that are written already.
func TestResumingCancelled(t *testing.T) {
	t.Parallel()
	s := memstore.New(nil)
	lines := strings.Join(people(20), "")
	must[bulk.Progress](t)(bulk.Import(t.Context(), s, admin, source(people(20)), options(nil)))
	ctx, cancel := context.WithCancel(t.Context())
	read := 0
	slow := readerFunc(func(p []byte) (int, error) { // a line at a time
		cancel()
		n := copy(p, lines[read:read+strings.IndexByte(lines[read:], '\n')+1])
		read += n
		return n, nil
	})
	_, err := bulk.Import(ctx, s, admin, bulk.Source{Name: "people", Lines: slow}, options(nil))
	require.ErrorIs(t, err, context.Canceled)
	assert.Less(t, read, len(lines)/2)
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestImportCredentials(t *testing.T) {
	t.Parallel()
	argon2 := "$argon2id$v=19$m=19456,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
	lines := append(people(2),
		`{"credential":{"individual":"p000","password":"`+bcryptHash+`","must_change":true}}`+"\n",
		`{"credential":{"individual":"p001","password":"`+argon2+`"}}`) // no line break at the end
	s := memstore.New(nil)
	_, err := bulk.Import(t.Context(), s, admin, source(lines), options(nil))
	require.EqualError(t, err, "bulk: line 8: credential: password hashes were not asked for; set ImportOptions.Credentials")
	_, err = bulk.Import(t.Context(), s, admin, source(lines), options(func(o *bulk.ImportOptions) { o.Credentials = true }))
	require.NoError(t, err)
	ctx := t.Context()
	require.NoError(t, s.View(ctx, func(r store.Reader) error {
		bob := must[individuals.Credential](t)(r.Credential(ctx, "p000"))
		assert.Equal(t, bcryptHash, bob.Password.Encoded())
		assert.True(t, bob.MustChange)
		assert.Equal(t, argon2, must[individuals.Credential](t)(r.Credential(ctx, "p001")).Password.Encoded())
		for e, err := range store.AllEvents(ctx, r, audit.Filter{Chain: audit.Changes}) {
			require.NoError(t, err)
			text := must[[]byte](t)(jsonOf(e))
			assert.NotContains(t, string(text), "$2a$")
			assert.NotContains(t, string(text), "$argon2")
		}
		return nil
	}))
}

// TestImportRefuses names line, record and field, and shows no secret.
func TestImportRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ line, message string }{
		{`{"class":{"id":"gold","revision":3}}`, `class: revision: stands in exports only, which Restore reads; leave it out`},
		{`{"entity":{"id":"x","kind":"customer","revision":3}}`, `entity: revision: stands in exports only, which Restore reads; leave it out`},
		{`{"organization":{"entity":"isp","link":{"epoch":1}}}`, `organization: link.epoch: stands in exports only, which Restore reads; leave it out`},
		{`{"role":{"id":"r","name":"R","type":"customer","permissions":[{"path":"a","permission":"Read","by":"bob"}]}}`, `role: permissions.by: stands in exports only, which Restore reads; leave it out`},
		{`{"role":{"id":"r","name":"R","type":"customer","permissions":[{"path":"a","permission":"Write"}]}}`, `role: permissions[0]: roles: permission "Write": want Restrict, Read, Modify or actions joined by '+' such as view+create`},
		{`{"role":{"id":"r","name":"R","type":"customer","permissions":[{"path":"a","permission":"Read"},{"path":"a","permission":"Read"}]}}`, `role: permissions[1]: a path that is given twice`},
		{`{"acl":{"id":"l","name":"L","type":"user","permissions":["frob X.y"]}}`, `acl: permissions[0]: acl: permission "frob X.y": operations "frob": want select, insert, update, delete, joined by '+'`},
		{`{"individual":{"id":"x","role_type":"customer","organization":"acme","epoch":1}}`, `individual: epoch: stands in exports only, which Restore reads; leave it out`},
		{`{"individual":{"id":"x","role_type":"customer","organization":"acme","enrolled":true}}`, `individual: enrolled: stands in exports only, which Restore reads; leave it out`},
		{`{"individual":{"id":"x","role_type":"customer","organization":"acme","activation":"2026-02-30","zone":"UTC"}}`, `individual: activation: individuals: parse date: "2026-02-30": no such day from year 1 to 9999`},
		{`{"individual":{"id":"x","role_type":"customer","organization":"acme","allow_list":["10.0.0.1/8"]}}`, `individual: allow_list: ipallow: parse list: entry 1: "10.0.0.1/8": host bits are set: did you mean "10.0.0.0/8" or "10.0.0.1"?`},
		{`{"individual":{"id":"x","role_type":"customer","organization":"acme","realm":"customer","login":"P0"}}`, `individual: memstore: individual "x": login "P0" is taken in realm "customer": store: conflict`},
		{`{"individual":{"id":7}}`, `individual: id: want a text in quotes`},
		{`{"credential":{"individual":"p000","sealed_key":"AAAA"}}`, `credential: sealed_key: stands in exports only, which Restore reads; leave it out`},
		{`{"credential":{"individual":"p000","password":"hunter2"}}`, `credential: password: individuals: invalid password hash: it is neither argon2id nor bcrypt`},
		{`{"credential":{"individual":"p000","password":424242}}`, `credential: password: want a text in quotes`},
		{`{"grant":{"individual":"p000","organization":"isp","role":"viewer"}}`, `grant: memstore: grant "p000 in isp": memstore: organization "isp": store: not found; write the organization first`},
		{`{"grant":{"individual":"p000","organization":"acme","role":"v","role_granted":{"revision":1,"system":"host"}}}`, `grant: role_granted: stands in exports only, which Restore reads; leave it out`},
		{`{"token":{"selector":"s"}}`, `an export; Restore reads it`},
		{`{"links":{"entity":"nowhere","links":[{"name":"group","to":"acme"}]}}`, `links: memstore: entity "nowhere": store: not found`},
	} {
		s := memstore.New(nil)
		_, err := bulk.Import(t.Context(), s, admin, source(append(people(1), c.line+"\n")), options(func(o *bulk.ImportOptions) {
			o.Credentials, o.OneCommit = true, true
		}))
		require.EqualError(t, err, "bulk: line 6: "+c.message, c.line)
		require.True(t, empty(t, s))
	}
}

// TestImportWantsOrder: a line comes after those that it names, also within a chunk,
// so that what is refused does not depend on where chunks end.
func TestImportWantsOrder(t *testing.T) {
	t.Parallel()
	lines := append(people(1), `{"credential":{"individual":"p000"}}`+"\n", `{"links":{"entity":"isp","links":[{"name":"group","to":"acme"}]}}`+"\n")
	wanted := func(o *bulk.ImportOptions) { o.Credentials = true }
	for _, c := range []struct {
		moved   int
		message string
	}{
		{1, `entity: "acme": line 2 names it, and stands above; move this line up`},
		{2, `organization: "acme": line 4 names it, and stands above; move this line up`},
		{3, `individual: "p000": line 4 names it, and stands above; move this line up`},
	} {
		altered := append(slices.Delete(slices.Clone(lines), c.moved, c.moved+1), lines[c.moved])
		_, err := bulk.Import(t.Context(), memstore.New(nil), admin, source(altered), options(wanted))
		require.EqualError(t, err, "bulk: line 7: "+c.message)
		var line *bulk.LineError
		_, err = bulk.Import(t.Context(), memstore.New(nil), admin, source(altered), options(func(o *bulk.ImportOptions) { wanted(o); o.ChunkLines = 1 }))
		require.ErrorAs(t, err, &line)
	}
	_, err := bulk.Import(t.Context(), memstore.New(nil), admin, source(lines), options(wanted))
	require.NoError(t, err)
}

func TestImportWants(t *testing.T) {
	t.Parallel()
	s, lines := memstore.New(nil), source(people(1))
	for message, call := range map[string]func() error{
		`name of the source`: func() error { return second(bulk.Import(t.Context(), s, admin, bulk.Source{Lines: lines.Lines}, nil)) },
		`no lines to read`:   func() error { return second(bulk.Import(t.Context(), s, admin, bulk.Source{Name: "x"}, nil)) },
		`want an individual or a system`: func() error {
			return second(bulk.Import(t.Context(), s, audit.Anonymous(), lines, nil))
		},
		`at most 100000`: func() error {
			return second(bulk.Import(t.Context(), s, admin, lines, &bulk.ImportOptions{ChunkLines: bulk.MaxChunkLines + 1}))
		},
	} {
		require.ErrorContains(t, call(), message)
	}
	assert.True(t, empty(t, s))
	// A source without lines leaves nothing, and no event.
	progress, err := bulk.Import(t.Context(), s, admin, bulk.Source{Name: "x", Lines: new(bytes.Buffer)}, nil)
	require.NoError(t, err)
	assert.Equal(t, bulk.Progress{Done: true}, progress)
	assert.True(t, empty(t, s))
}

func second[T any](_ T, err error) error { return err }
