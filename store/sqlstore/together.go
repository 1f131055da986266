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
	// after says that the step before must be done first, also where all are one
	// statement; text has afterStep where the condition for that belongs.
	after bool
}

// afterStep is nothing that SQL has.
const afterStep = " @after"

// maxTogether bounds the steps of one statement: more than a commit takes that
// writes all kinds of records, unless they are many.
const maxTogether = 40

// together runs steps, the last of which decides how many rows were written. The
// database is asked once where its dialect has one statement for that. What a
// step chooses by is what was there before all of them.
func (w *session) together(ctx context.Context, steps []step) (n int64, err error) {
	if !w.store.traits.together || len(steps) > maxTogether {
		for _, s := range steps {
			if n, err = w.exec(ctx, strings.Replace(s.text, afterStep, "", 1), s.args...); err != nil {
				return 0, err
			}
		}
		return n, nil
	}
	var b strings.Builder
	var args []any
	for i, s := range steps {
		text := s.text
		if s.after {
			// PostgreSQL runs the parts of a statement in any order, but for one that
			// reads what another returns.
			text = strings.Replace(text, afterStep, " AND (SELECT count(*) FROM step"+strconv.Itoa(i-1)+") >= 0", 1)
		}
		args = append(args, s.args...)
		switch {
		case i == len(steps)-1:
			b.WriteString(text)
			continue
		case i == 0:
			b.WriteString("WITH ")
		}
		b.WriteString("step" + strconv.Itoa(i) + " AS (" + text)
		if i+1 < len(steps) && steps[i+1].after {
			b.WriteString(" RETURNING 1")
		}
		if b.WriteByte(')'); i < len(steps)-2 {
			b.WriteByte(',')
		}
		b.WriteByte(' ')
	}
	return w.exec(ctx, b.String(), args...)
}

// An idList is the end of a condition that a column is one of some IDs.
type idList struct {
	text string
	args []any
}

// lists returns IDs in lists that a statement can have, of which there are few
// different ones.
func (t *traits) lists(ids []string) (all []idList) {
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
