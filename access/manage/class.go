package manage

import (
	"context"
	"errors"
	"fmt"

	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/store"
)

// The actions on classes.
const (
	actionPutClass    audit.Action = "class.update"
	actionDeleteClass audit.Action = "class.delete"
)

// PutClass writes a class, read and changed before, or a new one. A class belongs
// to nobody and many organizations may have it, so it takes Update on entities
// for each of those, and for the principal's own. A class stops asking for a
// second factor only where that could be said of each of the people one by one.
func (d *Desk) PutClass(ctx context.Context, class individuals.Class) (revision uint64, err error) {
	return d.run(ctx, "change a class", func(c *commit) error {
		old, err := c.r.Class(c.ctx, class.ID)
		if err != nil && !missing(err) {
			return c.fail(err)
		}
		if err := c.allowClass(class.ID, old.SecondFactor && !class.SecondFactor); err != nil {
			return err
		}
		if class.SecondFactor && !old.SecondFactor {
			c.warnOfDoors(fmt.Sprintf("the people of class %q", class.ID))
		}
		if err := c.tx.PutClass(c.ctx, class); err != nil {
			return c.fail(err)
		}
		c.wrote()
		return c.classChanged(actionPutClass, old, class)
	})
}

// DeleteClass removes a class that no organization has. It takes Delete on
// entities for the principal's own organization.
func (d *Desk) DeleteClass(ctx context.Context, id string) (revision uint64, err error) {
	return d.run(ctx, "delete a class", func(c *commit) error {
		home, err := c.home()
		if err == nil {
			err = c.allow(roles.Delete, c.m.guards.Entities, home)
		}
		if err != nil {
			return err
		}
		old, err := c.r.Class(c.ctx, id)
		if missing(err) {
			return c.notFound("class", id)
		}
		if err == nil {
			err = c.tx.DeleteClass(c.ctx, id, old.Revision)
		}
		if err != nil {
			return c.fail(err)
		}
		c.wrote()
		return c.classChanged(actionDeleteClass, old, individuals.Class{})
	})
}

// home is where the guard of what belongs to nobody is asked: the root of the
// principal's tree, so that a customer's people do not change what others have
// too.
func (c *commit) home() (string, error) {
	own := c.objectOf("")
	lineage, err := resolve(c.ctx, c.r, own)
	switch {
	case c.unbounded():
		return "", nil
	case own == "":
		return "", c.failf("where %q belongs cannot be told", c.p.Individual())
	case nowhere(err):
		return "", nil
	case err != nil:
		return "", c.fail(err)
	}
	return lineage.Root(), nil
}

func (c *commit) allowClass(id string, ends bool) error {
	home, err := c.home()
	if err == nil {
		err = c.allow(roles.Update, c.m.guards.Entities, home)
	}
	if err != nil {
		return err
	}
	return c.eachOrganization(store.OrganizationFilter{Class: id}, func(o individuals.Organization) error {
		if err := c.allow(roles.Update, c.m.guards.Entities, o.Entity); errors.Is(err, store.ErrNotFound) {
			// Another provider's, whose name is not for the principal to learn.
			return c.fail(fmt.Errorf("class %q: %w: an organization that you do not reach has it", id, ErrDenied))
		} else if err != nil {
			return err
		}
		if ends {
			return c.secondFactorEnds(o.Entity)
		}
		return nil
	})
}

func (c *commit) classChanged(action audit.Action, old, class individuals.Class) error {
	d := diff{m: c.m}
	d.plain("name", old.Name, class.Name)
	d.plain("second-factor", flag(old.SecondFactor), flag(class.SecondFactor))
	id := class.ID
	if id == "" {
		id = old.ID
	}
	home, err := c.home()
	if err != nil {
		return err
	}
	return c.record(audit.Event{Action: action, Organization: home, Object: id, Node: c.m.guards.Entities, Changes: d.changes})
}

// Class returns a class. It takes View on entities for the principal's own
// organization.
func (d *Desk) Class(ctx context.Context, id string) (class individuals.Class, err error) {
	err = d.view(ctx, "read a class", func(c *commit) error {
		if err := c.allow(roles.View, c.m.guards.Entities, c.objectOf("")); err != nil {
			return err
		}
		class, err = c.r.Class(c.ctx, id)
		if missing(err) {
			return c.notFound("class", id)
		}
		return c.fail(err)
	})
	return class, err
}
