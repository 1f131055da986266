package audit_test

import (
	"crypto/rand"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/durward-go/durward/audit"
)

// An event is appended in the commit of what it tells of, and its head is kept
// where those who can write to the store cannot.
func Example() {
	var stored []audit.Event
	head := audit.Start(audit.Changes)
	for _, role := range []string{"viewer", "pbx-admin"} {
		event, next, err := audit.Append(head, audit.Event{
			Revision:     uint64(40 + len(stored)),
			At:           time.Date(2026, 4, 20, 8, 0, 0, 0, time.UTC),
			Actor:        audit.Individual("bob"),
			OnBehalfOf:   audit.Organization("ABC"),
			Organization: "ABC",
			Subject:      "steve",
			Action:       audit.ActionGrantRole,
			Outcome:      audit.Succeeded,
			Address:      audit.Plain("10.1.2.3"),
			Changes:      []audit.Change{{Field: "role", After: audit.Plain(role)}},
		})
		if err != nil {
			fmt.Println(err)
			return
		}
		stored, head = append(stored, event), next
		fmt.Println(event)
	}
	kept := head.String() // on paper, in a mail, in another system

	known, err := audit.ParseHead(kept)
	if err != nil {
		fmt.Println(err)
		return
	}
	report, err := audit.Verify(all(stored), audit.Start(audit.Changes), known)
	fmt.Println(report.Events, err)

	stored[0].Subject = "mallory"
	_, err = audit.Verify(all(stored), audit.Start(audit.Changes), known)
	fmt.Println(errors.Is(err, audit.Edited), err)
	// Output:
	// 2026-04-20 08:00Z bob (for ABC) granted role viewer to steve from 10.1.2.3, revision 40
	// 2026-04-20 08:00Z bob (for ABC) granted role pbx-admin to steve from 10.1.2.3, revision 41
	// 2 <nil>
	// true audit: chain "changes": event 1: edited: its content does not give its hash
}

// Erasing a person's data leaves the chain whole.
func ExampleEvent_Erase() {
	email, err := audit.Personal(rand.Reader, "steve@abc.example")
	if err != nil {
		fmt.Println(err)
		return
	}
	event, head, err := audit.Append(audit.Start(audit.Changes), audit.Event{
		At:      time.Date(2026, 4, 20, 8, 0, 0, 0, time.UTC),
		Actor:   audit.Individual("bob"),
		Subject: "steve",
		Action:  audit.ActionCreateIndividual,
		Outcome: audit.Succeeded,
		Changes: []audit.Change{
			{Field: "email", After: email},
			{Field: "password", After: audit.Secret(audit.SecretSet)},
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(event)
	fmt.Println(audit.Line{Reveal: true}.Write(event))

	event, erased := event.Erase("steve")
	fmt.Println(event)
	report, err := audit.Verify(all([]audit.Event{event}), audit.Start(audit.Changes), head)
	fmt.Println(erased, report.Erased, err)
	// Output:
	// 2026-04-20 08:00Z bob created individual steve: email set to s***@abc.example, password set
	// 2026-04-20 08:00Z bob created individual steve: email set to steve@abc.example, password set
	// 2026-04-20 08:00Z bob created individual steve: email set to [erased], password set
	// 1 1 <nil>
}

// Retention removes the oldest events and keeps the hash of the last of them.
func ExampleCut() {
	var stored []audit.Event
	head := audit.Start(audit.SignIns)
	record := func(e audit.Event) {
		event, next, err := audit.Append(head, e)
		if err != nil {
			fmt.Println(err)
			return
		}
		stored, head = append(stored, event), next
	}
	for day := range 5 {
		record(audit.Event{
			At:      time.Date(2026, 4, 20+day, 8, 0, 0, 0, time.UTC),
			Actor:   audit.Individual("bob"),
			Action:  audit.ActionSignIn,
			Outcome: audit.Succeeded,
		})
	}

	cut, err := audit.NewCut(stored[2], time.Date(2026, 7, 20, 0, 0, 0, 0, time.UTC))
	if err != nil {
		fmt.Println(err)
		return
	}
	stored = stored[3:]
	record(cut.Event(audit.System("retention"))) // in the same commit

	report, err := audit.Verify(all(stored), cut.Anchor, head)
	fmt.Println("events", report.Events, "after", report.From.Sequence, "cut recorded at", report.CutAt, err)
	// Output:
	// events 3 after 3 cut recorded at 6 <nil>
}

// A customer's administrator lists the events of their organization alone.
func ExampleFilter() {
	event := audit.Event{Organization: "ABC", Actor: audit.Individual("bob"), Subject: "steve", Action: "grant.role", Node: "customer/individuals"}
	fmt.Println(audit.Filter{Organization: "ABC", Person: "steve", Node: "customer", Action: "grant"}.Match(event))
	fmt.Println(audit.Filter{Organization: "XYZ"}.Match(event))
	// Output:
	// true
	// false
}

// all yields stored events, as a store's cursor would.
func all(events []audit.Event) iter.Seq2[audit.Event, error] {
	return func(yield func(audit.Event, error) bool) {
		for _, e := range events {
			if !yield(e, nil) {
				return
			}
		}
	}
}
