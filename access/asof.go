package access

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/store"
)

// A Moment names a state of the past: by the revision that left it, or by an
// instant at which it was in force. With both, the state of the revision is judged
// as at the instant, which says which windows are open. The zero Moment is none.
type Moment struct {
	// Revision is that of a commit. Decisions are made as at its instant.
	Revision uint64
	// Instant is when. The state is that of [store.History.RevisionAt]. It does
	// not lie in the future.
	Instant time.Time
	// ByOwnModel judges by the model of the engine that is asked, as if it had been
	// in force then. Default: by the one that was.
	ByOwnModel bool
}

var (
	// ErrNoHistory says that the engine's store keeps no past states.
	ErrNoHistory = errors.New("access: the store keeps no history; see store.History")

	errNoMoment = errors.New("access: as of: no moment; name a revision or an instant")
)

// AsOf calls fn with what was at a moment, and returns fn's error. Decisions are
// made by the code of [Engine.Check] over the records of that time, and the past
// is not changed by what was written since. What a principal or a request brings
// with it, its session, address and factors, counts as given; a credential epoch
// is compared with that of the record then.
//
// Judged it is by what was in force then, see [Engine.Digest], where the store is a
// [store.ModelKeeper], which says what that means while engines of two models run.
// A node of the engine's tree, and a path that the tree of then has not, is looked
// for by the paths that it had before. A system principal has the rights of then.
// Where the store keeps no models the past is judged by the model of this engine;
// [Past.Kept] tells.
//
// It fails with an error that wraps [store.ErrGone] where the moment lies beyond
// what the store keeps, [store.ErrNotFound] where the revision has not come,
// [ErrModelUnknown] where what was in force is not known, and [ErrNoHistory]. The
// Past ends with fn.
func (e *Engine) AsOf(ctx context.Context, m Moment, fn func(then *Past) error) error {
	h, ok := e.store.(store.History)
	switch {
	case !ok:
		return ErrNoHistory
	case m.Revision == 0 && m.Instant.IsZero():
		return errNoMoment
	}
	if !m.Instant.IsZero() {
		at, ok := nanoseconds(m.Instant)
		if !ok {
			return fmt.Errorf("access: as of %v: not within the years %d to %d", m.Instant, firstYear, lastYear)
		}
		if at > e.clock.exact() {
			return fmt.Errorf("access: as of %v: that is in the future, and what will be is not known", m.Instant)
		}
	}
	instant := m.Instant
	if m.Revision == 0 {
		revision, err := h.RevisionAt(ctx, m.Instant)
		if err != nil {
			return fmt.Errorf("access: as of %v: %w", m.Instant, err)
		}
		m.Revision = revision
	}
	if m.Instant.IsZero() {
		commit, err := h.CommitOf(ctx, m.Revision)
		if err != nil {
			return fmt.Errorf("access: as of revision %d: %w", m.Revision, err)
		}
		m.Instant = commit.At
	}
	by, told, err := e.inForce(ctx, m, instant)
	if err != nil {
		return fmt.Errorf("access: as of revision %d: %w", m.Revision, err)
	}
	called := false
	err = h.ViewAt(ctx, m.Revision, func(r store.Reader) error {
		called = true
		then := &Past{State: e.atInstantBy(ctx, by, r, m.Instant), reader: r, history: h, by: by, told: told}
		defer then.end()
		return fn(then)
	})
	if err != nil && !called {
		return fmt.Errorf("access: as of revision %d: %w", m.Revision, err)
	}
	return err
}

// A Past decides over what was at a moment, and tells who held what and by whom
// it was granted. Its methods are those of [State], on whose rules it goes. It is
// not safe for concurrent use. [Engine.AsOf] makes it; the zero Past denies
// everything.
//
// Where another model was in force than that of the engine, the nodes that it
// answers with, and those to ask its holdings about, are of the tree of [Past.Model].
type Past struct {
	*State
	reader  store.Reader
	history store.History
	by      *Engine
	told    bool
}

// Digest identifies what the past is judged by, see [Engine.Digest]. It is zero for
// the zero Past.
func (p *Past) Digest() roles.Digest {
	if p.by == nil {
		return roles.Digest{}
	}
	return p.by.digest
}

// Model returns the model that the past is judged by, nil for the zero Past.
func (p *Past) Model() *roles.Model {
	if p.by == nil {
		return nil
	}
	return p.by.model
}

// Kept reports whether the store told that this was in force. Otherwise it is what
// the engine decides by today, since the store keeps no models or
// [Moment.ByOwnModel] asked for it.
func (p *Past) Kept() bool { return p.told }

func (p *Past) end() { p.State = nil }
