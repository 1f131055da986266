package signin

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/netip"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/otp"
	"github.com/durward-go/durward/store"
)

// What attempts are counted for. Each is switched off by itself.
const (
	passwordFactor = "password"
	codeFactor     = "code"
	mailFactor     = "mail" // links that somebody who is not signed in asks for
	knownFactor    = "known"
)

// A subject is whom attempts are counted for: a person, or a login that nobody
// has.
type subject struct {
	provider, realm string
	// login is the canonical form of a person's, else what was typed.
	login string
	// tag tells people apart who have the same login one after the other, so that
	// nobody inherits a count, or a network. It is "" where nobody has the login.
	tag   string
	epoch uint64
}

// subjectOf returns the subject for a person.
func (f *Flow) subjectOf(p individuals.Individual) subject {
	s := subject{provider: p.Provider, realm: p.Realm, login: p.CanonicalLogin(), epoch: p.Epoch}
	sum := f.keyed("individual", p.ID)
	s.tag = hex.EncodeToString(sum[:8])
	if s.login == "" { // the host signs the person in; own hands are counted even so
		s.login = "individual." + s.tag
	}
	if s.realm == "" {
		s.realm = "-"
	}
	return s
}

// keys returns the rows of a subject's attempts from a network, at a factor: the
// login there, the login over all networks, and whether the network is known.
//
// The epoch of a person is in the first two: a new password or a wiped second
// factor begins with new rows, in the very commit that makes it. It is not in
// the third, since networks stay known.
//
// Where nobody has the login, the rows are drawn from a table of a fixed number,
// so that trying many fills no store.
func (f *Flow) keys(s subject, factor string, from netip.Prefix) (network, total, known store.AttemptKey) {
	key := store.AttemptKey{Provider: s.provider, Realm: s.realm, Login: s.login}
	network, total, known = key, key, key
	if s.tag != "" {
		word := fmt.Sprintf("%s.%d.%s", factor, s.epoch, s.tag)
		network.Factor, total.Factor, known.Factor = word, word, knownFactor+"."+s.tag
		network.Network, known.Network = from.String(), from.String()
		return network, total, known
	}
	network.Factor, total.Factor, known.Factor = factor+".0", factor+".0", knownFactor
	network.Login = "nobody.network." + f.place(s, from.String())
	total.Login = "nobody.total." + f.place(s, "")
	known.Login = "nobody.known." + f.place(s, from.String())
	return network, total, known
}

// unknownPlaces bounds the rows of each kind for logins that nobody has. Each
// costs a stranger a hash to fill and again every quarter of an hour to keep
// full, so that no unknown login is found waiting by the fault of others.
const unknownPlaces = 1 << 20

// place returns where in the table a login that nobody has, from a network, is
// counted.
func (f *Flow) place(s subject, from string) string {
	sum := f.keyed("nobody", s.provider, s.realm, s.login, from)
	return fmt.Sprintf("%05x", binary.BigEndian.Uint32(sum[:4])%unknownPlaces)
}

// standIn returns a login and ID that nobody has, to look up in place of one
// that no record can have.
func (f *Flow) standIn(login string) string {
	sum := f.keyed("stand-in", login)
	return "nobody-" + hex.EncodeToString(sum[:20])
}

// deriveLoginKey makes a key for this use alone, so that the host key may serve
// elsewhere.
func deriveLoginKey(k otp.HostKey) hidden[[]byte] {
	mac := hmac.New(sha256.New, []byte(k.Base64()))
	mac.Write([]byte("durward/signin: logins that nobody has"))
	return hide(mac.Sum(nil))
}

// keyed returns the keyed hash of a list of texts.
func (f *Flow) keyed(purpose string, texts ...string) [sha256.Size]byte {
	mac := hmac.New(sha256.New, f.loginKey.value())
	mac.Write(otp.SealingContext(purpose, texts...))
	return [sha256.Size]byte(mac.Sum(nil))
}
