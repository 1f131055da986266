package otp_test

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/durward-go/durward/otp"
)

func newHostKey(t testing.TB, seed string) otp.HostKey {
	t.Helper()
	key, err := otp.GenerateHostKey(seeded(seed))
	require.NoError(t, err)
	return key
}

func newKeyring(t testing.TB, random io.Reader, primary otp.HostKey, older ...otp.HostKey) *otp.Keyring {
	t.Helper()
	keyring, err := otp.NewKeyring(random, primary, older...)
	require.NoError(t, err)
	return keyring
}

func seal(t testing.TB, sealer otp.Sealer, plaintext, context string) []byte {
	t.Helper()
	sealed, err := sealer.Seal([]byte(plaintext), []byte(context))
	require.NoError(t, err)
	return sealed
}

func TestKeyringOpensWhatItSealed(t *testing.T) {
	t.Parallel()
	keyring := newKeyring(t, seeded("nonces"), newHostKey(t, "host"))
	rapid.Check(t, func(t *rapid.T) {
		plaintext := rapid.SliceOf(rapid.Byte()).Draw(t, "plaintext")
		context := rapid.SliceOfN(rapid.Byte(), 1, -1).Draw(t, "context")
		sealed, err := keyring.Seal(plaintext, context)
		require.NoError(t, err)
		opened, err := keyring.Open(sealed, context)
		require.NoError(t, err)
		require.True(t, bytes.Equal(plaintext, opened))
		require.Len(t, sealed, 1+8+24+len(plaintext)+16)
		require.False(t, keyring.NeedsReseal(sealed))
	})
}

func TestSealingTwiceDiffers(t *testing.T) {
	t.Parallel()
	keyring := newKeyring(t, seeded("nonces"), newHostKey(t, "host"))
	assert.NotEqual(t, seal(t, keyring, "secret", "context"), seal(t, keyring, "secret", "context"))
}

func TestSealLeavesItsArgumentsAlone(t *testing.T) {
	t.Parallel()
	keyring := newKeyring(t, seeded("nonces"), newHostKey(t, "host"))
	// Spare capacity behind the slices must not be written to either.
	buffer := []byte("secret|context|rest of the buffer, long enough for a tag and a nonce")
	want := bytes.Clone(buffer)
	sealed, err := keyring.Seal(buffer[:6], buffer[7:14])
	require.NoError(t, err)
	kept := bytes.Clone(sealed)
	opened, err := keyring.Open(sealed, buffer[7:14])
	require.NoError(t, err)
	opened[0] = 'X'
	assert.Equal(t, want, buffer)
	assert.Equal(t, kept, sealed)
}

func TestSealedForAnotherDoesNotOpen(t *testing.T) {
	t.Parallel()
	keyring := newKeyring(t, seeded("nonces"), newHostKey(t, "host"))
	key := newKey(t, "steve")
	sealed, err := otp.SealKey(keyring, key, "steve")
	require.NoError(t, err)
	opened, err := otp.OpenKey(keyring, sealed, "steve")
	require.NoError(t, err)
	assert.True(t, key.Equal(opened))

	for _, owner := range []string{"alice", "Steve", "steve ", "stev", "steve\x00"} {
		opened, err := otp.OpenKey(keyring, sealed, owner)
		require.ErrorIs(t, err, otp.ErrDoesNotOpen, owner)
		assert.True(t, opened.IsZero())
	}
	// Nor as something else of the same person's.
	_, err = keyring.Open(sealed, otp.SealingContext("standing link", "steve"))
	require.ErrorIs(t, err, otp.ErrDoesNotOpen)
	link, err := keyring.Seal([]byte("twenty bytes of link"), otp.SealingContext("standing link", "steve"))
	require.NoError(t, err)
	_, err = otp.OpenKey(keyring, link, "steve")
	require.ErrorIs(t, err, otp.ErrDoesNotOpen)
}

func TestSealingContextKeepsItsPartsApart(t *testing.T) {
	t.Parallel()
	part := rapid.SliceOfN(rapid.StringOfN(rapid.RuneFrom([]rune("ab\x00\x01\x02")), 0, 3, -1), 1, 4)
	rapid.Check(t, func(t *rapid.T) {
		one, two := part.Draw(t, "one"), part.Draw(t, "two")
		same := fmt.Sprintf("%q", one) == fmt.Sprintf("%q", two)
		require.Equal(t, same, bytes.Equal(otp.SealingContext(one[0], one[1:]...), otp.SealingContext(two[0], two[1:]...)))
	})
	assert.NotEqual(t, otp.SealingContext("a", "bc"), otp.SealingContext("ab", "c"))
	assert.NotEqual(t, otp.SealingContext("a"), otp.SealingContext("a", ""))
	assert.NotEmpty(t, otp.SealingContext(""))
	long := strings.Repeat("x", 300) // a length of two bytes
	assert.Equal(t, "\xac\x02"+long, string(otp.SealingContext(long)))
}

func TestRotation(t *testing.T) {
	t.Parallel()
	old, current, next := newHostKey(t, "old"), newHostKey(t, "current"), newHostKey(t, "next")
	before := newKeyring(t, seeded("1"), old)
	sealed := seal(t, before, "secret", "context")

	during := newKeyring(t, seeded("2"), current, old)
	assert.False(t, before.NeedsReseal(sealed))
	require.True(t, during.NeedsReseal(sealed))
	plaintext, err := during.Open(sealed, []byte("context"))
	require.NoError(t, err)
	resealed, err := during.Seal(plaintext, []byte("context"))
	require.NoError(t, err)
	assert.False(t, during.NeedsReseal(resealed))

	after := newKeyring(t, seeded("3"), next, current)
	plaintext, err = after.Open(resealed, []byte("context"))
	require.NoError(t, err)
	assert.Equal(t, "secret", string(plaintext))
	_, err = after.Open(sealed, []byte("context"))
	require.ErrorIs(t, err, otp.ErrUnknownHostKey)
	require.ErrorContains(t, err, fmt.Sprintf("%q; add it to the keyring's older keys", old.ID()))
	assert.True(t, after.NeedsReseal(sealed), "also when its key is gone")
}

// Every byte of a sealed form counts, and so does every length.
func TestAlteredSealedFormsDoNotOpen(t *testing.T) {
	t.Parallel()
	old := newHostKey(t, "old")
	keyring := newKeyring(t, seeded("nonces"), newHostKey(t, "host"), old)
	sealed := seal(t, keyring, "a secret of some length", "context")
	for i := range sealed {
		for bit := range 8 {
			altered := bytes.Clone(sealed)
			altered[i] ^= 1 << bit
			plaintext, err := keyring.Open(altered, []byte("context"))
			switch {
			case i == 0:
				require.ErrorIs(t, err, otp.ErrNotSealed)
			case i <= 8:
				require.ErrorIs(t, err, otp.ErrUnknownHostKey)
			default:
				require.ErrorIs(t, err, otp.ErrDoesNotOpen)
			}
			require.Nil(t, plaintext)
		}
		_, err := keyring.Open(sealed[:i], []byte("context"))
		require.Error(t, err)
		if i < 1+8+24+16 {
			require.ErrorIs(t, err, otp.ErrNotSealed)
			require.False(t, keyring.NeedsReseal(sealed[:i]))
		}
	}
	_, err := keyring.Open(append(bytes.Clone(sealed), 0), []byte("context"))
	require.ErrorIs(t, err, otp.ErrDoesNotOpen)

	// Relabelled as another key's of the same keyring.
	foreign := seal(t, newKeyring(t, seeded("x"), old), "x", "context")
	relabelled := append(bytes.Clone(foreign[:9]), sealed[9:]...)
	_, err = keyring.Open(relabelled, []byte("context"))
	require.ErrorIs(t, err, otp.ErrDoesNotOpen)
}

// What the header says is authenticated: bytes moved between header and context
// do not open.
func TestContextIsExact(t *testing.T) {
	t.Parallel()
	keyring := newKeyring(t, seeded("nonces"), newHostKey(t, "host"))
	sealed := seal(t, keyring, "secret", "context")
	for _, context := range []string{"contex", "context ", "Context", "\x01context", string(sealed[:9]) + "context", "ontext"} {
		_, err := keyring.Open(sealed, []byte(context))
		require.ErrorIs(t, err, otp.ErrDoesNotOpen, "%q", context)
	}
}

func TestKeyringRefusesWhatTheCallerGotWrong(t *testing.T) {
	t.Parallel()
	key, other := newHostKey(t, "host"), newHostKey(t, "other")
	_, err := otp.NewKeyring(nil, key)
	require.EqualError(t, err, "otp: new keyring: randomness: no source; pass crypto/rand.Reader")
	_, err = otp.NewKeyring(rand.Reader, otp.HostKey{})
	require.ErrorContains(t, err, "key 1 of 1 is empty")
	_, err = otp.NewKeyring(rand.Reader, key, other, otp.HostKey{})
	require.ErrorContains(t, err, "key 3 of 3 is empty")
	_, err = otp.NewKeyring(rand.Reader, key, other, key)
	require.ErrorContains(t, err, fmt.Sprintf("key %q is listed twice", key.ID()))

	keyring := newKeyring(t, rand.Reader, key)
	for _, context := range [][]byte{nil, {}} {
		_, err = keyring.Seal([]byte("secret"), context)
		require.ErrorContains(t, err, "otp: seal: no context")
		_, err = keyring.Open(seal(t, keyring, "secret", "context"), context)
		require.ErrorContains(t, err, "otp: open: no context")
	}
	broken := errors.New("broken")
	_, err = newKeyring(t, iotest.ErrReader(broken), key).Seal([]byte("secret"), []byte("context"))
	require.ErrorIs(t, err, broken)
	_, err = newKeyring(t, bytes.NewReader(make([]byte, 24)), key).Seal([]byte("secret"), []byte("context"))
	require.ErrorContains(t, err, "not random")

	var zero otp.Keyring
	_, err = zero.Seal([]byte("secret"), []byte("context"))
	require.ErrorContains(t, err, "the keyring is empty; use NewKeyring")
	_, err = zero.Open(seal(t, keyring, "secret", "context"), []byte("context"))
	require.ErrorContains(t, err, "the keyring is empty; use NewKeyring")
}

func TestSealKeyRefusesWhatTheCallerGotWrong(t *testing.T) {
	t.Parallel()
	keyring := newKeyring(t, seeded("nonces"), newHostKey(t, "host"))
	key := newKey(t, "steve")
	sealed, err := otp.SealKey(keyring, key, "steve")
	require.NoError(t, err)
	_, err = otp.SealKey(keyring, otp.Key{}, "steve")
	require.ErrorContains(t, err, "the key is empty")
	_, err = otp.SealKey(keyring, key, "")
	require.EqualError(t, err, "otp: seal key: no owner; pass the individual's ID")
	_, err = otp.OpenKey(keyring, sealed, "")
	require.EqualError(t, err, "otp: open key: no owner; pass the individual's ID")
	_, err = otp.SealKey(nil, key, "steve")
	require.ErrorContains(t, err, "no sealer")
	_, err = otp.OpenKey(nil, sealed, "steve")
	require.ErrorContains(t, err, "no sealer")
	_, err = otp.OpenKey(keyring, nil, "steve")
	require.EqualError(t, err, `otp: open key of "steve": otp: open: not a sealed form: 0 bytes: fewer than 49`)

	// Something sealed under a key's context that is no key.
	short, err := keyring.Seal([]byte("short"), otp.SealingContext("durward/otp key", "steve"))
	require.NoError(t, err)
	_, err = otp.OpenKey(keyring, short, "steve")
	require.EqualError(t, err, `otp: open key of "steve": 5 bytes: want 16 to 64`)
	_, err = otp.SealKey(newKeyring(t, bytes.NewReader(nil), newHostKey(t, "host")), key, "steve")
	require.ErrorIs(t, err, io.EOF)
}

// inPlace is a careless sealer of a host's: it writes over what it is given and
// hands out what it keeps.
type inPlace struct{ kept []byte }

func (s *inPlace) Seal(plaintext, _ []byte) ([]byte, error) {
	s.kept = bytes.Clone(plaintext)
	clear(plaintext)
	return []byte{1}, nil
}

func (s *inPlace) Open(_, _ []byte) ([]byte, error) { return s.kept, nil }

func TestKeysOutliveACarelessSealer(t *testing.T) {
	t.Parallel()
	key, sealer := newKey(t, "careless"), &inPlace{}
	want := key.Base32()
	sealed, err := otp.SealKey(sealer, key, "steve")
	require.NoError(t, err)
	assert.Equal(t, want, key.Base32())
	opened, err := otp.OpenKey(sealer, sealed, "steve")
	require.NoError(t, err)
	clear(sealer.kept)
	assert.Equal(t, want, opened.Base32())
}

func TestKeyringServesManyAtOnce(t *testing.T) {
	t.Parallel()
	keyring := newKeyring(t, rand.Reader, newHostKey(t, "host"))
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for range 50 {
				context := fmt.Appendf(nil, "context %d", i)
				sealed, err := keyring.Seal([]byte("secret"), context)
				assert.NoError(t, err)
				opened, err := keyring.Open(sealed, context)
				assert.NoError(t, err)
				assert.Equal(t, "secret", string(opened))
			}
		})
	}
	group.Wait()
}

func TestHostKey(t *testing.T) {
	t.Parallel()
	key := newHostKey(t, "host")
	again, err := otp.ParseHostKey(" " + key.Base64() + "\n")
	require.NoError(t, err)
	assert.Equal(t, key.Base64(), again.Base64())
	assert.Equal(t, key.ID(), again.ID())
	assert.Regexp(t, "^[0-9a-f]{16}$", key.ID())
	assert.NotEqual(t, key.ID(), newHostKey(t, "other").ID())
	assert.Empty(t, otp.HostKey{}.ID())
	assert.Empty(t, otp.HostKey{}.Base64())

	whole := base64.StdEncoding.EncodeToString([]byte("0123456789abcdef0123456789abcdef"))
	for name, text := range map[string]string{
		"empty":       "",
		"31 bytes":    base64.StdEncoding.EncodeToString(make([]byte, 31)),
		"33 bytes":    base64.StdEncoding.EncodeToString(make([]byte, 33)),
		"no padding":  strings.TrimRight(whole, "="),
		"hexadecimal": strings.Repeat("0f", 32),
		"stray bits":  whole[:42] + "Z=",
		"passphrase":  "correct horse battery staple",
	} {
		parsed, err := otp.ParseHostKey(text)
		require.EqualError(t, err, `otp: parse host key: want 32 bytes in base64, as "openssl rand -base64 32" prints`, name)
		assert.True(t, parsed.IsZero())
	}
	for _, b := range []byte{0, 'x', 0xff} {
		_, err := otp.ParseHostKey(base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{b}, 32)))
		require.EqualError(t, err, "otp: parse host key: one byte repeated: not random")
	}
}

// A sealed form of today, so that tomorrow's code still opens it.
func TestSealedFormIsStable(t *testing.T) {
	t.Parallel()
	hostKey, err := otp.ParseHostKey("MDEyMzQ1Njc4OWFiY2RlZmZlZGNiYTk4NzY1NDMyMTA=")
	require.NoError(t, err)
	assert.Equal(t, "b6eac042207651bc", hostKey.ID())
	keyring := newKeyring(t, seeded("stable"), hostKey)
	sealed, err := base64.StdEncoding.DecodeString("AbbqwEIgdlG87+dFM21e86c9+GTJXLzHugvXGUrqyH5pTgknwcY2Guuiyiukh/NxI3IpOj5eiTDOONg1PI4Vym5AKRPf")
	require.NoError(t, err)
	key, err := otp.OpenKey(keyring, sealed, "steve")
	require.NoError(t, err)
	assert.True(t, parseKey(t, rfcSecret).Equal(key))
}

func FuzzOpen(f *testing.F) {
	old, current := newHostKey(f, "old"), newHostKey(f, "current")
	keyring := newKeyring(f, seeded("nonces"), current, old)
	const plaintext, context = "the plaintext", "the context"
	// All that this keyring ever sealed: nothing else may open.
	genuine := map[string]bool{}
	for _, sealer := range []*otp.Keyring{keyring, newKeyring(f, seeded("older nonces"), old)} {
		sealed := seal(f, sealer, plaintext, context)
		genuine[string(sealed)] = true
		f.Add(sealed, []byte(context))
		f.Add(sealed, []byte("another context"))
		f.Add(sealed[:len(sealed)-1], []byte(context))
		f.Add(sealed[:49], []byte(context))
		f.Add(append(bytes.Clone(sealed), sealed...), []byte(context))
	}
	f.Add([]byte{}, []byte{})
	f.Add([]byte{1}, []byte(context))
	f.Fuzz(func(t *testing.T, sealed, given []byte) {
		before := bytes.Clone(sealed)
		opened, err := keyring.Open(sealed, given)
		_ = keyring.NeedsReseal(sealed)
		require.Equal(t, before, sealed)
		if genuine[string(sealed)] && string(given) == context {
			require.NoError(t, err)
			require.Equal(t, plaintext, string(opened))
			return
		}
		require.Error(t, err)
		require.Nil(t, opened)
		_, err = otp.OpenKey(keyring, sealed, string(given))
		require.Error(t, err)
	})
}

func FuzzParseHostKey(f *testing.F) {
	f.Add(newHostKey(f, "fuzz").Base64())
	f.Add(strings.Repeat("A", 43) + "=")
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		key, err := otp.ParseHostKey(text)
		if err != nil {
			require.True(t, key.IsZero())
			return
		}
		again, err := otp.ParseHostKey(key.Base64())
		require.NoError(t, err)
		require.Equal(t, key.ID(), again.ID())
	})
}
