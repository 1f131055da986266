package dbtest_test

import (
	"fmt"
	"io"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/bulk"
	"github.com/durward-go/durward/store/memstore"
)

// BenchmarkBulk tells how many rows a second an import takes: customers, each with
// an organization and three people, who hold a grant each. Times are those of one
// import of rows. With DURWARD_LONG=1 that is a million individuals and their
// grants.
func BenchmarkBulk(b *testing.B) {
	people := 15_000
	if os.Getenv("DURWARD_LONG") == "1" {
		people = 1_000_000
	}
	load := func(b *testing.B, open func() store.Store) {
		rows := 0
		for b.Loop() {
			b.StopTimer()
			s := open()
			b.StartTimer()
			progress, err := bulk.Import(b.Context(), s, audit.System("benchmark"), bulk.Source{Name: "load", Lines: newCustomers(people)}, nil)
			require.NoError(b, err)
			rows += progress.Written
		}
		b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
	}
	b.Run("memory", func(b *testing.B) { load(b, func() store.Store { return memstore.New(nil) }) })
	for _, d := range databases() {
		b.Run(d.name, func(b *testing.B) {
			load(b, func() store.Store {
				db, _, opts := d.open(b)
				return migrated(b, db, opts)
			})
		})
	}
}

// customers are lines that are made as they are read.
type customers struct {
	people, made int
	text         []byte
}

func newCustomers(people int) io.Reader {
	l := &customers{people: people}
	l.text = append(l.text, `{"entity":{"id":"isp","kind":"provider"}}`+"\n"+
		`{"role":{"id":"viewer","name":"Viewer","type":"customer","permissions":[{"path":"customer/billing","permission":"Read"}]}}`+"\n"...)
	return l
}

func (l *customers) Read(into []byte) (int, error) {
	for len(l.text) < len(into) && l.made < l.people {
		if l.made%3 == 0 {
			l.text = fmt.Appendf(l.text, `{"entity":{"id":"customer-%07d","kind":"customer","parent":"isp","title":"Customer %[1]d"}}
{"organization":{"entity":"customer-%07[1]d","allowed_roles":["viewer"],"default_role":"viewer"}}
`, l.made/3)
		}
		l.text = fmt.Appendf(l.text, `{"individual":{"id":"person-%07d","provider":"isp","realm":"customer","role_type":"customer","organization":"customer-%07d","login":"login-%07[1]d@example.com","name":"Person %[1]d","email":"login-%07[1]d@example.com","activation":"2026-01-01","zone":"Europe/Prague","language":"en","allow_list":["10.0.0.0/8"]}}
{"grant":{"individual":"person-%07[1]d","organization":"customer-%07[2]d","role":"viewer"}}
`, l.made, l.made/3)
		l.made++
	}
	if len(l.text) == 0 {
		return 0, io.EOF
	}
	n := copy(into, l.text)
	l.text = append(l.text[:0], l.text[n:]...)
	return n, nil
}
