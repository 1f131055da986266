package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/store"
)

// models returns the store as a keeper of models, and skips the rule where it is
// none.
func (s *suite) models() store.ModelKeeper {
	s.Helper()
	k, ok := s.store.(store.ModelKeeper)
	if !ok {
		s.Skip("the store keeps no models: it does not implement store.ModelKeeper")
	}
	return k
}

func encodingOf(name string) []byte { return []byte(`{"model":"` + name + `"}`) }

// keepModel keeps a model of a name.
func (s *suite) keepModel(name string) {
	s.Helper()
	if err := s.models().KeepModel(s.ctx, roles.DigestOf(encodingOf(name)), encodingOf(name)); err != nil {
		s.Fatalf("KeepModel %s: %v", name, err)
	}
}

// wantModel fails the test unless a model of that name was in force, which came
// when the revision was the latest.
func (s *suite) wantModel(revision uint64, instant time.Time, name string, since uint64) store.KeptModel {
	s.Helper()
	what := fmt.Sprintf("ModelAt(%d, %v)", revision, instant)
	m, err := s.models().ModelAt(s.ctx, revision, instant)
	if err != nil {
		s.Fatalf("%s: %v", what, err)
	}
	s.equal(what, string(m.Encoding), string(encodingOf(name)))
	s.equal(what+": digest", m.Digest, roles.DigestOf(encodingOf(name)))
	s.equal(what+": since", m.Revision, since)
	s.equal(what+": instant as kept", m.At, store.Instant(m.At))
	return m
}

func (s *suite) noModel(revision uint64, instant time.Time, want error) {
	s.Helper()
	m, err := s.models().ModelAt(s.ctx, revision, instant)
	s.wraps(fmt.Sprintf("ModelAt(%d, %v)", revision, instant), err, want)
	s.equal("the model beside an error", m, store.KeptModel{})
}

// modelRules are about by what engines decided.
func modelRules() []rule {
	put := func(s *suite, n int) uint64 { return s.put(classKind(), classKind().make(n, 0)) }
	var never time.Time
	return []rule{
		{"model in force", "the model at a revision is the last that was kept before its commit, and at an instant also one kept since", func(s *suite) {
			s.models()
			late := time.Now().Add(time.Hour)
			s.keepModel("a")
			first, second := put(s, 1), put(s, 2)
			s.keepModel("b")
			s.keepModel("c")
			third := put(s, 3)
			s.keepModel("a") // a step back
			s.wantModel(0, never, "a", 0)
			s.wantModel(first, never, "a", 0)
			s.wantModel(first, late, "a", 0)
			was := s.wantModel(second, never, "a", 0)
			s.wantModel(second, was.At.Add(-time.Hour), "a", 0)
			s.wantModel(second, late, "c", second)
			s.wantModel(third, never, "c", second)
			back := s.wantModel(third, late, "a", third)
			s.wantModel(third, back.At, "a", third)
			s.wantModel(put(s, 4), never, "a", third)
			if was.At.After(back.At) || back.At.After(late) {
				s.Errorf("instants %v and %v, and it is an hour before %v", was.At, back.At, late)
			}
		}},
		{"model that came late", "over the state of the revision that was the latest when the first model was kept, that one was in force; nobody knows of earlier ones, which is ErrNotKept", func(s *suite) {
			s.models()
			first, second := put(s, 1), put(s, 2)
			s.noModel(0, never, store.ErrNotKept)
			s.noModel(second, time.Now(), store.ErrNotKept)
			s.keepModel("a")
			s.keepModel("b")
			s.noModel(0, never, store.ErrNotKept)
			s.noModel(first, time.Now().Add(time.Hour), store.ErrNotKept)
			a := s.wantModel(second, never, "a", second)
			s.wantModel(second, a.At.Add(-time.Hour), "a", second)
			s.wantModel(put(s, 3), never, "b", second)
		}},
		{"model kept once", "keeping the model that is in force keeps nothing, also when several do so at once", func(s *suite) {
			k := s.models()
			s.keepModel("a")
			began := s.wantModel(0, never, "a", 0)
			first := put(s, 1)
			for range 2 {
				s.keepModel("a")
			}
			s.equal("the same", s.wantModel(first, time.Now().Add(time.Hour), "a", 0), began)
			var all sync.WaitGroup
			errs := make([]error, 16)
			for i := range errs {
				all.Go(func() { errs[i] = k.KeepModel(s.ctx, roles.DigestOf(encodingOf("b")), encodingOf("b")) })
			}
			all.Wait()
			if err := errors.Join(errs...); err != nil {
				s.Fatalf("KeepModel at once: %v", err)
			}
			s.wantModel(first, time.Now().Add(time.Hour), "b", first)
			s.wantModel(first, began.At, "a", 0)
		}},
		{"model without a commit", "keeping a model is no commit", func(s *suite) {
			s.models()
			put(s, 1)
			before := s.changes(0, 0)
			s.keepModel("a")
			s.equal("revision", s.revision(), uint64(1))
			s.equal("feed", s.changes(0, 0), before)
		}},
		{"model refused", "an encoding that has another digest, is not UTF-8, has a NUL character or is too long is refused, and nothing is kept", func(s *suite) {
			k := s.models()
			for _, encoding := range []string{"\x00", "a\xff"} {
				if err := k.KeepModel(s.ctx, roles.DigestOf([]byte(encoding)), []byte(encoding)); err == nil {
					s.Errorf("%q was kept", encoding)
				}
			}
			if err := k.KeepModel(s.ctx, roles.Digest{}, make([]byte, store.MaxModelBytes+1)); err == nil {
				s.Error("what is too long was kept")
			}
			if err := k.KeepModel(s.ctx, roles.DigestOf(encodingOf("a")), encodingOf("b")); err == nil {
				s.Error("b was kept for a")
			}
			s.noModel(0, never, store.ErrNotKept)
		}},
		{"model copied", "what the caller does to an encoding that it gave or got does not change what is kept", func(s *suite) {
			k := s.models()
			encoding := encodingOf("a")
			if err := k.KeepModel(s.ctx, roles.DigestOf(encoding), encoding); err != nil {
				s.Fatalf("KeepModel: %v", err)
			}
			clear(encoding)
			clear(s.wantModel(0, never, "a", 0).Encoding)
			s.wantModel(0, never, "a", 0)
		}},
		{"model that has not come", "the model at a revision that has not come is ErrNotFound", func(s *suite) {
			s.models()
			s.keepModel("a")
			s.noModel(1, never, store.ErrNotFound)
			s.noModel(1<<63, time.Now(), store.ErrNotFound)
		}},
		{"models unusable", "after Close keeping and asking give ErrClosed, and a cancelled context its error", func(s *suite) {
			k := s.models()
			calls := map[string]func(ctx context.Context) error{
				"KeepModel": func(ctx context.Context) error {
					return k.KeepModel(ctx, roles.DigestOf(encodingOf("a")), encodingOf("a"))
				},
				"ModelAt": func(ctx context.Context) error { _, err := k.ModelAt(ctx, 0, never); return err },
			}
			cancelled, cancel := context.WithCancel(s.ctx)
			cancel()
			for name, call := range calls {
				s.wraps(name, call(cancelled), context.Canceled)
			}
			if err := s.store.Close(); err != nil {
				s.Fatal(err)
			}
			for name, call := range calls {
				s.wraps(name, call(s.ctx), store.ErrClosed)
			}
		}},
	}
}
