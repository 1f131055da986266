package signin

import (
	"context"
	"errors"
	"fmt"
	"net/netip"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/store"
)

// seen is what one consistent reading of the store says of somebody who has
// proven something.
type seen struct {
	person     individuals.Individual
	credential individuals.Credential // zero but for Individual where there is none
	admitted   access.Reason          // of the engine's gates 1 to 4
	required   bool                   // a second factor is, wherever the person acts
	belongs    bool                   // to the organization: it is their own, or they hold a grant there
	revision   uint64
}

// see reads the person, the credential, and the engine's own answer at gates 1
// to 4, all of one state. The epoch in the ticket was read with the password
// that was proven, and goes into the principal, so that nothing that was written
// in between or later is passed by.
func (f *Flow) see(ctx context.Context, t *ticket, address netip.Addr) (seen, error) {
	s, err := f.look(ctx, t.Individual, t.Organization, func(state *access.State) access.Decision {
		return state.CheckRequest(ctx, access.Request{
			Individual: t.Individual, Organization: t.Organization, Action: roles.View, Path: f.probe,
			Surface: t.Surface, Address: address, Factors: access.Factors{SecondFactor: t.SecondFactor}, Epoch: t.Epoch,
		})
	})
	if err != nil {
		return s, err
	}
	if s.person.Provider != t.Provider || s.person.Realm != t.Realm {
		return s, &Refusal{Reason: CredentialsChanged}
	}
	return s, nil
}

// look reads somebody, and asks the state that was read.
func (f *Flow) look(ctx context.Context, individual, organization string, ask func(*access.State) access.Decision) (seen, error) {
	var s seen
	err := f.store.View(ctx, func(r store.Reader) (err error) {
		s, err = readPerson(ctx, r, individual)
		if err != nil {
			return err
		}
		if s.belongs, err = belongs(ctx, r, s.person, organization); err != nil {
			return err
		}
		s.admitted = ask(f.engine.AtInstant(ctx, r, f.now())).Reason()
		return nil
	})
	if errors.Is(err, store.ErrNotFound) {
		return s, &Refusal{Reason: UnknownLogin}
	}
	if err != nil {
		return s, fmt.Errorf("signin: read the person: %w", err)
	}
	if reasonOf(s.admitted) == "" && !passes(s.admitted) {
		return s, fmt.Errorf("signin: individual %q: the engine answers %v; see Engine.Problems", individual, s.admitted)
	}
	return s, nil
}

// belongs reports whether a person can act for the organization at all.
func belongs(ctx context.Context, r store.GrantReader, p individuals.Individual, organization string) (bool, error) {
	if organization == "" || organization == p.Organization {
		return true, nil
	}
	_, err := r.Grant(ctx, p.ID, organization)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// readPerson reads somebody with what they prove with.
func readPerson(ctx context.Context, r store.Reader, individual string) (s seen, err error) {
	s.revision = r.Revision()
	if s.person, err = r.Individual(ctx, individual); err != nil {
		return s, err
	}
	s.credential, err = r.Credential(ctx, individual)
	if errors.Is(err, store.ErrNotFound) {
		s.credential, err = individuals.Credential{Individual: individual}, nil
	}
	if err != nil {
		return s, err
	}
	s.required, err = requiresEverywhere(ctx, r, s.person)
	return s, err
}

// refusal is that of a reason, with what the person may know of it.
func (s *seen) refusal(reason Reason) *Refusal {
	r := &Refusal{Reason: reason}
	if reason == NotYetActive {
		r.Activation, r.Zone = s.person.Window.Activation, s.person.Window.Zone
	}
	return r
}
