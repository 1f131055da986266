package access

import (
	"fmt"
	"time"

	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
)

// Options adjust [New].
type Options struct {
	// ACLs is the older system beside the roles, over the same model.
	// Default: none; a grant whose ACL slot governs is then unavailable.
	ACLs *acl.System
	// Coexistence says which slot of a grant governs. Default: [LastWrite].
	Coexistence Coexistence
	// Systems are the host's own jobs, see [Engine.System]. Default: none.
	Systems []System
	// PollInterval is how often the engine asks the store for changes that
	// nothing woke it for. At most MaxStaleness. Default: 250 ms.
	PollInterval time.Duration
	// MaxStaleness is how long decisions go on without hearing from the
	// store. Default: 5 s.
	MaxStaleness time.Duration
	// MaxIndividuals, MaxOrganizations and MaxObjects bound what is kept in
	// memory; what was not asked for lately is read again when it is.
	// Defaults: 262,144; 65,536; 262,144.
	MaxIndividuals   int
	MaxOrganizations int
	MaxObjects       int
	// Clock tells the instant where a request names none. It must be safe for
	// concurrent use. Default: the system's clock, read at most once a check
	// and only near a boundary of the person's window; see [Engine].
	Clock func() time.Time
	// ReadOnly keeps the engine from writing to the store that its model is in
	// force, see [Engine.Digest]: for a copy of the database that is only read, and
	// for a trial of a model. Default: it is written where another one is.
	ReadOnly bool
}

// A System is a named principal for the host's own jobs: the nightly invoice
// run. It never signs in, and its table is fixed when the engine is made.
type System struct {
	// Name identifies the job in audit events.
	Name string
	// Type is the role type whose ceilings apply.
	Type string
	// Permissions are set on the tree as in a role.
	Permissions map[string]roles.Permission
	// Below bounds the scope to an entity and what lies below it. Empty: all.
	Below string
}

func (o *Options) withDefaults(model *roles.Model) (Options, error) {
	var out Options
	if o != nil {
		out = *o
	}
	if out.ACLs != nil && out.ACLs.Model() != model {
		return out, fmt.Errorf("access: Options.ACLs was made over another model; build both from one")
	}
	if out.Coexistence > PerSurface {
		return out, fmt.Errorf("access: Options.Coexistence %v: want LastWrite or PerSurface", out.Coexistence)
	}
	for _, d := range []struct {
		name  string
		value *time.Duration
		std   time.Duration
	}{{"PollInterval", &out.PollInterval, 250 * time.Millisecond}, {"MaxStaleness", &out.MaxStaleness, 5 * time.Second}} {
		if *d.value < 0 {
			return out, fmt.Errorf("access: Options.%s %v: negative", d.name, *d.value)
		}
		if *d.value == 0 {
			*d.value = d.std
		}
	}
	if out.PollInterval > out.MaxStaleness {
		return out, fmt.Errorf("access: Options.PollInterval %v: longer than MaxStaleness %v, so that decisions would be stale between polls; raise MaxStaleness",
			out.PollInterval, out.MaxStaleness)
	}
	for _, n := range []struct {
		name  string
		value *int
		std   int
	}{{"MaxIndividuals", &out.MaxIndividuals, 1 << 18}, {"MaxOrganizations", &out.MaxOrganizations, 1 << 16}, {"MaxObjects", &out.MaxObjects, 1 << 18}} {
		if *n.value < 0 {
			return out, fmt.Errorf("access: Options.%s %d: negative", n.name, *n.value)
		}
		if *n.value == 0 {
			*n.value = n.std
		}
	}
	return out, nil
}

// compileSystem makes the standing of a system principal.
func (e *Engine) compileSystem(s System) (*standing, error) {
	if err := scope.CheckID(s.Name); err != nil {
		return nil, fmt.Errorf("access: system principal: %w", err)
	}
	if s.Below != "" {
		if err := scope.CheckID(s.Below); err != nil {
			return nil, fmt.Errorf("access: system principal %q: %w", s.Name, err)
		}
	}
	table, err := e.model.Compile(roles.NewRole(s.Name, s.Name, s.Type, s.Permissions))
	if err != nil {
		return nil, fmt.Errorf("access: system principal %q: %w", s.Name, err)
	}
	out := &standing{facts: facts{organization: s.Below, always: true, from: earliest, until: latest,
		ceiling: e.model.PackedCeiling(s.Type), background: &background{typeName: s.Type}}}
	if s.Below != "" {
		out.rule = scope.Rule{Below: true}
	}
	out.side = side{packed: table.Packed(), reason: Granted}
	for i := range out.origins {
		out.origins[i] = origin{table: table}
	}
	return out, nil
}
