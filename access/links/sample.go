package links

import (
	"time"

	"github.com/durward-go/durward/individuals"
)

// sampleText is in the form of a token and opens nothing.
const sampleText = "samplesamplesamplesamplesasamplesamplesamplesamplesamplesamplesamplesamplesamp"

// samples are values that templates are tried with: the first two differ in the
// activation date alone; then as little as there may be, and every month.
func samples(purpose Purpose, language string) []Values {
	day := func(month time.Month) individuals.Date {
		date, err := individuals.NewDate(2026, month, 20)
		if err != nil {
			panic(err) // no month lacks a 20th
		}
		return date
	}
	full := Values{
		Purpose: purpose, Language: language, To: "adam@example.com", Name: "Adam Novák", Organization: "ABC & Sons <Ltd>", Login: "adam.novak",
		Product: "ABC portal", Contact: "support@example.com",
	}
	least := Values{Purpose: purpose, Language: language, To: "adam@example.com", Login: "adam"}
	if purpose.IsLink() {
		full.Link = "https://portal.example.com/link/" + string(purpose) + "#" + sampleText
		full.Expires = Moment{Date: day(time.April).AddDays(7), Zone: "Europe/Prague"}
		least.Link = full.Link
		if purpose != Standing {
			least.Expires = full.Expires
		}
	}
	if !purpose.IsLink() {
		return []Values{full, least}
	}
	out := []Values{full}
	for month := time.January; month <= time.December; month++ {
		ahead := full
		ahead.Activation, ahead.Zone = day(month), "Europe/Prague"
		ahead.Expires.Date = ahead.Activation.AddDays(7)
		out = append(out, ahead)
	}
	return append(out, least)
}
