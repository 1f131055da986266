package links

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/url"
	"time"

	"github.com/durward-go/durward/otp"
	"github.com/durward-go/durward/scope"
)

// Options adjust [New].
type Options struct {
	// BaseURLs holds for each realm where its links lead, such as
	// "https://portal.example.com/link": https, or http on the machine itself,
	// with a host, and without user, query and fragment. A link has the purpose
	// and the token behind it. Default: none; then links are made, and none can
	// be mailed.
	BaseURLs map[string]string
	// Lifetimes says how long links work, by purpose. Defaults: Invitation 7
	// days, from the activation where that lies ahead, at most 30;
	// PasswordReset 30 minutes, at most a day; EmailChange a day, which is the
	// most; SignIn 10 minutes, at most an hour; Standing without end.
	Lifetimes map[Purpose]time.Duration
	// Random is where tokens are drawn from. It must be safe for concurrent
	// use. Default: crypto/rand.Reader.
	Random io.Reader
	// Clock tells the instant. It must be safe for concurrent use. Default:
	// time.Now.
	Clock func() time.Time
}

// Links issues links and finds what they stand for. It is safe for concurrent
// use, holds no state of its own and starts no goroutine: all is in the store.
// Make it with [New].
type Links struct {
	sealer    otp.Sealer
	baseURLs  map[string]*url.URL
	lifetimes map[Purpose]time.Duration
	random    io.Reader
	clock     func() time.Time
	within    *place
}

// A place is a realm of a provider.
type place struct{ provider, realm string }

// New makes Links that seal with the sealer what they leave in the store. opts
// may be nil.
func New(sealer otp.Sealer, opts *Options) (*Links, error) {
	if sealer == nil {
		return nil, errors.New("links: new: no sealer; use otp.NewKeyring")
	}
	var o Options
	if opts != nil {
		o = *opts
	}
	l := &Links{sealer: sealer, baseURLs: make(map[string]*url.URL, len(o.BaseURLs)), random: o.Random, clock: o.Clock}
	for realm, base := range o.BaseURLs {
		if err := scope.CheckID(realm); err != nil {
			return nil, fmt.Errorf("links: Options.BaseURLs: realm: %w", err)
		}
		u, err := parseBaseURL(base)
		if err != nil {
			return nil, fmt.Errorf("links: Options.BaseURLs: realm %q: %w", realm, err)
		}
		l.baseURLs[realm] = u
	}
	var err error
	if l.lifetimes, err = checkLifetimes(o.Lifetimes); err != nil {
		return nil, err
	}
	if l.random == nil {
		l.random = rand.Reader
	}
	if l.clock == nil {
		l.clock = time.Now
	}
	return l, nil
}

// Within returns links like l that open only what was issued for people or
// organizations of that provider and realm, and issue no other. A page that
// serves one provider of several uses them: to it a link of another provider is
// one that does not exist. provider is empty where there is but one.
func (l *Links) Within(provider, realm string) *Links {
	narrowed := *l
	narrowed.within = &place{provider, realm}
	return &narrowed
}
