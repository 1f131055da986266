package sqlstore

import (
	"context"
	"encoding/hex"
	"fmt"
	"math/bits"
	"strconv"
	"strings"
)

const (
	// maxBulkParameters bounds the parameters of one INSERT of many rows where each
	// value is one. SQLite takes 32,766.
	maxBulkParameters = 1024
	// maxArrayRows bounds the rows of one INSERT where each column is one.
	maxArrayRows = 4096
)

// bulkTypes are the types of the columns that hold no text, in the tables that
// insertMany writes.
var bulkTypes = map[string]string{
	"revision": "bigint", "role_revision": "bigint", "acl_revision": "bigint", "epoch": "bigint", "link_epoch": "bigint",
	"sequence": "bigint", "place": "integer",
	"closed": "boolean", "link_open": "boolean", "anywhere": "boolean", "enrolled": "boolean", "disabled": "boolean",
	"meets_alone": "boolean", "must_change": "boolean", "password_off": "boolean", "second_factor_off": "boolean",
	"activation": "date", "expiration": "date", "happened_at": "timestamptz", "created": "timestamptz", "expires": "timestamptz",
	"sealed_key": "bytea", "verifier_hash": "bytea", "sealed": "bytea", "previous_hash": "bytea", "hash": "bytea",
	"address": "jsonb", "note": "jsonb", "value_before": "jsonb", "value_after": "jsonb", "value": "jsonb",
}

// insertMany is insert for thousands of rows.
func (w *session) insertMany(ctx context.Context, table, columns string, rows [][]any) error {
	if w.store.traits.numbered {
		return w.insertArrays(ctx, table, columns, rows)
	}
	for len(rows) > 0 {
		width := len(rows[0])
		n := min(len(rows), maxBulkParameters/width)
		n = 1 << (bits.Len(uint(n)) - 1)
		one := "(" + places(width) + ")"
		args := make([]any, 0, n*width)
		for _, r := range rows[:n] {
			args = append(args, r...)
		}
		rows = rows[n:]
		statement := "INSERT INTO " + table + " (" + columns + ") VALUES " + one + strings.Repeat(", "+one, n-1)
		if _, err := w.exec(ctx, statement, args...); err != nil {
			return err
		}
	}
	return nil
}

// insertArrays writes rows by a statement with one parameter a column: an array of
// PostgreSQL in its text form, which every driver can pass as text. A statement
// with a parameter a value takes the server longer to read than to run.
func (w *session) insertArrays(ctx context.Context, table, columns string, rows [][]any) error {
	names := strings.Split(columns, ", ")
	arrays := make([]string, len(names))
	for i, name := range names {
		kind := "text"
		if other, ok := bulkTypes[name]; ok {
			kind = other
		}
		arrays[i] = "?::text::" + kind + "[]"
	}
	statement := "INSERT INTO " + table + " (" + columns + ") SELECT * FROM unnest(" + strings.Join(arrays, ", ") + ")"
	for len(rows) > 0 {
		some := rows[:min(len(rows), maxArrayRows)]
		rows = rows[len(some):]
		args := make([]any, len(names))
		for column := range names {
			text, err := arrayText(some, column)
			if err != nil {
				return fmt.Errorf("column %s: %w", names[column], err)
			}
			args[column] = text
		}
		if _, err := w.exec(ctx, statement, args...); err != nil {
			return err
		}
	}
	return nil
}

// arrayText writes one column of rows as an array, see "Array Input and Output
// Syntax" in PostgreSQL's manual.
func arrayText(rows [][]any, column int) (string, error) {
	var b strings.Builder
	b.Grow(len(rows) * 16)
	b.WriteByte('{')
	for i, r := range rows {
		if i > 0 {
			b.WriteByte(',')
		}
		switch v := r[column].(type) {
		case nil:
			b.WriteString("NULL")
		case string:
			if err := writeArrayElement(&b, v); err != nil {
				return "", err
			}
		case []byte:
			b.WriteString(`"\\x`)
			b.WriteString(hex.EncodeToString(v))
			b.WriteByte('"')
		case int64:
			b.WriteString(strconv.FormatInt(v, 10))
		case int:
			b.WriteString(strconv.Itoa(v))
		case bool:
			b.WriteString(strconv.FormatBool(v))
		default:
			return "", fmt.Errorf("%T in an array", v)
		}
	}
	b.WriteByte('}')
	return b.String(), nil
}

// textArray writes texts as an array.
func textArray(texts []string) (string, error) {
	var b strings.Builder
	b.WriteByte('{')
	for i, text := range texts {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := writeArrayElement(&b, text); err != nil {
			return "", err
		}
	}
	b.WriteByte('}')
	return b.String(), nil
}

// writeArrayElement quotes always, so that no text is taken for NULL or for a
// bracket.
func writeArrayElement(b *strings.Builder, text string) error {
	if !plain(text) {
		return errText
	}
	b.WriteByte('"')
	for {
		i := strings.IndexAny(text, `"\`)
		if i < 0 {
			break
		}
		b.WriteString(text[:i])
		b.WriteByte('\\')
		b.WriteByte(text[i])
		text = text[i+1:]
	}
	b.WriteString(text)
	b.WriteByte('"')
	return nil
}
