package store

import (
	"context"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/durward-go/durward/roles"
)

// MaxModelBytes bounds the encoding of a model, with the mapping of access levels.
const MaxModelBytes = roles.MaxEncodingBytes

// A ModelKeeper is a [History] that also keeps by what engines decided beside what
// is stored: each model once, by its digest, and from when on it was in force. An
// engine says so when it starts; what the encoding says is for the engine to know.
//
// In force is what an engine that started last decides by. While engines of two
// models run over one store, as in a deployment that replaces them one by one, that
// is the model of the one that started later, whichever of them is asked, and though
// it has ended since: after a deployment that was given up, an engine of the former
// model puts that one back when it starts.
//
// A model is kept for as long as a state is over which it was in force.
type ModelKeeper interface {
	// KeepModel says that the model is in force from now on: from the latest
	// revision, at this instant. It keeps nothing where the model in force has the
	// same digest; so it is once only that of several engines that start at once.
	// It is no commit: there is no revision and no change of it.
	//
	// The encoding is UTF-8 without NUL characters, at most [MaxModelBytes], and
	// has the digest; what does not is refused.
	KeepModel(ctx context.Context, digest roles.Digest, encoding []byte) error
	// ModelAt returns the model that was in force at the instant over the state of
	// a revision: the last that was kept before the revision was committed, or since
	// and not after the instant. A zero instant stands for that of the commit. Where
	// there is none, it is the first that was kept while the revision was the latest:
	// before that, no engine decided over the state.
	//
	// The error wraps [ErrNotKept] where the model is not known; for the revision,
	// it is as that of [History.ViewAt].
	ModelAt(ctx context.Context, revision uint64, instant time.Time) (KeptModel, error)
}

// A KeptModel is a model that was in force.
type KeptModel struct {
	// Digest is that of Encoding.
	Digest   roles.Digest
	Encoding []byte
	// Revision was the latest when the model came into force, and At is when: what
	// the clock of the process told that kept it, kept as by [Instant].
	Revision uint64
	At       time.Time
}

// CheckModel reports what [ModelKeeper.KeepModel] refuses. Stores call it.
func CheckModel(digest roles.Digest, encoding []byte) error {
	switch {
	case len(encoding) > MaxModelBytes:
		return fmt.Errorf("store: model: %d bytes, at most %d", len(encoding), MaxModelBytes)
	case roles.DigestOf(encoding) != digest:
		return fmt.Errorf("store: model: its digest is %v, not %v", roles.DigestOf(encoding), digest)
	case !utf8.Valid(encoding):
		return fmt.Errorf("store: model: not valid UTF-8")
	}
	for i, c := range encoding {
		if c == 0 {
			return fmt.Errorf("store: model: NUL character at byte %d", i)
		}
	}
	return nil
}
