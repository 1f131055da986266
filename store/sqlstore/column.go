package sqlstore

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/store"
)

// Columns are written as text, numbers, booleans and bytes alone, which every
// driver takes and every database turns into the column's type. Drivers differ in
// what they give back.

// instantFormat has a fixed width, so that instants sort as text.
const instantFormat = "2006-01-02T15:04:05.000000Z"

// instant is the parameter of an instant; NULL for the zero Time.
func instant(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return instantText(t)
}

// instantText cuts an instant to microseconds, and to the years that databases
// have.
func instantText(t time.Time) string {
	t = t.UTC()
	switch {
	case t.Year() < 1:
		t = time.Time{}
	case t.Year() > 9999:
		t = time.Date(9999, time.December, 31, 23, 59, 59, 999999000, time.UTC)
	}
	return t.Format(instantFormat)
}

// instantUp is instantText of the first microsecond that is not before t. What is
// stored is before t exactly if it is before that.
func instantUp(t time.Time) string {
	if cut := t.Truncate(time.Microsecond); !cut.Equal(t) {
		t = cut.Add(time.Microsecond)
	}
	return instantText(t)
}

// An instantColumn reads an instant; NULL is the zero Time.
type instantColumn struct{ into *time.Time }

// Scan implements [sql.Scanner].
func (c instantColumn) Scan(from any) (err error) {
	switch v := from.(type) {
	case nil:
		*c.into = time.Time{}
		return nil
	case time.Time:
		*c.into = store.Instant(v)
		return nil
	}
	text, err := textOf(from)
	if err != nil {
		return err
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return damaged(fmt.Errorf("instant %.80q: want one such as %s", text, instantFormat))
	}
	*c.into = store.Instant(t)
	return nil
}

// date is the parameter of a date; NULL for none.
func date(d individuals.Date) any {
	if d.IsZero() {
		return nil
	}
	return d.String()
}

// A dateColumn reads a date; NULL is none.
type dateColumn struct{ into *individuals.Date }

// Scan implements [sql.Scanner].
func (c dateColumn) Scan(from any) (err error) {
	switch v := from.(type) {
	case nil:
		*c.into = individuals.Date{}
		return nil
	case time.Time:
		*c.into, err = individuals.NewDate(v.Year(), v.Month(), v.Day())
		return damaged(err)
	}
	text, err := textOf(from)
	if err != nil {
		return err
	}
	*c.into, err = individuals.ParseDate(text)
	return damaged(err)
}

// optional is the parameter of text where NULL says that there is none.
func optional(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// An optionalColumn reads text; NULL is none.
type optionalColumn struct{ into *string }

// Scan implements [sql.Scanner].
func (c optionalColumn) Scan(from any) (err error) {
	*c.into, err = textOf(from)
	return err
}

// sealed is the parameter of bytes; NULL for none.
func sealed(b []byte) any {
	if len(b) == 0 {
		return nil
	}
	return b
}

// A wordColumn reads text that parse understands.
type wordColumn[T any] struct {
	into  *T
	parse func(text string) (T, error)
}

// Scan implements [sql.Scanner].
func (c wordColumn[T]) Scan(from any) error {
	text, err := textOf(from)
	if err != nil {
		return err
	}
	*c.into, err = c.parse(text)
	return damaged(err)
}

// A hashColumn reads the bytes of a hash, exactly as many as it takes; NULL is
// the zero hash.
type hashColumn struct{ into []byte }

// Scan implements [sql.Scanner].
func (c hashColumn) Scan(from any) error {
	clear(c.into)
	b, ok := from.([]byte)
	if ok && len(b) == len(c.into) {
		copy(c.into, b)
		return nil
	}
	if from == nil {
		return nil
	}
	return damaged(fmt.Errorf("hash: want %d bytes", len(c.into)))
}

// jsonValue is the parameter of an audit value; NULL for none.
func jsonValue(v audit.Value) (any, error) {
	if v.IsZero() {
		return nil, nil
	}
	text, err := json.Marshal(v)
	return string(text), err
}

// A jsonColumn reads an audit value; NULL is none. Its errors quote nothing.
type jsonColumn struct{ into *audit.Value }

// Scan implements [sql.Scanner].
func (c jsonColumn) Scan(from any) error {
	*c.into = audit.Value{}
	if from == nil {
		return nil
	}
	text, err := textOf(from)
	if err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(text), c.into); err != nil {
		return damaged(errors.New("the JSON of an audit value"))
	}
	return nil
}

// An epochColumn reads a number whose upper half is stored as negative.
type epochColumn struct{ into *uint64 }

// Scan implements [sql.Scanner].
func (c epochColumn) Scan(from any) error {
	n, ok := from.(int64)
	if !ok {
		return damaged(fmt.Errorf("epoch: %T", from))
	}
	*c.into = uint64(n)
	return nil
}

// A kindColumn reads a kind of records.
type kindColumn struct{ into *store.Kind }

// Scan implements [sql.Scanner].
func (c kindColumn) Scan(from any) error {
	return wordColumn[store.Kind]{c.into, parseKind}.Scan(from)
}

func parseKind(text string) (store.Kind, error) {
	for _, kind := range store.Kinds() {
		if kind.String() == text {
			return kind, nil
		}
	}
	return 0, fmt.Errorf("kind %.80q: unknown", text)
}

// A systemColumn reads a system.
type systemColumn struct{ into *individuals.System }

// Scan implements [sql.Scanner].
func (c systemColumn) Scan(from any) error {
	return wordColumn[individuals.System]{c.into, parseSystem}.Scan(from)
}

func parseSystem(text string) (individuals.System, error) {
	for system := individuals.HostSystem; system <= individuals.ACLSystem; system++ {
		if system.String() == text {
			return system, nil
		}
	}
	return 0, fmt.Errorf("system %.80q: unknown", text)
}

// textOf returns the text that a driver gave for a column of text; NULL is none.
func textOf(from any) (string, error) {
	switch v := from.(type) {
	case nil:
		return "", nil
	case string:
		return v, nil
	case []byte:
		return string(v), nil
	case time.Time: // some drivers take text for an instant where it looks like one
		return v.Format(time.RFC3339Nano), nil
	}
	return "", damaged(fmt.Errorf("%T where text was stored", from))
}

// places makes "?, ?, ?".
func places(n int) string { return strings.TrimSuffix(strings.Repeat("?, ", n), ", ") }
