package sqlstore

import (
	"context"
	"time"

	"github.com/durward-go/durward/individuals"
)

// What a driver does only at times is tried on the parts.

func Failure(ctx context.Context, err error) error { return failure(ctx, err) }

func Words(d Dialect, statement, prefix string) string { return d.traits().words(statement, prefix) }

func Statements(m Migration) []string { return m.statements() }

func InstantText(t time.Time) string { return instantText(t) }

func InstantUp(t time.Time) string { return instantUp(t) }

func ScanInstant(from any) (t time.Time, err error) {
	err = instantColumn{&t}.Scan(from)
	return t, err
}

func ScanDate(from any) (d individuals.Date, err error) {
	err = dateColumn{&d}.Scan(from)
	return d, err
}

func ScanHash(size int, from any) ([]byte, error) {
	into := make([]byte, size)
	err := hashColumn{into}.Scan(from)
	return into, err
}
