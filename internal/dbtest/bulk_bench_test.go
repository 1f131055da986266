package dbtest_test

import (
	"database/sql"
	"fmt"
	"io"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/internal/dbtest"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/bulk"
	"github.com/durward-go/durward/store/memstore"
	"github.com/durward-go/durward/store/sqlstore"
)

// BenchmarkBulk tells how many rows a second an import takes, an export and a
// restore: customers, each with an organization and three people, who hold a grant
// each. Files are on a disk and synced. With DURWARD_LONG=1 it is a million
// individuals and their grants, 2.7 million rows.
func BenchmarkBulk(b *testing.B) {
	people := 30_000
	if os.Getenv("DURWARD_LONG") == "1" {
		people = 1_000_000
	}
	b.Run("memory", func(b *testing.B) {
		benchmarkBulk(b, people, func() store.Store { return memstore.New(nil) })
	})
	for _, driver := range dbtest.SQLiteDrivers() {
		b.Run("SQLite/"+driver, func(b *testing.B) {
			benchmarkBulk(b, people, func() store.Store { return migrated(b, dbtest.SQLite(b, driver), nil) })
		})
	}
	b.Run("PostgreSQL", func(b *testing.B) {
		c, err := dbtest.StartDurableCluster(b.Context())
		dbtest.RequireServer(b, err)
		b.Cleanup(c.Stop)
		db, err := sql.Open("pgx", c.Source())
		require.NoError(b, err)
		b.Cleanup(func() { _ = db.Close() })
		tables := 0
		benchmarkBulk(b, people, func() store.Store {
			tables++
			return migrated(b, db, &sqlstore.Options{TablePrefix: fmt.Sprintf("bulk%d_", tables)})
		})
	})
}

func benchmarkBulk(b *testing.B, people int, open func() store.Store) {
	var imported, exported store.Store
	rows := 0
	b.Run("import", func(b *testing.B) {
		rows = 0
		for b.Loop() {
			b.StopTimer()
			imported = open()
			b.StartTimer()
			progress, err := bulk.Import(b.Context(), imported, audit.System("benchmark"), bulk.Source{Name: "load", Lines: newCustomers(people)}, nil)
			require.NoError(b, err)
			rows += progress.Written
		}
		b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
		rows /= b.N
	})
	if imported == nil {
		return
	}
	file, err := os.CreateTemp(b.TempDir(), "export")
	require.NoError(b, err)
	b.Cleanup(func() { _ = file.Close() })
	b.Run("export", func(b *testing.B) {
		for b.Loop() {
			_, err := file.Seek(0, io.SeekStart)
			require.NoError(b, err)
			_, err = bulk.Export(b.Context(), imported, file, nil)
			require.NoError(b, err)
			exported = imported
		}
		b.ReportMetric(float64(rows*b.N)/b.Elapsed().Seconds(), "rows/s")
	})
	if exported == nil {
		return
	}
	b.Run("restore", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			_, err := file.Seek(0, io.SeekStart)
			require.NoError(b, err)
			s := open()
			b.StartTimer()
			_, err = bulk.Restore(b.Context(), s, audit.System("benchmark"), file, nil)
			require.NoError(b, err)
		}
		b.ReportMetric(float64(rows*b.N)/b.Elapsed().Seconds(), "rows/s")
	})
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

// Read makes lines until the buffer is full or all are made.
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
