package bulk

import (
	"errors"
	"io"
	"iter"

	"github.com/durward-go/durward/store"
)

// Check reads lines as [Import] would, writes nothing, and yields what is wrong with
// each line on its own, as a [*LineError], so that a source can be mended at once.
// What only the store and the other lines tell is for Import: what is missing, and
// what is there already. Of opts only Credentials matters. An error of reading ends
// it.
func Check(lines io.Reader, opts *ImportOptions) iter.Seq[error] {
	return func(yield func(error) bool) {
		i := &importing{lines: newLineReader(lines)}
		if opts != nil {
			i.options = *opts
		}
		for {
			text, err := i.lines.next()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(err)
				return
			}
			err = i.take(&chunk{batch: store.Batch{}, origins: make(map[string][]origin)}, text)
			if err != nil && !yield(err) {
				return
			}
		}
	}
}
