package links

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
)

// hidden keeps a text out of logs, errors and encoders.
//
// The text sits behind a function because methods alone do not hide it: fmt
// calls none on an unexported field, and the diff printers of test libraries
// follow pointers. None of them looks into a closure.
type hidden struct {
	reveal func() string
}

func hide(text string) hidden {
	if text == "" {
		return hidden{}
	}
	return hidden{reveal: func() string { return text }}
}

// Reveal returns the text, "" for the zero value.
func (h hidden) Reveal() string {
	if h.reveal == nil {
		return ""
	}
	return h.reveal()
}

// IsZero reports whether there is nothing inside.
func (h hidden) IsZero() bool { return h.reveal == nil }

// String returns "(hidden)", or "(none)" for the zero value.
func (h hidden) String() string {
	if h.IsZero() {
		return "(none)"
	}
	return "(hidden)"
}

// GoString returns the same as String, for %#v.
func (h hidden) GoString() string { return h.String() }

// Format prints the same as String for every verb that fmt leaves to a type.
func (h hidden) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, h.String()) }

// LogValue gives package slog the same as String.
func (h hidden) LogValue() slog.Value { return slog.StringValue(h.String()) }

var errHidden = errors.New("links: marshal: refused: the value may hold a link; reveal it by name")

// MarshalText always fails, and with it encoding/json and its like. A
// placeholder would be stored, and missed when the mail is read.
func (h hidden) MarshalText() ([]byte, error) { return nil, errHidden }
