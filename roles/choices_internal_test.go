package roles

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestStandardChoices(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "[Restrict Read Modify]", standardChoices.String())
	assert.Panics(t, func() { mustChoices(Read) })
	for p := range Modify + 1 {
		want := Restrict
		if p.Contains(Read) {
			want = Read
		}
		if p.Contains(Modify) {
			want = Modify
		}
		assert.Equal(t, want, standardChoices.lower[p])
	}
}
