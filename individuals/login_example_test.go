package individuals_test

import (
	"fmt"

	"github.com/durward-go/durward/individuals"
)

func ExampleParseLogin() {
	for _, typed := range []string{"Steve.Jackson", "Bob@ABC.example", "steve jackson"} {
		login, err := individuals.ParseLogin(typed)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(login, "is", login.Canonical())
	}
	// Output:
	// Steve.Jackson is steve.jackson
	// Bob@ABC.example is bob@abc.example
	// individuals: invalid login: "steve jackson": a username has letters, digits and signs of ASCII, no spaces, control or invisible characters, and one writing direction
}

func ExampleSecondFactorMode_Required() {
	const classRequires = true
	fmt.Println(individuals.AsClassDefines.Required(classRequires))
	fmt.Println(individuals.SecondFactorNo.Required(classRequires))
	// Output:
	// true
	// false
}
