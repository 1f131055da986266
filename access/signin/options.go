package signin

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/access/links"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/otp"
)

// ChallengeLife is how long a [Challenge] can be answered: time to find the
// telephone and to install an authenticator, and no more.
const ChallengeLife = 10 * time.Minute

// Options adjust [New]. Sealer and LoginKey are needed.
type Options struct {
	// Sealer seals challenges and the keys of one-time codes. All processes of a
	// service use the same host keys. It is needed.
	Sealer otp.Sealer
	// LoginKey is the key under which attempts at logins that nobody has are
	// counted: what was typed may be a password, so that only a keyed hash of it
	// is kept. All processes use the same, and keep it, since an unknown login
	// could be told by a count that begins anew. It may be the host key that the
	// Sealer seals with. It is needed.
	LoginKey otp.HostKey
	// Links makes and finds links, and mails notices. Default: none; what needs a
	// link is an error, and no notice is mailed.
	Links *links.Links
	// PasswordPolicy decides which new passwords are accepted. Default: that of
	// the zero [individuals.PasswordPolicy].
	PasswordPolicy *individuals.PasswordPolicy
	// Argon2Params are the costs of new hashes. Default: those of
	// [individuals.Argon2Params].
	Argon2Params individuals.Argon2Params
	// HashSlots bounds how many passwords are hashed at once. Default: a new one
	// with its own defaults.
	HashSlots *individuals.HashSlots
	// Issuer is the service's name as authenticators show it beside the login: no
	// colon, at most [otp.MaxIssuerLength] bytes. Default: "Durward".
	Issuer string
	// SessionLength is how long a session lasts. Default: [access.DefaultSession].
	SessionLength time.Duration
	// Throttle says how attempts are slowed down. Default: see each field.
	Throttle Throttle
	// Clock tells the instant. It must be safe for concurrent use, and tell what
	// the engine's clock tells. Default: time.Now.
	Clock func() time.Time
	// Random is where keys, salts and codes are drawn from. It must be safe for
	// concurrent use. Default: crypto/rand.Reader.
	Random io.Reader
	// Logger is told of refusals and of authenticators that are switched off, with
	// IDs and reasons. Default: none.
	Logger *slog.Logger
}

// Throttle says how attempts are slowed down. A host may make it stricter than
// the defaults, never laxer.
//
// Failures in a row are counted for a login and a network (/24 of IPv4, /64 of
// IPv6), and for a login over all networks but the known ones. A network is
// known to a login that signed in there, completely, within KnownFor; what
// fails there is in no count but its own.
type Throttle struct {
	// WaitFrom is the failure from which on the network has to wait for that
	// login, 1 to 5. Default: 5.
	WaitFrom int
	// FirstWait is how long it waits then, 30 s to LongestWait. Each further
	// failure doubles it. Default: 30 s.
	FirstWait time.Duration
	// LongestWait bounds the waits, 15 min to 24 h. Default: 15 min.
	LongestWait time.Duration
	// SwitchOff is how many failures in a row switch the password or the second
	// factor off, 10 to 100 (SP 800-63B-4 §3.2.2 has 100 for the most). Default:
	// 100.
	SwitchOff int
	// KnownFor is how long after a complete sign-in its network is known, at most
	// 30 days. Default: 30 days.
	KnownFor time.Duration
}

// The defaults of Throttle, which are the laxest values too.
const (
	defaultWaitFrom    = 5
	defaultFirstWait   = 30 * time.Second
	defaultLongestWait = 15 * time.Minute
	defaultSwitchOff   = 100
	defaultKnownFor    = 30 * 24 * time.Hour
)

func (t Throttle) withDefaults() (Throttle, error) {
	setDefault(&t.WaitFrom, defaultWaitFrom)
	setDefault(&t.FirstWait, defaultFirstWait)
	setDefault(&t.LongestWait, max(defaultLongestWait, t.FirstWait))
	setDefault(&t.SwitchOff, defaultSwitchOff)
	setDefault(&t.KnownFor, defaultKnownFor)
	fail := func(field string, value, low, high any) (Throttle, error) {
		return t, fmt.Errorf("signin: Options.Throttle.%s %v: not within %v and %v", field, value, low, high)
	}
	const day = 24 * time.Hour
	switch {
	case t.WaitFrom < 1 || t.WaitFrom > defaultWaitFrom:
		return fail("WaitFrom", t.WaitFrom, 1, defaultWaitFrom)
	case t.LongestWait < defaultLongestWait || t.LongestWait > day:
		return fail("LongestWait", t.LongestWait, defaultLongestWait, day)
	case t.FirstWait < defaultFirstWait || t.FirstWait > t.LongestWait:
		return fail("FirstWait", t.FirstWait, defaultFirstWait, t.LongestWait)
	case t.SwitchOff < 10 || t.SwitchOff > defaultSwitchOff:
		return fail("SwitchOff", t.SwitchOff, 10, defaultSwitchOff)
	case t.KnownFor < 0 || t.KnownFor > defaultKnownFor:
		return fail("KnownFor", t.KnownFor, 0, defaultKnownFor)
	}
	return t, nil
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

func (o *Options) withDefaults() (Options, error) {
	var out Options
	if o != nil {
		out = *o
	}
	if out.Sealer == nil {
		return out, errors.New("signin: Options.Sealer: none; use otp.NewKeyring over a key of otp.GenerateHostKey")
	}
	if out.LoginKey.IsZero() {
		return out, errors.New("signin: Options.LoginKey: none; give the host key of the Sealer, or another of otp.GenerateHostKey")
	}
	if err := out.Argon2Params.Validate(); err != nil {
		return out, fmt.Errorf("signin: Options.Argon2Params: %w", err)
	}
	var err error
	if out.Throttle, err = out.Throttle.withDefaults(); err != nil {
		return out, err
	}
	if out.HashSlots == nil {
		if out.HashSlots, err = individuals.NewHashSlots(nil); err != nil {
			return out, err
		}
	}
	if out.PasswordPolicy == nil {
		out.PasswordPolicy = new(individuals.PasswordPolicy)
	}
	setDefault(&out.Issuer, "Durward")
	setDefault(&out.SessionLength, access.DefaultSession)
	if out.SessionLength < 0 {
		return out, fmt.Errorf("signin: Options.SessionLength %v: negative", out.SessionLength)
	}
	if out.Clock == nil {
		out.Clock = time.Now
	}
	if out.Random == nil {
		out.Random = rand.Reader
	}
	if out.Logger == nil {
		out.Logger = slog.New(slog.DiscardHandler)
	}
	return out, checkIssuer(out.Random, out.Issuer)
}

// checkIssuer finds an issuer that no authenticator would take now, and not at
// the first enrolment.
func checkIssuer(random io.Reader, issuer string) error {
	key, err := otp.GenerateKey(random)
	if err == nil {
		_, err = key.URI(otp.Label{Issuer: issuer, Account: "login"})
	}
	if err != nil {
		return fmt.Errorf("signin: Options.Issuer %.80q: %w", issuer, err)
	}
	return nil
}
