package signin

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
)

// hidden keeps a value out of logs, errors and encoders. It lies behind a
// function because methods alone do not hide it: fmt calls none on an
// unexported field, and printers of differences follow pointers.
type hidden[T any] struct{ reveal func() T }

func hide[T any](value T) hidden[T] { return hidden[T]{func() T { return value }} }

// value returns what is inside, the zero T where nothing is.
func (h hidden[T]) value() T {
	if h.reveal == nil {
		var none T
		return none
	}
	return h.reveal()
}

// String says that something is hidden.
func (hidden[T]) String() string { return "(hidden)" }

// Format prints the same as String for every verb.
func (h hidden[T]) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, h.String()) }

// LogValue gives package slog the same as String.
func (h hidden[T]) LogValue() slog.Value { return slog.StringValue(h.String()) }

var errHidden = errors.New("signin: marshal: refused: the value holds a secret; reveal it by name")

// writeHidden prints a value of this package that holds secrets in exported
// fields.
func writeHidden(state fmt.State, what string) { _, _ = io.WriteString(state, what+"(hidden)") }

// A fault is an error whose text could quote what somebody typed, so that only
// what was being done is printed. errors.Is and errors.As see the cause.
type fault struct {
	doing string
	cause func() error
}

func hideCause(doing string, cause error) error {
	return &fault{doing: doing, cause: func() error { return cause }}
}

func (f *fault) Error() string { return "signin: " + f.doing }

func (f *fault) Unwrap() error { return f.cause() }
