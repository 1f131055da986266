package sqlstore

import (
	"fmt"
	"time"
)

// DefaultPrefix begins the names of all tables where the host chose no other.
const DefaultPrefix = "durward_"

// maxPrefixBytes leaves room for the rest of a name: PostgreSQL cuts names at 63
// bytes.
const maxPrefixBytes = 32

// Options adjust [New] and [Migrate]. Give both the same.
type Options struct {
	// Dialect is the kind of database. Default: the database is asked.
	Dialect Dialect
	// TablePrefix begins the names of all tables, indexes and sequences: lower-case
	// letters, digits and '_', a letter first, at most 32 bytes. Two applications
	// can share a database under two prefixes. Default: [DefaultPrefix].
	TablePrefix string
	// KeepChanges is how many changes the feed keeps at least. A reader that
	// falls further behind gets [store.ErrGone]. Default: 100,000.
	KeepChanges int
	// KeepRevisions is how many states [Store.Prune] leaves, the current one among
	// them, and KeepHistory for how long it leaves a state after another took its
	// place, where both are set by whichever keeps less. Defaults: all, and without
	// end.
	KeepRevisions int
	KeepHistory   time.Duration
	// Clock tells when a commit is made. It must be safe for concurrent use.
	// Default: [time.Now].
	Clock func() time.Time
}

// settled returns the options with defaults in place, but for the dialect.
func (o *Options) settled() (Options, error) {
	var s Options
	if o != nil {
		s = *o
	}
	if s.TablePrefix == "" {
		s.TablePrefix = DefaultPrefix
	}
	if s.KeepChanges <= 0 {
		s.KeepChanges = 100_000
	}
	if s.Clock == nil {
		s.Clock = time.Now
	}
	if s.Dialect != 0 && s.Dialect.traits() == nil {
		return s, fmt.Errorf("sqlstore: %v: unknown; want SQLite or PostgreSQL", s.Dialect)
	}
	return s, checkPrefix(s.TablePrefix)
}

func checkPrefix(prefix string) error {
	ok := len(prefix) <= maxPrefixBytes && 'a' <= prefix[0] && prefix[0] <= 'z'
	for i := range len(prefix) {
		switch c := prefix[i]; {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '_':
		default:
			ok = false
		}
	}
	if !ok {
		return fmt.Errorf("sqlstore: table prefix %.80q: want lower-case letters, digits and '_', a letter first, at most %d bytes", prefix, maxPrefixBytes)
	}
	return nil
}
