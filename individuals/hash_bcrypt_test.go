package individuals_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"

	"github.com/durward-go/durward/individuals"
)

// Hashes that crypt(3) of libxcrypt made.
const (
	bcrypt2a       = "$2a$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2" // "correct horse"
	bcrypt2b       = "$2b$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2" // "correct horse"
	bcrypt2y       = "$2y$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2" // "correct horse"
	bcrypt72       = "$2b$04$abcdefghijklmnopqrstuubzadhGtS2zEF.gu0yd0opP6cVzb.e0i" // 72 times "x"
	bcryptCyrillic = "$2b$04$......................7ubKKKRMNkX/ofeJFclx2LChX23Gpp." // "пароль с пробелом"
)

func TestVerifyBcrypt(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, encoded, password string
		ok                      bool
	}{
		{"2a", bcrypt2a, "correct horse", true},
		{"2b", bcrypt2b, "correct horse", true},
		{"2y", bcrypt2y, "correct horse", true},
		{"another password", bcrypt2b, "correct horsf", false},
		{"case matters", bcrypt2b, "Correct horse", false},
		{"other letters", bcryptCyrillic, "пароль с пробелом", true},
		{"72 bytes", bcrypt72, strings.Repeat("x", 72), true},
		{"73 bytes, of which bcrypt would read 72", bcrypt72, strings.Repeat("x", 73), false},
		{"71 bytes", bcrypt72, strings.Repeat("x", 71), false},
		{"what bcrypt takes for the same, as it repeats passwords", bcrypt2b, "correct horse\x00correct horse", false},
		{"a zero byte behind", bcrypt2b, "correct horse\x00", false},
		{"as typed, not normalized", bcryptCyrillic, norm.NFD.String("пароль с пробелом й"), false},
		{"nothing", bcrypt2b, "", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			hash, err := individuals.ParsePasswordHash(test.encoded)
			require.NoError(t, err)
			ok, rehash := hash.VerifyCheaply(test.password)
			assert.Equal(t, test.ok, ok)
			assert.Equal(t, test.ok, rehash, "an imported hash is replaced when its owner signs in")
			assert.Equal(t, test.encoded, hash.Encoded())
			assert.Equal(t, "PasswordHash(hidden)", hash.String())
		})
	}
}

func TestParseBcryptRefuses(t *testing.T) {
	t.Parallel()
	rest := bcrypt2b[7:]
	for _, test := range []struct{ name, encoded, reason string }{
		{"a cost that would take an hour", "$2b$25$" + rest, "its cost is not within 04 and 14"},
		{"the greatest cost there is", "$2b$31$" + rest, "its cost"},
		{"just over the cap", "$2b$15$" + rest, "its cost"},
		{"no cost", "$2b$00$" + rest, "its cost"},
		{"just under", "$2b$03$" + rest, "its cost"},
		{"a sign", "$2b$+5$" + rest, "its cost"},
		{"one digit", "$2b$5$" + rest + "x", "it is not of the form"},
		{"2x, of the broken implementation", "$2x$05$" + rest, "its version is not 2a, 2b or 2y"},
		{"a version that is none", "$2A$05$" + rest, "its version"},
		{"2 without a letter", "$2$05$" + rest + "x", "it is not of the form"},
		{"a byte less", bcrypt2b[:59], "it is not of the form"},
		{"a byte more", bcrypt2b + "a", "it is not of the form"},
		{"another alphabet", strings.Replace(bcrypt2b, "abc", "a+c", 1), "its salt and tag are not of bcrypt's alphabet"},
		{"not ASCII", strings.Replace(bcrypt2b, "abc", "aж", 1), "its salt and tag are not of bcrypt's alphabet"},
		{"nothing behind the prefix", "$2", "it is not of the form"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			hash, err := individuals.ParsePasswordHash(test.encoded)
			require.ErrorContains(t, err, "individuals: invalid password hash: bcrypt: "+test.reason)
			assert.True(t, hash.IsZero())
			assert.NotContains(t, err.Error(), "defghij")
		})
	}
	_, err := individuals.ParsePasswordHash("$2b$14$" + rest)
	require.NoError(t, err)
}
