package scope

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits. They bound what one decision can cost.
const (
	// MaxDepth is the longest chain from an entity to its root, both counted.
	// Reseller chains seen in the field have fewer than ten members.
	MaxDepth = 32
	// MaxLinks is the number of links of one entity.
	MaxLinks = 64
	// MaxNameBytes bounds kinds and link names.
	MaxNameBytes = 64
	// MaxTitleBytes bounds titles, which lists show.
	MaxTitleBytes = 256
)

// Errors that callers branch on. They are wrapped with the IDs involved.
var (
	// ErrUnknown is returned by a [Lookup] for an entity that does not exist.
	ErrUnknown = errors.New("scope: unknown entity")
	// ErrCycle says that an entity would be, or is, above itself.
	ErrCycle = errors.New("scope: cycle")
	// ErrTooDeep says that a chain is longer than [MaxDepth].
	ErrTooDeep = errors.New("scope: chain too long")
	// ErrForeignLink says that a link leaves its provider's tree.
	ErrForeignLink = errors.New("scope: link into another tree")
)

// An Entity is something that owns data: a provider, a reseller, a customer,
// an account, a hunt group. The zero Entity is not valid.
type Entity struct {
	// ID is the host's own, see [CheckID].
	ID string
	// Kind names what it is. Kinds are data: the host adds its own.
	Kind string
	// Parent is the ID of the owner; empty for the root of a tree.
	Parent string
	// Title is for people to read and may be empty: UTF-8 without control
	// characters.
	Title string
	// Links name other entities of the same tree, in any order.
	Links []Link
	// Revision is the commit that last wrote the record; 0 before the first.
	Revision uint64
}

// A Link is a named reference from one entity to another, beside ownership:
// customer C has the distributor D.
type Link struct {
	// Name is the kind of the link: "distributor", "representative", "group".
	Name string
	// To is the ID of the entity that the link names.
	To string
}

// Clone returns a copy that shares nothing with e.
func (e Entity) Clone() Entity {
	e.Links = slices.Clone(e.Links)
	return e
}

// Validate reports what is wrong with e on its own. [CheckPlacement] adds what
// only the other entities can tell.
func (e Entity) Validate() error {
	if err := CheckID(e.ID); err != nil {
		return err
	}
	if err := checkName("kind", e.Kind); err != nil {
		return fmt.Errorf("scope: entity %q: %w", e.ID, err)
	}
	if e.Parent != "" {
		if err := CheckID(e.Parent); err != nil {
			return fmt.Errorf("scope: entity %q: parent: %w", e.ID, err)
		}
	}
	if e.Parent == e.ID {
		return fmt.Errorf("%w: entity %q is its own parent", ErrCycle, e.ID)
	}
	if len(e.Title) > MaxTitleBytes || !utf8.ValidString(e.Title) || strings.ContainsFunc(e.Title, unicode.IsControl) {
		return fmt.Errorf("scope: entity %q: title %.80q: want at most %d bytes of UTF-8 without control characters",
			e.ID, e.Title, MaxTitleBytes)
	}
	if len(e.Links) > MaxLinks {
		return fmt.Errorf("scope: entity %q: %d links, at most %d", e.ID, len(e.Links), MaxLinks)
	}
	for i, l := range e.Links {
		if err := checkName("link name", l.Name); err != nil {
			return fmt.Errorf("scope: entity %q: %w", e.ID, err)
		}
		if err := CheckID(l.To); err != nil {
			return fmt.Errorf("scope: entity %q: link %q: %w", e.ID, l.Name, err)
		}
		if l.To == e.ID {
			return fmt.Errorf("%w: entity %q links to itself as %q", ErrCycle, e.ID, l.Name)
		}
		if slices.Contains(e.Links[:i], l) {
			return fmt.Errorf("scope: entity %q: link %q to %q is given twice", e.ID, l.Name, l.To)
		}
	}
	return nil
}

func checkName(what, s string) error {
	if s == "" || len(s) > MaxNameBytes {
		return fmt.Errorf("%s %.80q: want 1 to %d bytes", what, s, MaxNameBytes)
	}
	for _, c := range []byte(s) {
		switch {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '_', c == '-':
		default:
			return fmt.Errorf("%s %q: want lower-case letters, digits, '-' and '_' only", what, s)
		}
	}
	return nil
}
