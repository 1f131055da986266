package signin_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/access/links"
	"github.com/durward-go/durward/access/signin"
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/otp"
	"github.com/durward-go/durward/store"
)

// A store that fails lets nobody in and changes nothing, wherever it fails, and
// is told as a fault and not as a refusal.
func TestFailingStore(t *testing.T) {
	t.Parallel()
	type step func(*signin.Flow) (*access.Principal, error)
	begin := func(w *world, a signin.Attempt) step {
		return func(f *signin.Flow) (*access.Principal, error) {
			o, err := f.Begin(w.ctx, a)
			return o.Principal, err
		}
	}
	answer := func(w *world, c signin.Challenge, a signin.Answer) step {
		a.Address = home
		return func(f *signin.Flow) (*access.Principal, error) {
			o, err := f.Continue(w.ctx, c.Reveal(), a)
			return o.Principal, err
		}
	}
	alone := func(fn func(*signin.Flow) error) step {
		return func(f *signin.Flow) (*access.Principal, error) { return nil, fn(f) }
	}
	link := func(w *world, purpose links.Purpose, id string) string {
		return w.issue(links.Request{Purpose: purpose, Individual: w.person(id)})
	}
	for name, prepare := range map[string]func(*world) step{
		"begin":   func(w *world) step { return begin(w, attempt("bob", right)) },
		"wrong":   func(w *world) step { return begin(w, attempt("bob", wrong)) },
		"unknown": func(w *world) step { return begin(w, attempt("nobody", wrong)) },
		"organization": func(w *world) step {
			a := attempt("bob", right)
			a.Organization = "open"
			return begin(w, a)
		},
		"code": func(w *world) step {
			return answer(w, w.challenged(attempt("eva@abc.example", right)), signin.Answer{Code: w.code("eva")})
		},
		"recovery code": func(w *world) step {
			code := w.codes("eva")[0]
			return answer(w, w.challenged(attempt("eva@abc.example", right)), signin.Answer{RecoveryCode: code})
		},
		"enrolment": func(w *world) step {
			c := w.challenged(attempt("new", right))
			return answer(w, c, signin.Answer{Code: codeOf(w.t, c.Key(), w.clock.Now())})
		},
		"new password": func(w *world) step {
			return answer(w, w.challenged(attempt("must", right)), signin.Answer{NewPassword: brandNew})
		},
		"change password": func(w *world) step {
			p := w.in("mia@abc.example")
			return func(f *signin.Flow) (*access.Principal, error) {
				return f.ChangePassword(w.ctx, p, signin.Proof{Password: right}, brandNew, atHome)
			}
		},
		"recovery codes": func(w *world) step {
			p := w.in("eva@abc.example")
			return alone(func(f *signin.Flow) error {
				_, err := f.NewRecoveryCodes(w.ctx, p, signin.Proof{Code: w.code("eva")}, atHome)
				return err
			})
		},
		"language": func(w *world) step {
			p := w.in("bob")
			return alone(func(f *signin.Flow) error { return f.SetLanguage(w.ctx, p, "de", atHome) })
		},
		"e-mail": func(w *world) step {
			p := w.in("bob")
			email, err := individuals.ParseEmail("bob@abc.example")
			require.NoError(w.t, err)
			return alone(func(f *signin.Flow) error {
				return f.RequestEmailChange(w.ctx, p, signin.Proof{Password: right}, email, atHome)
			})
		},
		"confirm": func(w *world) step {
			token := w.issue(links.Request{Purpose: links.EmailChange, Individual: w.person("mia"), Email: "new@abc.example"})
			return alone(func(f *signin.Flow) error { return f.ConfirmEmail(w.ctx, token, atHome) })
		},
		"invitation": func(w *world) step {
			token := link(w, links.Invitation, "invited")
			return alone(func(f *signin.Flow) error { return f.AcceptInvitation(w.ctx, token, brandNew, atHome) })
		},
		"begin by link": func(w *world) step {
			token := link(w, links.SignIn, "mia")
			return func(f *signin.Flow) (*access.Principal, error) {
				o, err := f.BeginLink(w.ctx, token, attempt("", ""))
				return o.Principal, err
			}
		},
		"standing": func(w *world) step {
			token := w.issue(links.Request{Purpose: links.Standing, Organization: "open", Realm: "customer"})
			return func(f *signin.Flow) (*access.Principal, error) { return f.OpenStanding(w.ctx, token, attempt("", "")) }
		},
		"reset": func(w *world) step {
			return alone(func(f *signin.Flow) error { return f.RequestReset(w.ctx, attempt("mia@abc.example", "")) })
		},
		"sweep": func(w *world) step {
			return alone(func(f *signin.Flow) error { _, err := f.Sweep(w.ctx); return err })
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for after := 0; ; after++ {
				w := newWorld(t)
				do := prepare(w)
				failing := &breaking{spy: w.store, left: after}
				flow, err := signin.New(w.engine, failing, &signin.Options{Sealer: w.sealer, LoginKey: w.key, Clock: w.clock.Now, Links: w.links})
				require.NoError(t, err)
				flow.CountHashes(true)
				p, err := do(flow)
				if failing.left >= 0 {
					require.NotZero(t, after, "nothing can fail here")
					return
				}
				require.ErrorIs(t, err, errBroken, after)
				require.Nil(t, p)
				var refusal *signin.Refusal
				require.NotErrorAs(t, err, &refusal)
				for _, secret := range []string{right, wrong, brandNew, "nobody", "@abc.example"} {
					assert.NotContains(t, err.Error(), secret)
				}
			}
		})
	}
}

var errBroken = errors.New("broken")

// breaking fails at the call after so many.
type breaking struct {
	*spy
	mu   sync.Mutex
	left int
}

func (b *breaking) fails() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.left--; b.left < 0 {
		return errBroken
	}
	return nil
}

func (b *breaking) View(ctx context.Context, fn func(store.Reader) error) error {
	if err := b.fails(); err != nil {
		return err
	}
	return b.spy.View(ctx, fn)
}

func (b *breaking) Attempts(ctx context.Context, key store.AttemptKey) (store.Attempts, error) {
	if err := b.fails(); err != nil {
		return store.Attempts{}, err
	}
	return b.spy.Attempts(ctx, key)
}

func (b *breaking) SwapAttempts(ctx context.Context, row store.Attempts) (store.Attempts, error) {
	if err := b.fails(); err != nil {
		return store.Attempts{}, err
	}
	return b.spy.SwapAttempts(ctx, row)
}

func (b *breaking) RecordSignIn(ctx context.Context, e audit.Event) (audit.Event, error) {
	if err := b.fails(); err != nil {
		return audit.Event{}, err
	}
	return b.spy.RecordSignIn(ctx, e)
}

func (b *breaking) Update(ctx context.Context, by store.Author, fn func(store.Tx) error) (uint64, error) {
	err := b.fails()
	revision, failed := b.spy.Update(ctx, by, func(tx store.Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		return err // at the very end, after all was written
	})
	return revision, failed
}

func (b *breaking) LastStep(ctx context.Context, individual string) (otp.Step, error) {
	if err := b.fails(); err != nil {
		return 0, err
	}
	return b.spy.LastStep(ctx, individual)
}

func (b *breaking) AcceptStep(ctx context.Context, individual string, step otp.Step) error {
	if err := b.fails(); err != nil {
		return err
	}
	return b.spy.AcceptStep(ctx, individual, step)
}

func (b *breaking) ForgetAttempts(ctx context.Context, before time.Time, limit int) (int, error) {
	if err := b.fails(); err != nil {
		return 0, err
	}
	return b.spy.ForgetAttempts(ctx, before, limit)
}
