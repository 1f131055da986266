package otp

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
)

// hidden keeps a value out of logs, errors and encoders. Types embed it for its
// methods.
//
// The value sits behind a function because methods alone do not hide it: fmt
// calls none on an unexported field and prints the raw fields for %p and a
// misplaced %w, and the diff printers of test libraries follow pointers. None
// of them looks into a closure.
//
// The zero hidden holds nothing. A hidden never changes, so it is safe for
// concurrent use.
type hidden[T any] struct {
	reveal func() T
}

// hide wraps v, which must not change afterwards.
func hide[T any](v T) hidden[T] {
	return hidden[T]{reveal: func() T { return v }}
}

// value returns what is hidden, and the zero T when nothing is.
func (h hidden[T]) value() T {
	if h.reveal == nil {
		var zero T
		return zero
	}
	return h.reveal()
}

// IsZero reports whether there is nothing inside: it is the zero value of its
// type.
func (h hidden[T]) IsZero() bool { return h.reveal == nil }

// String returns "(hidden)", or "(none)" for the zero value.
func (h hidden[T]) String() string {
	if h.IsZero() {
		return "(none)"
	}
	return "(hidden)"
}

// GoString returns the same as String, for %#v.
func (h hidden[T]) GoString() string { return h.String() }

// Format prints the same as String for every verb that fmt leaves to a type.
func (h hidden[T]) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, h.String()) }

// LogValue gives package slog the same as String.
func (h hidden[T]) LogValue() slog.Value { return slog.StringValue(h.String()) }

var errHidden = errors.New("otp: marshal: refused: the value is secret; seal it, or reveal it by name")

// MarshalText always fails, and with it encoding/json, encoding/xml and the
// YAML encoders. A placeholder would be worse than an error: it would be stored
// in place of the secret, and noticed when nobody can sign in.
func (h hidden[T]) MarshalText() ([]byte, error) { return nil, errHidden }
