package manage_test

import (
	"fmt"
	"reflect"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// A picture is all that a small world holds at one revision, with what everyone
// holds worked out by brute force: neither the engine's holdings nor its
// comparison of them have a part in it. Rights are bits, four to a node.
type picture struct {
	mode     access.Coexistence
	revision uint64
	head     audit.Head
	entities map[string]scope.Entity
	people   map[string]individuals.Individual
	secrets  map[string]individuals.Credential
	orgs     map[string]individuals.Organization
	classes  map[string]individuals.Class
	grants   map[memberKey]individuals.Grant
	roles    map[string]roles.Role
	levels   map[string]acl.Level
	tokens   int

	index   map[string]int // of an entity among the objects
	objects int
	within  map[string]uint64            // what lies at or below
	linked  map[string]map[string]uint64 // by the name of the link, and what it names
	held    map[memberKey]rightsOf
	links   map[string]rightsOf // of whoever comes by the standing link
}

type memberKey struct{ individual, organization string }

// A rightsOf is what somebody holds in an organization.
type rightsOf struct {
	unknown bool
	own     int          // the organization, among the objects; -1 where it is none
	tables  [2][2]uint64 // by side, and on the own entity or below
	scope   uint64
}

const (
	newSide, oldSide    = 0, 1
	ownEntity, belowOwn = 0, 1
	withoutObject       = -1
)

// at is what is held of an object.
func (r rightsOf) at(side, object int) uint64 {
	switch {
	case r.unknown:
		return 0
	case object == withoutObject:
		return r.tables[side][ownEntity] & r.tables[side][belowOwn]
	case r.scope&(1<<object) == 0:
		return 0
	case object == r.own:
		return r.tables[side][ownEntity]
	default:
		return r.tables[side][belowOwn]
	}
}

// everywhere is what is held of it on every surface. The API goes by the one
// side or by the other, node by node.
func (r rightsOf) everywhere(object int) uint64 {
	return r.at(newSide, object) & r.at(oldSide, object)
}

func bitOf(action roles.Action, path string) uint64 {
	return uint64(action) << (4 * smallTree.MustNode(path).Index())
}

var (
	manages = bitOf(roles.View, "admin/people") | bitOf(roles.Create, "admin/people") | bitOf(roles.Update, "admin/people")
	beyonds = bitOf(roles.Update, "admin/roles/beyond")
	byHands = func() (bits uint64) {
		for n := range smallTree.Nodes() {
			if n.Marks()&roles.OwnHands != 0 {
				bits |= 15 << (4 * n.Index())
			}
		}
		return bits
	}()
)

// take reads everything and works out who holds what.
func (w *smallWorld) take() *picture {
	w.t.Helper()
	p := &picture{mode: w.mode, entities: make(map[string]scope.Entity), people: make(map[string]individuals.Individual),
		secrets: make(map[string]individuals.Credential), orgs: make(map[string]individuals.Organization),
		classes: make(map[string]individuals.Class), grants: make(map[memberKey]individuals.Grant),
		roles: make(map[string]roles.Role), levels: make(map[string]acl.Level)}
	w.must(w.store.View(w.ctx, func(r store.Reader) error {
		page := store.Page{Limit: store.MaxPage}
		p.revision = r.Revision()
		var err error
		p.head, err = r.EventHead(w.ctx, audit.Changes)
		w.must(err)
		entities, err := r.Entities(w.ctx, store.EntityFilter{}, page)
		w.must(err)
		for _, e := range entities {
			p.entities[e.ID] = e
		}
		people, err := r.Individuals(w.ctx, store.IndividualFilter{}, page)
		w.must(err)
		for _, x := range people {
			p.people[x.ID] = x
			if c, err := r.Credential(w.ctx, x.ID); err == nil {
				p.secrets[x.ID] = c
			}
		}
		orgs, err := r.Organizations(w.ctx, store.OrganizationFilter{}, page)
		w.must(err)
		for _, o := range orgs {
			p.orgs[o.Entity] = o
		}
		classes, err := r.Classes(w.ctx, page)
		w.must(err)
		for _, c := range classes {
			p.classes[c.ID] = c
		}
		grants, err := r.Grants(w.ctx, store.GrantFilter{}, store.GrantPage{Limit: store.MaxPage})
		w.must(err)
		for _, g := range grants {
			p.grants[memberKey{g.Individual, g.Organization}] = g
		}
		some, err := r.Roles(w.ctx, store.RoleFilter{}, page)
		w.must(err)
		for _, x := range some {
			p.roles[x.ID] = x
		}
		levels, err := r.ACLs(w.ctx, store.ACLFilter{}, page)
		w.must(err)
		for _, l := range levels {
			p.levels[l.ID] = l
		}
		tokens, err := r.Tokens(w.ctx, store.TokenFilter{}, page)
		w.must(err)
		p.tokens = len(tokens)
		return nil
	}))
	p.layOut()
	p.held = make(map[memberKey]rightsOf, len(p.grants))
	for key, g := range p.grants {
		p.held[key] = w.rightsIn(p, g)
	}
	p.links = make(map[string]rightsOf)
	for id, o := range p.orgs {
		if o.Link.Open && !o.Closed && o.Link.Role != "" {
			p.links[id] = w.rightsByLink(p, o)
		}
	}
	return p
}

// layOut numbers the objects: every entity, and for each something that may come
// to lie below it.
func (p *picture) layOut() {
	p.index, p.within, p.linked = make(map[string]int), make(map[string]uint64), make(map[string]map[string]uint64)
	for id := range p.entities {
		p.index[id] = p.objects
		p.objects += 2 // the phantom's number follows
	}
	if p.objects > 64 {
		panic(fmt.Sprint(len(p.entities), " entities: too many for the bits"))
	}
	for id, e := range p.entities {
		for above, steps := id, 0; above != ""; above, steps = p.entities[above].Parent, steps+1 {
			p.within[above] |= 3 << p.index[id]
			if steps > scope.MaxDepth {
				panic("a cycle")
			}
		}
		for _, l := range e.Links {
			if p.linked[l.Name] == nil {
				p.linked[l.Name] = make(map[string]uint64)
			}
			p.linked[l.Name][l.To] |= 1 << p.index[id]
		}
	}
}

// reached is the scope of somebody of the type in the organization.
func (p *picture) reached(rule scope.Rule, organization string, listed []string) uint64 {
	start := uint64(1) << p.index[organization]
	if rule.Listed {
		start = 0
		for _, id := range listed {
			if at, ok := p.index[id]; ok && p.within[organization]&(1<<at) != 0 {
				start |= 1 << at
			}
		}
	}
	start = p.spread(start, rule.Below)
	all := start
	if rule.Link != "" {
		var linked uint64
		for id, at := range p.index {
			if start&(1<<at) != 0 {
				linked |= p.linked[rule.Link][id]
			}
		}
		all |= p.spread(linked, rule.LinkedBelow)
	}
	if rule.Listed {
		return all & p.within[organization]
	}
	if len(listed) == 0 {
		return all
	}
	var narrowed uint64
	for _, id := range listed {
		if at, ok := p.index[id]; ok && all&(1<<at) != 0 {
			narrowed |= all & p.within[id]
		}
	}
	return narrowed
}

// spread adds what lies below.
func (p *picture) spread(some uint64, below bool) uint64 {
	if !below {
		return some
	}
	all := some
	for id, at := range p.index {
		if some&(1<<at) != 0 {
			all |= p.within[id]
		}
	}
	return all
}

func (w *smallWorld) rightsIn(p *picture, g individuals.Grant) rightsOf {
	x, ok := p.people[g.Individual]
	entity, there := p.entities[g.Organization]
	if _, settled := p.orgs[g.Organization]; !ok || !settled {
		return rightsOf{own: withoutObject}
	}
	t, err := smallModel.Type(x.RoleType)
	if err != nil || !there || entity.Kind != t.OwnerKind {
		return rightsOf{unknown: true}
	}
	out := rightsOf{own: p.index[g.Organization], scope: p.reached(t.Scope, g.Organization, g.Listed)}
	for side := range out.tables {
		byRole := side == newSide
		if p.mode == access.LastWrite && g.Role.Revision != g.ACL.Revision {
			byRole = g.Role.Revision > g.ACL.Revision
		}
		var table *roles.Table
		switch {
		case byRole && g.Role.ID != "":
			table = w.roleTable(p, g.Role.ID, x.RoleType, g.Organization)
		case !byRole && g.ACL.ID != "":
			table = w.levelTable(p, g.ACL.ID, x.RoleType, g.Organization)
		default:
			continue
		}
		if table == nil {
			return rightsOf{unknown: true}
		}
		out.tables[side] = bitsOf(table)
	}
	return out
}

func (w *smallWorld) rightsByLink(p *picture, o individuals.Organization) rightsOf {
	r, ok := p.roles[o.Link.Role]
	t, err := smallModel.Type(r.Type)
	if !ok || err != nil || p.entities[o.Entity].Kind != t.OwnerKind {
		return rightsOf{unknown: true}
	}
	table := w.roleTable(p, r.ID, r.Type, o.Entity)
	if table == nil {
		return rightsOf{unknown: true}
	}
	bits := bitsOf(table)
	bits[ownEntity] &^= byHands
	bits[belowOwn] &^= byHands
	return rightsOf{own: p.index[o.Entity], scope: p.reached(t.Scope, o.Entity, nil), tables: [2][2]uint64{bits, bits}}
}

// roleTable is nil where the role cannot be used.
func (w *smallWorld) roleTable(p *picture, id, roleType, organization string) *roles.Table {
	r, ok := p.roles[id]
	if !ok || r.Type != roleType || r.Owner != "" && p.within[r.Owner]&(1<<p.index[organization]) == 0 {
		return nil
	}
	table, err := smallModel.Compile(r)
	if err != nil {
		return nil
	}
	return table
}

func (w *smallWorld) levelTable(p *picture, id, roleType, organization string) *roles.Table {
	l, ok := p.levels[id]
	if !ok || l.Owner != "" && p.within[l.Owner]&(1<<p.index[organization]) == 0 {
		return nil
	}
	compiled, err := smallLevels.Compile(l, func(id string) (acl.Level, error) {
		if l, ok := p.levels[id]; ok {
			return l, nil
		}
		return acl.Level{}, acl.ErrUnknown
	})
	if err != nil || compiled.Table() == nil || compiled.Table().Type() != roleType {
		return nil
	}
	return compiled.Table()
}

func bitsOf(t *roles.Table) (out [2]uint64) {
	for i := range smallTree.Len() {
		n := smallTree.At(i)
		out[ownEntity] |= uint64(t.Permission(n, roles.Own)) << (4 * i)
		out[belowOwn] |= uint64(t.Permission(n, roles.Below)) << (4 * i)
	}
	return out
}

// managed reports whether one of the organization's people can manage the others.
func (p *picture) managed(organization string) bool {
	if p.orgs[organization].Closed {
		return false
	}
	for key, r := range p.held {
		if key.organization != organization || p.people[key.individual].Disabled {
			continue
		}
		if state, err := p.people[key.individual].Window.At(smallNow); err != nil || state != individuals.Active {
			continue
		}
		own := p.index[organization]
		if r.at(newSide, own)&manages == manages || r.at(oldSide, own)&manages == manages {
			return true
		}
	}
	return false
}

// asked reports whether the class of an organization asks for a second factor.
func (p *picture) asked(organization string) bool {
	return p.classes[p.orgs[organization].Class].SecondFactor
}

// samePersonIn reports whether a person's record is alike in both, revisions
// aside.
func samePersonIn(a, b individuals.Individual) bool {
	a.Revision, b.Revision = 0, 0
	if a.AllowList.String() != b.AllowList.String() {
		return false
	}
	a.AllowList = b.AllowList
	return reflect.DeepEqual(a, b)
}
