package roles

import (
	"fmt"
	"slices"
	"strings"
)

// choices is the chain of permissions that can be set at a node, least first,
// with the lowering of every set of actions onto it.
type choices struct {
	chain []Permission
	lower [Modify + 1]Permission
}

var standardChoices = mustChoices(Restrict, Read, Modify)

func mustChoices(list ...Permission) *choices {
	c, err := newChoices(list)
	if err != nil {
		panic(err)
	}
	return c
}

// newChoices checks that list includes Restrict and forms a chain: of any two,
// one contains the other. Only then "the greatest choice contained in p" is
// one choice for every p.
func newChoices(list []Permission) (*choices, error) {
	chain := slices.Clone(list)
	slices.SortFunc(chain, func(a, b Permission) int { return count(a) - count(b) })
	for i, p := range chain {
		if !p.Valid() {
			return nil, fmt.Errorf("choice %v is not a set of actions", p)
		}
		if i == 0 {
			if p != Restrict {
				return nil, fmt.Errorf("choices %s lack Restrict", printChoices(list))
			}
			continue
		}
		if p == chain[i-1] {
			return nil, fmt.Errorf("choices %s name %v twice", printChoices(list), p)
		}
		if !p.Contains(chain[i-1]) {
			return nil, fmt.Errorf("choices %s form no chain: neither of %v and %v contains the other",
				printChoices(list), chain[i-1], p)
		}
	}
	if len(chain) == 0 {
		return nil, fmt.Errorf("choices are empty; leave them out for Restrict, Read, Modify")
	}
	c := &choices{chain: chain}
	for p := range c.lower {
		for _, choice := range chain {
			if Permission(p).Contains(choice) {
				c.lower[p] = choice
			}
		}
	}
	return c, nil
}

func count(p Permission) int {
	n := 0
	for ; p != 0; p &= p - 1 {
		n++
	}
	return n
}

// greatest is the last of the chain: what the node can hold at most.
func (c *choices) greatest() Permission { return c.chain[len(c.chain)-1] }

func (c *choices) includes(p Permission) bool { return slices.Contains(c.chain, p) }

func (c *choices) String() string { return printChoices(c.chain) }

func printChoices(list []Permission) string {
	names := make([]string, len(list))
	for i, p := range list {
		names[i] = p.String()
	}
	return "[" + strings.Join(names, " ") + "]"
}
