package manage

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/durward-go/durward/access/links"
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/ipallow"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

// First describes a provider's first administrator.
type First struct {
	// Provider is the entity at the root of the new tree. It is written where it
	// is not there yet; where it is, its kind must be the same.
	Provider scope.Entity
	// Administrator is the person. Organization is the provider; Provider, Realm
	// and a zero AllowList, which would admit nobody, are filled in: the last
	// with [ipallow.Anywhere].
	Administrator individuals.Individual
	// Role is what the administrator holds, of the person's type. It is written
	// where it is not there yet, and belongs to the provider then.
	Role roles.Role
	// Roles are further roles to write, the default roles of the business. Those
	// that are there stay as they are. Default: none.
	Roles []roles.Role
	// Password is the administrator's first, which must be changed at the first
	// sign-in. Default: none; the administrator is sent an invitation by Links.
	Password string
	// Policy is what the password must meet. Default: that of
	// [individuals.NewPasswordPolicy].
	Policy *individuals.PasswordPolicy
	// Links sends the invitation. Default: none.
	Links *links.Links
	// Clock and Random are as elsewhere. Defaults: time.Now, crypto/rand.
	Clock  func() time.Time
	Random io.Reader
}

// bootstrapper is the author of the first commit.
const bootstrapper = "durward/bootstrap"

// Bootstrap makes a provider's first administrator, with the provider, its
// settings and the roles, in one commit: once, while nobody has a record or a
// grant in it. Afterwards it is [ErrBootstrapped], however often and from
// however many processes it is called. Everybody else is made at a desk.
func Bootstrap(ctx context.Context, s store.Store, model *roles.Model, first First) (revision uint64, err error) {
	revision, err = bootstrap(ctx, s, model, first)
	if err != nil {
		return 0, fmt.Errorf("manage: bootstrap %q: %w", first.Provider.ID, err)
	}
	return revision, nil
}

func bootstrap(ctx context.Context, s store.Store, model *roles.Model, first First) (uint64, error) {
	if s == nil || model == nil {
		return 0, errors.New("no store or no model")
	}
	if first.Random == nil {
		first.Random = rand.Reader
	}
	if first.Clock == nil {
		first.Clock = time.Now
	}
	p, err := firstPerson(model, first)
	if err != nil {
		return 0, err
	}
	var hash individuals.PasswordHash
	meetsAlone := false
	if first.Password != "" {
		policy := first.Policy
		if policy == nil {
			if policy, err = individuals.NewPasswordPolicy(nil); err != nil {
				return 0, err
			}
		}
		if unmet := policy.Check(first.Password, p.SecondFactor.Required(false), p.Login, p.Name, p.Email, p.ID); len(unmet) > 0 {
			return 0, &individuals.PasswordError{Unmet: unmet}
		}
		meetsAlone = policy.MeetsAlone(first.Password)
		if hash, err = individuals.HashPassword(first.Random, first.Password, individuals.Argon2Params{}); err != nil {
			return 0, err
		}
	}
	by := store.Author{ID: bootstrapper}
	return s.Update(ctx, by, func(tx store.Tx) error {
		if err := nobodyYet(ctx, tx, first.Provider.ID); err != nil {
			return err
		}
		if err := plant(ctx, tx, model, first); err != nil {
			return err
		}
		if err := tx.PutIndividual(ctx, p); err != nil {
			return err
		}
		grant := individuals.Grant{Individual: p.ID, Organization: p.Organization}.WithRole(first.Role.ID)
		if err := tx.PutGrant(ctx, grant); err != nil {
			return err
		}
		if !hash.IsZero() {
			err := tx.PutCredential(ctx, individuals.Credential{Individual: p.ID, Password: hash, MeetsAlone: meetsAlone, MustChange: true})
			if err != nil {
				return err
			}
		}
		_, err := tx.AppendEvent(ctx, audit.Event{Chain: audit.Changes, At: first.Clock(), Actor: audit.System(bootstrapper),
			Action: audit.ActionBootstrap, Organization: p.Organization, Subject: p.ID, Outcome: audit.Succeeded,
			Changes: []audit.Change{{Field: "role", After: audit.Plain(first.Role.ID)}}})
		if err != nil || first.Links == nil || !hash.IsZero() {
			return err
		}
		_, err = first.Links.Issue(ctx, tx, links.Request{Purpose: links.Invitation, Individual: p, Organization: p.Organization})
		return err
	})
}

func firstPerson(model *roles.Model, first First) (individuals.Individual, error) {
	p := first.Administrator
	t, err := model.Type(p.RoleType)
	switch {
	case err != nil:
		return p, err
	case t.OwnerKind != first.Provider.Kind:
		return p, fmt.Errorf("role type %q is of people of a %q; the provider is a %q", p.RoleType, t.OwnerKind, first.Provider.Kind)
	case first.Provider.Parent != "":
		return p, fmt.Errorf("it has the parent %q; a provider is the root of its tree", first.Provider.Parent)
	case first.Role.Type != p.RoleType:
		return p, fmt.Errorf("role %q is of type %q, the administrator of type %q", first.Role.ID, first.Role.Type, p.RoleType)
	case p.Organization != "" && p.Organization != first.Provider.ID:
		return p, fmt.Errorf("the administrator belongs to %q; leave Organization out", p.Organization)
	case p.Enrolled || p.Epoch != 0 || p.Revision != 0 || p.Disabled:
		return p, errors.New("the administrator's Enrolled, Epoch, Revision and Disabled are not for the caller to set")
	case first.Password != "" && p.Login == "":
		return p, errors.New("a password without a login; set Administrator.Login")
	case first.Password == "" && first.Links == nil && p.Login != "":
		return p, errors.New("the administrator could not sign in; set Password, or Links to send an invitation")
	}
	p.Organization, p.Provider, p.Realm = first.Provider.ID, first.Provider.ID, t.Realm
	if len(p.AllowList.Entries()) == 0 && !p.AllowList.IsAnywhere() {
		p.AllowList = ipallow.Anywhere()
	}
	if p.Email == "" {
		if login, err := individuals.ParseLogin(p.Login); err == nil && login.IsEmail() {
			p.Email = p.Login
		}
	}
	return p, nil
}

// nobodyYet refuses a provider that somebody belongs to.
func nobodyYet(ctx context.Context, r store.Reader, provider string) error {
	people, err := r.Individuals(ctx, store.IndividualFilter{Organization: provider}, store.Page{Limit: 1})
	if err != nil {
		return err
	}
	grants, err := r.Grants(ctx, store.GrantFilter{Organization: provider}, store.GrantPage{Limit: 1})
	if err != nil {
		return err
	}
	if len(people)+len(grants) > 0 {
		return ErrBootstrapped
	}
	return nil
}

// plant writes what the first administrator stands on, as far as it is not there.
func plant(ctx context.Context, tx store.Tx, model *roles.Model, first First) error {
	switch there, err := tx.Entity(ctx, first.Provider.ID); {
	case missing(err):
		if err := tx.PutEntity(ctx, first.Provider); err != nil {
			return err
		}
	case err != nil:
		return err
	case there.Kind != first.Provider.Kind || there.Parent != "":
		return fmt.Errorf("it is there, as a %q below %q", there.Kind, there.Parent)
	}
	o, err := tx.Organization(ctx, first.Provider.ID)
	if missing(err) {
		o, err = individuals.Organization{Entity: first.Provider.ID}, nil
	}
	if err != nil {
		return err
	}
	for _, r := range append([]roles.Role{first.Role}, first.Roles...) {
		if r.Owner == "" {
			r.Owner = first.Provider.ID
		}
		there, err := tx.Role(ctx, r.ID)
		if missing(err) {
			if _, err := model.Compile(r); err != nil {
				return err
			}
			if err := tx.PutRole(ctx, r); err != nil {
				return err
			}
			there, err = r, nil
		}
		if err != nil {
			return err
		}
		if there.ID == first.Role.ID {
			if err := firstRole(model, there, first); err != nil {
				return err
			}
		}
		t, err := model.Type(there.Type)
		if err != nil {
			return err
		}
		if t.OwnerKind == first.Provider.Kind && !slices.Contains(o.AllowedRoles, there.ID) {
			o.AllowedRoles = append(o.AllowedRoles, there.ID)
		}
	}
	o.Closed = false
	return tx.PutOrganization(ctx, o)
}

// firstRole holds a role that is there already to what it must be.
func firstRole(model *roles.Model, there roles.Role, first First) error {
	if there.Type != first.Role.Type || there.Owner != "" && there.Owner != first.Provider.ID {
		return fmt.Errorf("role %q is there, of type %q and belonging to %q", there.ID, there.Type, there.Owner)
	}
	_, err := model.Compile(there)
	return err
}
