package individuals

import "fmt"

// A SecondFactorMode says whether a person must prove a second factor. Its
// zero value is [AsClassDefines].
type SecondFactorMode uint8

// The modes.
const (
	// AsClassDefines takes the setting of the organization's class.
	AsClassDefines SecondFactorMode = iota
	// SecondFactorYes asks for it.
	SecondFactorYes
	// SecondFactorNo does not ask for it. A node may still do so.
	SecondFactorNo
)

// Required reports whether a second factor is asked of a person whose class
// has the given setting. A mode that is none of the three asks for it.
func (m SecondFactorMode) Required(class bool) bool {
	switch m {
	case AsClassDefines:
		return class
	case SecondFactorNo:
		return false
	default:
		return true
	}
}

// String returns "as the class defines", "yes" or "no".
func (m SecondFactorMode) String() string {
	switch m {
	case AsClassDefines:
		return "as the class defines"
	case SecondFactorYes:
		return "yes"
	case SecondFactorNo:
		return "no"
	default:
		return fmt.Sprintf("SecondFactorMode(%d)", uint8(m))
	}
}

// MarshalText writes the form of [SecondFactorMode.String].
func (m SecondFactorMode) MarshalText() ([]byte, error) {
	if m > SecondFactorNo {
		return nil, fmt.Errorf("individuals: second factor mode %d: unknown", uint8(m))
	}
	return []byte(m.String()), nil
}

// UnmarshalText reads the form of [SecondFactorMode.String].
func (m *SecondFactorMode) UnmarshalText(text []byte) error {
	for _, known := range [...]SecondFactorMode{AsClassDefines, SecondFactorYes, SecondFactorNo} {
		if string(text) == known.String() {
			*m = known
			return nil
		}
	}
	return fmt.Errorf("individuals: second factor mode %q: want %q, %q or %q",
		text, AsClassDefines, SecondFactorYes, SecondFactorNo)
}
