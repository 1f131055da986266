package individuals_test

import (
	"crypto/rand"
	"fmt"

	"github.com/durward-go/durward/individuals"
)

func ExamplePasswordPolicy_Check() {
	policy, err := individuals.NewPasswordPolicy(&individuals.PasswordOptions{ContextWords: []string{"ABC Telecom"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, unmet := range policy.Check("Steve2024!", false, "s.jackson", "Steve Jackson") {
		fmt.Println(unmet)
	}
	fmt.Println(len(policy.Check("four words nobody joins", false, "s.jackson", "Steve Jackson")), "unmet")
	// Output:
	// Use at least 15 characters; several unrelated words are easy to remember.
	// Choose another: many people use this one, or it only repeats, follows the keyboard, or adds digits or signs to one.
	// Do not build it from your own login, e-mail address or names, or from the names of this service: without them, and without digits or signs beside them, at least 8 characters that are not common must remain.
	// 0 unmet
}

func ExamplePasswordPolicy_Generate() {
	var policy individuals.PasswordPolicy
	password, err := policy.Generate(rand.Reader, "s.jackson", "Steve Jackson")
	fmt.Println(len(password), err)
	// Output: 23 <nil>
}

// A person signs in: the hash is replaced when the parameters became stronger
// since it was made, or when it was imported.
func ExamplePasswordHash_Verify() {
	const password = "four words nobody joins"
	hash, err := individuals.HashPassword(rand.Reader, password, individuals.Argon2Params{})
	if err != nil {
		fmt.Println(err)
		return
	}
	row := hash.Encoded()
	fmt.Println("a log shows", hash)

	stored, err := individuals.ParsePasswordHash(row)
	if err != nil {
		fmt.Println(err)
		return
	}
	ok, rehash, err := stored.Verify(password, individuals.Argon2Params{Memory: 32 * 1024})
	fmt.Println(ok, rehash, err)

	// The login is unknown: the zero hash takes the same work and never succeeds.
	var unknown individuals.PasswordHash
	ok, _, err = unknown.Verify(password, individuals.Argon2Params{})
	fmt.Println(ok, err)
	// Output:
	// a log shows PasswordHash(hidden)
	// true true <nil>
	// false <nil>
}
