package memstore

import (
	"fmt"
	"slices"
	"sort"

	"github.com/tidwall/btree"

	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// A state is everything stored at one revision. Once published it is only
// read; a commit works on a copy, which shares the rows of the tables.
type state struct {
	revision uint64
	// dropped is the newest revision whose changes are no longer kept.
	dropped uint64
	changes []store.Change

	roles         *table[roles.Role]
	acls          *table[acl.Level]
	individuals   *table[individuals.Individual]
	organizations *table[individuals.Organization]
	classes       *table[individuals.Class]
	grants        *table[individuals.Grant]
	entities      *table[scope.Entity]
	// logins finds the individual of a login key.
	logins *btree.Map[string, string]
	// named finds the records that name another one.
	named index

	credentials *table[individuals.Credential]
	tokens      *table[store.Token]
	// messages is the ID of the latest message.
	messages uint64
	// events is the chain of changes.
	events *trail
}

func newState() *state {
	return &state{
		roles:         newTable("role", roles.Role.Copy),
		acls:          newTable("ACL", acl.Level.Copy),
		individuals:   newTable("individual", same[individuals.Individual]),
		organizations: newTable("organization", individuals.Organization.Copy),
		classes:       newTable("class", same[individuals.Class]),
		grants:        newTable("grant", individuals.Grant.Copy),
		entities:      newTable("entity", scope.Entity.Clone),
		logins:        new(btree.Map[string, string]),
		named:         newIndex(),
		credentials:   newTable("credential", individuals.Credential.Copy),
		tokens:        newTable("token", store.Token.Copy),
		events:        newTrail(audit.Changes),
	}
}

func same[T any](record T) T { return record }

// all matches every record.
func all[T any](*T) bool { return true }

// copy is cheap: the tables share their rows until one side writes. Only a
// writer calls it, never two at once.
func (s *state) copy() *state {
	c := *s
	c.roles, c.acls = s.roles.snapshot(), s.acls.snapshot()
	c.individuals, c.organizations = s.individuals.snapshot(), s.organizations.snapshot()
	c.classes, c.grants, c.entities = s.classes.snapshot(), s.grants.snapshot(), s.entities.snapshot()
	c.logins, c.named = s.logins.Copy(), s.named.snapshot()
	c.credentials, c.tokens = s.credentials.snapshot(), s.tokens.snapshot()
	c.events = s.events.snapshot()
	return &c
}

// trim forgets the oldest changes once there are twice as many as to keep, in
// whole commits.
func (s *state) trim(keep int) {
	if len(s.changes) < 2*keep {
		return
	}
	cut := len(s.changes) - keep
	for cut > 0 && s.changes[cut-1].Revision == s.changes[cut].Revision {
		cut--
	}
	if cut == 0 {
		return
	}
	s.dropped = s.changes[cut-1].Revision
	s.changes = slices.Clone(s.changes[cut:])
}

// feed returns the changes after a revision, in whole commits.
func (s *state) feed(after uint64, limit int) (store.Feed, error) {
	if after < s.dropped {
		return store.Feed{}, fmt.Errorf("memstore: changes after revision %d: %w; the oldest kept are those after %d",
			after, store.ErrGone, s.dropped)
	}
	if limit <= 0 {
		limit = 1000
	}
	from := sort.Search(len(s.changes), func(i int) bool { return s.changes[i].Revision > after })
	to := from + min(limit, len(s.changes)-from)
	for to < len(s.changes) && to > from && s.changes[to].Revision == s.changes[to-1].Revision {
		to++
	}
	feed := store.Feed{Changes: slices.Clone(s.changes[from:to]), Through: max(after, s.revision)}
	if to < len(s.changes) {
		feed.Through, feed.More = s.changes[to-1].Revision, true
	}
	return feed, nil
}
