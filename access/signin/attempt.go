package signin

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/scope"
)

// An Attempt is what somebody who wants to sign in shows. It prints as hidden,
// but not from an unexported field of a struct of the host's, where fmt asks no
// method: pass it on and keep it nowhere. So do with [Answer] and [Proof].
type Attempt struct {
	// Provider and Realm are where the login is tried, as in
	// [individuals.Individual]. They belong to the page, and the person has no
	// choice of them. Provider is empty where there is but one.
	Provider string
	Realm    string
	// Login and Password are what was typed.
	Login    string
	Password string
	// Organization is the entity to act for. Default: the person's own.
	Organization string
	// Address is where the person is; the zero Addr where that is not known. Then
	// attempts count as from one network for all, which is never known.
	Address netip.Addr
	// Surface is where the request comes from.
	Surface access.Surface
	// CannotAskForCode says that this door has no second page: an API, an old
	// client. Who needs a code, an authenticator to set up, or a new password is
	// refused there.
	CannotAskForCode bool
}

func (a *Attempt) validate() error {
	if err := scope.CheckID(a.Realm); err != nil {
		return fmt.Errorf("signin: realm: %w", err)
	}
	for _, id := range []struct{ what, text string }{{"provider", a.Provider}, {"organization", a.Organization}} {
		if id.text == "" {
			continue
		}
		if err := scope.CheckID(id.text); err != nil {
			return fmt.Errorf("signin: %s: %w", id.what, err)
		}
	}
	return checkSurface(a.Surface)
}

func checkSurface(s access.Surface) error {
	if s > access.API {
		return fmt.Errorf("signin: surface %d: unknown", s)
	}
	return nil
}

func (a *Attempt) origin() Origin { return Origin{Address: a.Address, Surface: a.Surface} }

// Format prints nothing of the attempt.
func (a Attempt) Format(state fmt.State, _ rune) { writeHidden(state, "Attempt") }

// LogValue gives package slog nothing of the attempt.
func (a Attempt) LogValue() slog.Value { return slog.StringValue("Attempt(hidden)") }

// MarshalText always fails: an attempt holds a password.
func (a Attempt) MarshalText() ([]byte, error) { return nil, errHidden }

// An Answer is what somebody answers to a [Challenge]: the field that it asks
// for, and where from. It prints as hidden.
type Answer struct {
	// Code is a one-time code, for [NeedCode] and [NeedEnrolment].
	Code string
	// RecoveryCode stands in for the code of [NeedCode].
	RecoveryCode string
	// NewPassword is for [NeedNewPassword].
	NewPassword string
	// Address is where the person is now.
	Address netip.Addr
}

var errTwoCodes = errors.New("signin: both a code and a recovery code; give one")

// Format prints nothing of the answer.
func (a Answer) Format(state fmt.State, _ rune) { writeHidden(state, "Answer") }

// LogValue gives package slog nothing of the answer.
func (a Answer) LogValue() slog.Value { return slog.StringValue("Answer(hidden)") }

// MarshalText always fails: an answer holds a code or a password.
func (a Answer) MarshalText() ([]byte, error) { return nil, errHidden }

// An Origin is where a request comes from.
type Origin struct {
	// Address is where the person is; the zero Addr where that is not known.
	Address netip.Addr
	// Surface is the kind of interface.
	Surface access.Surface
}

// A Proof is what a person who is signed in shows again before a change of
// their own credentials. It prints as hidden.
type Proof struct {
	// Password is the present password.
	Password string
	// Code is a fresh one-time code, RecoveryCode stands in for it.
	Code         string
	RecoveryCode string
}

// Format prints nothing of the proof.
func (p Proof) Format(state fmt.State, _ rune) { writeHidden(state, "Proof") }

// LogValue gives package slog nothing of the proof.
func (p Proof) LogValue() slog.Value { return slog.StringValue("Proof(hidden)") }

// MarshalText always fails: a proof holds a password.
func (p Proof) MarshalText() ([]byte, error) { return nil, errHidden }

// network returns the network that attempts from an address are counted for:
// /24 of IPv4, /64 of IPv6, and for an unknown address one that no client has.
func network(address netip.Addr) netip.Prefix {
	address = address.Unmap().WithZone("")
	bits := 64
	switch {
	case !address.IsValid():
		return netip.PrefixFrom(netip.IPv6Unspecified(), 128)
	case address.Is4():
		bits = 24
	}
	prefix, err := address.Prefix(bits)
	if err != nil { // not of these lengths
		return netip.PrefixFrom(netip.IPv6Unspecified(), 128)
	}
	return prefix
}

// words are what anyone would try first as this person's password.
func words(p individuals.Individual) []string {
	return []string{p.Login, p.Email, p.Name, p.Organization, p.ID}
}
