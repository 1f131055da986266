package bulk

import (
	"time"

	"github.com/durward-go/durward/audit"
)

// formatNumber is that of the lines below.
const formatNumber = 1

// headerLine begins an export.
type headerLine struct {
	Format   int    `json:"format"`
	Revision uint64 `json:"revision"`
	// At is when the export began.
	At time.Time `json:"at"`
	// Secrets says that credentials and tokens are in it.
	Secrets bool `json:"secrets,omitempty"`
	// Changes and SignIns are what the first events of the chains follow, and the
	// heads what their last ones must give.
	Changes     audit.Head `json:"changes"`
	ChangesHead audit.Head `json:"changes_head"`
	SignIns     audit.Head `json:"sign_ins"`
	SignInsHead audit.Head `json:"sign_ins_head"`
}

// endLine ends an export, so that one that was cut short is told from a whole one.
type endLine struct {
	// Lines is how many lines are above, and Digest the SHA-256 of their bytes, line
	// breaks among them, in hexadecimal digits.
	Lines  int    `json:"lines"`
	Digest string `json:"digest"`
}
