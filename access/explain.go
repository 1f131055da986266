package access

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
)

// An Explanation says why a decision came out as it did. It names roles,
// access levels and who set what: show it to those who may see that, and the
// Decision to everyone else.
type Explanation struct {
	// Decision is the answer, made by the same code as Check's.
	Decision Decision
	// Path is the node's path, or what was asked for where there is no node.
	Path string
	// Individual, Actor, Organization and Object are who asked about what. Link
	// says that it was no individual but whoever came by the organization's
	// standing link.
	Individual   string
	Link         bool
	Actor        string
	Organization string
	Object       string
	// Governing is the ID and Name the name of the role or access level that
	// governed; empty where the decision did not get that far.
	Governing string
	Name      string
	// Value is what the role or access level holds at the node, before the
	// ceiling of the role type.
	Value roles.Permission
	// SetAt is the node from which a role's value comes: itself or the nearest
	// above with a setting. The zero Node: nothing is set on the way up.
	// SetBy and SetIn are who set it and in which revision.
	SetAt roles.Node
	SetBy string
	SetIn uint64
	// Because is the finding, Remedy what would change the outcome; both are
	// sentences without a full stop. Remedy is empty where access is allowed.
	Because string
	Remedy  string
	// Err is the fault behind [InvalidRequest], [Unavailable], [Stale] and
	// [UnknownNode].
	Err error
}

// String is the whole explanation in one line. What was asked for is quoted
// where it is not plainly an ID or a path, and cut where it is long.
func (x Explanation) String() string {
	var b strings.Builder
	verdict := "may not"
	if x.Decision.Allowed() {
		verdict = "may"
	}
	who := plain(x.Individual)
	switch {
	case x.Link:
		who = "whoever comes by the standing link of " + plain(x.Organization)
	case x.Actor != "":
		who = fmt.Sprintf("%s on behalf of %s", plain(x.Actor), who)
	}
	fmt.Fprintf(&b, "%s %s %v %s", who, verdict, x.Decision.Action(), plain(x.Path))
	if x.Object != "" {
		fmt.Fprintf(&b, " of %s", plain(x.Object))
	}
	fmt.Fprintf(&b, ": %s", x.Because)
	if x.Remedy != "" {
		fmt.Fprintf(&b, "; %s", x.Remedy)
	}
	if !x.Decision.Allowed() {
		fmt.Fprintf(&b, " (%v)", x.Decision.Reason())
	}
	return b.String()
}

// plain returns s for a sentence: quoted and cut unless it is short and holds
// graphic ASCII without blanks alone.
func plain(s string) string {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' || s[i] == '"' || i == scope.MaxIDBytes {
			return fmt.Sprintf("%.*q", scope.MaxIDBytes, s)
		}
	}
	if s == "" {
		return `""`
	}
	return s
}

// Explain decides a request as Check does, and says why.
func (e *Engine) Explain(ctx context.Context, r Request) Explanation {
	return e.explain(ctx, &r, &inOwnName, roles.Node{})
}

// Explain decides a query as Check does, and says why.
func (p *Principal) Explain(ctx context.Context, q Query) Explanation {
	if p.engine == nil {
		return Explanation{Because: "nobody asks: the Principal is the zero one", Remedy: "make one with Engine.Principal"}
	}
	r := p.request(q)
	return p.engine.explain(ctx, &r, &p.capacity, q.Node)
}

func (e *Engine) explain(ctx context.Context, r *Request, in *capacity, node roles.Node) Explanation {
	var t trace
	d := e.decide(ctx, r, in, node, &t)
	x := Explanation{Decision: d, Path: r.Path, Individual: r.Individual, Link: in.link, Organization: r.Organization, Object: r.Object, Err: t.err}
	if node := d.Node(); !node.IsZero() {
		x.Path = node.Path()
	}
	if in.behalf != nil {
		x.Actor = in.behalf.actor.Individual
	}
	if t.standing != nil {
		x.Organization = t.standing.organization
	}
	if d.Slot() != NoSlot || in.system != nil && t.standing != nil {
		e.explainSource(&x, &t)
	}
	x.Because, x.Remedy = e.sentences(&x, r, in, &t)
	if in.link {
		explainLink(&x, in, &t)
	}
	return x
}

// explainSource fills in where the value at the node comes from.
func (e *Engine) explainSource(x *Explanation, t *trace) {
	id := t.origin.id
	x.Governing, x.Name = id, id
	x.Value = t.origin.table.Value(x.Decision.Node())
	switch {
	case t.standing.always:
		return
	case x.Decision.Slot() == ACLSlot:
		if l := t.origin.level; l != nil {
			x.Name = l.record.Name
		}
		return
	}
	r := t.origin.role
	if r == nil {
		return
	}
	x.Name = r.record.Name
	settings := make(map[roles.Node]roles.Setting, len(r.record.Permissions))
	for path, s := range r.record.Permissions {
		if n, ok := e.tree.Lookup(path); ok {
			settings[n] = s
		}
	}
	for n, ok := x.Decision.Node(), true; ok; n, ok = n.Parent() {
		// In a narrowing tree a setting that gives more than the value is not
		// where the value comes from: something above holds it down.
		set, found := settings[n]
		if found && set.Permission == t.origin.table.Value(n) {
			x.SetAt, x.SetBy, x.SetIn = n, set.By, set.Revision
			return
		}
		if n.Explicit() && !found {
			return
		}
	}
}

// source says in words what explainSource found.
func (x *Explanation) source() string {
	what := fmt.Sprintf("%v %q", x.Decision.Slot(), x.Name)
	switch {
	case x.Decision.Slot() == NoSlot:
		return fmt.Sprintf("its fixed table has %v", x.Value)
	case x.Decision.Slot() == ACLSlot:
		return fmt.Sprintf("%s has %v there", what, x.Value)
	case x.SetAt.IsZero() && x.Decision.Node().Explicit():
		return fmt.Sprintf("%s sets nothing on %s, which does not inherit", what, x.Path)
	case x.SetAt.IsZero():
		return fmt.Sprintf("%s sets nothing on it or above", what)
	case x.Value == roles.Restrict:
		return fmt.Sprintf("%s restricts it at %s%s", what, x.SetAt, x.writer())
	default:
		return fmt.Sprintf("%s gives %v at %s%s", what, x.Value, x.SetAt, x.writer())
	}
}

func (x *Explanation) writer() string {
	if x.SetIn == 0 {
		return ""
	}
	return fmt.Sprintf(", set by %s in revision %d", plain(x.SetBy), x.SetIn)
}

// sentences returns the finding and the remedy.
func (e *Engine) sentences(x *Explanation, r *Request, in *capacity, t *trace) (because, remedy string) {
	who, st := whose(x.Decision.Reason(), r, in, t)
	switch x.Decision.Reason() {
	case Granted:
		because = x.source()
		if x.Decision.Superseded() != NoSlot {
			because += fmt.Sprintf(", granted in revision %d and so later than the %v", x.Decision.granted, x.Decision.Superseded())
		}
		return because, ""
	case InvalidRequest, UnknownNode:
		return x.Err.Error(), "correct the request"
	case Unavailable:
		return x.Err.Error(), "mend what the error names"
	case Stale:
		return x.Err.Error(), "ask again when the store answers"
	case UnknownIndividual:
		return fmt.Sprintf("there is no individual %q", who.Individual), "create it"
	case Disabled:
		return fmt.Sprintf("%q is disabled", who.Individual), "an administrator can enable it"
	case OrganizationClosed:
		if st.org.found {
			return fmt.Sprintf("the organization %q is closed", st.organization), "open it"
		}
		return fmt.Sprintf("%q has no organization settings", st.organization), "put an Organization for it"
	case CredentialsChanged:
		return fmt.Sprintf("the credentials of %q changed since the sign-in", who.Individual), "sign in again"
	case SessionEnded:
		ended := in.ends
		if in.behalf != nil && who == in.behalf.actor {
			ended = in.behalf.actorEnds
		}
		return fmt.Sprintf("the session of %q ended at %s", who.Individual, instantOf(ended).Format(time.RFC3339)), "sign in again"
	case NotYetActive, Expired:
		return explainWindow(x, who, st)
	case AddressNotAllowed:
		if !who.Address.IsValid() {
			return fmt.Sprintf("no address is known, and the allow-list of %q is not \"anywhere\"", who.Individual), "pass the client's address"
		}
		return fmt.Sprintf("%s is not on the allow-list of %q", plain(who.Address.String()), who.Individual), "come from an allowed network, or add this one"
	case SecondFactorRequired:
		return fmt.Sprintf("a second factor is required of %q and was not proven", who.Individual) + markedBy(x), "sign in with a one-time code"
	case EnrolmentRequired:
		return fmt.Sprintf("a second factor is required of %q and none is set up", who.Individual) + markedBy(x), "set one up"
	case NoGrant, NoRole, NoACL:
		return explainEmpty(x, r, in)
	case Ceiling:
		return e.explainCeiling(x, r, t)
	case NotGranted:
		return e.explainNotGranted(x, r, t)
	case OutOfScope:
		if t.object == nil && r.Object != x.Organization {
			return fmt.Sprintf("object %q does not exist, or its chain is damaged", r.Object), "name an entity that exists"
		}
		return fmt.Sprintf("%q is not among what %q reaches from %q", r.Object, r.Individual, x.Organization),
			"ask as someone who has it in scope"
	case NotBorrowed:
		if x.Decision.Node().Marks()&roles.OwnHands != 0 {
			return fmt.Sprintf("%s is for the person's own hands", x.Path), "the person has to do it"
		}
		switch {
		case t.now < in.behalf.start:
			return fmt.Sprintf("the time of %q to act on behalf of %q has not begun", who.Individual, r.Individual), "wait for it"
		case t.now >= in.behalf.end:
			return fmt.Sprintf("the time of %q to act on behalf of %q is over", who.Individual, r.Individual), "start again"
		}
		return fmt.Sprintf("%q may not do this by itself", who.Individual), "ask as someone who may"
	default:
		return "nobody decided", "ask the engine"
	}
}

// whose tells who has to answer for a reason of gates 1 to 4 or 8: the actor,
// where there is one, but for gate 1 that the individual fails. The standing
// is nil where no such person exists.
func whose(reason Reason, r *Request, in *capacity, t *trace) (*Request, *standing) {
	if in.behalf == nil {
		return r, t.standing
	}
	gate1 := reason >= UnknownIndividual && reason <= SessionEnded
	if gate1 && t.actor != nil && in.behalf.actor.current(t.actor, in.behalf.actorEnds, t.now) == Granted {
		return r, t.standing
	}
	return in.behalf.actor, t.actor
}

func explainEmpty(x *Explanation, r *Request, in *capacity) (because, remedy string) {
	remedy = map[Reason]string{NoGrant: "grant a role or an access level", NoRole: "grant a role", NoACL: "grant an access level"}[x.Decision.Reason()]
	surface := r.Surface
	if surface == Unstated {
		surface = API
	}
	switch {
	case in.asDefault():
		return fmt.Sprintf("the organization %q has no default role", x.Organization), "set one, or act with what is granted"
	case x.Decision.Reason() != NoGrant:
		return fmt.Sprintf("the %v slot governs a request from the %v and is empty", x.Decision.Slot(), surface), remedy
	case x.Decision.Superseded() != NoSlot:
		return fmt.Sprintf("the %v slot was granted last, in revision %d, and is empty; the older %v does not come back",
			x.Decision.Slot(), x.Decision.GrantRevision(), x.Decision.Superseded()), remedy
	default:
		return fmt.Sprintf("nothing is granted in %q", x.Organization), remedy
	}
}

func markedBy(x *Explanation) string {
	if x.Decision.Node().Marks()&roles.SecondFactor != 0 {
		return fmt.Sprintf(" (%s asks for one of everyone)", x.Path)
	}
	return ""
}

func explainWindow(x *Explanation, who *Request, st *standing) (because, remedy string) {
	w := st.person.record.Window
	if x.Decision.Reason() == NotYetActive {
		first := time.Unix(0, st.from).UTC().Format(time.RFC3339)
		return fmt.Sprintf("%q is active from %v in %s, that is %s", who.Individual, w.Activation, w.Zone, first),
			"wait, or set an earlier activation date"
	}
	first := time.Unix(0, st.until).UTC().Format(time.RFC3339)
	return fmt.Sprintf("%q is expired from %v in %s, that is %s", who.Individual, w.Expiration, w.Zone, first),
		"set a later expiration date"
}

func (e *Engine) explainCeiling(x *Explanation, r *Request, t *trace) (because, remedy string) {
	reach, where := t.standing.reach(r.Object), "without an object"
	switch reach {
	case roles.Own:
		where = "on the own organization"
	case roles.Below:
		where = "on what lies below"
	}
	because = fmt.Sprintf("no role of type %q permits %v on %s %s", t.standing.typeName, r.Action, x.Path, where)
	var others []string
	for other := range e.model.Types() {
		if e.model.Ceiling(other.Name, x.Decision.Node(), roles.Below).Allows(r.Action) {
			others = append(others, other.Name)
		}
	}
	if len(others) == 0 {
		return because, "nobody can"
	}
	return because, "ask someone of type " + strings.Join(others, ", ")
}

func (e *Engine) explainNotGranted(x *Explanation, r *Request, t *trace) (because, remedy string) {
	because = fmt.Sprintf("needs %s on %s; %s", title(r.Action), x.Path, x.source())
	if x.Decision.Slot() == ACLSlot {
		var lacks []string
		for _, p := range e.needs(x.Decision.Node(), r.Action) {
			lacks = append(lacks, p.String())
		}
		if len(lacks) == 0 {
			return because, "no permission of an access level maps to the node; grant a role"
		}
		return because, "an access level needs " + strings.Join(lacks, " and ")
	}
	if t.standing.always {
		return because, "give it the permission in Options.Systems"
	}
	for _, choice := range x.Decision.Node().Choices(t.standing.typeName) {
		if choice.Allows(r.Action) {
			return because, fmt.Sprintf("set %v on %s in the role, or grant another role", choice, x.Path)
		}
	}
	return because, fmt.Sprintf("no choice at %s allows it: %v", x.Path, x.Decision.Node().Choices(t.standing.typeName))
}

func (e *Engine) needs(n roles.Node, a roles.Action) []acl.Permission {
	if e.acls == nil {
		return nil
	}
	return e.acls.Needs(n, a)
}

func title(a roles.Action) string {
	s := a.String()
	return strings.ToUpper(s[:1]) + s[1:]
}
