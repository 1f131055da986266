package acl

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
)

// Limits of a level.
const (
	// MaxPermissions bounds the permissions that one level lists itself: some
	// hundred objects with each attribute apart.
	MaxPermissions = 16_384
	// MaxComponents bounds the components that one level lists itself.
	MaxComponents = 256
	// MaxVisibleTo bounds the list of those that a level is visible to, which
	// a provider fills with its resellers.
	MaxVisibleTo = 16_384
)

// A Level is an access level: permissions, and optionally components that add
// theirs. The zero Level is not valid. A Level is a value for the caller to
// change; [System.Compile] makes the form that decides.
type Level struct {
	// ID is the host's own, see [scope.CheckID].
	ID string
	// Name is shown to people.
	Name string
	// Type is the name of a [Type] of the system. It never changes.
	Type string
	// Owner is the entity that the level belongs to: edited by those who have
	// it in scope, used only at it and below. Empty: used everywhere.
	Owner string
	// Description is free text.
	Description string
	// VisibleTo lists the entities, usually resellers, that may use a level
	// of a [Type.Hidden] type at themselves and below. Other types have none.
	VisibleTo []string
	// System marks the defaults that came with the older system.
	System bool
	// Permissions are what the level permits by itself.
	Permissions []Permission
	// Components are the IDs of the levels of a component type that add their
	// permissions. They may have components too.
	Components []string
	// Revision is the commit that last wrote the level; 0 before the first.
	Revision uint64
}

// Copy returns a level equal to l that shares nothing with it.
func (l Level) Copy() Level {
	l.VisibleTo = slices.Clone(l.VisibleTo)
	l.Permissions = slices.Clone(l.Permissions)
	l.Components = slices.Clone(l.Components)
	return l
}

// Validate reports what is wrong with l on its own. [System.Compile] reports
// the rest.
func (l Level) Validate() error {
	if err := scope.CheckID(l.ID); err != nil {
		return fmt.Errorf("acl: level: %w", err)
	}
	if err := l.validate(); err != nil {
		return fmt.Errorf("acl: level %q: %w", l.ID, err)
	}
	return nil
}

func (l Level) validate() error {
	if err := checkTitle(l.Name); err != nil {
		return err
	}
	if err := checkTypeName(l.Type); err != nil {
		return err
	}
	if l.Owner != "" {
		if err := scope.CheckID(l.Owner); err != nil {
			return fmt.Errorf("owner: %w", err)
		}
	}
	if len(l.Description) > roles.MaxDescriptionBytes || !utf8.ValidString(l.Description) || strings.ContainsFunc(l.Description, notText) {
		return fmt.Errorf("description: want at most %d bytes of UTF-8 without control characters but line breaks and tabs", roles.MaxDescriptionBytes)
	}
	if err := checkIDs("visible to", l.VisibleTo, MaxVisibleTo); err != nil {
		return err
	}
	if err := checkIDs("component", l.Components, MaxComponents); err != nil {
		return err
	}
	if len(l.Permissions) > MaxPermissions {
		return fmt.Errorf("%d permissions, at most %d; split it into components", len(l.Permissions), MaxPermissions)
	}
	seen := make(map[Permission]struct{}, len(l.Permissions))
	for _, p := range l.Permissions {
		if err := p.validate(); err != nil {
			return err
		}
		if _, twice := seen[p]; twice {
			return fmt.Errorf("permission %q is given twice", p)
		}
		seen[p] = struct{}{}
	}
	return nil
}

func checkIDs(what string, ids []string, limit int) error {
	if len(ids) > limit {
		return fmt.Errorf("%s: %d IDs, at most %d", what, len(ids), limit)
	}
	seen := make(map[string]struct{}, len(ids))
	for _, id := range ids {
		if err := scope.CheckID(id); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		if _, twice := seen[id]; twice {
			return fmt.Errorf("%s %q is given twice", what, id)
		}
		seen[id] = struct{}{}
	}
	return nil
}

// notText reports what a text of several lines does not hold, and no store could
// keep: PostgreSQL takes no NUL.
func notText(c rune) bool {
	return unicode.IsControl(c) && c != '\n' && c != '\r' && c != '\t'
}
