package audit_test

import (
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/durward-go/durward/audit"
)

// entropy is a source of salts that gives the same ones in every run.
func entropy(seed byte) io.Reader { return rand.NewChaCha8([32]byte{seed}) }

func personal(t testing.TB, seed byte, text string) audit.Value {
	t.Helper()
	v, err := audit.Personal(entropy(seed), text)
	require.NoError(t, err)
	return v
}

var morning = time.Date(2026, 4, 20, 8, 0, 0, 0, time.UTC)

// sparse has only what an event must have.
func sparse() audit.Event {
	return audit.Event{At: morning, Actor: audit.System("nightly"), Action: "extension.update", Outcome: audit.Succeeded}
}

// full has every field but its place.
func full(t testing.TB) audit.Event {
	return audit.Event{
		Revision: 41, At: morning.Add(7 * time.Microsecond),
		Actor: audit.Individual("bob"), OnBehalfOf: audit.Organization("ABC"),
		Organization: "ABC", Subject: "steve", Action: audit.ActionUpdateIndividual, Realm: "customer",
		Node: "customer/individuals", Object: "i-7", Address: audit.Plain("10.1.2.3"), Surface: "new",
		Outcome: audit.Failed, Reason: "conflict",
		Changes: []audit.Change{
			{Field: "email", Before: personal(t, 1, "steve@abc.example"), After: personal(t, 2, "s@abc.example")},
			{Field: "password", Before: audit.Secret(audit.SecretSet), After: audit.Secret(audit.SecretChanged)},
			{Field: "language", Before: audit.Plain("en"), After: audit.Plain("")},
		},
		Attributes: []audit.Attribute{
			{Name: "order", Value: audit.Plain("4711")},
			{Name: "user-agent", Value: personal(t, 3, "curl/8")},
		},
		Note: personal(t, 4, "asked by telephone"),
	}
}

// chainOf appends events to a chain, full and sparse ones in turn, and returns
// them with the head after each; heads[0] is the start.
func chainOf(t testing.TB, chain audit.Chain, n int) (events []audit.Event, heads []audit.Head) {
	t.Helper()
	heads = []audit.Head{audit.Start(chain)}
	for i := range n {
		e := sparse()
		if i%2 == 1 {
			e = full(t)
		}
		e.Object = fmt.Sprintf("x-%d", i+1)
		e, head, err := audit.Append(heads[i], e)
		require.NoError(t, err)
		events, heads = append(events, e), append(heads, head)
	}
	return events, heads
}

func stream(events []audit.Event) iter.Seq2[audit.Event, error] {
	return func(yield func(audit.Event, error) bool) {
		for _, e := range events {
			if !yield(e, nil) {
				return
			}
		}
	}
}

// check runs a property 100 times in short runs, 2,000 otherwise, and 50,000
// with DURWARD_LONG=1.
func check(t *testing.T, property func(*rapid.T)) {
	t.Helper()
	rounds := 20
	switch {
	case os.Getenv("DURWARD_LONG") == "1":
		rounds = 500
	case testing.Short():
		rounds = 1
	}
	for range rounds {
		rapid.Check(t, property)
	}
}
