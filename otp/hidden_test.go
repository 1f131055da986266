package otp_test

import (
	"bytes"
	"encoding/gob"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/otp"
)

// holder has every secret type where fmt calls no method: in unexported fields,
// behind pointers, in slices and maps.
type holder struct {
	key     otp.Key
	hostKey *otp.HostKey
	codes   []otp.RecoveryCodes
	sets    map[string]otp.RecoverySet
	qr      any
	keyring *otp.Keyring
}

// secrets is one of each secret type, and the texts that must never be seen.
type secrets struct {
	values   map[string]any
	holder   holder
	canaries []string
}

func newSecrets(t *testing.T) secrets {
	t.Helper()
	key := newKey(t, "canary")
	hostKey := newHostKey(t, "canary")
	codes, set, err := otp.GenerateRecoveryCodes(seeded("canary"))
	require.NoError(t, err)
	code, err := key.QR(otp.Label{Issuer: "Example", Account: "steve"})
	require.NoError(t, err)
	keyring, err := otp.NewKeyring(seeded("nonces"), hostKey)
	require.NoError(t, err)
	s := secrets{
		values: map[string]any{
			"Key": key, "*Key": &key, "HostKey": hostKey, "RecoveryCodes": codes, "RecoverySet": set, "QR": code, "*Keyring": keyring,
		},
		holder: holder{
			key: key, hostKey: &hostKey, codes: []otp.RecoveryCodes{codes},
			sets: map[string]otp.RecoverySet{"steve": set}, qr: code, keyring: keyring,
		},
		canaries: append(codes.Reveal(), key.Base32(), hostKey.Base64()),
	}
	// The bytes of the keys, as the various verbs would write them. The readers
	// are seeded alike, so the bytes can be had again.
	for _, size := range []int{otp.KeySize, otp.HostKeySize} {
		raw := make([]byte, size)
		_, err := seeded("canary").Read(raw)
		require.NoError(t, err)
		s.canaries = append(s.canaries, string(raw[:8]), hex.EncodeToString(raw[:8]), strings.Trim(fmt.Sprint(raw[:6]), "[]"))
	}
	stored, err := set.MarshalText()
	require.NoError(t, err)
	s.canaries = append(s.canaries, string(stored[10:40]))
	return s
}

// check fails when text holds a canary in either case.
func (s secrets) check(t *testing.T, text, what string) {
	t.Helper()
	lower := strings.ToLower(text)
	for _, canary := range s.canaries {
		if strings.Contains(lower, strings.ToLower(canary)) {
			t.Errorf("%s shows a secret: %s", what, text)
		}
	}
}

// failures stands in for a test whose assertion fails, to see what it prints.
type failures struct{ text strings.Builder }

func (f *failures) Errorf(format string, args ...any) { fmt.Fprintf(&f.text, format, args...) }

func TestCanarySeesWhatIsNotHidden(t *testing.T) {
	t.Parallel()
	s := newSecrets(t)
	raw := make([]byte, otp.KeySize)
	_, err := seeded("canary").Read(raw)
	require.NoError(t, err)
	for _, verb := range []string{"%s", "%v", "%x", "%X", "%+v"} {
		var plain strings.Builder
		fmt.Fprintf(&plain, verb, struct{ secret []byte }{raw})
		found := false
		for _, canary := range s.canaries {
			found = found || strings.Contains(strings.ToLower(plain.String()), strings.ToLower(canary))
		}
		assert.True(t, found, "the canaries miss %s of a plain field", verb)
	}
}

func TestPrintingHidesSecrets(t *testing.T) {
	t.Parallel()
	s := newSecrets(t)
	const verbs = "vTtbcoOqxXUeEfFgGspdw"
	for name, value := range s.values {
		for _, verb := range verbs {
			for _, flag := range []string{"", "+", "#", "+#", " ", "0", "-60", ".3"} {
				format := "%" + flag + string(verb)
				s.check(t, fmt.Sprintf(format, value), format+" of "+name)
				if !strings.ContainsRune("Tpw", verb) { // fmt asks no type about these
					assert.Equal(t, "(hidden)", fmt.Sprintf(format, value), "%s of %s", format, name)
				}
				s.check(t, fmt.Sprintf(format, []any{value}), format+" of a slice of "+name)
				s.check(t, fmt.Sprintf(format, struct{ hidden any }{value}), format+" of an unexported "+name)
			}
		}
		assert.Equal(t, "(hidden)", value.(fmt.Stringer).String(), name)
		assert.Equal(t, "(hidden)", value.(fmt.GoStringer).GoString(), name)
	}
	for _, verb := range verbs {
		for _, flag := range []string{"", "+", "#"} {
			format := "%" + flag + string(verb)
			s.check(t, fmt.Sprintf(format, s.holder), format+" of a holder")
			s.check(t, fmt.Sprintf(format, &s.holder), format+" of a holder's pointer")
		}
	}
}

func TestZeroValuesPrintNone(t *testing.T) {
	t.Parallel()
	for _, zero := range []any{otp.Key{}, otp.HostKey{}, otp.RecoveryCodes{}, otp.RecoverySet{}, otp.QR{}, &otp.Keyring{}} {
		assert.Equal(t, "(none)", fmt.Sprintf("%+v", zero), "%T", zero)
	}
}

func TestLoggingHidesSecrets(t *testing.T) {
	t.Parallel()
	s := newSecrets(t)
	for name, value := range s.values {
		var out bytes.Buffer
		slog.New(slog.NewTextHandler(&out, nil)).Info("text", "value", value, "group", slog.GroupValue(slog.Any("in", value)))
		slog.New(slog.NewJSONHandler(&out, nil)).Info("json", "value", value, "group", slog.GroupValue(slog.Any("in", value)))
		s.check(t, out.String(), "slog of "+name)
		assert.Equal(t, 4, strings.Count(out.String(), "(hidden)"), "%s: %s", name, out.String())
	}
	var out bytes.Buffer
	slog.New(slog.NewTextHandler(&out, nil)).Info("text", "value", s.holder)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("json", "value", s.holder)
	s.check(t, out.String(), "slog of a holder")
}

func TestEncodersRefuseSecrets(t *testing.T) {
	t.Parallel()
	s := newSecrets(t)
	for name, value := range s.values {
		if name == "RecoverySet" {
			continue // the one that is made to be stored
		}
		for encoder, encode := range map[string]func(any) ([]byte, error){
			"json": json.Marshal,
			"xml":  xml.Marshal,
			"gob": func(v any) ([]byte, error) {
				var out bytes.Buffer
				err := gob.NewEncoder(&out).Encode(v)
				return out.Bytes(), err
			},
		} {
			out, err := encode(value)
			require.Error(t, err, "%s of %s", encoder, name)
			s.check(t, string(out)+err.Error(), encoder+" of "+name)

			out, err = encode(struct{ Value any }{value})
			require.Error(t, err, "%s of a struct with %s", encoder, name)
			s.check(t, string(out)+err.Error(), encoder+" of a struct with "+name)
		}
	}
}

func TestFailedAssertionsHideSecrets(t *testing.T) {
	t.Parallel()
	s := newSecrets(t)
	for name, value := range s.values {
		var got failures
		assert.Equal(&got, struct{ Value any }{value}, struct{ Value any }{"another"})
		assert.Nil(&got, value)
		assert.Empty(&got, []any{value})
		require.NotEmpty(t, got.text.String())
		s.check(t, got.text.String(), "a failed assertion on "+name)
	}
	exported := cmp.Exporter(func(reflect.Type) bool { return true })
	difference := cmp.Diff(s.holder, holder{}, exported)
	require.NotEmpty(t, difference)
	s.check(t, difference, "cmp.Diff")
}
