package bulk

import (
	"errors"
	"fmt"
	"strings"
)

// A LineError says which line was refused, and why. Neither it nor anything that
// it wraps holds a secret.
type LineError struct {
	// Line counts from 1.
	Line int
	// Record is the kind of the record, "individual"; empty where the line has no
	// known one.
	Record string
	// Field is the path of the field that is wrong, "login"; empty where it is the
	// record as a whole.
	Field string
	Err   error
}

// Error gives the place and the reason.
func (e *LineError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "bulk: line %d: ", e.Line)
	for _, part := range []string{e.Record, e.Field} {
		if part != "" {
			b.WriteString(part + ": ")
		}
	}
	b.WriteString(e.Err.Error())
	return b.String()
}

// Unwrap returns the reason.
func (e *LineError) Unwrap() error { return e.Err }

// A fieldError becomes a LineError where the line is known.
type fieldError struct {
	record, field string
	err           error
}

func (e *fieldError) Error() string { return e.record + ": " + e.field + ": " + e.err.Error() }

func (e *fieldError) Unwrap() error { return e.err }

// at names the field that an error is about; nil stays nil.
func at(field string, err error) error {
	if err == nil {
		return nil
	}
	return &fieldError{field: field, err: err}
}

// onLine says where an error comes from.
func onLine(line int, record string, err error) error {
	var field *fieldError
	if errors.As(err, &field) {
		if field.record != "" {
			record = field.record
		}
		return &LineError{Line: line, Record: record, Field: field.field, Err: field.err}
	}
	return &LineError{Line: line, Record: record, Err: err}
}
