package otp

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

var (
	errNoRandomness = errors.New("no source; pass crypto/rand.Reader")
	errNotRandom    = errors.New("one byte repeated: not random")
)

// readRandom fills buffers of at least 16 bytes from random, wholly or with an
// error. A source that gives one byte over and over, as a forgotten stub does,
// is an error: a working one does so less than once in 2^120 times.
func readRandom(random io.Reader, buffers ...[]byte) error {
	if random == nil {
		return fmt.Errorf("read randomness: %w", errNoRandomness)
	}
	for _, buffer := range buffers {
		if _, err := io.ReadFull(random, buffer); err != nil {
			return fmt.Errorf("read randomness: %w", err)
		}
		if repeatsOneByte(buffer) {
			return fmt.Errorf("read randomness: %w", errNotRandom)
		}
	}
	return nil
}

func repeatsOneByte(buffer []byte) bool {
	return bytes.Count(buffer, buffer[:1]) == len(buffer)
}
