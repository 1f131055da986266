package individuals

import (
	"fmt"
	"strconv"
)

// SecondFactorMode says, for one person, whether a second factor is required to
// sign in. The zero value is [SecondFactorAsClassDefines].
type SecondFactorMode uint8

const (
	// SecondFactorAsClassDefines leaves it to the class of the organization that
	// the person acts for.
	SecondFactorAsClassDefines SecondFactorMode = iota
	// SecondFactorYes requires it, whatever the class says.
	SecondFactorYes
	// SecondFactorNo does not require it, whatever the class says.
	SecondFactorNo
)

var secondFactorNames = [...]string{
	SecondFactorAsClassDefines: "as_class_defines",
	SecondFactorYes:            "yes",
	SecondFactorNo:             "no",
}

// ParseSecondFactorMode returns the mode that s names: "as_class_defines",
// "yes" or "no".
func ParseSecondFactorMode(s string) (SecondFactorMode, error) {
	for mode, name := range secondFactorNames {
		if s == name {
			return SecondFactorMode(mode), nil
		}
	}
	return 0, fmt.Errorf("individuals: invalid second factor mode: %s: it is as_class_defines, yes or no", quoteLogin(s))
}

// Required reports whether a second factor is required of a person with this
// mode in a class with this default. A value that is none of the three modes
// requires it: a damaged record must not let anyone in with less.
func (m SecondFactorMode) Required(classDefault bool) bool {
	switch m {
	case SecondFactorAsClassDefines:
		return classDefault
	case SecondFactorNo:
		return false
	default:
		return true
	}
}

// String returns the mode's name as [ParseSecondFactorMode] reads it.
func (m SecondFactorMode) String() string {
	if int(m) < len(secondFactorNames) {
		return secondFactorNames[m]
	}
	return "SecondFactorMode(" + strconv.Itoa(int(m)) + ")"
}

// MarshalText returns the mode's name, or an error for a value that is none of
// the three modes.
func (m SecondFactorMode) MarshalText() ([]byte, error) {
	if int(m) >= len(secondFactorNames) {
		return nil, fmt.Errorf("individuals: invalid second factor mode: %d", m)
	}
	return []byte(secondFactorNames[m]), nil
}

// UnmarshalText is [ParseSecondFactorMode] on text.
func (m *SecondFactorMode) UnmarshalText(text []byte) error {
	mode, err := ParseSecondFactorMode(string(text))
	if err != nil {
		return err
	}
	*m = mode
	return nil
}
