package individuals_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/individuals"
)

func TestSecondFactorMode(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		mode          individuals.SecondFactorMode
		name          string
		ifNot, ifIsSo bool // required, by the class's default
	}{
		{individuals.AsClassDefines, "as the class defines", false, true},
		{individuals.SecondFactorYes, "yes", true, true},
		{individuals.SecondFactorNo, "no", false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, test.ifNot, test.mode.Required(false))
			assert.Equal(t, test.ifIsSo, test.mode.Required(true))
			assert.Equal(t, test.name, test.mode.String())
			data, err := json.Marshal(test.mode)
			require.NoError(t, err)
			assert.JSONEq(t, `"`+test.name+`"`, string(data))
			var read individuals.SecondFactorMode
			require.NoError(t, json.Unmarshal(data, &read))
			assert.Equal(t, test.mode, read)
		})
	}
}

func TestSecondFactorModeZeroValueLeavesItToTheClass(t *testing.T) {
	t.Parallel()
	var mode individuals.SecondFactorMode
	assert.Equal(t, individuals.AsClassDefines, mode)
}

// A damaged record lets nobody in with less.
func TestSecondFactorModeUnknown(t *testing.T) {
	t.Parallel()
	mode := individuals.SecondFactorMode(3)
	assert.True(t, mode.Required(false))
	assert.True(t, mode.Required(true))
	assert.Equal(t, "SecondFactorMode(3)", mode.String())
	_, err := mode.MarshalText()
	require.ErrorContains(t, err, "second factor mode 3: unknown")
	for _, text := range []string{"", "Yes", "true", "as_class_defines", "no "} {
		require.ErrorContains(t, mode.UnmarshalText([]byte(text)), `want "as the class defines", "yes" or "no"`)
	}
	assert.Equal(t, individuals.SecondFactorMode(3), mode)
}
