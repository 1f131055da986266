package bulk

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
)

// MaxLineBytes bounds one line: an access level of 16,384 permissions has some two
// MiB, an event one, and a role for every node of a large tree four.
const MaxLineBytes = 16 << 20

var errLong = fmt.Errorf("longer than %d bytes", MaxLineBytes)

// A lineReader reads lines, counts them and digests them.
type lineReader struct {
	from  *bufio.Reader
	lines int
	bytes int64
	sum   hash.Hash
	long  []byte // a line that is longer than the buffer
}

func newLineReader(from io.Reader) *lineReader {
	return &lineReader{from: bufio.NewReaderSize(from, 256<<10), sum: sha256.New()}
}

// next returns the next line with its line break, to be used until the next call,
// and [io.EOF] after the last.
func (r *lineReader) next() ([]byte, error) {
	line, err := r.from.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		r.long = append(r.long[:0], line...)
		for errors.Is(err, bufio.ErrBufferFull) {
			line, err = r.from.ReadSlice('\n')
			if r.long = append(r.long, line...); len(r.long) > MaxLineBytes {
				return nil, &LineError{Line: r.lines + 1, Err: errLong}
			}
		}
		line = r.long
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("bulk: reading line %d: %w", r.lines+1, err)
	}
	if len(line) == 0 {
		return nil, io.EOF
	}
	r.lines++
	r.bytes += int64(len(line))
	_, _ = r.sum.Write(line) // never fails
	return line, nil
}

// digest returns that of all lines so far.
func (r *lineReader) digest() string { return hex.EncodeToString(r.sum.Sum(nil)) }
