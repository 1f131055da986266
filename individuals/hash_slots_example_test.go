package individuals_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/durward-go/durward/individuals"
)

func ExampleHashSlots() {
	slots, err := individuals.NewHashSlots(&individuals.HashSlotsOptions{Slots: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	release, err := slots.Acquire(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}

	// Another request finds no slot within the time that it has to spend.
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	_, err = slots.Acquire(ctx)
	var busy *individuals.HashBusyError
	fmt.Println(errors.As(err, &busy), err)

	release()
	// Output: true individuals: too many passwords are being hashed: try again in 1s
}
