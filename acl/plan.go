package acl

import (
	"fmt"

	"github.com/durward-go/durward/roles"
)

// A Rule says what becomes of the holders of a level.
type Rule uint8

// The three rules of an upgrade.
const (
	// AssignMatching: the level is a system default, and its holders get the
	// matching role at once.
	AssignMatching Rule = iota + 1
	// OfferCustom: the level is a custom one, and a role is made of it that
	// an administrator must assign.
	OfferCustom
	// AssignCustom: the level is a custom one for self-care, and the role made
	// of it is assigned at once.
	AssignCustom
)

// String returns "assign matching", "offer custom" or "assign custom".
func (r Rule) String() string {
	switch r {
	case AssignMatching:
		return "assign matching"
	case OfferCustom:
		return "offer custom"
	case AssignCustom:
		return "assign custom"
	default:
		return fmt.Sprintf("Rule(%d)", uint8(r))
	}
}

// A Plan says how levels become roles. It is a value to look at before
// anything is written: the same input gives the same plan, whatever its order,
// and a plan made again after the first was carried out has nothing left to do.
type Plan struct {
	// Outcomes has one entry for each level that people can hold and that
	// leads to a role, by ID.
	Outcomes []Outcome
	// Problems lists what needs a person. Nothing is written for a level or a
	// holder named there, and what they hold stays as it is.
	Problems []Problem
}

// An Outcome is what becomes of one level.
type Outcome struct {
	// Level, Name and Type are those of the level.
	Level, Name, Type string
	// Rule says what becomes of the holders.
	Rule Rule
	// Role stands for the level from now on.
	Role roles.Role
	// Exists says that the role is there already and is not to be written.
	Exists bool
	// Proof compares the level and the role at every node.
	Proof Proof
	// Beyond lists what the level permits and no node shows, so that neither
	// its table nor any role has it. [Compiled.Allows] still answers for it.
	Beyond []Permission
	// HiddenFrom are the kinds of entity that a custom level is hidden from,
	// but for those of VisibleTo. A role has no such list: its owner and the
	// organizations' allowed roles say where it is used.
	HiddenFrom, VisibleTo []string
	// Assign is to be written with the role; Offer waits for an administrator.
	Assign, Offer []Assignment
	// Done are the holders who have the role already, Kept those who have
	// another role, which stays.
	Done, Kept []Holder
}

// An Assignment gives an individual of an organization a role and the level
// that it stands for. Both are written by one commit, so that both stay in
// force: each governs on its own interface.
type Assignment struct {
	Individual, Organization string
	// Role and Level are IDs.
	Role, Level string
}

// A Problem is a level or a holder that the plan leaves as it is. It is an
// error, and unwraps to its cause.
type Problem struct {
	// Level is the ID of the level.
	Level string
	// Holder is whose problem it is; zero when it is the level's own.
	Holder Holder
	// Err is what is wrong, and the way out.
	Err error
}

// Error says whose problem it is, and what is wrong.
func (p Problem) Error() string {
	if p.Holder == (Holder{}) {
		return p.Err.Error()
	}
	return fmt.Sprintf("acl: holder %q of %q: %v", p.Holder.Individual, p.Holder.Organization, p.Err)
}

// Unwrap returns the cause.
func (p Problem) Unwrap() error { return p.Err }

// A Proof is the comparison of a level's compiled table with that of a role,
// each under the ceilings of its type.
type Proof struct {
	// Nodes is the number of nodes that were compared: all of the tree.
	Nodes int
	// Differences lists those at which the two permit different things, A the
	// level and B the role. None: they are equal at every node.
	Differences []roles.Difference
}

func prove(level, role *roles.Table) Proof {
	return Proof{Nodes: level.Model().Tree().Len(), Differences: roles.Diff(level, role)}
}

// Equal reports whether the role permits exactly what the level does.
func (p Proof) Equal() bool { return len(p.Differences) == 0 }

// Gains reports whether the role permits anything that the level does not.
func (p Proof) Gains() bool {
	for _, d := range p.Differences {
		if !d.A.Contains(d.B) {
			return true
		}
	}
	return false
}

// Roles returns the roles to be written, by the IDs of their levels.
func (p *Plan) Roles() []roles.Role {
	var list []roles.Role
	for _, o := range p.Outcomes {
		if !o.Exists {
			list = append(list, o.Role.Copy())
		}
	}
	return list
}

// Assignments returns all assignments to be written at once.
func (p *Plan) Assignments() []Assignment {
	var list []Assignment
	for _, o := range p.Outcomes {
		list = append(list, o.Assign...)
	}
	return list
}

// Offers returns all assignments that wait for an administrator.
func (p *Plan) Offers() []Assignment {
	var list []Assignment
	for _, o := range p.Outcomes {
		list = append(list, o.Offer...)
	}
	return list
}
