package manage

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// Level returns an access level. It takes View on ACLs for the entity that the
// level belongs to, or for the principal's own organization where the level can
// be used there: one that is hidden from it is not found. Components can be used
// at their owner and below.
func (d *ACLDesk) Level(ctx context.Context, id string) (l acl.Level, err error) {
	err = d.view(ctx, "read an ACL", func(c *commit) error {
		l, err = c.level(id)
		return err
	})
	return l, err
}

// Levels lists the access levels that belong to an entity, empty for those of
// the host, as far as the principal may see them, in the byte order of IDs. It
// takes View on ACLs for that entity, or for the principal's own organization
// where that is the entity or lies below it.
func (d *ACLDesk) Levels(ctx context.Context, owner string, page store.Page) (some []acl.Level, err error) {
	err = d.view(ctx, "list ACLs", func(c *commit) error {
		if err := c.allowLevels(owner); err != nil {
			return err
		}
		sees, err := c.levelSight()
		if err != nil {
			return err
		}
		full := errors.New("full")
		err = c.eachLevel(store.ACLFilter{Owner: owner}, page.After, func(l acl.Level) error {
			switch {
			case l.Owner != owner || !sees(l):
				return nil
			case len(some) == page.Size():
				return full
			}
			some = append(some, l)
			return nil
		})
		if errors.Is(err, full) {
			return nil
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return some, nil
}

// allowLevels asks whether the principal may look through an entity's levels.
func (c *commit) allowLevels(owner string) error {
	denied := c.allow(roles.View, c.m.guards.ACLs, c.objectOf(owner))
	if denied == nil {
		return nil
	}
	own := c.objectOf("")
	if lineage, err := resolve(c.ctx, c.r, own); err != nil || !lineage.Within(owner) || !c.may(roles.View, c.m.guards.ACLs, own) {
		return denied
	}
	return nil
}

// eachLevel calls fn of what the filter selects, after an ID.
func (c *commit) eachLevel(f store.ACLFilter, after string, fn func(acl.Level) error) error {
	for {
		some, err := c.r.ACLs(c.ctx, f, store.Page{After: after, Limit: store.MaxPage})
		if err != nil {
			return c.fail(err)
		}
		for _, l := range some {
			after = l.ID
			if err := fn(l); err != nil {
				return err
			}
		}
		if len(some) < store.MaxPage {
			return nil
		}
	}
}

// level reads an access level that the principal may see.
func (c *commit) level(id string) (acl.Level, error) {
	l, err := c.r.ACL(c.ctx, id)
	if missing(err) {
		return acl.Level{}, c.notFound("ACL", id)
	}
	if err != nil {
		return acl.Level{}, c.fail(err)
	}
	sees, err := c.levelSight()
	if err != nil {
		return acl.Level{}, err
	}
	if !sees(l) {
		return acl.Level{}, c.notFound("ACL", id)
	}
	return l, nil
}

// levelSight tells which access levels the principal may see.
func (c *commit) levelSight() (func(acl.Level) bool, error) {
	if c.m.acls == nil {
		return nil, c.failf("no ACL system; set Options.ACLs")
	}
	if c.unbounded() {
		all := c.may(roles.View, c.m.guards.ACLs, "")
		return func(acl.Level) bool { return all }, nil
	}
	own := c.objectOf("")
	lineage, err := resolve(c.ctx, c.r, own)
	below := err == nil && c.may(roles.View, c.m.guards.ACLs, own)
	owners := make(map[string]bool)
	return func(l acl.Level) bool {
		if l.Owner != "" {
			if _, asked := owners[l.Owner]; !asked {
				owners[l.Owner] = c.may(roles.View, c.m.guards.ACLs, l.Owner)
			}
			if owners[l.Owner] {
				return true
			}
		}
		return below && c.usedAt(l, &lineage)
	}, nil
}

// usedAt reports whether a level can be used at a place, or a component in the
// levels that belong there.
func (c *commit) usedAt(l acl.Level, at *scope.Lineage) bool {
	if t, err := c.m.acls.Type(l.Type); err == nil && t.Component() {
		return c.m.acls.Includable(l, at) == nil
	}
	return c.m.acls.Usable(l, at) == nil
}

// allowLevel asks the guard of access levels. One that belongs to nobody is the
// host's, and only a job of the host's changes it.
func (c *commit) allowLevel(a roles.Action, l acl.Level) error {
	if l.Owner == "" && !c.unbounded() {
		return c.fail(fmt.Errorf("ACL %q belongs to no entity, so it is the host's: %w; clone it", l.ID, ErrDenied))
	}
	return c.allow(a, c.m.guards.ACLs, l.Owner)
}

// levelFor reads an access level that the principal may see and may do the
// action to.
func (c *commit) levelFor(a roles.Action, id string) (acl.Level, error) {
	l, err := c.level(id)
	if err != nil {
		return acl.Level{}, err
	}
	err = c.allowLevel(a, l)
	if missing(err) { // seen where it is used, and belonging out of reach
		err = c.fail(fmt.Errorf("ACL %q belongs to somebody else: %w; clone it", id, ErrDenied))
	}
	return l, err
}

// CreateLevel makes an access level that belongs to an entity: without one, to
// the provider of the principal. It takes Create on ACLs for that entity, and for
// each entity that the level is made visible to, which must lie below the owner.
// Components must be such that the principal may see and that can be used
// wherever the level is. Only a job of the host's marks defaults of the older
// system.
func (d *ACLDesk) CreateLevel(ctx context.Context, l acl.Level) (revision uint64, err error) {
	return d.run(ctx, "create an ACL", func(c *commit) error {
		if l.Revision != 0 {
			return c.failf("ACL %q: a revision is not for the caller to set", l.ID)
		}
		if l.Owner == "" && !c.unbounded() {
			lineage, err := resolve(c.ctx, c.r, c.objectOf(""))
			if err != nil {
				return c.failf("ACL %q belongs to no entity; set Owner", l.ID)
			}
			l.Owner = lineage.Root()
		}
		if err := c.allowLevel(roles.Create, l); err != nil {
			return err
		}
		if l.System && !c.unbounded() {
			return c.fail(fmt.Errorf("ACL %q: System marks the defaults of the older system: %w; leave it out", l.ID, ErrDenied))
		}
		return c.putLevel(roles.Create, acl.Level{}, l)
	})
}

// CloneLevel makes an access level with the permissions and the components of
// another one that the principal may see. Nobody holds it, and of a hidden type
// it is visible to nobody yet. Without an owner it belongs to the provider of the
// principal.
func (d *ACLDesk) CloneLevel(ctx context.Context, of, id, name, owner string) (revision uint64, err error) {
	return d.run(ctx, "clone an ACL", func(c *commit) error {
		l, err := c.level(of)
		if err != nil {
			return err
		}
		clone := l.Copy()
		clone.ID, clone.Name, clone.Owner = id, name, owner
		clone.VisibleTo, clone.System, clone.Revision = nil, false, 0
		within := ACLDesk{d.at(c)}
		_, err = within.CreateLevel(ctx, clone)
		return err
	})
}

// UpdateLevel writes an access level as it is given, read and changed before:
// with another revision than the stored one it is refused as
// [store.ErrConflict]. It takes Update on ACLs for the entity that the level
// belongs to, and for each entity that it is newly made visible to. The type, the
// owner and the mark of a default stay.
//
// Where people hold the level, or one that includes it as a component, what they
// have before and after must lie within what the principal holds. A level that
// people hold where it would become hidden is an [InUseError], and a component
// that would make a level that includes it fail is refused.
func (d *ACLDesk) UpdateLevel(ctx context.Context, l acl.Level) (revision uint64, err error) {
	return d.run(ctx, "change an ACL", func(c *commit) error {
		old, err := c.levelFor(roles.Update, l.ID)
		if err != nil {
			return err
		}
		switch {
		case l.Revision != old.Revision:
			return c.fail(fmt.Errorf("ACL %q: read at revision %d, since written at %d: %w", l.ID, l.Revision, old.Revision, store.ErrConflict))
		case l.Type != old.Type:
			return c.failf("ACL %q is of type %q; make another of type %q", l.ID, old.Type, l.Type)
		case l.Owner != old.Owner:
			return c.failf("ACL %q belongs to %q; clone it for %q", l.ID, old.Owner, l.Owner)
		case l.System != old.System:
			return c.failf("ACL %q: System is not for the caller to change", l.ID)
		}
		return c.putLevel(roles.Update, old, l)
	})
}

// DeleteLevel removes an access level that nobody holds and no other includes;
// otherwise it is an [InUseError]. It takes Delete on ACLs for the entity that
// the level belongs to. The defaults of the older system stay.
func (d *ACLDesk) DeleteLevel(ctx context.Context, id string) (revision uint64, err error) {
	return d.run(ctx, "delete an ACL", func(c *commit) error {
		l, err := c.levelFor(roles.Delete, id)
		if err != nil {
			return err
		}
		if l.System {
			return c.fail(fmt.Errorf("ACL %q is a default of the older system, which stays: %w", id, ErrDenied))
		}
		held, err := c.membersIn(store.GrantFilter{ACL: id})
		if err != nil {
			return err
		}
		var including []acl.Level
		err = c.eachLevel(store.ACLFilter{}, "", func(other acl.Level) error {
			if slices.Contains(other.Components, id) {
				including = append(including, other)
			}
			return nil
		})
		if err != nil {
			return err
		}
		if len(held)+len(including) > 0 {
			return c.levelInUse(id, held, including)
		}
		if err := c.tx.DeleteACL(c.ctx, id, l.Revision); err != nil {
			return c.fail(err)
		}
		c.wrote()
		return c.levelChanged(audit.ActionDeleteACL, l, acl.Level{})
	})
}

// levelInUse is an [InUseError] that names what the principal may see.
func (c *commit) levelInUse(id string, held []member, including []acl.Level) error {
	refused := c.inUse(fmt.Sprintf("ACL %q", id), held, nil)
	var e *InUseError
	if !errors.As(refused, &e) {
		return refused
	}
	sees, err := c.levelSight()
	if err != nil {
		return err
	}
	for _, l := range including {
		if sees(l) {
			e.Levels = append(e.Levels, l.ID)
		} else {
			e.Hidden++
		}
	}
	return e
}
