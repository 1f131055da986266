package access_test

import (
	"maps"
	"net/netip"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/internal/reference"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
)

// A fault is a mistake in the world that a reference decides by.
type fault func(w *reference.World, r *reference.Request)

// specs is the declaration with a change at every node.
func specs(nodes []roles.NodeSpec, change func(*roles.NodeSpec)) []roles.NodeSpec {
	changed := slices.Clone(nodes)
	for i := range changed {
		change(&changed[i])
		changed[i].Children = specs(changed[i].Children, change)
	}
	return changed
}

// replanted is a fault of the tree.
func replanted(change func(*roles.NodeSpec)) fault {
	return func(w *reference.World, _ *reference.Request) {
		w.Tree = reference.NewTree(specs(w.Tree.Entities, change), w.Tree.Narrowing)
	}
}

// retyped is a fault of the role types.
func retyped(change func(*roles.Type)) fault {
	return func(w *reference.World, _ *reference.Request) { w.Types = changed(w.Types, change) }
}

// changed is a map with a change to every value.
func changed[K comparable, V any](m map[K]V, change func(*V)) map[K]V {
	out := maps.Clone(m)
	for key, value := range out {
		change(&value)
		out[key] = value
	}
	return out
}

// faults are what an engine could get wrong, each put into the reference instead.
var faults = map[string]fault{
	"narrowing the other way": func(w *reference.World, _ *reference.Request) {
		w.Tree = reference.NewTree(w.Tree.Entities, !w.Tree.Narrowing)
	},
	"explicit nodes inherit":     replanted(func(n *roles.NodeSpec) { n.Explicit = false }),
	"no choices of their own":    replanted(func(n *roles.NodeSpec) { n.Choices = nil }),
	"choices of all types alike": replanted(func(n *roles.NodeSpec) { n.ChoicesFor = nil }),
	"aliases unknown":            replanted(func(n *roles.NodeSpec) { n.Aliases = nil }),
	"no mark moved":              replanted(func(n *roles.NodeSpec) { n.Marks &^= roles.Moved }),
	"no mark second factor":      replanted(func(n *roles.NodeSpec) { n.Marks &^= roles.SecondFactor }),
	"no mark own hands":          replanted(func(n *roles.NodeSpec) { n.Marks &^= roles.OwnHands }),

	"no ceilings":          retyped(func(t *roles.Type) { t.Ceiling, t.Below = roles.Ceiling{Base: roles.Modify}, nil }),
	"one ceiling":          retyped(func(t *roles.Type) { t.Below = nil }),
	"nothing lent":         retyped(func(t *roles.Type) { t.Borrow = nil }),
	"everything lent":      retyped(func(t *roles.Type) { t.Borrow = &roles.Ceiling{Base: roles.Modify} }),
	"nothing linked":       retyped(func(t *roles.Type) { t.Scope.Link, t.Scope.LinkedBelow = "", false }),
	"nothing below linked": retyped(func(t *roles.Type) { t.Scope.LinkedBelow = false }),
	"nothing below":        retyped(func(t *roles.Type) { t.Scope.Below = false }),
	"everything below":     retyped(func(t *roles.Type) { t.Scope.Below = true }),
	"lists only narrow":    retyped(func(t *roles.Type) { t.Scope.Listed = false }),
	"owner kinds unknown":  retyped(func(t *roles.Type) { t.OwnerKind = "" }),

	"slots govern the other way": func(w *reference.World, _ *reference.Request) { w.PerSurface = !w.PerSurface },
	"surface unknown":            func(_ *reference.World, r *reference.Request) { r.Surface = reference.Unstated },
	"revisions of grants equal": func(w *reference.World, _ *reference.Request) {
		w.Grants = changed(w.Grants, func(g *individuals.Grant) { g.Role.Revision = g.ACL.Revision })
	},
	"lists of grants ignored": func(w *reference.World, _ *reference.Request) {
		w.Grants = changed(w.Grants, func(g *individuals.Grant) { g.Listed = nil })
	},

	"owners of roles ignored": func(w *reference.World, _ *reference.Request) {
		w.Roles = changed(w.Roles, func(r *roles.Role) { r.Owner = "" })
	},
	"owners of levels ignored": func(w *reference.World, _ *reference.Request) {
		w.Levels = changed(w.Levels, func(l *acl.Level) { l.Owner = "" })
	},
	"components ignored": func(w *reference.World, _ *reference.Request) {
		w.Levels = changed(w.Levels, func(l *acl.Level) { l.Components = nil })
	},
	"levels visible to none": func(w *reference.World, _ *reference.Request) {
		w.Levels = changed(w.Levels, func(l *acl.Level) { l.VisibleTo = nil })
	},
	"levels hidden from none": func(w *reference.World, _ *reference.Request) { w.HiddenFrom = nil },
	"mappings without subtree": func(w *reference.World, _ *reference.Request) {
		w.Mapping = slices.Clone(w.Mapping)
		for i := range w.Mapping {
			w.Mapping[i].Subtree = false
		}
	},
	"one need of two": func(w *reference.World, _ *reference.Request) {
		w.Mapping = slices.Clone(w.Mapping)
		for i := range w.Mapping {
			w.Mapping[i].Needs = w.Mapping[i].Needs[:1]
		}
	},

	"windows ignored": func(w *reference.World, _ *reference.Request) {
		w.Individuals = changed(w.Individuals, func(p *reference.Person) { p.Window = individuals.Window{} })
	},
	"windows in UTC": func(w *reference.World, _ *reference.Request) {
		w.Individuals = changed(w.Individuals, func(p *reference.Person) {
			if _, err := individuals.LoadZone(p.Window.Zone); err == nil {
				p.Window.Zone = "UTC"
			}
		})
	},
	"a nanosecond late": func(w *reference.World, r *reference.Request) {
		if w.Now = w.Now.Add(-1); !r.At.IsZero() {
			r.At = r.At.Add(-1)
		}
	},
	"mapped addresses unknown": func(_ *reference.World, r *reference.Request) {
		if r.Address.Is4In6() {
			r.Address = netip.Addr{}
		}
	},
	"anywhere asks for an address": func(w *reference.World, _ *reference.Request) {
		w.Individuals = changed(w.Individuals, func(p *reference.Person) {
			if len(p.Allowed) == 1 && p.Allowed[0] == "any" {
				p.Allowed = []string{"0.0.0.0/0", "::/0"}
			}
		})
	},
	"the factors of the class ignored": func(w *reference.World, _ *reference.Request) {
		w.Classes = changed(w.Classes, func(c *individuals.Class) { c.SecondFactor = false })
	},
	"epochs ignored": func(_ *reference.World, r *reference.Request) { r.AnyEpoch = true },
	"closed ones open": func(w *reference.World, _ *reference.Request) {
		w.Organizations = changed(w.Organizations, func(o *individuals.Organization) { o.Closed = false })
	},
	"disabled ones enabled": func(w *reference.World, _ *reference.Request) {
		w.Individuals = changed(w.Individuals, func(p *reference.Person) { p.Disabled = false })
	},
	"damage mended": func(w *reference.World, _ *reference.Request) {
		w.Entities = changed(w.Entities, func(e *scope.Entity) {
			e.Links = slices.DeleteFunc(slices.Clone(e.Links), func(l scope.Link) bool { return l.To == "gone" })
			if e.Parent == "gone" {
				e.Parent = ""
			}
		})
	},
	"sessions without end": func(_ *reference.World, r *reference.Request) { r.SessionEnd = time.Time{} },
	"the actor's session without end": func(_ *reference.World, r *reference.Request) {
		if r.OnBehalf != nil {
			behalf := *r.OnBehalf
			behalf.Actor.SessionEnd = time.Time{}
			r.OnBehalf = &behalf
		}
	},
	"sessions a nanosecond longer": func(_ *reference.World, r *reference.Request) {
		if !r.SessionEnd.IsZero() {
			r.SessionEnd = r.SessionEnd.Add(1)
		}
	},
	"links always open": func(w *reference.World, _ *reference.Request) {
		w.Organizations = changed(w.Organizations, func(o *individuals.Organization) { o.Link.Open = true })
	},
	"links that nobody rotates": func(_ *reference.World, r *reference.Request) {
		r.AnyEpoch = r.AnyEpoch || r.Link
	},
	"links without a second factor to ask for": func(_ *reference.World, r *reference.Request) {
		r.SecondFactor = r.SecondFactor || r.Link
	},
	"links with hands": func(w *reference.World, r *reference.Request) {
		if r.Link {
			replanted(func(n *roles.NodeSpec) { n.Marks &^= roles.OwnHands })(w, r)
		}
	},
	"links of the default role": func(w *reference.World, _ *reference.Request) {
		w.Organizations = changed(w.Organizations, func(o *individuals.Organization) { o.Link.Role = o.DefaultRole })
	},
	"the actor's time without end": func(_ *reference.World, r *reference.Request) {
		if r.OnBehalf != nil {
			behalf := *r.OnBehalf
			behalf.End = behalf.End.AddDate(100, 0, 0)
			r.OnBehalf = &behalf
		}
	},
	"the default role never taken": func(_ *reference.World, r *reference.Request) {
		if r.OnBehalf != nil {
			behalf := *r.OnBehalf
			behalf.AsDefault = false
			r.OnBehalf = &behalf
		}
	},
}

// TestReferenceSeesFaults holds that a reference with a fault disagrees with the engine
// soon: the comparison can fail, and the worlds make the difference.
func TestReferenceSeesFaults(t *testing.T) {
	t.Parallel()
	deciders := make(map[string]decider)
	for name, fault := range faults {
		deciders[name] = func(w *reference.World, r reference.Request) reference.Decision {
			faulty := *w
			fault(&faulty, &r)
			return reference.Decide(&faulty, r)
		}
	}
	// Two failures of the first gate at once are rare: a long run finds them too.
	gates, first, limit := reference.Gates(), 4, 30_000
	switch {
	case os.Getenv("DURWARD_LONG") == "1" && !slow:
		first, limit = 0, 300_000
	case slow || testing.Short():
		limit = 2_000
	}
	for gate := first; gate < len(gates)-1; gate++ {
		deciders[gates[gate]+" after "+gates[gate+1]] = func(w *reference.World, r reference.Request) reference.Decision {
			return reference.DecideSwapped(w, r, gate)
		}
	}
	for name, decide := range deciders {
		t.Run(name, func(t *testing.T) {
			count := tally{seen: make(map[reference.Reason]int)}
			for world := uint64(0); count.cases() < limit; world++ {
				if found := compare(t, reference.Seeded(world), perWorld, decide, &count); found != "" {
					t.Logf("after %d cases", count.cases())
					return
				}
			}
			if slow || testing.Short() {
				t.Skipf("nothing found in %d cases: a longer run asks more", count.cases())
			}
			assert.Fail(t, "nothing found", "after %d cases", count.cases())
		})
	}
}
