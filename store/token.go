package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/durward-go/durward/scope"
)

// MaxSealedTokenBytes bounds the sealed form of a token.
const MaxSealedTokenBytes = 4096

// A Token is what is kept of a link that was given out: it says what the link
// allows, to whom and until when. The link itself holds the selector, by which
// the token is found, and a verifier, of which only the hash is here.
//
// Whether a token has expired, is bound to the person's present e-mail address
// and epoch, and is of the purpose wanted is for its reader to check. It prints
// without its hash and its sealed form, and does not marshal. The zero Token is
// not valid.
type Token struct {
	// Selector is the public half, an ID as [scope.CheckID] wants it. It is no
	// secret: alone it opens nothing.
	Selector string
	// VerifierHash is the SHA-256 hash of the secret half, which has 256 random
	// bits, so the hash need not be slow.
	VerifierHash [sha256.Size]byte
	// Purpose is what the link is for, a word such as "invitation".
	Purpose string
	// Individual is the person who may use it, and Organization the entity that
	// it is for. At least one is set, and what is set exists.
	Individual   string
	Organization string
	// Email is the address that the link was sent to; empty where that does not
	// matter.
	Email string
	// Epoch is the credential epoch of the person when the link was made.
	Epoch uint64
	// Created is when it was made, Expires from when on it is of no use; zero
	// for never. See [Instant].
	Created, Expires time.Time
	// Sealed is the whole link, sealed with the host's key, where later messages
	// carry it again; empty otherwise.
	Sealed []byte
	// Revision is the commit that last wrote the record; 0 before the first.
	Revision uint64
}

// Copy returns a token equal to t that shares nothing with it.
func (t Token) Copy() Token {
	t.Sealed = bytes.Clone(t.Sealed)
	return t
}

// Stamp returns t as the commit of the given revision keeps it. Stores call it
// in PutToken.
func (t Token) Stamp(revision uint64) Token {
	t = t.Copy()
	t.Created, t.Expires, t.Revision = Instant(t.Created), Instant(t.Expires), revision
	return t
}

// Validate reports what is wrong with the token on its own.
func (t Token) Validate() error {
	if err := scope.CheckID(t.Selector); err != nil {
		return fmt.Errorf("store: token: selector: %w", err)
	}
	err := firstError(
		checkWord("purpose", t.Purpose),
		optionalID("individual", t.Individual),
		optionalID("organization", t.Organization),
		optionalEmail(t.Email),
		checkInstant("created", t.Created),
		checkInstant("expires", t.Expires),
	)
	switch {
	case err != nil:
	case t.VerifierHash == [sha256.Size]byte{}:
		err = errors.New("no hash of the verifier")
	case t.Individual == "" && t.Organization == "":
		err = errors.New("neither an individual nor an organization; set who may use it")
	case len(t.Sealed) > MaxSealedTokenBytes:
		err = fmt.Errorf("sealed: %d bytes, at most %d", len(t.Sealed), MaxSealedTokenBytes)
	}
	if err != nil {
		return fmt.Errorf("store: token %q: %w", t.Selector, err)
	}
	return nil
}

// String returns the selector, the purpose and whose it is.
func (t Token) String() string {
	return fmt.Sprintf("Token(%q, purpose %q, of %q in %q)", t.Selector, t.Purpose, t.Individual, t.Organization)
}

// GoString is [Token.String].
func (t Token) GoString() string { return t.String() }

// Format writes [Token.String] for every verb that fmt leaves to a type.
func (t Token) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, t.String()) }

// LogValue gives package slog the same as String.
func (t Token) LogValue() slog.Value { return slog.StringValue(t.String()) }

// MarshalText always fails, and with it encoding/json and its like.
func (t Token) MarshalText() ([]byte, error) {
	return nil, errors.New("store: a token is not marshaled: store its fields by name")
}

// TokenFilter selects tokens; empty fields select all.
type TokenFilter struct {
	Individual   string
	Organization string
	Purpose      string
	// ExpiredBy selects those that have expired at that instant.
	ExpiredBy time.Time
}

// Match reports whether the filter selects the token.
func (f TokenFilter) Match(t Token) bool {
	return (f.Individual == "" || t.Individual == f.Individual) &&
		(f.Organization == "" || t.Organization == f.Organization) &&
		(f.Purpose == "" || t.Purpose == f.Purpose) &&
		(f.ExpiredBy.IsZero() || !t.Expires.IsZero() && !t.Expires.After(f.ExpiredBy))
}

// TokenReader reads tokens, in a listing by the byte order of selectors.
type TokenReader interface {
	Token(ctx context.Context, selector string) (Token, error)
	Tokens(ctx context.Context, filter TokenFilter, page Page) ([]Token, error)
}

// TokenWriter writes them. The individual and the organization that a token
// names must exist; deleting either deletes the token in the same commit.
// Tokens are not in the feed.
//
// To use a token once, delete it with the revision that it was read at in the
// Update that makes the change which it allows. Of any number who try at once,
// one commits; the others get [ErrConflict] or [ErrNotFound], and nothing of
// their change is written.
type TokenWriter interface {
	PutToken(ctx context.Context, token Token) error
	DeleteToken(ctx context.Context, selector string, revision uint64) error
}
