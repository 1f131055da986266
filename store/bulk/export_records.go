package bulk

import (
	"context"
	"fmt"

	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

func (e *exporting) classes(ctx context.Context) error {
	return pages(func(after individuals.Class) ([]individuals.Class, error) {
		return e.reader.Classes(ctx, store.Page{After: after.ID, Limit: pageSize})
	}, func(c individuals.Class) error { return e.write(line{Class: lineOfClass(c)}) })
}

func (e *exporting) eachEntity(ctx context.Context, write func(scope.Entity) error) error {
	return pages(func(after scope.Entity) ([]scope.Entity, error) {
		return e.reader.Entities(ctx, store.EntityFilter{}, store.Page{After: after.ID, Limit: pageSize})
	}, write)
}

// entities writes parents before what lies below them: first the roots, then all
// that is one below, and so on. Listings are in the order of IDs, so each depth
// takes a reading of its own, of which there are few.
func (e *exporting) entities(ctx context.Context) error {
	depths := make(depths)
	for depth, deepest := 1, 1; depth <= deepest; depth++ {
		err := e.eachEntity(ctx, func(entity scope.Entity) error {
			at, err := depths.of(ctx, e.reader, entity)
			if err != nil {
				return err
			}
			deepest = max(deepest, at)
			if at != depth {
				return nil
			}
			return e.write(line{Entity: lineOfEntity(entity)})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// maxDepths bounds what is known of entities that others lie below.
const maxDepths = 100_000

// depths are how many entities stand above those that have something below them,
// themselves counted.
type depths map[string]int

func (d depths) of(ctx context.Context, r store.EntityReader, e scope.Entity) (int, error) {
	var above []string
	for parent := e.Parent; parent != ""; {
		if known := d[parent]; known > 0 {
			return d.learn(above, known) + 1, nil
		}
		if above = append(above, parent); len(above) > scope.MaxDepth {
			return 0, fmt.Errorf("entity %q: %w", e.ID, scope.ErrTooDeep)
		}
		p, err := r.Entity(ctx, parent)
		if err != nil {
			return 0, err
		}
		parent = p.Parent
	}
	return d.learn(above, 0) + 1, nil
}

// learn notes a chain of entities, nearest first, below one at a depth, and
// returns the depth of the nearest.
func (d depths) learn(above []string, depth int) int {
	if len(d)+len(above) > maxDepths {
		clear(d)
	}
	for i := len(above) - 1; i >= 0; i-- {
		depth++
		d[above[i]] = depth
	}
	return depth
}

// links writes what entities link to, when all entities are written.
func (e *exporting) links(ctx context.Context) error {
	return e.eachEntity(ctx, func(entity scope.Entity) error {
		if len(entity.Links) == 0 {
			return nil
		}
		return e.write(line{Links: lineOfLinks(entity)})
	})
}

func (e *exporting) organizations(ctx context.Context) error {
	return pages(func(after individuals.Organization) ([]individuals.Organization, error) {
		return e.reader.Organizations(ctx, store.OrganizationFilter{}, store.Page{After: after.Entity, Limit: pageSize})
	}, func(o individuals.Organization) error { return e.write(line{Organization: lineOfOrganization(o)}) })
}

func (e *exporting) roles(ctx context.Context) error {
	return pages(func(after roles.Role) ([]roles.Role, error) {
		return e.reader.Roles(ctx, store.RoleFilter{}, store.Page{After: after.ID, Limit: pageSize})
	}, func(r roles.Role) error { return e.write(line{Role: lineOfRole(r)}) })
}

func (e *exporting) acls(ctx context.Context) error {
	return pages(func(after acl.Level) ([]acl.Level, error) {
		return e.reader.ACLs(ctx, store.ACLFilter{}, store.Page{After: after.ID, Limit: pageSize})
	}, func(l acl.Level) error { return e.write(line{ACL: lineOfACL(l)}) })
}

func (e *exporting) individuals(ctx context.Context) error {
	return pages(func(after individuals.Individual) ([]individuals.Individual, error) {
		return e.reader.Individuals(ctx, store.IndividualFilter{}, store.Page{After: after.ID, Limit: pageSize})
	}, func(p individuals.Individual) error {
		if err := e.write(line{Individual: lineOfIndividual(p)}); err != nil {
			return err
		}
		return e.credential(ctx, p.ID)
	})
}

func (e *exporting) grants(ctx context.Context) error {
	return pages(func(after individuals.Grant) ([]individuals.Grant, error) {
		return e.reader.Grants(ctx, store.GrantFilter{}, store.GrantPage{AfterIndividual: after.Individual, AfterOrganization: after.Organization, Limit: pageSize})
	}, func(g individuals.Grant) error { return e.write(line{Grant: lineOfGrant(g)}) })
}
