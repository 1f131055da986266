package access

import (
	"slices"

	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// A forest remembers the entities that cached lineages were resolved from, so
// that a change which moves nothing, such as a new title, drops nothing. It is
// used with the engine's mu held.
type forest struct {
	known map[string]scope.Entity
	limit int
}

// keep remembers the entities, unless one of them changed since they were
// read; what was resolved from them must then not be kept.
func (f *forest) keep(entities []scope.Entity, unchanged func(store.Kind, string) bool) bool {
	for _, e := range entities {
		was, ok := f.known[e.ID]
		// It may stand elsewhere than is known although nothing was told of it
		// since: a change was compared with what a later commit, which the feed
		// is yet to tell of, made of the record.
		if !unchanged(store.Entities, e.ID) || ok && !stays(was, &e) {
			return false
		}
	}
	for _, e := range entities {
		if _, ok := f.known[e.ID]; !ok {
			e.Title = ""
			f.known[e.ID] = e
		}
	}
	return true
}

// moved forgets the entity id and reports whether lineages that mention it
// must be dropped, now that its record is as given (nil: deleted).
func (f *forest) moved(id string, now *scope.Entity) bool {
	was, ok := f.known[id]
	if !ok {
		return false
	}
	if now != nil && stays(was, now) {
		return false
	}
	delete(f.known, id)
	return true
}

func stays(was scope.Entity, now *scope.Entity) bool {
	return was.Parent == now.Parent && was.Kind == now.Kind && slices.Equal(was.Links, now.Links)
}

func (f *forest) full() bool { return len(f.known) > f.limit }

func (f *forest) clear() { f.known = make(map[string]scope.Entity) }

// recent holds the latest change of each record, as far back as it goes: it
// tells whether a record that was read at some revision is still current. It
// is used with the engine's mu held.
type recent struct {
	young, old map[recentKey]uint64
	floor      uint64 // every change after this revision is in young or old
	turned     uint64 // the floor once old is thrown away
}

type recentKey struct {
	kind store.Kind
	id   string
}

// maxRecent bounds each half. A load takes far less time than so many changes.
const maxRecent = 16_384

func newRecent(revision uint64) recent {
	return recent{young: make(map[recentKey]uint64), old: make(map[recentKey]uint64), floor: revision, turned: revision}
}

// note enters the changes of one feed, which are at least one.
func (r *recent) note(changes []store.Change) {
	if len(r.young) > maxRecent {
		r.old, r.young = r.young, make(map[recentKey]uint64)
		r.floor, r.turned = r.turned, changes[0].Revision-1
	}
	for _, c := range changes {
		r.young[recentKey{c.Kind, c.ID}] = c.Revision
	}
}

// unchanged reports whether the record is as it was at the revision.
func (r *recent) unchanged(kind store.Kind, id string, since uint64) bool {
	key := recentKey{kind, id}
	return since >= r.floor && max(r.young[key], r.old[key]) <= since
}
