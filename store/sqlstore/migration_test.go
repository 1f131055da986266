package sqlstore_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/store/sqlstore"
)

var (
	table  = regexp.MustCompile(`(?ms)^CREATE TABLE (\w+) \(\n(.*?)^\)`)
	column = regexp.MustCompile(`(?m)^\t([a-z_]+) `)
	index  = regexp.MustCompile(`(?m)^CREATE (?:UNIQUE )?INDEX \w+ ON .*$`)
	insert = regexp.MustCompile(`(?m)^INSERT INTO \w+`)
)

// shape lists what a schema makes, whatever the types are.
func shape(schema string) (all []string) {
	for _, t := range table.FindAllStringSubmatch(schema, -1) {
		for _, c := range column.FindAllStringSubmatch(t[2], -1) {
			if t[1]+"."+c[1] != "durward_state.attempt_versions" { // a sequence on PostgreSQL
				all = append(all, t[1]+"."+c[1])
			}
		}
	}
	for _, i := range index.FindAllString(schema, -1) {
		all = append(all, strings.ReplaceAll(i, " NULLS FIRST", ""))
	}
	return append(all, insert.FindAllString(schema, -1)...)
}

// TestSchemasAgree: the dialects have the same steps, and in them the same
// tables, columns and indexes.
func TestSchemasAgree(t *testing.T) {
	t.Parallel()
	sqlite, err := sqlstore.Migrations(sqlstore.SQLite, "")
	require.NoError(t, err)
	postgresql, err := sqlstore.Migrations(sqlstore.PostgreSQL, "")
	require.NoError(t, err)
	require.Len(t, postgresql, len(sqlite))
	require.Greater(t, len(shape(sqlite[0].SQL)), 100, "the records are found")
	for i := range sqlite {
		assert.Equal(t, []any{i + 1, sqlite[i].Name}, []any{postgresql[i].Number, postgresql[i].Name})
		assert.Equal(t, shape(sqlite[i].SQL), shape(postgresql[i].SQL))
		assert.NotEmpty(t, shape(sqlite[i].SQL))
	}
}

// TestMigrations: every step says at its end that it was applied, and its
// statements are told apart by the ends of lines.
func TestMigrations(t *testing.T) {
	t.Parallel()
	for _, d := range []sqlstore.Dialect{sqlstore.SQLite, sqlstore.PostgreSQL} {
		for _, prefix := range []string{"", "billing_", "durward_2_"} {
			steps, err := sqlstore.Migrations(d, prefix)
			require.NoError(t, err)
			if prefix == "" {
				prefix = sqlstore.DefaultPrefix
			}
			for _, m := range steps {
				statements := sqlstore.Statements(m)
				assert.Equal(t, fmt.Sprintf("INSERT INTO %smigrations (number) VALUES (%d)", prefix, m.Number), statements[len(statements)-1])
				assert.NotContains(t, m.SQL, "?")
				for _, s := range statements {
					words := regexp.MustCompile(`(?m)^(CREATE|INSERT|ALTER|DROP|UPDATE) `).FindAllString(s, -1)
					assert.Len(t, words, 1, "%s", s)
					assert.NotContains(t, strings.ReplaceAll(s, prefix, ""), "durward_")
				}
			}
		}
	}
	_, err := sqlstore.Migrations(0, "")
	require.ErrorContains(t, err, "give SQLite or PostgreSQL")
	_, err = sqlstore.Migrations(9, "")
	require.ErrorContains(t, err, "Dialect(9)")
}

func TestPrefixes(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"Durward_", "1st_", "_x", "a-b", "a.b", "a b", `a"`, "é", strings.Repeat("a", 33), "a;--", "a\x00"} {
		_, err := sqlstore.Migrations(sqlstore.SQLite, bad)
		require.ErrorContains(t, err, fmt.Sprintf("sqlstore: table prefix %q: want lower-case letters", bad))
	}
	for _, good := range []string{"a", "a_1", strings.Repeat("a", 32)} {
		_, err := sqlstore.Migrations(sqlstore.PostgreSQL, good)
		require.NoError(t, err)
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	const statement = "SELECT a FROM durward_x WHERE b = ? AND c IN (?, ?)"
	assert.Equal(t, statement, sqlstore.Words(sqlstore.SQLite, statement, "durward_"))
	assert.Equal(t, "SELECT a FROM p_x WHERE b = ? AND c IN (?, ?)", sqlstore.Words(sqlstore.SQLite, statement, "p_"))
	assert.Equal(t, "SELECT a FROM durward_x WHERE b = $1 AND c IN ($2, $3)", sqlstore.Words(sqlstore.PostgreSQL, statement, "durward_"))
	assert.Equal(t, "SELECT a FROM p_x WHERE b = $1 AND c IN ($2, $3)", sqlstore.Words(sqlstore.PostgreSQL, statement, "p_"))
	assert.Equal(t, []string{"SQLite", "PostgreSQL", "Dialect(7)"}, []string{sqlstore.SQLite.String(), sqlstore.PostgreSQL.String(), sqlstore.Dialect(7).String()})
}
