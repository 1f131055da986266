package access

import (
	"cmp"
	"fmt"
	"slices"
	"sync"

	"github.com/durward-go/durward/store"
)

// A Problem is something stored that does not compile and is set aside alone,
// or the feed that cannot be read. Whoever needs the record gets
// [Unavailable]; everything else goes on.
type Problem struct {
	// Kind and ID name the record. Kind is 0 for the feed.
	Kind store.Kind
	ID   string
	// Err says what is wrong and names the way out.
	Err error
}

// String is one line for a log.
func (p Problem) String() string {
	if p.Kind == 0 {
		return fmt.Sprintf("change feed: %v", p.Err)
	}
	return fmt.Sprintf("%v %q: %v", p.Kind, p.ID, p.Err)
}

// maxProblems bounds what is remembered of records loaded on demand.
const maxProblems = 1000

type problems struct {
	mu     sync.Mutex
	feed   error
	loaded map[recentKey]error
}

func (p *problems) note(found Problem) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.loaded == nil {
		p.loaded = make(map[recentKey]error)
	}
	key := recentKey{found.Kind, found.ID}
	if _, had := p.loaded[key]; had || len(p.loaded) < maxProblems {
		p.loaded[key] = found.Err
	}
}

func (p *problems) settle(kind store.Kind, id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.loaded, recentKey{kind, id})
}

func (p *problems) setFeed(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.feed = err
}

// Problems lists what does not compile, roles and access levels first, in the
// order of IDs. Records that are loaded on demand are named once they were
// needed, until they change or are needed again and found well.
func (e *Engine) Problems() []Problem {
	var out []Problem
	snap := e.snapshot.Load()
	for id, r := range snap.roles {
		if r.fault != nil {
			out = append(out, Problem{store.Roles, id, r.fault})
		}
	}
	for id, l := range snap.levels {
		if l.fault != nil {
			out = append(out, Problem{store.ACLs, id, l.fault})
		}
	}
	e.problems.mu.Lock()
	for k, err := range e.problems.loaded {
		out = append(out, Problem{k.kind, k.id, err})
	}
	if e.problems.feed != nil {
		out = append(out, Problem{Err: e.problems.feed})
	}
	e.problems.mu.Unlock()
	slices.SortFunc(out, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID))
	})
	return out
}
