package otp_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/durward-go/durward/otp"
)

// Outside examples, pass crypto/rand.Reader.
var exampleRandom = rand.NewChaCha8([32]byte([]byte("the same on every run, 32 bytes.")))

// Enrolling: make a key, show it to the authenticator, and ask for a first code
// before the key is kept.
func Example_enrol() {
	key, err := otp.GenerateKey(exampleRandom)
	if err != nil {
		panic(err)
	}
	label := otp.Label{Issuer: "Example Telecom", Account: "steve@example.com"}
	code, err := key.QR(label)
	if err != nil {
		panic(err)
	}
	picture, err := code.PNG(8) // for a web page
	if err != nil {
		panic(err)
	}
	lines := strings.Count(code.Text(otp.DarkTerminal), "\n") // for a terminal
	fmt.Println("the key prints as", key)
	fmt.Println("a picture:", len(picture) > 0, "and", lines, "lines of text")

	// The authenticator shows a code; the person types it.
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	typed, err := otp.GenerateCode(key, now)
	if err != nil {
		panic(err)
	}
	step, err := otp.Verify(key, typed, now, 0)
	fmt.Println("enrolled at step", step, err)
	// Output:
	// the key prints as (hidden)
	// a picture: true and 29 lines of text
	// enrolled at step 59078880 <nil>
}

func ExampleKey_URI() {
	key, err := otp.ParseKey("GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ")
	if err != nil {
		panic(err)
	}
	uri, err := key.URI(otp.Label{Issuer: "ACME Co", Account: "john.doe@example.com"})
	if err != nil {
		panic(err)
	}
	fmt.Println(uri)
	// Output:
	// otpauth://totp/ACME%20Co:john.doe%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=ACME%20Co&algorithm=SHA1&digits=6&period=30
}

// The caller keeps the last accepted step and stores the new one only if it is
// still the same.
func ExampleVerify() {
	key, err := otp.ParseKey("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
	if err != nil {
		panic(err)
	}
	now := time.Unix(59, 0).UTC()
	var lastStep otp.Step // as stored; 0 for none

	for _, typed := range []string{"000000", "287 082", "287082"} {
		step, err := otp.Verify(key, typed, now, lastStep)
		switch {
		case errors.Is(err, otp.ErrUsedCode):
			fmt.Println("wait for the next code")
		case errors.Is(err, otp.ErrWrongCode):
			fmt.Println("wrong code")
		case err != nil:
			panic(err)
		default:
			lastStep = step // by compare-and-set
			fmt.Println("accepted, step", step)
		}
	}
	// Output:
	// wrong code
	// accepted, step 1
	// wait for the next code
}

func ExampleGenerateRecoveryCodes() {
	codes, set, err := otp.GenerateRecoveryCodes(exampleRandom)
	if err != nil {
		panic(err)
	}
	shown := codes.Reveal() // once, to the person
	fmt.Println(len(shown), "codes of", len(shown[0]), "characters; printed they are", codes)

	stored, err := json.Marshal(set)
	if err != nil {
		panic(err)
	}

	// One day the authenticator is lost.
	if err := json.Unmarshal(stored, &set); err != nil {
		panic(err)
	}
	index, err := set.Verify(strings.ToLower(shown[3]))
	if err != nil {
		panic(err)
	}
	set, err = set.Spend(index) // and store it by compare-and-set
	if err != nil {
		panic(err)
	}
	fmt.Println(set.Remaining(), "left")
	_, err = set.Verify(shown[3])
	fmt.Println(err)
	// Output:
	// 10 codes of 29 characters; printed they are (hidden)
	// 9 left
	// otp: verify recovery code: code already used
}

// Replacing a host key: the new one seals, the old one still opens.
func ExampleKeyring() {
	old, err := otp.GenerateHostKey(exampleRandom)
	if err != nil {
		panic(err)
	}
	before, err := otp.NewKeyring(exampleRandom, old)
	if err != nil {
		panic(err)
	}
	key, err := otp.GenerateKey(exampleRandom)
	if err != nil {
		panic(err)
	}
	sealed, err := otp.SealKey(before, key, "individual-17")
	if err != nil {
		panic(err)
	}

	current, err := otp.GenerateHostKey(exampleRandom)
	if err != nil {
		panic(err)
	}
	keyring, err := otp.NewKeyring(exampleRandom, current, old)
	if err != nil {
		panic(err)
	}
	if keyring.NeedsReseal(sealed) {
		opened, err := otp.OpenKey(keyring, sealed, "individual-17")
		if err != nil {
			panic(err)
		}
		sealed, err = otp.SealKey(keyring, opened, "individual-17")
		if err != nil {
			panic(err)
		}
	}
	fmt.Println("needs resealing:", keyring.NeedsReseal(sealed))

	_, err = otp.OpenKey(keyring, sealed, "individual-18")
	fmt.Println(err)
	// Output:
	// needs resealing: false
	// otp: open key of "individual-18": otp: open: altered, or sealed for another context
}
