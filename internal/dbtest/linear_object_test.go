package dbtest_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/anishathalye/porcupine"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/otp"
	"github.com/durward-go/durward/store"
)

// A verb is what a client does to a thing.
type verb string

const (
	read   verb = "read"
	write  verb = "write"
	remove verb = "remove"
)

// A fate is how it ended.
type fate string

const (
	done     fate = "done"
	conflict fate = "conflict"
	absent   fate = "absent"
)

// fateOf tells the ends that a store may come to from its failures.
func fateOf(err error) (fate, error) {
	switch {
	case err == nil:
		return done, nil
	case errors.Is(err, store.ErrConflict):
		return conflict, nil
	case errors.Is(err, store.ErrNotFound):
		return absent, nil
	}
	return "", err
}

// linearInput and linearOutput are of one operation on any thing.
type linearInput struct {
	verb  verb
	value string
	on    uint64 // the revision or version that the client had read
}

type linearOutput struct {
	fate  fate
	value string
	at    uint64 // the revision or version there is then
}

// linearState is what a thing is at one instant: its value, the revision or version
// at which it got it, 0 where there is none, and the latest that it ever had.
type linearState struct {
	value      string
	at, latest uint64
}

// model makes a model of what one alone would see.
func model(step func(state linearState, in linearInput, out linearOutput) (bool, linearState)) porcupine.Model {
	return porcupine.Model{
		Init: func() any { return linearState{} },
		Step: func(state, input, output any) (bool, any) {
			s, _ := state.(linearState)
			in, _ := input.(linearInput)
			out, _ := output.(linearOutput)
			return step(s, in, out)
		},
	}
}

// grantObject is a person's role: read in a View, written and deleted by who names
// the revision that is there.
func grantObject() linearObject {
	return linearObject{
		name: "grant",
		model: model(func(s linearState, in linearInput, out linearOutput) (bool, linearState) {
			switch {
			case in.verb == read && s.at == 0:
				return out.fate == absent, s
			case in.verb == read:
				return out.fate == done && out.value == s.value && out.at == s.at, s
			case in.verb == remove && s.at == 0:
				return out.fate == absent, s
			case in.on != s.at:
				return out.fate == conflict, s
			case in.verb == remove:
				return out.fate == done && out.at > s.latest, linearState{latest: out.at}
			default:
				return out.fate == done && out.at > s.latest, linearState{value: in.value, at: out.at, latest: out.at}
			}
		}),
		try: func(ctx context.Context, s store.Store, id string, c *linearClient) (any, any, error) {
			in := linearInput{verb: [...]verb{read, read, write, write, write, remove}[c.random.IntN(6)]}
			var out linearOutput
			var err error
			switch in.verb {
			case read:
				var g individuals.Grant
				err = s.View(ctx, func(r store.Reader) (err error) {
					g, err = r.Grant(ctx, id, linearRealm)
					return err
				})
				out.value, out.at = g.Role.ID, g.Revision
			case write:
				in.on, in.value = c.known, fmt.Sprintf("role-%d-%d", c.number, c.random.IntN(1_000_000))
				g := individuals.Grant{Individual: id, Organization: linearRealm, Revision: in.on}.WithRole(in.value)
				out.at, err = s.Update(ctx, author, func(tx store.Tx) error { return tx.PutGrant(ctx, g) })
			case remove:
				in.on = c.known
				out.at, err = s.Update(ctx, author, func(tx store.Tx) error { return tx.DeleteGrant(ctx, id, linearRealm, in.on) })
			}
			if out.fate, err = fateOf(err); out.fate != done {
				out.at = 0
			}
			if c.known = out.at; in.verb == remove {
				c.known = 0
			}
			return in, out, err
		},
	}
}

// attemptsObject is a count of attempts, swapped by who names its version.
func attemptsObject() linearObject {
	return linearObject{
		name: "attempts",
		model: model(func(s linearState, in linearInput, out linearOutput) (bool, linearState) {
			switch {
			case in.verb == read:
				return out.fate == done && out.value == s.value && out.at == s.at, s
			case in.on != s.at:
				return out.fate == conflict, s
			default:
				return out.fate == done && out.at != s.at && out.at != 0, linearState{value: in.value, at: out.at}
			}
		}),
		try: func(ctx context.Context, s store.Store, id string, c *linearClient) (any, any, error) {
			key := store.AttemptKey{Realm: linearRealm, Login: id}
			in := linearInput{verb: [...]verb{read, write}[c.random.IntN(2)]}
			var out linearOutput
			var a store.Attempts
			var err error
			if in.verb == read {
				a, err = s.Attempts(ctx, key)
			} else {
				failures := 1 + c.random.IntN(1_000_000)
				in.on, in.value = c.known, fmt.Sprint(failures)
				a, err = s.SwapAttempts(ctx, store.Attempts{Key: key, Failures: failures, Version: in.on})
			}
			if out.fate, err = fateOf(err); out.fate == done {
				out.at = a.Version
				if a.Version != 0 && in.verb == read {
					out.value = fmt.Sprint(a.Failures)
				}
			}
			c.known = out.at
			return in, out, err
		},
	}
}

// stepObject is the last accepted step of a person's codes, which only grows.
func stepObject() linearObject {
	return linearObject{
		name: "step",
		model: model(func(s linearState, in linearInput, out linearOutput) (bool, linearState) {
			switch {
			case in.verb == read:
				return out.fate == done && out.at == s.at, s
			case in.on <= s.at:
				return out.fate == conflict, s
			default:
				return out.fate == done, linearState{at: in.on}
			}
		}),
		try: func(ctx context.Context, s store.Store, id string, c *linearClient) (any, any, error) {
			in := linearInput{verb: [...]verb{read, write, write}[c.random.IntN(3)]}
			var out linearOutput
			var step otp.Step
			var err error
			if in.verb == read {
				step, err = s.LastStep(ctx, id)
				out.at = uint64(step)
				c.known = max(c.known, out.at)
			} else {
				in.on = c.known + uint64(c.random.IntN(3)) // now and then one that was accepted
				err = s.AcceptStep(ctx, id, otp.Step(in.on))
			}
			out.fate, err = fateOf(err)
			return in, out, err
		},
	}
}

// linearRealm is where all of it is: an organization in which nobody holds anything
// at first.
const linearRealm = "itsp"
