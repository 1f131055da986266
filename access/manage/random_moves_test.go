package manage_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"

	"github.com/durward-go/durward/access/manage"
	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/ipallow"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
)

// A bothDesk is what the two desks have in common.
type bothDesk interface {
	CreateIndividual(ctx context.Context, s manage.Someone) (uint64, error)
	UpdateIndividual(ctx context.Context, p individuals.Individual) (uint64, error)
	Disable(ctx context.Context, individual string) (uint64, error)
	Enable(ctx context.Context, individual string) (uint64, error)
	DeleteIndividual(ctx context.Context, individual string) (uint64, error)
	ResetSecondFactor(ctx context.Context, individual string) (uint64, error)
	RevokeLinks(ctx context.Context, individual string) (uint64, error)
	GrantACL(ctx context.Context, individual, organization, level string) (uint64, error)
	ClearACL(ctx context.Context, individual, organization string) (uint64, error)
	Narrow(ctx context.Context, individual, organization string, listed []string) (uint64, error)
	CreateEntity(ctx context.Context, e scope.Entity) (uint64, error)
	UpdateEntity(ctx context.Context, e scope.Entity) (uint64, error)
	DeleteEntity(ctx context.Context, id string) (uint64, error)
	PutClass(ctx context.Context, class individuals.Class) (uint64, error)
	DeleteClass(ctx context.Context, id string) (uint64, error)
}

// A move is one operation, ready to be made at a desk. One of the two is nil
// where only the other system has it.
type move struct {
	name  string
	roles func(d *manage.RoleDesk) error
	acls  func(d *manage.ACLDesk) error
}

func both(name string, fn func(d bothDesk) (uint64, error)) move {
	return move{name, func(d *manage.RoleDesk) error { return only(fn(d)) }, func(d *manage.ACLDesk) error { return only(fn(d)) }}
}

func byRoles(name string, fn func(d *manage.RoleDesk) (uint64, error)) move {
	return move{name: name, roles: func(d *manage.RoleDesk) error { return only(fn(d)) }}
}

func byACLs(name string, fn func(d *manage.ACLDesk) (uint64, error)) move {
	return move{name: name, acls: func(d *manage.ACLDesk) error { return only(fn(d)) }}
}

// A chooser draws moves that fit what there is.
type chooser struct {
	*rand.Rand
	ctx  context.Context
	made *int // for IDs that were never there
	p    *picture
	// near are the entities, people and roles that the asker is likely to reach.
	nearEntities, nearPeople []string
}

func pick[T any](r *rand.Rand, some []T) T {
	if len(some) == 0 {
		var none T
		return none
	}
	return some[r.IntN(len(some))]
}

func (c *chooser) look(by asker) {
	c.nearEntities, c.nearPeople = nil, nil
	for _, id := range slices.Sorted(maps.Keys(c.p.entities)) {
		if c.p.held[by.holders[0]].scope&(1<<c.p.index[id]) != 0 {
			c.nearEntities = append(c.nearEntities, id)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(c.p.people)) {
		if slices.Contains(c.nearEntities, c.p.people[id].Organization) && (!by.is(id) || c.IntN(8) == 0) {
			c.nearPeople = append(c.nearPeople, id)
		}
	}
}

func (c *chooser) fresh(prefix string) string {
	*c.made++
	return fmt.Sprint(prefix, *c.made)
}

func (c *chooser) often() bool { return c.IntN(12) != 0 }

func (c *chooser) entity() string {
	if c.often() && len(c.nearEntities) > 0 {
		return pick(c.Rand, c.nearEntities)
	}
	return pick(c.Rand, slices.Sorted(maps.Keys(c.p.entities)))
}

func (c *chooser) person() string {
	if c.often() && len(c.nearPeople) > 0 {
		return pick(c.Rand, c.nearPeople)
	}
	return pick(c.Rand, slices.Sorted(maps.Keys(c.p.people)))
}

// in is an organization for the person: mostly its own.
func (c *chooser) in(person string) string {
	if c.often() {
		return c.p.people[person].Organization
	}
	return c.organization()
}

func (c *chooser) organization() string {
	for range 8 {
		if id := c.entity(); c.p.orgs[id].Entity != "" {
			return id
		}
	}
	return "c1"
}

// role is one of the person's type, mostly allowed in the organization.
func (c *chooser) role(roleType, organization string) string {
	var fit []string
	for _, id := range c.p.orgs[organization].AllowedRoles {
		if c.p.roles[id].Type == roleType {
			fit = append(fit, id)
		}
	}
	if c.often() && len(fit) > 0 {
		return pick(c.Rand, fit)
	}
	return pick(c.Rand, slices.Sorted(maps.Keys(c.p.roles)))
}

func (c *chooser) anyRole(fits func(r roles.Role) bool) string {
	some := slices.Sorted(maps.Keys(c.p.roles))
	if c.often() {
		if fit := slices.DeleteFunc(slices.Clone(some), func(id string) bool { return !fits(c.p.roles[id]) }); len(fit) > 0 {
			some = fit
		}
	}
	return pick(c.Rand, some)
}

func (c *chooser) nearRole() string {
	return c.anyRole(func(r roles.Role) bool { return slices.Contains(c.nearEntities, r.Owner) })
}

func (c *chooser) level(roleType string) string {
	if c.often() {
		return fmt.Sprint(roleType, "-level-", c.IntN(4))
	}
	return pick(c.Rand, slices.Sorted(maps.Keys(c.p.levels)))
}

func (c *chooser) listed() []string {
	var out []string
	for range c.IntN(3) {
		if id := c.entity(); !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// next draws a move.
func (c *chooser) next() move {
	switch n := c.IntN(100); {
	case n < 12:
		return c.createPerson()
	case n < 27:
		return c.changePerson()
	case n < 52:
		return c.grant()
	case n < 68:
		return c.changeRole()
	case n < 80:
		return c.changeOrganization()
	case n < 93:
		return c.changeEntity()
	case n < 97:
		return c.changeLevel()
	default:
		if c.often() && !slices.Contains(c.nearEntities, "p") {
			return c.next()
		}
		class := individuals.Class{ID: pick(c.Rand, []string{"strict", "lax", "new"}), Name: "Class", SecondFactor: c.IntN(2) == 0}
		class.Revision = c.p.classes[class.ID].Revision
		if c.IntN(3) == 0 {
			return both("delete a class", func(d bothDesk) (uint64, error) { return d.DeleteClass(c.ctx, class.ID) })
		}
		return both("put a class", func(d bothDesk) (uint64, error) { return d.PutClass(c.ctx, class) })
	}
}

func (c *chooser) createPerson() move {
	organization := c.organization()
	if len(c.p.people) > 26 {
		victim := c.person()
		return both("delete a person", func(d bothDesk) (uint64, error) { return d.DeleteIndividual(c.ctx, victim) })
	}
	kind := c.p.entities[organization].Kind
	s := manage.Someone{Individual: smallPerson(c.fresh("u"), pick(c.Rand, typesOf[kind]), organization)}
	if c.IntN(5) == 0 {
		s.Individual.ID = pick(c.Rand, []string{"rob", "ben", "kim", "cleo", "u1", "u2"}) // perhaps of somebody deleted
	}
	switch c.IntN(4) {
	case 0:
		s.ACL = c.level(s.Individual.RoleType)
	case 1:
	default:
		s.Role = c.role(s.Individual.RoleType, organization)
	}
	if s.Individual.RoleType == "keeper" || c.IntN(5) == 0 {
		s.Listed = c.listed()
	}
	s.Individual.Disabled = c.IntN(10) == 0
	return both("create a person", func(d bothDesk) (uint64, error) {
		_, asRoles := d.(*manage.RoleDesk)
		if s := s; !asRoles && c.often() {
			s.Role = ""
			return d.CreateIndividual(c.ctx, s)
		}
		return d.CreateIndividual(c.ctx, s)
	})
}

func (c *chooser) changePerson() move {
	id := c.person()
	switch c.IntN(9) {
	case 0:
		return both("disable", func(d bothDesk) (uint64, error) { return d.Disable(c.ctx, id) })
	case 1, 2, 3:
		disabled := slices.DeleteFunc(slices.Clone(c.nearPeople), func(id string) bool { return !c.p.people[id].Disabled })
		if len(disabled) > 0 {
			id = pick(c.Rand, disabled)
		}
		return both("enable", func(d bothDesk) (uint64, error) { return d.Enable(c.ctx, id) })
	case 4:
		if c.IntN(3) == 0 {
			return both("delete a person", func(d bothDesk) (uint64, error) { return d.DeleteIndividual(c.ctx, id) })
		}
		if has := slices.DeleteFunc(slices.Clone(c.nearPeople), func(id string) bool { return !c.p.people[id].Enrolled }); len(has) > 0 {
			id = pick(c.Rand, has)
		}
		return both("reset a second factor", func(d bothDesk) (uint64, error) { return d.ResetSecondFactor(c.ctx, id) })
	}
	p := c.p.people[id]
	switch c.IntN(9) {
	case 0:
		p.Login = "login-" + c.fresh("l")
	case 1:
		p.Name = c.fresh("Name ")
	case 2:
		p.Email = c.fresh("mail") + "@example.net"
	case 3:
		p.Window = individuals.Window{Expiration: date(pick(c.Rand, []string{"2026-03-01", "2026-05-01", "2027-01-01"})), Zone: "UTC"}
	case 4:
		p.Window = individuals.Window{}
	case 5:
		p.AllowList, _ = ipallow.Parse([]string{"10.0.0.0/8"})
	case 6:
		p.SecondFactor = individuals.SecondFactorMode(c.IntN(3))
	case 7:
		p.Contact = c.fresh("contact")
	default:
		p.Language = pick(c.Rand, []string{"en", "cs"})
	}
	return both("change a person", func(d bothDesk) (uint64, error) { return d.UpdateIndividual(c.ctx, p) })
}

func (c *chooser) grant() move {
	id := c.person()
	in, t := c.in(id), c.p.people[id].RoleType
	role, level, listed := c.role(t, in), c.level(t), c.listed()
	switch c.IntN(12) {
	case 0, 1, 2, 3, 4:
		return byRoles("grant a role", func(d *manage.RoleDesk) (uint64, error) { return d.GrantRole(c.ctx, id, in, role) })
	case 5:
		return byRoles("grant both", func(d *manage.RoleDesk) (uint64, error) { return d.GrantBoth(c.ctx, id, in, role, level) })
	case 6, 7:
		return both("grant an ACL", func(d bothDesk) (uint64, error) { return d.GrantACL(c.ctx, id, in, level) })
	case 8:
		return byRoles("clear a role", func(d *manage.RoleDesk) (uint64, error) { return d.ClearRole(c.ctx, id, in) })
	case 9:
		if has := slices.DeleteFunc(slices.Clone(c.nearPeople), func(id string) bool {
			return c.p.grants[memberKey{id, c.p.people[id].Organization}].ACL.ID == ""
		}); len(has) > 0 {
			id, in = pick(c.Rand, has), c.p.people[pick(c.Rand, has)].Organization
		}
		return both("clear an ACL", func(d bothDesk) (uint64, error) { return d.ClearACL(c.ctx, id, in) })
	case 10:
		return byRoles("remove a grant", func(d *manage.RoleDesk) (uint64, error) { return d.RemoveGrant(c.ctx, id, in) })
	default:
		return both("narrow", func(d bothDesk) (uint64, error) { return d.Narrow(c.ctx, id, in, listed) })
	}
}

func (c *chooser) changeRole() move {
	id := c.nearRole()
	r := c.p.roles[id].Copy()
	owner := c.entity()
	switch c.IntN(10) {
	case 0, 1, 2:
		if len(c.p.roles) > 40 {
			return byRoles("delete a role", func(d *manage.RoleDesk) (uint64, error) { return d.DeleteRole(c.ctx, id) })
		}
		t := pick(c.Rand, []string{"root", "dealer", "clerk", "client", "client", "keeper", "agent"})
		made := smallRole(c.fresh("r"), t, owner, seedPermissions(c.Rand, pick(c.Rand, append(seedStrengths, "all"))))
		return byRoles("create a role", func(d *manage.RoleDesk) (uint64, error) { return d.CreateRole(c.ctx, made) })
	case 3:
		if len(c.p.roles) > 40 {
			return byRoles("delete a role", func(d *manage.RoleDesk) (uint64, error) { return d.DeleteRole(c.ctx, id) })
		}
		clone := c.fresh("r")
		return byRoles("clone a role", func(d *manage.RoleDesk) (uint64, error) { return d.CloneRole(c.ctx, id, clone, "Clone", owner) })
	case 4:
		return byRoles("delete a role", func(d *manage.RoleDesk) (uint64, error) { return d.DeleteRole(c.ctx, id) })
	default:
		n := smallTree.At(c.IntN(smallTree.Len()))
		if c.IntN(3) == 0 {
			delete(r.Permissions, n.Path())
		} else {
			r.Permissions[n.Path()] = roles.Setting{Permission: []roles.Permission{roles.Restrict, roles.Read, roles.Modify}[c.IntN(3)]}
		}
		return byRoles("change a role", func(d *manage.RoleDesk) (uint64, error) { return d.UpdateRole(c.ctx, r) })
	}
}

func (c *chooser) changeOrganization() move {
	id := c.organization()
	o := c.p.orgs[id].Copy()
	role := c.anyRole(func(r roles.Role) bool {
		return slices.Contains(typesOf[c.p.entities[id].Kind], r.Type) && c.p.within[r.Owner]&(1<<c.p.index[id]) != 0
	})
	switch c.IntN(9) {
	case 0, 1, 2:
		if !slices.Contains(o.AllowedRoles, role) {
			o.AllowedRoles = append(o.AllowedRoles, role)
		}
	case 3:
		o.AllowedRoles = slices.DeleteFunc(o.AllowedRoles, func(id string) bool { return id == role || c.IntN(6) == 0 })
		if !slices.Contains(o.AllowedRoles, o.DefaultRole) {
			o.DefaultRole = pick(c.Rand, o.AllowedRoles)
		}
	case 4:
		o.Class = pick(c.Rand, []string{"", "strict", "lax"})
	case 5:
		o.Closed = !o.Closed
	case 6:
		o.Link.Open, o.Link.Role = c.IntN(3) != 0, pick(c.Rand, append(o.AllowedRoles, ""))
	case 7:
		return byRoles("rotate a link", func(d *manage.RoleDesk) (uint64, error) {
			_, revision, err := d.RotateLink(c.ctx, id, "client", "")
			return revision, err
		})
	default:
		old := pick(c.Rand, o.AllowedRoles)
		return byRoles("replace a role", func(d *manage.RoleDesk) (uint64, error) { return d.ReplaceRole(c.ctx, id, old, role) })
	}
	return byRoles("change an organization", func(d *manage.RoleDesk) (uint64, error) { return d.PutOrganization(c.ctx, o) })
}

func (c *chooser) changeEntity() move {
	e := c.p.entities[c.entity()].Clone()
	switch c.IntN(8) {
	case 0, 1, 2:
		if len(c.p.entities) < 28 {
			made := scope.Entity{ID: c.fresh("e"), Kind: pick(c.Rand, []string{"dealer", "client", "client", "account", "group", "agent"}), Parent: e.ID}
			if c.IntN(3) == 0 {
				made.Links = []scope.Link{{Name: pick(c.Rand, []string{"agent", "group"}), To: c.entity()}}
			}
			return both("create an entity", func(d bothDesk) (uint64, error) { return d.CreateEntity(c.ctx, made) })
		}
		fallthrough
	case 3:
		return both("delete an entity", func(d bothDesk) (uint64, error) { return d.DeleteEntity(c.ctx, e.ID) })
	case 4:
		e.Parent = c.entity()
	case 5:
		e.Links = append(e.Links, scope.Link{Name: pick(c.Rand, []string{"agent", "group"}), To: c.entity()})
	case 6:
		e.Links = nil
	default:
		e.Title = c.fresh("Title ")
	}
	return both("change an entity", func(d bothDesk) (uint64, error) { return d.UpdateEntity(c.ctx, e) })
}

func (c *chooser) changeLevel() move {
	some := slices.Sorted(maps.Keys(c.p.levels))
	if near := slices.DeleteFunc(slices.Clone(some), func(id string) bool { return !slices.Contains(c.nearEntities, c.p.levels[id].Owner) }); len(near) > 0 {
		some = near
	}
	l := c.p.levels[pick(c.Rand, some)].Copy()
	l.Permissions = acl.MustPermissions(pick(c.Rand, []string{"select Things.*any*", "select+update Money.*any*", "select+insert+update+delete Admin.*any*",
		"select+update+insert+delete Things.*any*"}))
	if c.IntN(3) == 0 && len(c.p.levels) < 24 {
		l.ID, l.Revision, l.Owner = c.fresh("level"), 0, c.entity()
		return byACLs("create a level", func(d *manage.ACLDesk) (uint64, error) { return d.CreateLevel(c.ctx, l) })
	}
	return byACLs("change a level", func(d *manage.ACLDesk) (uint64, error) { return d.UpdateLevel(c.ctx, l) })
}
