package reference

import (
	"hash/fnv"
	"math/rand/v2"
)

// A Draw makes choices from bytes, so that a fuzzer's input and a seed lead to worlds
// and requests in the same way. When the bytes are used up it goes on with a sequence
// that depends on them all: few bytes make a whole world too. It is not safe for
// concurrent use.
type Draw struct {
	data []byte
	rest *rand.PCG
}

// NewDraw begins at the first byte of data.
func NewDraw(data []byte) *Draw {
	hash := fnv.New64a()
	hash.Write(data)
	return &Draw{data: data, rest: rand.NewPCG(hash.Sum64(), uint64(len(data)))}
}

// Seeded makes all choices from a seed.
func Seeded(seed uint64) *Draw { return &Draw{rest: rand.NewPCG(seed, 0)} }

// byte draws one byte.
func (d *Draw) byte() byte {
	if len(d.data) == 0 {
		return byte(d.rest.Uint64() >> 32)
	}
	b := d.data[0]
	d.data = d.data[1:]
	return b
}

// Below draws a number from 0 to n-1, for n from 1 to 65,536.
func (d *Draw) Below(n int) int {
	if n <= 1 {
		return 0
	}
	return (int(d.byte())<<8 | int(d.byte())) % n
}

// Chance is true in about so many of a hundred cases.
func (d *Draw) Chance(percent int) bool { return d.Below(100) < percent }

// pick draws one of several values.
func pick[T any](d *Draw, from ...T) T { return from[d.Below(len(from))] }

// some draws up to n different values of from, in their order.
func some[T any](d *Draw, n int, from []T) []T {
	var drawn []T
	for i, v := range from {
		left := len(from) - i
		if want := n - len(drawn); want > 0 && d.Below(left) < want {
			drawn = append(drawn, v)
		}
	}
	return drawn
}
