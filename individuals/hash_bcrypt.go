package individuals

import (
	"strconv"
	"strings"

	"golang.org/x/crypto/bcrypt"
)

const (
	bcryptPrefix = "$2"

	// maxBcryptPassword is what bcrypt reads of a password. A longer one would
	// be verified in part, which SP 800-63B-4 §3.1.1.2 forbids.
	maxBcryptPassword = 72

	minBcryptCost = 4
	// maxBcryptCost keeps a verification about a second long; each step doubles
	// it, and a stored 31 would take days.
	maxBcryptCost = 14

	bcryptLength   = 60 // "$2b$10$", 22 of salt, 31 of tag
	bcryptAlphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
)

// bcryptHash is a hash that another system made. This package makes none.
type bcryptHash struct {
	encoded string
}

// parseBcryptHash returns the hash that encoded spells, or the reason why it is
// refused. The three versions name fixes in implementations that wrote them, and
// are computed alike; "$2x$" marks hashes of a broken one, which are not.
func parseBcryptHash(encoded string) (h *bcryptHash, reason string) {
	if len(encoded) != bcryptLength || encoded[3] != '$' || encoded[6] != '$' {
		return nil, "it is not of the form $2b$10$..., 60 bytes long"
	}
	if !strings.Contains("aby", encoded[2:3]) {
		return nil, "its version is not 2a, 2b or 2y"
	}
	cost, err := strconv.ParseUint(encoded[4:6], 10, 8)
	if err != nil || cost < minBcryptCost || cost > maxBcryptCost {
		return nil, "its cost is not within 04 and 14"
	}
	if strings.Trim(encoded[7:], bcryptAlphabet) != "" {
		return nil, "its salt and tag are not of bcrypt's alphabet"
	}
	return &bcryptHash{encoded: encoded}, ""
}

// fitsBcrypt reports whether bcrypt reads all of the password and nothing else.
// It repeats a password, with a zero byte between, until it has 72 bytes, so that
// "ab" and "ab\x00ab" are one to it.
func fitsBcrypt(password string) bool {
	return len(password) <= maxBcryptPassword && !strings.Contains(password, "\x00")
}

// verify takes a password that fits.
func (h *bcryptHash) verify(password string) bool {
	return bcrypt.CompareHashAndPassword([]byte(h.encoded), []byte(password)) == nil
}
