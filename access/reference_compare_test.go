package access_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"
	_ "time/tzdata" // windows need their zones on every machine

	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/internal/reference"
	"github.com/durward-go/durward/store"
)

// A decider is the reference, or a reference with a fault.
type decider func(*reference.World, reference.Request) reference.Decision

// A comparison goes through a world and holds what the engine says to the reference.
type comparison struct {
	*settlement
	decide decider
	draw   *reference.Draw
	*tally
	// found describes the first disagreement.
	found string
}

// A tally counts what was compared.
type tally struct {
	// seen counts requests by the reason of the reference.
	seen map[reference.Reason]int
	// written and refused count the records that the store took, and those that had
	// to be patched in.
	written, refused int
}

// compare draws a world, asks about so many requests, and does it again as the world
// changes. Time stands still but for where it sleeps, so that it is the same for both.
func compare(t *testing.T, draw *reference.Draw, requests int, decide decider, tally *tally) (found string) {
	synctest.Test(t, func(t *testing.T) {
		c := &comparison{settlement: settle(t, draw), decide: decide, draw: draw, tally: tally}
		defer c.close()
		c.run(requests)
		found = c.found
		tally.written += c.settlement.written
		tally.refused += c.settlement.refused
	})
	return found
}

func (c *comparison) run(requests int) {
	var kept []*longLived
	for range 4 {
		if p := c.keep(); p != nil {
			kept = append(kept, p)
		}
	}
	const perStep = 14
	c.ask(requests / 2)
	c.silence()
	for left := requests - requests/2; left > 0 && c.found == ""; left -= perStep {
		for _, record := range c.world.Mutate(c.draw) {
			c.write(record)
		}
		c.askAll(kept)
		c.pass()
		c.askAll(kept)
		c.ask(perStep - 2*len(kept))
	}
	c.problems()
}

// pass lets a little time pass: a midnight may be near.
func (c *comparison) pass() {
	time.Sleep([]time.Duration{1, 1, 20 * time.Millisecond, 60 * time.Millisecond, time.Second, 3 * time.Second}[c.draw.Below(6)])
	c.look()
}

// silence lets the feed fail for so long that decisions must be stale, and come back.
func (c *comparison) silence() {
	if !c.draw.Chance(5) {
		return
	}
	c.store.silent.Store(true)
	time.Sleep(6 * time.Second)
	c.world.Silent = true
	c.look()
	c.ask(5)
	c.store.silent.Store(false)
	time.Sleep(time.Second)
	c.world.Silent = false
	c.look()
	c.ask(5)
}

// ask compares n requests one by one, and then those without a principal as a batch.
func (c *comparison) ask(n int) {
	var asked []reference.Request
	var batch []access.Request
	for range n {
		if c.found != "" {
			return
		}
		r := reference.RandomRequest(c.draw, c.world)
		c.compare(r, nil)
		if alone, ok := plain(r); ok && !r.Cancelled && r.AtLeast <= c.world.Revision {
			asked, batch = append(asked, r), append(batch, alone)
		}
	}
	c.look()
	for i, got := range c.engine.CheckAll(c.t.Context(), batch) {
		if want := c.decide(c.world, asked[i]); !same(want, observed(got)) {
			c.fail("Engine.CheckAll", want, observed(got), asked[i])
		}
	}
}

// fail keeps the first disagreement.
func (c *comparison) fail(how string, want, got, about any) {
	if c.found == "" {
		c.found = fmt.Sprintf("%s:\nreference %+v\nengine    %+v\nabout     %+v", how, want, got, about)
	}
}

// compare asks the engine in every way there is, through the principal where one is
// given.
func (c *comparison) compare(r reference.Request, p *access.Principal) {
	ctx, cancel := context.WithCancel(c.t.Context())
	defer cancel()
	c.look()
	if p == nil {
		p = c.principal(r)
	}
	if r.Cancelled {
		cancel()
	}
	want := c.decide(c.world, r)
	c.seen[want.Reason]++
	if asked, ok := plain(r); ok {
		if got := observed(c.engine.Check(ctx, asked)); !same(want, got) {
			c.fail("Engine.Check", want, got, r)
		}
		c.explained("Engine.Explain", want, c.engine.Explain(ctx, asked), r)
	}
	if p == nil {
		if want.Reason != "invalid_request" && !c.unknown(r.Identity) && (r.OnBehalf == nil || !c.unknown(r.OnBehalf.Actor)) {
			c.fail("Engine.Principal", want, "no principal", r)
		}
		return
	}
	query := c.query(r)
	if got := observed(p.Check(ctx, query)); !same(want, got) {
		c.fail("Principal.Check", want, got, r)
	}
	c.explained("Principal.Explain", want, p.Explain(ctx, query), r)
	if r.Cancelled || r.AtLeast > c.world.Revision {
		return
	}

	for i, got := range p.CheckAll(ctx, []access.Query{query, query}) {
		if !same(want, observed(got)) {
			c.fail(fmt.Sprintf("Principal.CheckAll %d", i), want, observed(got), r)
		}
	}
	// Can and CanOn take handles, and the instant is now.
	node := query.Node
	if n, ok := c.engine.Model().Tree().Lookup(r.Path); ok {
		node, r.Handle = n, n.Path()
	}
	r.At, r.AtLeast, r.Path = time.Time{}, 0, ""
	if r.Object != "" {
		if now := c.decide(c.world, r); p.CanOn(ctx, r.Action, node, r.Object) != (now.Reason == allowed) {
			c.fail("Principal.CanOn", now, "the opposite", r)
		}
	}
	r.Object = ""
	if now := c.decide(c.world, r); p.Can(ctx, r.Action, node) != (now.Reason == allowed) {
		c.fail("Principal.Can", now, "the opposite", r)
	}
	if p.CanOn(ctx, r.Action, node, "") {
		c.fail("Principal.CanOn", "an object that is not known denies", "allowed", r)
	}
}

// explained compares the decision of an explanation, and asks for its words.
func (c *comparison) explained(how string, want reference.Decision, x access.Explanation, r reference.Request) {
	if got := observed(x.Decision); !same(want, got) {
		c.fail(how, want, got, r)
	}
	if x.Because == "" || (x.Remedy == "") != x.Decision.Allowed() || x.String() == "" {
		c.fail(how, "a finding, and a remedy where it denies", x, r)
	}
}

// A longLived principal is kept while the world changes.
type longLived struct {
	principal *access.Principal
	asks      reference.Request
}

// keep draws a principal, most often one that may do something now. Where the epoch is
// left to the engine, it is the one at this moment from now on.
func (c *comparison) keep() *longLived {
	id := c.world.RandomIdentity(c.draw, true)
	for range 10 {
		r := c.world.RandomQuestion(c.draw, reference.Request{Identity: id})
		if r.At = (time.Time{}); c.decide(c.world, r).Reason == allowed {
			break
		}
		id = c.world.RandomIdentity(c.draw, true)
	}
	kept := &longLived{asks: reference.Request{Identity: id}}
	if kept.principal = c.principal(kept.asks); kept.principal == nil {
		return nil
	}
	settleEpoch := func(id *reference.Identity) {
		if id.AnyEpoch {
			id.AnyEpoch, id.Epoch = false, c.world.Individuals[id.Individual].Epoch
			if id.Link {
				id.Epoch = c.world.Organizations[id.Organization].Link.Epoch
			}
		}
	}
	settleEpoch(&kept.asks.Identity)
	if id.OnBehalf != nil {
		behalf := *id.OnBehalf
		settleEpoch(&behalf.Actor)
		kept.asks.OnBehalf = &behalf
	}
	return kept
}

func (c *comparison) askAll(kept []*longLived) {
	for _, p := range kept {
		if c.found == "" {
			c.compare(c.world.RandomQuestion(c.draw, p.asks), p.principal)
		}
	}
}

// problems compares which roles and levels the engine set aside.
func (c *comparison) problems() {
	if c.world.NoLevels {
		return
	}
	var named []reference.Record
	for _, problem := range c.engine.Problems() {
		if record := (reference.Record{Kind: problem.Kind, ID: problem.ID}); record.Kind == store.Roles || record.Kind == store.ACLs {
			named = append(named, record)
		}
	}
	if want := c.world.Broken(); !slices.Equal(want, named) {
		c.fail("Engine.Problems", want, named, "")
	}
}

// allowed is the reason that is none.
const allowed reference.Reason = "granted"

// unknown reports whether the engine cannot find the epoch that it is left to.
func (s *settlement) unknown(id reference.Identity) bool {
	if id.Link {
		_, settled := s.world.Organizations[id.Organization]
		return id.AnyEpoch && (!settled || !s.world.Answers(id.Organization))
	}
	_, known := s.world.Individuals[id.Individual]
	return id.AnyEpoch && (!known ||
		s.world.Unanswered[reference.Record{Kind: store.Individuals, ID: id.Individual}] ||
		s.world.Unanswered[reference.Record{Kind: store.Grants, ID: id.Individual}])
}

// observed puts a decision of the engine into the words of the reference.
func observed(d access.Decision) reference.Decision {
	return reference.Decision{
		Reason: reference.Reason(d.Reason().String()), Slot: reference.Slot(d.Slot().String()), GrantRevision: d.GrantRevision(),
		Superseded: reference.Slot(d.Superseded().String()), Unscoped: d.Unscoped(), Node: d.Node().Path(),
	}
}

// same compares decisions. Where the first gate denies, a node that is named by a path
// may not have been looked up yet, and one of another tree is returned as it came.
func same(want, got reference.Decision) bool {
	switch want.Reason {
	case "invalid_request", "stale", "unknown_node":
		want.Node, got.Node = "", ""
	case "unavailable":
		if got.Node == "" || want.Node == "" {
			want.Node, got.Node = "", ""
		}
	}
	return want == got
}

var surfaces = map[reference.Surface]access.Surface{
	reference.Unstated: access.Unstated, reference.NewInterface: access.NewInterface,
	reference.OldInterface: access.OldInterface, reference.API: access.API,
}

func factors(second bool) access.Factors {
	if second {
		return access.Factors{SecondFactor: time.Unix(1, 0)}
	}
	return access.Factors{}
}

func epoch(id reference.Identity) uint64 {
	if id.AnyEpoch {
		return access.CurrentEpoch
	}
	return id.Epoch
}

// principal makes the engine's principal, nil where it refuses.
func (s *settlement) principal(r reference.Request) *access.Principal {
	if r.System != "" {
		p, err := s.engine.System(r.System)
		require.NoError(s.t, err)
		return p
	}
	p := s.person(r.Identity)
	if p == nil {
		return nil
	}
	return s.resumed(p, r.Identity)
}

// resumed goes through the text of the principal's session, where it has one.
func (s *settlement) resumed(p *access.Principal, id reference.Identity) *access.Principal {
	session := p.Session()
	if session.IsZero() {
		return p
	}
	text, err := session.MarshalText()
	require.NoError(s.t, err)
	var read access.Session
	require.NoError(s.t, read.UnmarshalText(text))
	require.Equal(s.t, session, read)
	address, begins, ends := id.Address, []time.Time{session.Start}, []time.Time{session.End}
	if b := session.OnBehalf; b != nil {
		address = id.OnBehalf.Actor.Address // which is the one that counts
		begins, ends = append(begins, b.Start, b.Actor.Start), append(ends, b.End, b.Actor.End)
	}
	again, err := s.engine.Resume(s.t.Context(), read, address, surfaces[id.Surface])
	s.look()
	ended := slices.ContainsFunc(ends, func(t time.Time) bool { return !t.IsZero() && !t.After(s.world.Now) })
	future := slices.ContainsFunc(begins, func(t time.Time) bool { return t.After(s.world.Now.Add(time.Minute)) })
	if ended || future {
		if !(ended && errors.Is(err, access.ErrSessionEnded)) && !(future && errors.Is(err, access.ErrSessionFuture)) {
			require.NoError(s.t, err, "ended %v, of the future %v", ended, future)
			require.Fail(s.t, "resumed", "ended %v, of the future %v: %+v", ended, future, session)
		}
		return p
	}
	require.NoError(s.t, err)
	require.Equal(s.t, session, again.Session())
	return again
}

func (s *settlement) person(id reference.Identity) *access.Principal {
	var start time.Time
	if !id.SessionEnd.IsZero() {
		start = id.SessionEnd.Add(-access.DefaultSession)
	}
	if id.Link {
		p, err := s.engine.LinkPrincipal(s.t.Context(), access.LinkIdentity{Organization: id.Organization, Epoch: epoch(id),
			Surface: surfaces[id.Surface], Address: id.Address, Start: start, End: id.SessionEnd})
		if err != nil {
			return nil
		}
		return p
	}
	identity := access.Identity{
		Start: start, Individual: id.Individual, Organization: id.Organization, Surface: surfaces[id.Surface],
		Address: id.Address, Factors: factors(id.SecondFactor), Epoch: epoch(id),
	}
	if id.OnBehalf != nil {
		identity.OnBehalf = &access.OnBehalf{
			Actor: s.person(id.OnBehalf.Actor), AsDefault: id.OnBehalf.AsDefault, Start: id.OnBehalf.Start, For: id.OnBehalf.End.Sub(id.OnBehalf.Start),
		}
		if identity.OnBehalf.Actor == nil {
			return nil
		}
	}
	p, err := s.engine.Principal(s.t.Context(), identity)
	if err != nil {
		return nil
	}
	return p
}

// query is the part of the request that a principal is asked.
func (s *settlement) query(r reference.Request) access.Query {
	n, _ := s.engine.Model().Tree().Lookup(r.Handle)
	if r.Foreign {
		n = s.foreign
	}
	return access.Query{Action: r.Action, Node: n, Path: r.Path, Object: r.Object, At: r.At, AtLeast: r.AtLeast}
}

// plain is the request for those who ask without a principal, where that says the same.
// A path stands for the handle.
func plain(r reference.Request) (access.Request, bool) {
	path := r.Path
	if r.Handle != "" {
		path = r.Handle
	}
	return access.Request{
		Individual: r.Individual, Organization: r.Organization, Action: r.Action, Path: path, Object: r.Object,
		Surface: surfaces[r.Surface], Address: r.Address, Factors: factors(r.SecondFactor), Epoch: epoch(r.Identity),
		At: r.At, AtLeast: r.AtLeast,
	}, r.System == "" && r.OnBehalf == nil && !r.Link && r.SessionEnd.IsZero() && !r.Foreign && (r.Path == "" || r.Handle == "")
}
