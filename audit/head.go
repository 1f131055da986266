package audit

import (
	"crypto/sha256"
	"fmt"
	"strconv"
	"strings"
)

// A Chain names a chain of events: lower-case letters, digits, '-', '_' and
// '.', at most [MaxNameBytes].
type Chain string

// The chains of Durward. Sign-ins have their own, since they are many, are
// written outside the commits of changes, and are kept for a shorter time.
const (
	Changes Chain = "changes"
	SignIns Chain = "sign-ins"
)

// A Head is a point of a chain: how many events it had and the hash of the last
// of them, which depends on every event before it. Keep heads out of reach of
// those who can write to the store: [Verify] holds a chain to them.
//
// The zero Head is not valid; a chain begins with [Start]. Heads are
// comparable with ==.
type Head struct {
	Chain    Chain
	Sequence uint64
	Hash     Hash
}

// Start returns the head of a chain that has no event yet. Its hash is made of
// the name, so that the events of one chain never fit another.
func Start(chain Chain) Head {
	return Head{Chain: chain, Hash: Hash(sha256.Sum256([]byte(domainStart + string(chain))))}
}

// Validate reports what is wrong with a head: a bad name, a sequence above
// [MaxSequence], no hash, or a sequence of 0 that is not [Start].
func (h Head) Validate() error {
	switch err := checkName(string(h.Chain)); {
	case err != nil:
		return fmt.Errorf("audit: head: chain %w", err)
	case h.Sequence > MaxSequence:
		return fmt.Errorf("audit: head of chain %q: sequence %d: above %d", h.Chain, h.Sequence, uint64(MaxSequence))
	case h.Hash.IsZero():
		return fmt.Errorf("audit: head of chain %q at %d: no hash; a chain begins with audit.Start", h.Chain, h.Sequence)
	case h.Sequence == 0 && h != Start(h.Chain):
		return fmt.Errorf("audit: head of chain %q at 0: the hash is not that of audit.Start", h.Chain)
	}
	return nil
}

// String returns the head as "changes:41:9f86d0...", with the whole hash.
// [ParseHead] reads it back.
func (h Head) String() string {
	return string(h.Chain) + ":" + strconv.FormatUint(h.Sequence, 10) + ":" + h.Hash.String()
}

// ParseHead reads what [Head.String] wrote, and nothing else: one head has one
// spelling. The head is valid.
func ParseHead(text string) (Head, error) {
	fail := func(reason string) (Head, error) {
		return Head{}, fmt.Errorf(`audit: head %s: %s; want "chain:sequence:hash"`, quote(text), reason)
	}
	parts := strings.Split(text, ":")
	if len(parts) != 3 {
		return fail("not three parts")
	}
	sequence, err := strconv.ParseUint(parts[1], 10, 64)
	if err != nil || strconv.FormatUint(sequence, 10) != parts[1] {
		return fail("the sequence is no number")
	}
	hash, err := ParseHash(parts[2])
	if err != nil {
		return fail("the hash is not 64 lower-case hexadecimal digits")
	}
	h := Head{Chain: Chain(parts[0]), Sequence: sequence, Hash: hash}
	if err := h.Validate(); err != nil {
		return fail(strings.TrimPrefix(err.Error(), "audit: "))
	}
	return h, nil
}

// MarshalText returns what [Head.String] does, for a valid head.
func (h Head) MarshalText() ([]byte, error) {
	if err := h.Validate(); err != nil {
		return nil, err
	}
	return []byte(h.String()), nil
}

// UnmarshalText reads like [ParseHead].
func (h *Head) UnmarshalText(text []byte) error {
	read, err := ParseHead(string(text))
	if err != nil {
		return err
	}
	*h = read
	return nil
}
