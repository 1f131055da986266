package roles

import (
	"fmt"
	"maps"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/durward-go/durward/scope"
)

// Limits of a role.
const (
	// MaxTitleBytes bounds the name of a role, which lists and menus show.
	MaxTitleBytes = 128
	// MaxDescriptionBytes bounds the description.
	MaxDescriptionBytes = 4096
)

// A Role is a named set of permissions for people of one type. The zero Role
// is not valid. A Role is a value for the caller to change; [Model.Compile]
// makes the form that decides.
type Role struct {
	// ID is the host's own, see [scope.CheckID].
	ID string
	// Name is shown to people.
	Name string
	// Type is the name of a [Type] of the model. It never changes.
	Type string
	// Owner is the entity that the role belongs to: edited by those who have
	// it in scope, used only at it and below. Empty: used everywhere.
	Owner string
	// Description is free text of one or more lines.
	Description string
	// Permissions hold what is set explicitly, by path or alias.
	Permissions map[string]Setting
	// Revision is the commit that last wrote the role; 0 before the first.
	Revision uint64
}

// A Setting is one explicit permission with its origin. A store fills in By
// and Revision for those that a commit adds or changes.
type Setting struct {
	Permission Permission
	// By is the ID of who set it.
	By string
	// Revision is the commit that set it.
	Revision uint64
}

// NewRole makes a role of the given type that permits what is listed.
func NewRole(id, name, typeName string, permissions map[string]Permission) Role {
	r := Role{ID: id, Name: name, Type: typeName, Permissions: make(map[string]Setting, len(permissions))}
	for path, p := range permissions {
		r.Permissions[path] = Setting{Permission: p}
	}
	return r
}

// Clone makes a copy of r of the same type under a new ID and name. The copy
// shares nothing with r, and nothing of it has been written yet: settings and
// the role itself have no writer and no revision.
func (r Role) Clone(id, name string) Role {
	c := r.Copy()
	c.ID, c.Name, c.Revision = id, name, 0
	for path, s := range c.Permissions {
		c.Permissions[path] = Setting{Permission: s.Permission}
	}
	return c
}

// Copy returns a role equal to r that shares nothing with it.
func (r Role) Copy() Role {
	r.Permissions = maps.Clone(r.Permissions)
	return r
}

// Validate reports what is wrong with r whatever the model is.
// [Model.Compile] reports the rest.
func (r Role) Validate() error {
	if err := scope.CheckID(r.ID); err != nil {
		return fmt.Errorf("roles: role: %w", err)
	}
	if err := checkTitle(r.Name); err != nil {
		return fmt.Errorf("roles: role %q: %w", r.ID, err)
	}
	if r.Owner != "" {
		if err := scope.CheckID(r.Owner); err != nil {
			return fmt.Errorf("roles: role %q: owner: %w", r.ID, err)
		}
	}
	if len(r.Description) > MaxDescriptionBytes || !utf8.ValidString(r.Description) || strings.ContainsFunc(r.Description, notText) {
		return fmt.Errorf("roles: role %q: description: want at most %d bytes of UTF-8 without control characters but line breaks and tabs",
			r.ID, MaxDescriptionBytes)
	}
	if err := checkSegment(r.Type); err != nil {
		return fmt.Errorf("roles: role %q: type: %w", r.ID, err)
	}
	if len(r.Permissions) > MaxNodes {
		return fmt.Errorf("roles: role %q: %d permissions, at most %d", r.ID, len(r.Permissions), MaxNodes)
	}
	return nil
}

func notText(c rune) bool {
	return unicode.IsControl(c) && c != '\n' && c != '\r' && c != '\t'
}

func checkTitle(s string) error {
	if s == "" || len(s) > MaxTitleBytes || !utf8.ValidString(s) {
		return fmt.Errorf("name %.160q: want 1 to %d bytes of UTF-8", s, MaxTitleBytes)
	}
	if strings.ContainsFunc(s, unicode.IsControl) {
		return fmt.Errorf("name %q: control character", s)
	}
	return nil
}
