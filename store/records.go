package store

import (
	"context"

	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
)

// A Reader reads one consistent state.
type Reader interface {
	// Revision is the latest commit in the state, 0 before the first.
	Revision() uint64
	// ChangeReader tells what was committed up to Revision. A Tx does not
	// tell of what it writes itself.
	ChangeReader
	RoleReader
	ACLReader
	IndividualReader
	OrganizationReader
	ClassReader
	GrantReader
	EntityReader
	CredentialReader
	TokenReader
	EventReader
}

// A Tx reads and writes within one commit. It sees its own writes. Its
// Revision is that of the state it began with.
type Tx interface {
	Reader
	RoleWriter
	ACLWriter
	IndividualWriter
	OrganizationWriter
	ClassWriter
	GrantWriter
	EntityWriter
	CredentialWriter
	TokenWriter
	OutboxWriter
	EventWriter
	// Touch puts a change into the feed for a record that the host wrote in
	// its own table. For a grant id is the individual.
	Touch(ctx context.Context, kind Kind, id string) error
}

// A Page asks for part of a listing, which is in the byte order of IDs.
type Page struct {
	// After is the ID of the last record had; empty: from the beginning.
	After string
	// Limit is the most to return, 1 to [MaxPage]; 0: [DefaultPage]. Fewer
	// than that many returned: the listing is at its end.
	Limit int
}

// Limits of a page.
const (
	DefaultPage = 100
	MaxPage     = 10_000
)

// Size returns the number of records to return for p.
func (p Page) Size() int {
	switch {
	case p.Limit <= 0:
		return DefaultPage
	case p.Limit > MaxPage:
		return MaxPage
	default:
		return p.Limit
	}
}

// RoleFilter selects roles; empty fields select all.
type RoleFilter struct {
	Type  string
	Owner string
}

// RoleReader reads roles.
type RoleReader interface {
	Role(ctx context.Context, id string) (roles.Role, error)
	Roles(ctx context.Context, filter RoleFilter, page Page) ([]roles.Role, error)
}

// RoleWriter writes roles. PutRole gives each permission that the commit adds
// or changes its author and revision, whatever the caller put there, and
// keeps those of the others. It refuses another type than the stored one.
type RoleWriter interface {
	PutRole(ctx context.Context, role roles.Role) error
	DeleteRole(ctx context.Context, id string, revision uint64) error
}

// ACLFilter selects access levels; empty fields select all.
type ACLFilter struct {
	Type  string
	Owner string
}

// ACLReader reads access levels.
type ACLReader interface {
	ACL(ctx context.Context, id string) (acl.Level, error)
	ACLs(ctx context.Context, filter ACLFilter, page Page) ([]acl.Level, error)
}

// ACLWriter writes access levels. PutACL refuses another type than the stored
// one.
type ACLWriter interface {
	PutACL(ctx context.Context, level acl.Level) error
	DeleteACL(ctx context.Context, id string, revision uint64) error
}

// IndividualFilter selects individuals; empty fields select all.
type IndividualFilter struct {
	Organization string
	RoleType     string
}

// IndividualReader reads people.
type IndividualReader interface {
	Individual(ctx context.Context, id string) (individuals.Individual, error)
	Individuals(ctx context.Context, filter IndividualFilter, page Page) ([]individuals.Individual, error)
	// IndividualByLogin finds a person by the canonical form of its login,
	// which is unique in a realm of a provider.
	IndividualByLogin(ctx context.Context, provider, realm, login string) (individuals.Individual, error)
}

// IndividualWriter writes people. A login that another person of the same
// provider and realm has, in the same canonical form, is an [ErrConflict].
// Another role type than the stored one is refused: it is fixed at creation.
// Deleting a person who holds grants is [ErrInUse]; it deletes the person's
// credential and tokens in the same commit.
type IndividualWriter interface {
	PutIndividual(ctx context.Context, individual individuals.Individual) error
	DeleteIndividual(ctx context.Context, id string, revision uint64) error
}

// OrganizationFilter selects organizations; empty fields select all.
type OrganizationFilter struct {
	Class string
	// Role selects those that allow it, or whose standing link gives it.
	Role string
}

// OrganizationReader reads the settings of entities whose people sign in.
type OrganizationReader interface {
	Organization(ctx context.Context, entity string) (individuals.Organization, error)
	Organizations(ctx context.Context, filter OrganizationFilter, page Page) ([]individuals.Organization, error)
}

// OrganizationWriter writes them. The entity must exist. Deleting one in which
// somebody holds a grant is [ErrInUse]; it deletes the organization's tokens in
// the same commit.
type OrganizationWriter interface {
	PutOrganization(ctx context.Context, organization individuals.Organization) error
	DeleteOrganization(ctx context.Context, entity string, revision uint64) error
}

// ClassReader reads classes.
type ClassReader interface {
	Class(ctx context.Context, id string) (individuals.Class, error)
	Classes(ctx context.Context, page Page) ([]individuals.Class, error)
}

// ClassWriter writes classes.
type ClassWriter interface {
	PutClass(ctx context.Context, class individuals.Class) error
	DeleteClass(ctx context.Context, id string, revision uint64) error
}

// GrantFilter selects grants; empty fields select all.
type GrantFilter struct {
	Individual   string
	Organization string
	Role         string
	ACL          string
}

// GrantPage asks for part of a listing of grants, which is in the byte order
// of individuals and then of organizations.
type GrantPage struct {
	// AfterIndividual and AfterOrganization are the key of the last grant had.
	AfterIndividual   string
	AfterOrganization string
	// Limit is as in [Page].
	Limit int
}

// GrantReader reads who holds what.
type GrantReader interface {
	Grant(ctx context.Context, individual, organization string) (individuals.Grant, error)
	Grants(ctx context.Context, filter GrantFilter, page GrantPage) ([]individuals.Grant, error)
}

// GrantWriter writes it. The individual and the organization must exist.
// Slots are written as [individuals.Grant.Stamp] says: one with
// [individuals.ThisCommit] gets the commit's revision, author and system, any
// other must be the stored one, or that cleared.
type GrantWriter interface {
	PutGrant(ctx context.Context, grant individuals.Grant) error
	DeleteGrant(ctx context.Context, individual, organization string, revision uint64) error
}

// EntityFilter selects entities; empty fields select all.
type EntityFilter struct {
	Parent string
	Kind   string
	// LinkedTo selects those that link, by any name, to that entity.
	LinkedTo string
}

// EntityReader reads who owns what.
type EntityReader interface {
	Entity(ctx context.Context, id string) (scope.Entity, error)
	Entities(ctx context.Context, filter EntityFilter, page Page) ([]scope.Entity, error)
}

// EntityWriter writes it. PutEntity refuses what [scope.CheckPlacement]
// refuses. DeleteEntity gives [ErrInUse] while another entity has it as its
// parent or links to it, or while it has an organization.
type EntityWriter interface {
	PutEntity(ctx context.Context, entity scope.Entity) error
	DeleteEntity(ctx context.Context, id string, revision uint64) error
}
