package signin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/store"
)

// A Flow signs people in. It is safe for concurrent use, keeps nothing between
// calls but in the store, and starts no goroutine. Make it with [New].
type Flow struct {
	engine  *access.Engine
	store   store.Store
	options Options
	// probe is the path that gates 1 to 4 are asked at: one without the mark of a
	// second factor, where there is one.
	probe string
	// loginKey is made of Options.LoginKey for this use alone.
	loginKey hidden[[]byte]
	hashing  hashing
}

// hashing is what takes time and memory, replaced where tests count it.
type hashing struct {
	verify func(h individuals.PasswordHash, password string, params individuals.Argon2Params) (ok, rehash bool, err error)
	hash   func(random io.Reader, password string, params individuals.Argon2Params) (individuals.PasswordHash, error)
}

// New makes a Flow for the engine over the engine's store. Of the options
// Sealer and LoginKey are needed.
func New(engine *access.Engine, s store.Store, opts *Options) (*Flow, error) {
	if engine == nil || s == nil {
		return nil, errors.New("signin: new: no engine or no store")
	}
	o, err := opts.withDefaults()
	if err != nil {
		return nil, err
	}
	f := &Flow{
		engine: engine, store: s, options: o, loginKey: deriveLoginKey(o.LoginKey),
		hashing: hashing{verify: individuals.PasswordHash.Verify, hash: individuals.HashPassword},
	}
	for n := range engine.Model().Tree().Nodes() {
		if f.probe == "" {
			f.probe = n.Path()
		}
		if n.Marks()&roles.SecondFactor == 0 {
			f.probe = n.Path()
			break
		}
	}
	if f.probe == "" {
		return nil, errors.New("signin: new: the engine's tree has no node")
	}
	return f, nil
}

// now is the instant as stores keep it.
func (f *Flow) now() time.Time { return store.Instant(f.options.Clock()) }

// Sweep forgets counts of attempts that nothing was added to for thirty days, a
// thousand at a time, and returns how many. What was switched off stays. Hosts
// call it once an hour or a day.
func (f *Flow) Sweep(ctx context.Context) (removed int, err error) {
	const batch = 1000
	// Whatever KnownFor is: counts of failures that were forgotten sooner could be
	// outwaited.
	before := f.now().Add(-defaultKnownFor)
	for {
		n, err := f.store.ForgetAttempts(ctx, before, batch)
		removed += n
		if err != nil {
			return removed, fmt.Errorf("signin: sweep: %w", err)
		}
		if n < batch {
			return removed, nil
		}
	}
}
