package access

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/store"
)

// ErrModelUnknown says that the store keeps models and does not know the one that
// was in force at a moment.
var ErrModelUnknown = errors.New("access: the model then in force is not known")

// maxFormers bounds the former models that an engine remembers. One that judges
// the past of years meets a model for each version of the application.
const maxFormers = 16

// formers are engines of former models, by their digests.
type formers struct {
	mu    sync.Mutex
	known map[roles.Digest]*Engine
}

// inForce returns the engine whose model was in force at a moment of the past, and
// whether the store told it.
func (e *Engine) inForce(ctx context.Context, m Moment, instant time.Time) (by *Engine, told bool, err error) {
	k, ok := e.store.(store.ModelKeeper)
	if !ok || m.ByOwnModel {
		return e, false, nil
	}
	kept, err := k.ModelAt(ctx, m.Revision, instant)
	switch {
	case errors.Is(err, store.ErrNotKept):
		return nil, false, fmt.Errorf("%w: %w; to judge by that of this engine set Moment.ByOwnModel", ErrModelUnknown, err)
	case err != nil:
		return nil, false, err
	case kept.Digest == e.digest:
		return e, true, nil
	}
	by, err = e.former(kept)
	return by, true, err
}

// former returns the engine of a former model.
func (e *Engine) former(kept store.KeptModel) (*Engine, error) {
	f := &e.formers
	f.mu.Lock()
	known := f.known[kept.Digest]
	f.mu.Unlock()
	if known != nil {
		return known, nil
	}
	if found := roles.DigestOf(kept.Encoding); found != kept.Digest {
		return nil, fmt.Errorf("access: the model of digest %v that the store keeps is damaged: its digest is %v", kept.Digest, found)
	}
	by, err := decode(kept.Encoding)
	if err != nil {
		return nil, fmt.Errorf("access: the model of digest %v that was in force: %w", kept.Digest, err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if known := f.known[kept.Digest]; known != nil {
		return known, nil // so that holdings of two states can be compared
	}
	if f.known == nil || len(f.known) == maxFormers {
		f.known = make(map[roles.Digest]*Engine)
	}
	f.known[kept.Digest] = by
	return by, nil
}

// capacity is what the principal adds to its requests by the model of the state. A
// system principal has the table of that model; ok is false where it has none.
func (s *State) capacity(p *Principal) (x *capacity, ok bool) {
	if p.capacity.system == nil || s.by == s.of {
		return &p.capacity, true
	}
	then := p.capacity
	then.system = s.by.systems[p.identity.Individual]
	return &then, then.system != nil
}

// asked turns a node of the engine's tree, or a path that the state's has not, into
// the node that had one of its former paths.
func (s *State) asked(r Request, n roles.Node) (Request, roles.Node) {
	if s.by == s.of || n.IsZero() == (r.Path == "") { // or not well formed
		return r, n
	}
	today := n
	if n.IsZero() {
		if _, ok := s.by.tree.Lookup(r.Path); ok {
			return r, n
		}
		today, _ = s.of.tree.Lookup(r.Path)
	}
	if today.Tree() != s.of.tree {
		return r, n
	}
	for _, path := range append([]string{today.Path()}, formerPaths(today)...) {
		if then, ok := s.by.tree.Lookup(path); ok {
			r.Path = ""
			return r, then
		}
	}
	r.Path = today.Path()
	return r, roles.Node{}
}

// formerPaths are all paths, its own left out, that lead to a node. One that follows
// from the parent's leads elsewhere where it is what another node was moved from.
func formerPaths(n roles.Node) []string {
	out := n.Aliases()
	if up, ok := n.Parent(); ok {
		for _, above := range formerPaths(up) {
			path := above + "/" + n.Name()
			if leads, _ := n.Tree().Lookup(path); leads == n {
				out = append(out, path)
			}
		}
	}
	return out
}
