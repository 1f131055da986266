package acl

import (
	"fmt"
	"strings"

	"github.com/durward-go/durward/roles"
)

// String reports the plan for people: one line for each level, under it
// whatever the role does not reproduce, and the problems.
func (p *Plan) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "levels: %d; roles to make: %d; to assign at once: %d; for an administrator to assign: %d; problems: %d\n",
		len(p.Outcomes), len(p.Roles()), len(p.Assignments()), len(p.Offers()), len(p.Problems))
	for _, o := range p.Outcomes {
		o.report(&b)
	}
	for _, problem := range p.Problems {
		fmt.Fprintf(&b, "problem: %v\n", problem)
	}
	return b.String()
}

func (o Outcome) report(b *strings.Builder) {
	kind := "new role"
	switch {
	case o.Rule == AssignMatching:
		kind = "matching role"
	case o.Exists:
		kind = "existing role"
	}
	parts := []string{fmt.Sprintf("level %q (%s): %s %q", o.Level, o.Type, kind, o.Role.ID)}
	if o.Rule == OfferCustom {
		parts = append(parts, fmt.Sprintf("for an administrator to assign: %d", len(o.Offer)))
	} else {
		parts = append(parts, fmt.Sprintf("assigned at once: %d", len(o.Assign)))
	}
	if len(o.Done) > 0 {
		parts = append(parts, fmt.Sprintf("have it: %d", len(o.Done)))
	}
	if len(o.Kept) > 0 {
		parts = append(parts, fmt.Sprintf("keep another role: %d", len(o.Kept)))
	}
	fmt.Fprintf(b, "%s; %v\n", strings.Join(parts, "; "), o.Proof)
	for _, d := range o.Proof.lines() {
		fmt.Fprintf(b, "  %s\n", d)
	}
	for _, beyond := range o.Beyond {
		fmt.Fprintf(b, "  at no node: %v\n", beyond)
	}
	if len(o.HiddenFrom) > 0 {
		fmt.Fprintf(b, "  hidden from every %s", strings.Join(o.HiddenFrom, " and "))
		if len(o.VisibleTo) > 0 {
			fmt.Fprintf(b, " but %s", strings.Join(quote(o.VisibleTo), ", "))
		}
		fmt.Fprintf(b, "; a role has no such list: let allowed roles say the same\n")
	}
}

// String returns "equal at all 12 nodes", or at how many they differ.
func (p Proof) String() string {
	if p.Equal() {
		return fmt.Sprintf("equal at all %d nodes", p.Nodes)
	}
	nodes := make(map[roles.Node]struct{})
	for _, d := range p.Differences {
		nodes[d.Node] = struct{}{}
	}
	return fmt.Sprintf("different at %d of %d nodes", len(nodes), p.Nodes)
}

// lines tells the differences, one a node where both reaches agree.
func (p Proof) lines() []string {
	var out []string
	for i := 0; i < len(p.Differences); i++ {
		d := p.Differences[i]
		where := fmt.Sprintf("%s (%v)", d.Node, d.Reach)
		if next := i + 1; next < len(p.Differences) {
			if e := p.Differences[next]; e.Node == d.Node && e.A == d.A && e.B == d.B {
				where, i = d.Node.Path(), next
			}
		}
		out = append(out, fmt.Sprintf("%s: the level permits %v, the role %v%s", where, d.A, d.B, verdict(d)))
	}
	return out
}

// verdict names what a holder gains, which someone has to approve.
func verdict(d roles.Difference) string {
	if gained := d.B &^ d.A; gained != 0 {
		return fmt.Sprintf("; holders gain %v", gained)
	}
	return ""
}
