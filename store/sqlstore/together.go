package sqlstore

import (
	"context"
	"math/bits"
	"slices"
	"strconv"
	"strings"
)

// A step is a statement that writes, one of several that are known at once.
type step struct {
	text string
	args []any
	// table is the one that it and other steps write, which are then done one after
	// the other, also where all are one statement; text has afterStep where the
	// condition for that belongs.
	table string
}

// afterStep is nothing that SQL has.
const afterStep = " @after"

// maxTogether is how many changes of a commit are written by one statement. Where
// there are more, it is not the way to the database that takes the time.
const maxTogether = 256

// together runs steps, the last of which decides how many rows were written. The
// database is asked once where its dialect has one statement for that. What a
// step chooses by is what was there before all of them.
func (w *session) together(ctx context.Context, steps []step) (n int64, err error) {
	if !w.store.traits.together {
		return w.apart(ctx, steps)
	}
	var b strings.Builder
	var args []any
	for i, s := range steps {
		if i < len(steps)-1 {
			b.WriteString([...]string{"WITH ", ", "}[min(i, 1)] + stepName(i) + " AS (")
		}
		// PostgreSQL runs the parts of a statement in any order, but for one that
		// reads what another returns.
		after := ""
		for before := range i {
			if s.table != "" && steps[before].table == s.table {
				after += " AND (SELECT count(*) FROM " + stepName(before) + ") >= 0"
			}
		}
		b.WriteString(strings.Replace(s.text, afterStep, after, 1))
		if i < len(steps)-1 {
			if s.table != "" {
				b.WriteString(" RETURNING 1")
			}
			b.WriteString(") ")
		}
		args = append(args, s.args...)
	}
	return w.exec(ctx, b.String(), args...)
}

func stepName(i int) string { return "step" + strconv.Itoa(i) }

// apart is together with a statement for each.
func (w *session) apart(ctx context.Context, steps []step) (n int64, err error) {
	for _, s := range steps {
		if n, err = w.exec(ctx, strings.Replace(s.text, afterStep, "", 1), s.args...); err != nil {
			return 0, err
		}
	}
	return n, nil
}

// An idList is the end of a condition that a column is one of some IDs.
type idList struct {
	text string
	args []any
}

// lists returns IDs in lists that a statement can have, of which there are few
// different ones.
func (t *traits) lists(ids []string) (all []idList) {
	slices.Sort(ids)
	ids = slices.Compact(ids)
	if t.together {
		for some := range slices.Chunk(ids, maxArray) {
			all = append(all, idList{" = ANY(?::text::text[])", []any{arrayOf(some)}})
		}
		return all
	}
	for len(ids) > 0 {
		some := ids[:min(maxKeys, len(ids))]
		some = some[:1<<(bits.Len(uint(len(some)))-1)]
		ids = ids[len(some):]
		list := idList{text: " IN (" + places(len(some)) + ")"}
		for _, id := range some {
			list.args = append(list.args, id)
		}
		all = append(all, list)
	}
	return all
}

// maxArray bounds the texts of one array.
const maxArray = 4096

// arrayOf writes texts as PostgreSQL reads an array of them. No driver has to
// know more than text for it.
func arrayOf(texts []string) string {
	var b strings.Builder
	b.WriteByte('{')
	for i, text := range texts {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('"')
		_, _ = arrayQuote.WriteString(&b, text)
		b.WriteByte('"')
	}
	b.WriteByte('}')
	return b.String()
}

var arrayQuote = strings.NewReplacer(`"`, `\"`, `\`, `\\`)
