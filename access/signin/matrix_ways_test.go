package signin_test

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/access/links"
	"github.com/durward-go/durward/access/signin"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/store"
)

// A way is one by which somebody gets something. ready is called while nothing
// stands against it, and what it returns after the gate was shut: it reports
// whether the way still leads in.
type way struct {
	name  string // the type and the method
	link  bool   // it is about a standing link, not about eva
	ready func(w *world) (try func() bool)
}

// evaAsks is a request of eva's, who signed in with a code.
func evaAsks(w *world) access.Request {
	r := access.Request{Individual: "eva", Organization: "abc", Action: roles.View, Path: "customer", Object: "abc",
		Surface: access.NewInterface, Address: home, Epoch: w.person("eva").Epoch}
	if w.person("eva").Enrolled {
		r.Factors.SecondFactor = w.clock.Now()
	}
	return r
}

var evaQueries = access.Query{Action: roles.View, Path: "customer", Object: "abc"}

func evaSignsIn(w *world) *access.Principal { return w.in("eva@abc.example") }

// leads reports whether a principal that a way gave may do anything.
func leads(w *world, p *access.Principal, err error) bool {
	return err == nil && p.Check(w.ctx, evaQueries).Allowed()
}

// arrives goes through the steps of signing in, with the right answers.
func arrives(w *world, o signin.Outcome, err error) bool {
	for err == nil && o.Challenge.Need() == signin.NeedCode {
		o, err = w.flow.Continue(w.ctx, o.Challenge.Reveal(), signin.Answer{Code: w.code("eva"), Address: home})
	}
	return err == nil && o.Done() && leads(w, o.Principal, nil)
}

func ways() []way {
	person := func(name string, ready func(w *world) func() bool) way { return way{name: name, ready: ready} }
	asks := func(name string, ask func(w *world, r access.Request) bool) way {
		return person(name, func(w *world) func() bool {
			r := evaAsks(w)
			return func() bool { return ask(w, r) }
		})
	}
	signedIn := func(name string, ask func(w *world, p *access.Principal) bool) way {
		return person(name, func(w *world) func() bool {
			p := evaSignsIn(w)
			require.True(w.t, ask(w, p), "before anything stands against it")
			return func() bool { return ask(w, p) }
		})
	}
	state := func(w *world, at func(r store.Reader) *access.State, ask func(s *access.State) bool) (in bool) {
		err := w.store.View(w.ctx, func(r store.Reader) error {
			in = ask(at(r))
			return nil
		})
		return err == nil && in
	}
	now := func(w *world) func(store.Reader) *access.State {
		return func(r store.Reader) *access.State { return w.engine.At(w.ctx, r) }
	}
	proof := func(w *world) signin.Proof { return signin.Proof{Password: right, Code: w.code("eva")} }
	linked := func(name string, r links.Request, use func(w *world, token string) bool) way {
		return person(name, func(w *world) func() bool {
			r := r
			r.Individual = w.person("eva")
			token := w.issue(r)
			return func() bool { return use(w, token) }
		})
	}
	mailed := func(name string, request func(w *world) error) way {
		return person(name, func(w *world) func() bool {
			return func() bool { return request(w) == nil && len(w.mails()) > 0 }
		})
	}
	email, err := individuals.ParseEmail("eva@elsewhere.example")
	if err != nil {
		panic(err)
	}
	return []way{
		asks("Engine.Check", func(w *world, r access.Request) bool { return w.engine.Check(w.ctx, r).Allowed() }),
		asks("Engine.CheckAll", func(w *world, r access.Request) bool {
			return w.engine.CheckAll(w.ctx, []access.Request{r})[0].Allowed()
		}),
		asks("Engine.Explain", func(w *world, r access.Request) bool { return w.engine.Explain(w.ctx, r).Decision.Allowed() }),
		asks("Engine.Principal", func(w *world, r access.Request) bool {
			p, err := w.engine.Principal(w.ctx, access.Identity{Individual: r.Individual, Organization: r.Organization, Surface: r.Surface,
				Address: r.Address, Factors: r.Factors, Epoch: r.Epoch, Start: noon, End: noon.Add(access.DefaultSession)})
			return leads(w, p, err)
		}),
		asks("Engine.AtInstant", func(w *world, r access.Request) bool {
			return state(w, func(s store.Reader) *access.State { return w.engine.AtInstant(w.ctx, s, w.clock.Now()) },
				func(s *access.State) bool { return s.CheckRequest(w.ctx, r).Allowed() })
		}),
		asks("State.CheckRequest", func(w *world, r access.Request) bool {
			return state(w, now(w), func(s *access.State) bool { return s.CheckRequest(w.ctx, r).Allowed() })
		}),
		person("Engine.Resume", func(w *world) func() bool {
			session := evaSignsIn(w).Session()
			return func() bool {
				p, err := w.engine.Resume(w.ctx, session, home, access.NewInterface)
				return leads(w, p, err)
			}
		}),
		signedIn("Engine.At", func(w *world, p *access.Principal) bool {
			return state(w, now(w), func(s *access.State) bool { return s.Check(w.ctx, p, evaQueries).Allowed() })
		}),
		signedIn("State.Check", func(w *world, p *access.Principal) bool {
			return state(w, now(w), func(s *access.State) bool { return s.Check(w.ctx, p, evaQueries).Allowed() })
		}),
		signedIn("State.Explain", func(w *world, p *access.Principal) bool {
			return state(w, now(w), func(s *access.State) bool { return s.Explain(w.ctx, p, evaQueries).Decision.Allowed() })
		}),
		signedIn("Principal.Can", func(w *world, p *access.Principal) bool {
			return p.Can(w.ctx, roles.View, tree.MustNode("customer"))
		}),
		signedIn("Principal.CanOn", func(w *world, p *access.Principal) bool {
			return p.CanOn(w.ctx, roles.View, tree.MustNode("customer"), "abc")
		}),
		signedIn("Principal.Check", func(w *world, p *access.Principal) bool { return p.Check(w.ctx, evaQueries).Allowed() }),
		signedIn("Principal.CheckAll", func(w *world, p *access.Principal) bool {
			return p.CheckAll(w.ctx, []access.Query{evaQueries})[0].Allowed()
		}),
		signedIn("Principal.Explain", func(w *world, p *access.Principal) bool {
			return p.Explain(w.ctx, evaQueries).Decision.Allowed()
		}),

		person("Flow.Begin", func(w *world) func() bool {
			return func() bool {
				o, err := w.begin(attempt("eva@abc.example", right))
				return arrives(w, o, err)
			}
		}),
		person("Flow.Continue", func(w *world) func() bool {
			challenge := w.challenged(attempt("eva@abc.example", right)).Reveal()
			return func() bool {
				o, err := w.flow.Continue(w.ctx, challenge, signin.Answer{Code: w.code("eva"), Address: home})
				return arrives(w, o, err)
			}
		}),
		linked("Flow.BeginLink", links.Request{Purpose: links.SignIn}, func(w *world, token string) bool {
			o, err := w.flow.BeginLink(w.ctx, token, attempt("", ""))
			return arrives(w, o, err)
		}),
		linked("Flow.ResetPassword", links.Request{Purpose: links.PasswordReset}, func(w *world, token string) bool {
			return w.flow.ResetPassword(w.ctx, token, brandNew, atHome) == nil
		}),
		linked("Flow.AcceptInvitation", links.Request{Purpose: links.Invitation}, func(w *world, token string) bool {
			return w.flow.AcceptInvitation(w.ctx, token, brandNew, atHome) == nil
		}),
		linked("Flow.ConfirmEmail", links.Request{Purpose: links.EmailChange, Email: "eva@elsewhere.example"}, func(w *world, token string) bool {
			return w.flow.ConfirmEmail(w.ctx, token, atHome) == nil
		}),
		mailed("Flow.RequestReset", func(w *world) error { return w.flow.RequestReset(w.ctx, attempt("eva@abc.example", "")) }),
		mailed("Flow.RequestSignInLink", func(w *world) error {
			return w.flow.RequestSignInLink(w.ctx, attempt("eva@abc.example", ""))
		}),
		ownHands("Flow.ChangePassword", func(w *world, p *access.Principal) error {
			_, err := w.flow.ChangePassword(w.ctx, p, proof(w), brandNew, atHome)
			return err
		}),
		ownHands("Flow.EnrolSecondFactor", func(w *world, p *access.Principal) error {
			_, err := w.flow.EnrolSecondFactor(w.ctx, p, proof(w), atHome)
			return err
		}),
		ownHands("Flow.NewRecoveryCodes", func(w *world, p *access.Principal) error {
			_, err := w.flow.NewRecoveryCodes(w.ctx, p, proof(w), atHome)
			return err
		}),
		ownHands("Flow.SetLanguage", func(w *world, p *access.Principal) error { return w.flow.SetLanguage(w.ctx, p, "de", atHome) }),
		ownHands("Flow.RequestEmailChange", func(w *world, p *access.Principal) error {
			return w.flow.RequestEmailChange(w.ctx, p, proof(w), email, atHome)
		}),

		{name: "Engine.LinkPrincipal", link: true, ready: func(w *world) func() bool {
			return func() bool {
				p, err := w.engine.LinkPrincipal(w.ctx, access.LinkIdentity{Organization: "open", Address: home, Surface: access.NewInterface,
					Start: noon, End: noon.Add(access.DefaultSession)})
				return err == nil && p.Check(w.ctx, access.Query{Action: roles.View, Path: "customer", Object: "open"}).Allowed()
			}
		}},
		{name: "Flow.OpenStanding", link: true, ready: func(w *world) func() bool {
			token := w.issue(links.Request{Purpose: links.Standing, Organization: "open", Realm: "customer"})
			return func() bool {
				p, err := w.flow.OpenStanding(w.ctx, token, attempt("", ""))
				return err == nil && p.Check(w.ctx, access.Query{Action: roles.View, Path: "customer", Object: "open"}).Allowed()
			}
		}},
	}
}

// ownHands is what somebody who is signed in does with their own credentials.
func ownHands(name string, act func(w *world, p *access.Principal) error) way {
	return way{name: name, ready: func(w *world) func() bool {
		p := evaSignsIn(w)
		w.clock.Pass(time.Minute)
		return func() bool { return act(w, p) == nil }
	}}
}
