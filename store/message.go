package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"
)

// Limits of a message.
const (
	// MaxSealedMessageBytes bounds the sealed content: the values that a
	// template is filled with, or a whole text without pictures.
	MaxSealedMessageBytes = 256 << 10
	// MaxLastErrorBytes bounds what is kept of a failure.
	MaxLastErrorBytes = 512
)

// A Message waits in the outbox to be sent: an invitation, a reset link. It is
// written in the commit of the change that it tells of, so there is one exactly
// if the change was made.
//
// The caller seals the content, which holds a link and whom it goes to; the rest
// is in clear and holds no secret. It prints without the content. The zero
// Message is not valid.
type Message struct {
	// ID is assigned by PutMessage, from 1. A later message has a larger one,
	// and none comes twice.
	ID uint64
	// Individual and Organization are whom it is for, where there is such a
	// record; they need not exist any longer. May be empty.
	Individual   string
	Organization string
	// Purpose is what it is about, a word such as "invitation".
	Purpose string
	// Language is the language tag to write it in; empty: the host's default.
	Language string
	// Sealed is the content, sealed with the host's key.
	Sealed []byte
	// Created is when it was written, NotBefore from when on it may be sent or
	// tried again; zero for at once. See [Instant].
	Created, NotBefore time.Time
	// Tries is how many times sending it was begun.
	Tries int
	// LastError says why the last try failed, without any secret: at most
	// [MaxLastErrorBytes] of UTF-8 without control characters.
	LastError string
	// Version is 1 at first, and moves whenever the message is swapped.
	Version uint64
}

// Copy returns a message equal to m that shares nothing with it.
func (m Message) Copy() Message {
	m.Sealed = bytes.Clone(m.Sealed)
	return m
}

// Stamp returns m as a store keeps it at first, under the ID. Stores call it in
// PutMessage.
func (m Message) Stamp(id uint64) Message {
	m = m.Copy()
	m.Created, m.NotBefore = Instant(m.Created), Instant(m.NotBefore)
	m.ID, m.Version = id, 1
	return m
}

// Retry returns m, as it is stored, with what next may change: NotBefore, Tries
// and LastError, and with the next version. Stores call it in SwapMessage.
func (m Message) Retry(next Message) Message {
	m.NotBefore, m.Tries, m.LastError = Instant(next.NotBefore), next.Tries, next.LastError
	m.Version++
	return m
}

// Validate reports what is wrong with the message on its own.
func (m Message) Validate() error {
	err := firstError(
		checkWord("purpose", m.Purpose),
		optionalID("individual", m.Individual),
		optionalID("organization", m.Organization),
		checkLanguage(m.Language),
		checkInstant("created", m.Created),
		checkInstant("not before", m.NotBefore),
		checkText("last error", m.LastError, MaxLastErrorBytes),
	)
	switch {
	case err != nil:
	case len(m.Sealed) == 0:
		err = errors.New("no content")
	case len(m.Sealed) > MaxSealedMessageBytes:
		err = fmt.Errorf("content: %d bytes, at most %d", len(m.Sealed), MaxSealedMessageBytes)
	case m.Tries < 0:
		err = fmt.Errorf("tries: %d, below 0", m.Tries)
	}
	if err != nil {
		return fmt.Errorf("store: message for %q: %w", m.Individual, err)
	}
	return nil
}

// String returns the ID, the purpose, for whom it is and how often it was tried.
func (m Message) String() string {
	return fmt.Sprintf("Message(%d, purpose %q, for %q in %q, %d tries)", m.ID, m.Purpose, m.Individual, m.Organization, m.Tries)
}

// GoString is [Message.String].
func (m Message) GoString() string { return m.String() }

// Format writes [Message.String] for every verb that fmt leaves to a type.
func (m Message) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, m.String()) }

// LogValue gives package slog the same as String.
func (m Message) LogValue() slog.Value { return slog.StringValue(m.String()) }

// OutboxWriter puts messages into the outbox. They are there once the commit is
// done, and not at all if it fails. Messages are not in the feed.
type OutboxWriter interface {
	// PutMessage returns the message with its ID and its version, whatever the
	// caller put there.
	PutMessage(ctx context.Context, message Message) (Message, error)
}

// Outbox is where messages are taken from, outside of commits and their
// revisions. Sending takes three steps, and whoever dies between them leaves a
// message that comes up again: lease it by swapping in a NotBefore that lies
// ahead, send it, delete it. So each is sent at least once, and by one sender
// at a time while leases last.
//
// None of it is called from within an Update or a View: a store may make it
// wait for the end of that.
type Outbox interface {
	// DueMessages returns messages whose NotBefore is not after now, by
	// NotBefore and then by ID, and at most limit of them, counted as in
	// [Page].
	DueMessages(ctx context.Context, now time.Time, limit int) ([]Message, error)
	// SwapMessage writes NotBefore, Tries and LastError of the message, if the
	// stored one has its version, and returns it as it is stored then; the other
	// fields stay as they are. With another version the error wraps
	// [ErrConflict], where the message is gone [ErrNotFound].
	SwapMessage(ctx context.Context, message Message) (Message, error)
	// DeleteMessage removes it, with the same errors.
	DeleteMessage(ctx context.Context, id, version uint64) error
}
