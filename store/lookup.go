package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
)

// EntityLookup reads entities for package scope.
func EntityLookup(ctx context.Context, r EntityReader) scope.Lookup {
	return func(id string) (scope.Entity, error) {
		e, err := r.Entity(ctx, id)
		if errors.Is(err, ErrNotFound) {
			return scope.Entity{}, fmt.Errorf("%w: %w", scope.ErrUnknown, err)
		}
		return e, err
	}
}

// ACLLookup reads access levels for package acl.
func ACLLookup(ctx context.Context, r ACLReader) func(id string) (acl.Level, error) {
	return func(id string) (acl.Level, error) { return r.ACL(ctx, id) }
}

// StampRole returns role as the commit of the given revision writes it over
// old (the zero Role when it is new): a permission that differs from old's at
// the same path has the commit's author and revision, any other keeps old's.
// Stores call it in PutRole.
func StampRole(old, role roles.Role, by Author, revision uint64) roles.Role {
	role = role.Copy()
	for path, s := range role.Permissions {
		was, had := old.Permissions[path]
		if had && was.Permission == s.Permission {
			role.Permissions[path] = was
		} else {
			role.Permissions[path] = roles.Setting{Permission: s.Permission, By: by.ID, Revision: revision}
		}
	}
	role.Revision = revision
	return role
}
