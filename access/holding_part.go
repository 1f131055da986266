package access

import (
	"context"
	"fmt"

	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// A part of a scope is an entity and, with below, whatever lies below it.
type part struct {
	id      string
	lineage *scope.Lineage // nil: nobody reaches it
	below   bool
}

// eachPart calls fn of the parts that holding's rule makes a scope of: the
// starts, and what links to them and, where the rule goes below, to what lies
// there.
func (c *cover) eachPart(ctx context.Context, starts []part, fn func(part) error) error {
	rule := c.holding.rule
	for _, start := range starts {
		start.below = rule.Below
		if err := fn(start); err != nil {
			return err
		}
		if rule.Link == "" {
			continue
		}
		level := []string{start.id}
		for depth := 0; depth < scope.MaxDepth && len(level) > 0; depth++ {
			var next []string
			for _, target := range level {
				if err := c.eachLinked(ctx, target, fn); err != nil {
					return err
				}
				if !rule.Below {
					continue
				}
				err := c.eachEntity(ctx, store.EntityFilter{Parent: target}, func(e scope.Entity) error {
					if e.Parent == target {
						next = append(next, e.ID)
					}
					return nil
				})
				if err != nil {
					return err
				}
			}
			level = next
		}
	}
	return nil
}

// eachLinked calls fn of what links to the target by the rule's link.
func (c *cover) eachLinked(ctx context.Context, target string, fn func(part) error) error {
	rule := c.holding.rule
	return c.eachEntity(ctx, store.EntityFilter{LinkedTo: target}, func(e scope.Entity) error {
		for _, l := range e.Links {
			if l.Name != rule.Link || l.To != target {
				continue
			}
			p, err := c.find(ctx, e.ID)
			if err != nil || p.lineage == nil {
				return err
			}
			p.below = rule.LinkedBelow
			return fn(p)
		}
		return nil
	})
}

// eachEntity calls fn of what the filter selects.
func (c *cover) eachEntity(ctx context.Context, filter store.EntityFilter, fn func(scope.Entity) error) error {
	reader := c.state.records.reader
	for after := ""; ; {
		page, err := reader.Entities(ctx, filter, store.Page{After: after, Limit: store.MaxPage})
		if err != nil {
			return fmt.Errorf("access: entities: %w", err)
		}
		for _, e := range page {
			if e.ID <= after {
				return fmt.Errorf("access: the listing of entities has %q after %q", e.ID, after)
			}
			after = e.ID
			if err := fn(e); err != nil {
				return err
			}
		}
		if len(page) < store.MaxPage {
			return nil
		}
	}
}

// find returns an entity as a part of a scope.
func (c *cover) find(ctx context.Context, id string) (part, error) {
	l, err := c.state.alone.object(ctx, id)
	return part{id: id, lineage: l}, err
}
