package sqlstore

import (
	"context"
	"math/bits"
	"strings"

	"github.com/durward-go/durward/store"
)

// A query is a SELECT that conditions are added to.
type query struct {
	text strings.Builder
	args []any
	// none says that no row can be meant: a condition has text that no database
	// keeps.
	none bool
	tail string
}

func selectFrom(columns, table string) *query {
	q := new(query)
	q.text.WriteString("SELECT " + columns + " FROM " + table + " WHERE 1 = 1")
	return q
}

// where adds a condition.
func (q *query) where(condition string, args ...any) *query {
	for _, arg := range args {
		if text, ok := arg.(string); ok && !plain(text) {
			q.none = true
		}
	}
	q.text.WriteString(" AND ")
	q.text.WriteString(condition)
	q.args = append(q.args, args...)
	return q
}

// equal adds a condition unless the wanted text is empty.
func (q *query) equal(column, want string) *query {
	if want == "" {
		return q
	}
	return q.where(column+" = ?", want)
}

// page chooses a page of a listing by one column.
func (q *query) page(column string, p store.Page) *query {
	if p.After != "" {
		q.where(column+" > ?", p.After)
	}
	return q.order(column, p.Limit)
}

// order ends the query, with a limit as of [store.Page].
func (q *query) order(columns string, limit int) *query {
	q.tail = " ORDER BY " + columns + " LIMIT ?"
	q.args = append(q.args, store.Page{Limit: limit}.Size())
	return q
}

// list runs a query and returns what scan reads of each row.
func list[T any](ctx context.Context, w *session, q *query, scan func(r row, into *T) error) ([]T, error) {
	if q.none {
		return nil, nil
	}
	var all []T
	err := w.each(ctx, q.text.String()+q.tail, q.args, func(r row) error {
		var record T
		if err := scan(r, &record); err != nil {
			return err
		}
		all = append(all, record)
		return nil
	})
	return all, err
}

// maxKeys bounds the keys of one query for parts: the parameters of a statement
// are bounded.
const maxKeys = 256

// parts reads the rows of a table that belong to records, and calls scan for
// each, in the order of keys and then of the table's own order. The query ends
// in "IN" and lacks the list.
func (w *session) parts(ctx context.Context, query string, keys []any, order string, scan func(r row) error) error {
	for len(keys) > 0 {
		some := keys[:min(maxKeys, len(keys))]
		keys = keys[len(some):]
		// The last key stands for the rest of a power of two, so that there are
		// few statements for drivers to keep.
		padded := make([]any, 1<<bits.Len(uint(len(some)-1)))
		for i := range padded {
			padded[i] = some[min(i, len(some)-1)]
		}
		if err := w.each(ctx, query+" IN ("+places(len(padded))+") ORDER BY "+order, padded, scan); err != nil {
			return err
		}
	}
	return nil
}

// maxParameters bounds the parameters of one INSERT.
const maxParameters = 512

// insert writes rows, several a statement, in powers of two.
func (w *session) insert(ctx context.Context, table, columns string, rows [][]any) error {
	for _, s := range insertSteps(table, columns, rows) {
		if _, err := w.exec(ctx, s.text, s.args...); err != nil {
			return err
		}
	}
	return nil
}

// insertSteps are those of insert.
func insertSteps(table, columns string, rows [][]any) (steps []step) {
	for len(rows) > 0 {
		width := len(rows[0])
		n := min(len(rows), max(1, maxParameters/width))
		n = 1 << (bits.Len(uint(n)) - 1)
		one := "(" + places(width) + ")"
		args := make([]any, 0, n*width)
		for _, r := range rows[:n] {
			args = append(args, r...)
		}
		rows = rows[n:]
		steps = append(steps, step{text: "INSERT INTO " + table + " (" + columns + ") VALUES " + one + strings.Repeat(", "+one, n-1), args: args})
	}
	return steps
}

// upsert makes the statement that writes one row whether it is there or not.
// Keys and rest are columns with commas between.
func upsert(table, keys, rest string) string {
	columns := keys + ", " + rest
	var set []string
	for column := range strings.SplitSeq(rest, ", ") {
		set = append(set, column+" = excluded."+column)
	}
	return "INSERT INTO " + table + " (" + columns + ") VALUES (" + places(strings.Count(columns, ",")+1) +
		") ON CONFLICT (" + keys + ") DO UPDATE SET " + strings.Join(set, ", ")
}
