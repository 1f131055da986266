package manage

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/access/links"
	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/store"
)

// A Manager opens desks. It is safe for concurrent use.
type Manager struct {
	engine *access.Engine
	store  store.Store
	guards roles.Guards
	acls   *acl.System
	policy *individuals.PasswordPolicy
	slots  *individuals.HashSlots
	params individuals.Argon2Params
	links  *links.Links
	random io.Reader
	doors  []string
}

// Options adjust [New].
type Options struct {
	// ACLs is the older system, the one that the engine was made with. Default:
	// none; desks then refuse access levels.
	ACLs *acl.System
	// Links sends invitations and resets. Default: none; whoever is created then
	// gets a password from the administrator, or none.
	Links *links.Links
	// Passwords is the policy. Default: that of [individuals.NewPasswordPolicy].
	Passwords *individuals.PasswordPolicy
	// HashSlots bounds the hashes at once; share it with sign-in. Default: slots
	// of its own.
	HashSlots *individuals.HashSlots
	// Argon2 is how strong hashes are. Default: that of the zero value.
	Argon2 individuals.Argon2Params
	// DoorsWithoutCode names the doors that cannot ask for a one-time code, such
	// as "the built-in portal": those at which sign-in is told CannotAskForCode. A
	// preview of a change that asks for a second factor warns of them. Default:
	// every door can.
	DoorsWithoutCode []string
	// Random is where salts and IDs come from. Default: crypto/rand.
	Random io.Reader
}

// New makes a manager over the engine's store. The guards' paths must be nodes
// of the engine's tree; an empty path denies everyone.
func New(engine *access.Engine, s store.Store, guards roles.Guards, opts *Options) (*Manager, error) {
	if engine == nil || s == nil {
		return nil, errors.New("manage: New: no engine or no store")
	}
	if err := guards.Validate(engine.Model().Tree()); err != nil {
		return nil, fmt.Errorf("manage: %w", err)
	}
	var o Options
	if opts != nil {
		o = *opts
	}
	m := &Manager{engine: engine, store: s, guards: guards, acls: o.ACLs, policy: o.Passwords, slots: o.HashSlots,
		params: o.Argon2, links: o.Links, random: o.Random, doors: slices.Clone(o.DoorsWithoutCode)}
	if m.acls != nil && m.acls.Model() != engine.Model() {
		return nil, errors.New("manage: Options.ACLs was made over another model than the engine's; build both from one")
	}
	var err error
	if m.policy == nil {
		if m.policy, err = individuals.NewPasswordPolicy(nil); err != nil {
			return nil, err
		}
	}
	if m.slots == nil {
		if m.slots, err = individuals.NewHashSlots(nil); err != nil {
			return nil, err
		}
	}
	if m.random == nil {
		m.random = rand.Reader
	}
	return m, nil
}

// A Desk is where one principal administers people and what they belong to. It
// is safe for concurrent use, but for the one that Together gives. [RoleDesk] and
// [ACLDesk] add what is of one system only. The zero Desk denies everything.
//
// A change returns the revision of its commit. It is refused, and then nothing
// is written, as a [*DeniedError] by a guard; as a [*BeyondError] where it
// concerns more than the principal holds; as [ErrOwn] where it is not for anybody
// to make about themselves; as [ErrLastManager]; as an [*InUseError]; as
// [store.ErrConflict] where somebody wrote since the record was read; and as
// [store.ErrNotFound] for what is not there and for what lies out of the
// principal's scope, which read alike.
type Desk struct {
	m      *Manager
	p      *access.Principal
	system individuals.System
	shared *commit // where several changes make one commit
}

// A RoleDesk is the desk of the role system. It may write roles and access
// levels into grants, and can neither read nor change what an access level
// contains.
type RoleDesk struct{ Desk }

// An ACLDesk is the desk of the older system. It may write access levels, into
// grants too. It sees no roles: nothing that it answers names one.
type ACLDesk struct{ Desk }

// Roles opens the desk of the role system for a principal of the engine.
func (m *Manager) Roles(p *access.Principal) *RoleDesk {
	return &RoleDesk{Desk{m: m, p: p, system: individuals.RoleSystem}}
}

// ACLs opens the desk of the older system for a principal of the engine.
func (m *Manager) ACLs(p *access.Principal) *ACLDesk {
	return &ACLDesk{Desk{m: m, p: p, system: individuals.ACLSystem}}
}

// Together makes all the changes of fn one commit: all of them or none. The desk
// that fn is given is of no use after it, and the outer one must not be used
// within fn: it would wait for itself. The revisions that the methods return are
// 0. Once a change is refused all are, whatever fn makes of the error. The rules hold for each change as it is made, but that somebody must
// remain who can manage an organization's people is asked at the end.
func (d *RoleDesk) Together(ctx context.Context, fn func(*RoleDesk) error) (revision uint64, err error) {
	return d.run(ctx, "make several changes", func(c *commit) error {
		return fn(&RoleDesk{d.at(c)})
	})
}

// Together is as [RoleDesk.Together].
func (d *ACLDesk) Together(ctx context.Context, fn func(*ACLDesk) error) (revision uint64, err error) {
	return d.run(ctx, "make several changes", func(c *commit) error {
		return fn(&ACLDesk{d.at(c)})
	})
}

// at is the desk within a commit.
func (d *Desk) at(c *commit) Desk {
	return Desk{m: d.m, p: d.p, system: d.system, shared: c}
}
