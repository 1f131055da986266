package individuals

import "io"

// These open doors for tests alone: costs so low that a test may hash often, and
// inner parts that have an oracle of their own.

var cheapArgon2 = Argon2Params{Memory: 8, Passes: 1, Parallelism: 1}

func HashCheaply(random io.Reader, password string) (PasswordHash, error) {
	return hashPassword(random, password, cheapArgon2)
}

func (h PasswordHash) VerifyCheaply(password string) (ok, rehash bool) {
	return h.verify(password, cheapArgon2)
}

func HashWith(random io.Reader, password string, params Argon2Params) (PasswordHash, error) {
	return hashPassword(random, password, params)
}

func (h PasswordHash) VerifyWith(password string, params Argon2Params) (ok, rehash bool) {
	return h.verify(password, params)
}

// StoredArgon2Params returns the parameters of a hash, and whether it is argon2id.
func (h PasswordHash) StoredArgon2Params() (Argon2Params, bool) {
	if h.IsZero() || h.scheme().argon2 == nil {
		return Argon2Params{}, false
	}
	return h.scheme().argon2.params, true
}

var (
	Blocklist    = blocklist
	IsListed     = isListed
	RepeatedUnit = repeatedUnit
)

func FoldPassword(password string) string {
	prepared, err := preparePassword(password)
	if err != nil {
		return ""
	}
	return foldPassword(prepared)
}
