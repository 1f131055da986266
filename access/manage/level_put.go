package manage

import (
	"errors"
	"fmt"
	"slices"

	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// putLevel writes an access level over old, the zero one where it is new, by
// all that is said of its parts, and of those who hold it.
func (c *commit) putLevel(a roles.Action, old, l acl.Level) error {
	if c.m.acls == nil {
		return c.failf("no ACL system; set Options.ACLs")
	}
	if err := l.Validate(); err != nil {
		return c.fail(err)
	}
	if err := c.checkComponents(old, l); err != nil {
		return err
	}
	if err := c.checkVisibleTo(a, old, l); err != nil {
		return err
	}
	including, err := c.including(l.ID)
	if err != nil {
		return err
	}
	// A level that nobody should hold yet may be named by grants all the same,
	// of an import say: then making it gives them something.
	var members []member
	for _, id := range append([]string{l.ID}, including...) {
		some, err := c.membersIn(store.GrantFilter{ACL: id})
		if err != nil {
			return err
		}
		members = append(members, some...)
	}
	if err := c.staysUsable(old, l); err != nil {
		return err
	}
	sound := make(map[string]bool)
	for _, id := range including {
		sound[id] = c.compiles(id) == nil
	}
	err = c.change(members, func() error {
		if err := c.tx.PutACL(c.ctx, l); err != nil {
			return c.fail(err)
		}
		if err := c.compiles(l.ID); err != nil {
			return c.fail(err)
		}
		for _, id := range including {
			if err := c.compiles(id); err != nil && sound[id] {
				return c.fail(fmt.Errorf("it is a component of a level that would fail: %w", c.unlessHidden(id, err)))
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	action := audit.ActionUpdateACL
	if old.ID == "" {
		action = audit.ActionCreateACL
	}
	return c.levelChanged(action, old, l)
}

// compiles reports why an access level does not compile.
func (c *commit) compiles(id string) error {
	l, err := c.r.ACL(c.ctx, id)
	if err == nil {
		_, err = c.m.acls.Compile(l, store.ACLLookup(c.ctx, c.r))
	}
	return err
}

var errHiddenLevel = errors.New("it is hidden from you")

// unlessHidden is the error of a level, unless the principal must not know it.
func (c *commit) unlessHidden(id string, err error) error {
	if _, unseen := c.level(id); unseen != nil {
		return errHiddenLevel
	}
	return err
}

// checkComponents refuses components that the principal may not see, or that
// cannot be used wherever the level is.
func (c *commit) checkComponents(old, l acl.Level) error {
	var owner *scope.Lineage
	if l.Owner != "" {
		lineage, err := resolve(c.ctx, c.r, l.Owner)
		if err != nil {
			return c.fail(err)
		}
		owner = &lineage
	}
	for _, id := range l.Components {
		var component acl.Level
		var err error
		if slices.Contains(old.Components, id) {
			component, err = c.r.ACL(c.ctx, id)
			err = c.fail(err)
		} else {
			component, err = c.level(id)
		}
		if err != nil {
			return err
		}
		if err := c.m.acls.Includable(component, owner); err != nil {
			return c.fail(err)
		}
	}
	return nil
}

// checkVisibleTo refuses to make a level visible to what the principal may not
// open it to, and to what does not lie below its owner, where it is not used.
func (c *commit) checkVisibleTo(a roles.Action, old, l acl.Level) error {
	for _, id := range l.VisibleTo {
		if slices.Contains(old.VisibleTo, id) {
			continue
		}
		lineage, err := resolve(c.ctx, c.r, id)
		if err != nil || !c.may(a, c.m.guards.ACLs, id) {
			return c.notFound("entity", id)
		}
		if l.Owner != "" && !lineage.Within(l.Owner) {
			return c.failf("ACL %q belongs to %q, and %q does not lie below it", l.ID, l.Owner, id)
		}
	}
	return nil
}

// including lists the levels that include one, directly or by a component, in
// the order of their IDs.
func (c *commit) including(id string) ([]string, error) {
	direct := make(map[string][]string)
	err := c.eachLevel(store.ACLFilter{}, "", func(l acl.Level) error {
		for _, component := range l.Components {
			direct[component] = append(direct[component], l.ID)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{id: true}
	var out []string
	for next := []string{id}; len(next) > 0; next = next[1:] {
		for _, other := range direct[next[0]] {
			if !seen[other] {
				seen[other] = true
				out, next = append(out, other), append(next, other)
			}
		}
	}
	slices.Sort(out)
	return out, nil
}

// staysUsable refuses to hide a level where people hold it: they would be left
// with what cannot be used.
func (c *commit) staysUsable(old, l acl.Level) error {
	if old.ID == "" || slices.Equal(old.VisibleTo, l.VisibleTo) {
		return nil
	}
	held, err := c.membersIn(store.GrantFilter{ACL: l.ID})
	if err != nil {
		return err
	}
	hidden := make(map[string]bool)
	var left []member
	for _, m := range held {
		if _, known := hidden[m.organization]; !known {
			lineage, err := resolve(c.ctx, c.r, m.organization)
			hidden[m.organization] = err == nil && c.m.acls.Usable(old, &lineage) == nil && c.m.acls.Usable(l, &lineage) != nil
		}
		if hidden[m.organization] {
			left = append(left, m)
		}
	}
	if len(left) == 0 {
		return nil
	}
	return c.inUse(fmt.Sprintf("ACL %q", l.ID), left, nil)
}

// levelChanged writes the events of an access level: a change for each attribute
// that it permits something on, for each component, and for each entity that it
// is visible to. The words after the names keep an attribute such as
// Customers.password from being taken for a password.
func (c *commit) levelChanged(action audit.Action, old, l acl.Level) error {
	d := diff{m: c.m}
	d.plain("name", old.Name, l.Name)
	d.plain("type", old.Type, l.Type)
	d.plain("description", old.Description, l.Description)
	d.plain("default", flag(old.System), flag(l.System))
	was, is := operations(old), operations(l)
	for _, target := range union(was, is) {
		d.plain(target+" permission", was[target], is[target])
	}
	for _, list := range []struct {
		what    string
		old, is []string
	}{{" component", old.Components, l.Components}, {" visible", old.VisibleTo, l.VisibleTo}} {
		was, is := each(list.old), each(list.is)
		for _, id := range union(was, is) {
			d.plain(id+list.what, was[id], is[id])
		}
	}
	id, owner := l.ID, l.Owner
	if id == "" {
		id, owner = old.ID, old.Owner
	}
	return c.recordChanges(audit.Event{Action: action, Organization: owner, Object: id, Node: c.m.guards.ACLs}, d.changes)
}

// operations are what a level permits itself, by object and attribute.
func operations(l acl.Level) map[string]string {
	sets := make(map[string]acl.Operations, len(l.Permissions))
	for _, p := range l.Permissions {
		sets[p.Object+"."+p.Attribute] |= p.Operations
	}
	out := make(map[string]string, len(sets))
	for target, set := range sets {
		out[target] = set.String()
	}
	return out
}

// each says of each ID that it is there.
func each(ids []string) map[string]string {
	out := make(map[string]string, len(ids))
	for _, id := range ids {
		out[id] = flag(true)
	}
	return out
}

// union are the keys of both, sorted.
func union(a, b map[string]string) []string {
	var out []string
	for k := range a {
		out = append(out, k)
	}
	for k := range b {
		if _, had := a[k]; !had {
			out = append(out, k)
		}
	}
	slices.Sort(out)
	return out
}

// maxChangesBytes bounds the names and texts of the changes in one event, well
// below [audit.MaxEventBytes], which counts the rest too.
const maxChangesBytes = audit.MaxEventBytes / 4

// recordChanges writes an event, or several where its changes do not fit one.
func (c *commit) recordChanges(e audit.Event, changes []audit.Change) error {
	for {
		n, size := 0, 0
		for n < len(changes) && n < audit.MaxChanges && size < maxChangesBytes {
			size += len(changes[n].Field) + len(changes[n].Before.String()) + len(changes[n].After.String())
			n++
		}
		e.Changes = changes[:n]
		if err := c.record(e); err != nil {
			return err
		}
		if changes = changes[n:]; len(changes) == 0 {
			return nil
		}
	}
}
