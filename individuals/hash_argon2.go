package individuals

import (
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"
)

// Argon2Params are the costs of argon2id (RFC 9106). The zero value stands for
// the defaults, the minimum of OWASP's Password Storage Cheat Sheet: 19,456 KiB,
// 2 passes, parallelism 1.
//
// For new hashes none of the three may be below its default; above it, memory
// goes to 128 MiB, passes to 16, parallelism to 16, and memory times passes to
// 512 MiB, so that one hash takes a fraction of a second.
//
// Stored hashes are held to the same upper limits. Below, anything from OWASP's
// weakest trade-off is accepted, so that hashes of other systems can be
// imported: at least 7 MiB, and memory times passes at least 35 MiB. What is
// weaker than the params in use is rehashed at the next sign-in.
type Argon2Params struct {
	Memory      uint32 // KiB; 0 = default, 19,456
	Passes      uint32 // 0 = default, 2; RFC 9106 calls it t
	Parallelism uint8  // lanes; 0 = default, 1
}

const (
	defaultArgon2Memory      = 19 * 1024
	defaultArgon2Passes      = 2
	defaultArgon2Parallelism = 1

	argon2SaltBytes = 16 // RFC 9106 §3.1
	argon2TagBytes  = 32

	argon2Prefix = "$argon2id$"
)

// argon2Limits bound parameters, in KiB, passes and lanes.
type argon2Limits struct {
	minMemory, minPasses, minWork uint32 // work is memory times passes
}

const (
	maxArgon2Memory      = 128 * 1024
	maxArgon2Passes      = 16
	maxArgon2Parallelism = 16
	maxArgon2Work        = 512 * 1024
)

var (
	newArgon2Limits    = argon2Limits{minMemory: defaultArgon2Memory, minPasses: defaultArgon2Passes}
	storedArgon2Limits = argon2Limits{minMemory: 7 * 1024, minPasses: 1, minWork: 35 * 1024}
)

// Validate returns an error unless new hashes may be made with these parameters.
func (p Argon2Params) Validate() error {
	if reason := newArgon2Limits.check(p.orDefault()); reason != "" {
		return fmt.Errorf("individuals: invalid argon2id parameters: %s", reason)
	}
	return nil
}

// orDefault fills in what is zero.
func (p Argon2Params) orDefault() Argon2Params {
	if p.Memory == 0 {
		p.Memory = defaultArgon2Memory
	}
	if p.Passes == 0 {
		p.Passes = defaultArgon2Passes
	}
	if p.Parallelism == 0 {
		p.Parallelism = defaultArgon2Parallelism
	}
	return p
}

// check returns the reason why the limits refuse p, or "".
func (l argon2Limits) check(p Argon2Params) string {
	switch work := uint64(p.Memory) * uint64(p.Passes); {
	case p.Memory < l.minMemory || p.Memory > maxArgon2Memory:
		return fmt.Sprintf("memory of %d KiB is not within %d and %d", p.Memory, l.minMemory, maxArgon2Memory)
	case p.Passes < l.minPasses || p.Passes > maxArgon2Passes:
		return fmt.Sprintf("%d passes are not within %d and %d", p.Passes, l.minPasses, maxArgon2Passes)
	case p.Parallelism < 1 || p.Parallelism > maxArgon2Parallelism:
		return fmt.Sprintf("parallelism of %d is not within 1 and %d", p.Parallelism, maxArgon2Parallelism)
	case work < uint64(l.minWork) || work > maxArgon2Work:
		return fmt.Sprintf("memory times passes is %d KiB, not within %d and %d", work, l.minWork, maxArgon2Work)
	}
	return ""
}

type argon2Hash struct {
	params    Argon2Params
	salt, tag []byte
}

func newArgon2Hash(prepared string, salt []byte, p Argon2Params) *argon2Hash {
	tag := argon2.IDKey([]byte(prepared), salt, p.Passes, p.Memory, p.Parallelism, argon2TagBytes)
	return &argon2Hash{params: p, salt: salt, tag: tag}
}

func (h *argon2Hash) verify(prepared string) bool {
	p := h.params
	tag := argon2.IDKey([]byte(prepared), h.salt, p.Passes, p.Memory, p.Parallelism, uint32(len(h.tag)))
	return subtle.ConstantTimeCompare(tag, h.tag) == 1
}

// weakerThan reports whether a hash made with p would be stronger in any way.
func (h *argon2Hash) weakerThan(p Argon2Params) bool {
	return h.params.Memory < p.Memory || h.params.Passes < p.Passes || h.params.Parallelism < p.Parallelism ||
		len(h.salt) < argon2SaltBytes || len(h.tag) < argon2TagBytes
}

// encode writes the PHC string: the parameters in the order of the argon2
// reference implementation, salt and tag in Base64 without padding.
func (h *argon2Hash) encode() string {
	return fmt.Sprintf("%sv=%d$m=%d,t=%d,p=%d$%s$%s", argon2Prefix, argon2.Version,
		h.params.Memory, h.params.Passes, h.params.Parallelism,
		base64.RawStdEncoding.EncodeToString(h.salt), base64.RawStdEncoding.EncodeToString(h.tag))
}

// parseArgon2Hash returns the hash that a PHC string spells, or the reason why it
// is refused.
func parseArgon2Hash(encoded string, limits argon2Limits) (h *argon2Hash, reason string) {
	fields := strings.Split(strings.TrimPrefix(encoded, argon2Prefix), "$")
	if len(fields) != 4 {
		return nil, "it has not version, parameters, salt and tag"
	}
	if fields[0] != "v="+strconv.Itoa(argon2.Version) {
		return nil, "its version is not 19"
	}
	params, ok := parseArgon2Params(fields[1])
	if !ok {
		return nil, "its parameters are not of the form m=19456,t=2,p=1"
	}
	if reason := limits.check(params); reason != "" {
		return nil, reason
	}
	h = &argon2Hash{params: params}
	if h.salt, ok = decodeBetween(fields[2], 8, 64); !ok {
		return nil, "its salt is not Base64 of 8 to 64 bytes"
	}
	if h.tag, ok = decodeBetween(fields[3], 16, 64); !ok {
		return nil, "its tag is not Base64 of 16 to 64 bytes"
	}
	// One hash has one spelling: no leading zeros, no line breaks within Base64,
	// no stray bits after it.
	if h.encode() != encoded {
		return nil, "it is not in canonical form"
	}
	return h, ""
}

func parseArgon2Params(s string) (p Argon2Params, ok bool) {
	values := strings.Split(s, ",")
	if len(values) != 3 {
		return p, false
	}
	memory, okMemory := parseArgon2Param(values[0], "m=", 32)
	passes, okPasses := parseArgon2Param(values[1], "t=", 32)
	parallelism, okParallelism := parseArgon2Param(values[2], "p=", 8)
	p = Argon2Params{Memory: uint32(memory), Passes: uint32(passes), Parallelism: uint8(parallelism)}
	return p, okMemory && okPasses && okParallelism
}

func parseArgon2Param(s, prefix string, bits int) (value uint64, ok bool) {
	digits, ok := strings.CutPrefix(s, prefix)
	if !ok {
		return 0, false
	}
	value, err := strconv.ParseUint(digits, 10, bits)
	return value, err == nil
}

func decodeBetween(s string, low, high int) ([]byte, bool) {
	data, err := base64.RawStdEncoding.DecodeString(s)
	return data, err == nil && low <= len(data) && len(data) <= high
}
