package individuals

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"strings"
)

// PasswordHash is the stored form of a password: argon2id as this package makes
// it, or bcrypt as it was imported. It cannot be turned back into the password,
// but it lets whoever reads it try passwords at leisure, so it hides itself:
// printing, logging or marshaling it, alone or within another value, shows only
// whether there is one. A store asks for [PasswordHash.Encoded] by name, and
// reads it back with [ParsePasswordHash].
//
// The zero PasswordHash means that no password is set. Verifying against it does
// the work of a hash and never succeeds, so it serves for unknown logins too.
//
// A PasswordHash is immutable and safe for concurrent use. Compare with
// [PasswordHash.Equal], not with ==.
type PasswordHash struct {
	// Behind two pointers, because fmt does not call the methods of what lies in
	// someone's unexported field. There it prints a second pointer as an
	// address, but for a verb that is wrong for a pointer it follows the first.
	hidden **passwordScheme
}

func newPasswordHash(scheme *passwordScheme) PasswordHash { return PasswordHash{&scheme} }

// scheme returns nil for the zero PasswordHash.
func (h PasswordHash) scheme() *passwordScheme {
	if h.hidden == nil {
		return nil
	}
	return *h.hidden
}

type passwordScheme struct {
	encoded string
	// Exactly one is set.
	argon2 *argon2Hash
	bcrypt *bcryptHash
}

// HashPassword hashes a password with a new salt from random, a cryptographic
// source: crypto/rand.Reader but in tests. The zero params mean the defaults.
// The password is taken in NFKC.
//
// It refuses a password that is empty, is not UTF-8 or has more than
// [MaxPasswordBytes], and params that are weaker than the defaults or beyond the
// limits. It does not ask a [PasswordPolicy]: that is for new passwords, and
// this is for rehashing old ones too. No error holds the password or the hash.
//
// It takes the memory and the time that params name; bound how many run at once
// with [HashSlots].
func HashPassword(random io.Reader, password string, params Argon2Params) (PasswordHash, error) {
	params = params.orDefault()
	if err := params.Validate(); err != nil {
		return PasswordHash{}, err
	}
	return hashPassword(random, password, params)
}

func hashPassword(random io.Reader, password string, params Argon2Params) (PasswordHash, error) {
	prepared, err := preparePassword(password)
	if err != nil {
		return PasswordHash{}, err
	}
	salt := make([]byte, argon2SaltBytes)
	if _, err := io.ReadFull(random, salt); err != nil {
		return PasswordHash{}, fmt.Errorf("individuals: cannot hash a password: reading the random source: %w", err)
	}
	return newArgon2PasswordHash(newArgon2Hash(prepared, salt, params)), nil
}

func newArgon2PasswordHash(h *argon2Hash) PasswordHash {
	return newPasswordHash(&passwordScheme{encoded: h.encode(), argon2: h})
}

// maxEncodedHash bounds what is looked at before anything is parsed. The longest
// that is accepted has under 220 bytes.
const maxEncodedHash = 256

// ParsePasswordHash reads what [PasswordHash.Encoded] wrote, or another system's
// hash of these forms:
//
//   - argon2id as a PHC string, version 19, with a salt of 8 to 64 bytes and a
//     tag of 16 to 64: "$argon2id$v=19$m=19456,t=2,p=1$salt$tag"
//   - bcrypt, "$2a$", "$2b$" or "$2y$", of cost 4 to 14
//
// Parameters are held to limits here, before anything is computed with them, so
// that a doctored row can neither exhaust memory nor stall a sign-in; see
// [Argon2Params]. Empty text is the zero PasswordHash. An error says what is
// wrong and quotes nothing. The way out for a person with a hash that is refused
// is a reset link.
func ParsePasswordHash(encoded string) (PasswordHash, error) {
	return parsePasswordHash(encoded, storedArgon2Limits)
}

func parsePasswordHash(encoded string, limits argon2Limits) (PasswordHash, error) {
	switch {
	case encoded == "":
		return PasswordHash{}, nil
	case len(encoded) > maxEncodedHash:
		return PasswordHash{}, errors.New("individuals: invalid password hash: it is too long")
	case strings.HasPrefix(encoded, argon2Prefix):
		h, reason := parseArgon2Hash(encoded, limits)
		if reason != "" {
			return PasswordHash{}, fmt.Errorf("individuals: invalid password hash: argon2id: %s", reason)
		}
		return newArgon2PasswordHash(h), nil
	case strings.HasPrefix(encoded, bcryptPrefix):
		h, reason := parseBcryptHash(encoded)
		if reason != "" {
			return PasswordHash{}, fmt.Errorf("individuals: invalid password hash: bcrypt: %s", reason)
		}
		return newPasswordHash(&passwordScheme{encoded: encoded, bcrypt: h}), nil
	default:
		return PasswordHash{}, errors.New("individuals: invalid password hash: it is neither argon2id nor bcrypt")
	}
}

// Verify reports whether the password is the one that was hashed. The zero
// params mean the defaults. When ok, rehash says that the hash should be
// replaced by one made with params: it is bcrypt's, or weaker. The comparison
// takes the same time wherever the first difference lies.
//
// A password that is empty, too long or not UTF-8 is a wrong one, and is found
// so without work, whoever is asked for. In every other case an answer of false
// has done the work of a hash: with the stored parameters, or with params where
// no password is set. So where all hashes have the same parameters, time does
// not tell an unknown login from a known one; an imported hash is told by its
// own cost until its owner signs in.
//
// The only error is that of invalid params. No error holds the password or the
// hash. It takes the memory and the time that the parameters name; bound how
// many run at once with [HashSlots].
func (h PasswordHash) Verify(password string, params Argon2Params) (ok, rehash bool, err error) {
	params = params.orDefault()
	if err := params.Validate(); err != nil {
		return false, false, err
	}
	ok, rehash = h.verify(password, params)
	return ok, rehash, nil
}

func (h PasswordHash) verify(password string, params Argon2Params) (ok, rehash bool) {
	prepared, err := preparePassword(password)
	if err != nil {
		return false, false
	}
	switch scheme := h.scheme(); {
	case scheme == nil:
		newArgon2Hash(prepared, make([]byte, argon2SaltBytes), params)
		return false, false
	case scheme.bcrypt != nil:
		if !fitsBcrypt(password) {
			newArgon2Hash(prepared, make([]byte, argon2SaltBytes), params)
			return false, false
		}
		// bcrypt hashes came from elsewhere, where nothing was normalized.
		ok = scheme.bcrypt.verify(password)
		return ok, ok
	default:
		ok = scheme.argon2.verify(prepared)
		return ok, ok && scheme.argon2.weakerThan(params)
	}
}

// IsZero reports whether h is the zero PasswordHash: no password is set.
func (h PasswordHash) IsZero() bool { return h.hidden == nil }

// Encoded returns the hash as text for a store, at most 256 bytes of ASCII, or
// "" for the zero PasswordHash. It is a secret: it belongs in the person's
// record and nowhere else.
func (h PasswordHash) Encoded() string {
	if h.IsZero() {
		return ""
	}
	return h.scheme().encoded
}

// Equal reports whether both are the same stored hash. Two hashes of one
// password are not equal, for their salts differ.
func (h PasswordHash) Equal(other PasswordHash) bool {
	return subtle.ConstantTimeCompare([]byte(h.Encoded()), []byte(other.Encoded())) == 1
}

// String returns a text that shows only whether a password is set.
func (h PasswordHash) String() string {
	if h.IsZero() {
		return "PasswordHash(none)"
	}
	return "PasswordHash(hidden)"
}

// GoString is [PasswordHash.String].
func (h PasswordHash) GoString() string { return h.String() }

// Format writes [PasswordHash.String] for every verb.
func (h PasswordHash) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, h.String()) }

// MarshalText returns [PasswordHash.String], so that JSON and logs show no hash.
func (h PasswordHash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText refuses everything: what was marshaled is not the hash, and a
// store that reads it back would have lost the password. Use
// [ParsePasswordHash].
func (h *PasswordHash) UnmarshalText([]byte) error {
	return errors.New("individuals: a password hash is not unmarshaled: store Encoded and read it with ParsePasswordHash")
}
