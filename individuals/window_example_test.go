package individuals_test

import (
	"fmt"
	"time"

	"github.com/durward-go/durward/individuals"
)

// Adam of the ABC company may come in once his probation is over, from 20 April
// in Prague.
func ExampleWindow() {
	activation, err := individuals.ParseDate("2026-04-20")
	if err != nil {
		fmt.Println(err)
		return
	}
	adam := individuals.Window{Activation: activation, Zone: "Europe/Prague"}

	for _, instant := range []time.Time{
		time.Date(2026, time.April, 19, 21, 59, 59, 0, time.UTC),
		time.Date(2026, time.April, 19, 22, 0, 0, 0, time.UTC), // midnight in Prague
	} {
		state, err := adam.At(instant)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(instant.Format(time.RFC3339), state)
	}
	// Output:
	// 2026-04-19T21:59:59Z not_yet_active
	// 2026-04-19T22:00:00Z active
}

func ExampleLastDay() {
	last, err := individuals.ParseDate("2026-12-31")
	if err != nil {
		fmt.Println(err)
		return
	}
	contract := individuals.Window{Expiration: individuals.LastDay(last), Zone: "Europe/Prague"}
	fmt.Println(contract.Expiration)
	_, until, err := contract.Bounds()
	fmt.Println(until.Format(time.RFC3339), err)
	// Output:
	// 2027-01-01
	// 2027-01-01T00:00:00+01:00 <nil>
}

// 30 December 2011 did not happen in Samoa: the day begins when the gap ends.
func ExampleDate_FirstInstant() {
	samoa, err := individuals.LoadZone("Pacific/Apia")
	if err != nil {
		fmt.Println(err)
		return
	}
	skipped, err := individuals.ParseDate("2011-12-30")
	if err != nil {
		fmt.Println(err)
		return
	}
	first, err := skipped.FirstInstant(samoa)
	fmt.Println(first.Format(time.RFC3339), err)
	// Output: 2011-12-31T00:00:00+14:00 <nil>
}
