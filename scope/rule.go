package scope

import "fmt"

// A Rule tells what a person reaches, seen from the organization it belongs
// to. Rules are data; each role type has one. The zero Rule reaches the
// organization's entity itself and nothing else.
type Rule struct {
	// Below adds everything that the starting entity owns, at any depth.
	Below bool
	// Link adds the entities that link, by this name, to the starting entity,
	// and where Below is set also to anything below it. Empty: none.
	Link string
	// LinkedBelow adds everything below the entities that Link adds.
	LinkedBelow bool
	// Listed starts from the entities listed for the person, instead of the
	// organization's, which still bounds the whole: someone who supervises
	// two groups of a customer. Nothing listed: nothing reached.
	Listed bool
}

// Validate reports whether the fields fit together.
func (r Rule) Validate() error {
	if r.Link == "" {
		if r.LinkedBelow {
			return fmt.Errorf("scope: rule: LinkedBelow without Link; name the link")
		}
		return nil
	}
	if err := checkName("link name", r.Link); err != nil {
		return fmt.Errorf("scope: rule: %w", err)
	}
	return nil
}

// Reaches reports whether a person of the given organization has the object
// of l in scope. listed narrows the scope to those entities and what is below
// them; each must itself be in scope to count, and an empty list does not
// narrow (see [Rule] for Listed). It allocates nothing.
func (r Rule) Reaches(organization string, listed []string, l *Lineage) bool {
	if organization == "" || l == nil || len(l.chain) == 0 {
		return false
	}
	if r.Listed {
		if !l.Within(organization) {
			return false
		}
		for _, start := range listed {
			if start != "" && r.reachesFrom(start, organization, l, 0) {
				return true
			}
		}
		return false
	}
	if !r.reachesFrom(organization, "", l, 0) {
		return false
	}
	if len(listed) == 0 {
		return true
	}
	for _, id := range listed {
		if at := index(l.chain, id); at >= 0 && id != "" && r.reachesFrom(organization, "", l, at) {
			return true
		}
	}
	return false
}

// reachesFrom applies the rule from start to the entity at index at of the
// chain. Where bound is set, start itself must lie within bound.
func (r Rule) reachesFrom(start, bound string, l *Lineage, at int) bool {
	if d := index(l.chain[at:], start); d >= 0 && (d == 0 || r.Below) {
		if bound == "" || index(l.chain[at+d:], bound) >= 0 {
			return true
		}
	}
	if r.Link == "" {
		return false
	}
	for i := range l.links {
		link := &l.links[i]
		if link.name != r.Link || link.holder < at || (link.holder > at && !r.LinkedBelow) {
			continue
		}
		if d := index(link.target, start); d >= 0 && (d == 0 || r.Below) {
			if bound == "" || index(link.target[d:], bound) >= 0 {
				return true
			}
		}
	}
	return false
}

// Check reports whether a person of the organization has object in scope,
// narrowed to listed as in [Rule.Reaches]. An unknown or unreadable object
// never is: the error says why, and the answer is false with it.
func Check(lookup Lookup, r Rule, organization string, listed []string, object string) (bool, error) {
	l, err := Resolve(lookup, object)
	if err != nil {
		return false, err
	}
	return r.Reaches(organization, listed, &l), nil
}
