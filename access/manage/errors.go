package manage

import (
	"errors"
	"fmt"
	"strings"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/store"
)

// Errors that callers branch on. Typed errors below wrap them.
var (
	// ErrDenied says that the principal may not make the change.
	ErrDenied = errors.New("not allowed")
	// ErrBeyond says that the change concerns more than the principal holds.
	ErrBeyond = errors.New("beyond what you hold")
	// ErrOwn says that this is not for anybody to change about themselves.
	ErrOwn = errors.New("your own record")
	// ErrLastManager says that nobody could manage the organization's people.
	ErrLastManager = errors.New("the last who can manage the people of the organization")
	// ErrBootstrapped says that the provider has an administrator already.
	ErrBootstrapped = errors.New("has people already")
)

// A DeniedError says which guard refused. It wraps [ErrDenied]. What lies out of
// the principal's scope is no DeniedError but [store.ErrNotFound], as if it were
// not there.
type DeniedError struct {
	// Operation is what was tried, such as "grant a role".
	Operation string
	// Action and Guard are what would have to be allowed on Object. Guard is
	// empty where the host's guards name no node: nobody may.
	Action roles.Action
	Guard  string
	Object string
	// Decision is the engine's.
	Decision access.Decision
}

// Error names the guard and the reason.
func (e *DeniedError) Error() string {
	if e.Guard == "" {
		return fmt.Sprintf("manage: %s: %v: the guards name no node for %q; set it in roles.Guards", e.Operation, ErrDenied, e.Object)
	}
	return fmt.Sprintf("manage: %s: %v: it takes %v on %s of %q: %v", e.Operation, ErrDenied, e.Action, e.Guard, e.Object, e.Decision.Reason())
}

// Unwrap returns [ErrDenied].
func (e *DeniedError) Unwrap() error { return ErrDenied }

// A BeyondError says whose rights go beyond those of the principal, and where
// first. It wraps [ErrBeyond].
type BeyondError struct {
	Operation string
	// Individual and Organization are whose rights. Both are empty where the
	// principal may not see that person.
	Individual   string
	Organization string
	// Gives says that the change would give the excess; otherwise the person
	// has it already.
	Gives bool
	// Excess is zero where what the person holds cannot be told: Err says why.
	Excess access.Excess
	Err    error
	// ByACL says that it is held by an access level, of which the desk of the role
	// system shows nothing: Excess is zero.
	ByACL bool
}

// Error says what is beyond.
func (e *BeyondError) Error() string {
	who, verb := "somebody", "holds"
	if e.Individual != "" {
		who = fmt.Sprintf("%q", e.Individual)
	}
	if e.Gives {
		verb = "would get"
	}
	what := e.Excess.String()
	switch {
	case e.Err != nil:
		what = "what cannot be told: " + e.Err.Error()
	case e.ByACL:
		what = "more than you hold by an access level"
	case e.Excess.IsZero():
		what = "more than that"
	}
	return fmt.Sprintf("manage: %s: %v: %s %s %s", e.Operation, ErrBeyond, who, verb, what)
}

// Unwrap returns [ErrBeyond] and what made it impossible to tell.
func (e *BeyondError) Unwrap() []error {
	if e.Err == nil {
		return []error{ErrBeyond}
	}
	return []error{ErrBeyond, e.Err}
}

// An InUseError says what still uses a record. It wraps [store.ErrInUse].
type InUseError struct {
	Operation string
	// What is used, such as `role "pbx"`.
	What string
	// Holders are the individuals that the principal may see; Organizations
	// and, of the desk of the older system, the access levels that include one
	// likewise. Hidden counts the others of all.
	Holders       []string
	Organizations []string
	Levels        []string
	Hidden        int
}

// Error names them, as far as they may be named.
func (e *InUseError) Error() string {
	var users []string
	if len(e.Holders) > 0 {
		users = append(users, "held by "+quoted(e.Holders))
	}
	if len(e.Organizations) > 0 {
		users = append(users, "used by "+quoted(e.Organizations))
	}
	if len(e.Levels) > 0 {
		users = append(users, "a component of "+quoted(e.Levels))
	}
	if e.Hidden > 0 {
		users = append(users, fmt.Sprintf("and %d more", e.Hidden))
	}
	return fmt.Sprintf("manage: %s: %s is in use: %s; give them another first, or in the same commit", e.Operation, e.What, strings.Join(users, ", "))
}

// Unwrap returns [store.ErrInUse].
func (e *InUseError) Unwrap() error { return store.ErrInUse }

// maxNamed bounds the names in one error.
const maxNamed = 20

func quoted(ids []string) string {
	var b strings.Builder
	for i, id := range ids {
		switch {
		case i == maxNamed:
			fmt.Fprintf(&b, " and %d more", len(ids)-i)
			return b.String()
		case i > 0:
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%q", id)
	}
	return b.String()
}
