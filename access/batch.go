package access

import (
	"context"
	"time"
)

// CheckAll decides many requests as of one instant, in their order: those
// that name no instant share the one at which the batch began.
func (e *Engine) CheckAll(ctx context.Context, requests []Request) []Decision {
	out := make([]Decision, len(requests))
	now := e.instant()
	for i, r := range requests {
		if r.At.IsZero() {
			r.At = now
		}
		out[i] = e.Check(ctx, r)
	}
	return out
}

// CheckAll decides many queries as of one instant, as [Engine.CheckAll] does.
func (p *Principal) CheckAll(ctx context.Context, queries []Query) []Decision {
	out := make([]Decision, len(queries))
	if p.engine == nil {
		return out
	}
	now := p.engine.instant()
	for i, q := range queries {
		if q.At.IsZero() {
			q.At = now
		}
		out[i] = p.Check(ctx, q)
	}
	return out
}

func (e *Engine) instant() time.Time {
	if e.clock.custom != nil {
		return e.clock.custom()
	}
	return time.Now()
}
