package access_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/store"
)

// TestFarInstants: instants that nanoseconds since 1970 cannot tell are
// refused, and windows that begin or end there stand where they are.
func TestFarInstants(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	day := func(year int) time.Time { return time.Date(year, 6, 1, 0, 0, 0, 0, time.UTC) }
	for _, c := range []struct {
		from, until string
		year        int
		want        access.Reason
	}{
		{"", "", 2261, access.Granted}, {"", "", 1678, access.Granted},
		{"", "", 2262, access.InvalidRequest}, {"", "", 2300, access.InvalidRequest}, {"", "", 9999, access.InvalidRequest},
		{"", "", 1677, access.InvalidRequest}, {"", "", 1600, access.InvalidRequest}, {"", "", -1, access.InvalidRequest},
		{"1650-01-01", "", 1700, access.Granted}, {"1650-01-01", "", 1600, access.InvalidRequest},
		{"2290-01-01", "", 2261, access.NotYetActive}, {"2290-01-01", "2300-01-01", 2261, access.NotYetActive},
		{"", "2300-01-01", 2261, access.Granted}, {"", "1650-01-01", 1700, access.Expired},
		{"1600-01-01", "1650-01-01", 1678, access.Expired}, {"2020-01-01", "2300-01-01", 2019, access.NotYetActive},
	} {
		f.individual("steve", func(p *individuals.Individual) {
			p.Window = individuals.Window{}
			if c.from+c.until != "" {
				p.Window.Zone = "UTC"
			}
			if c.from != "" {
				p.Window.Activation = date(c.from)
			}
			if c.until != "" {
				p.Window.Expiration = date(c.until)
			}
		})
		r := ask("steve", roles.View, "customer/pbx", "acme")
		r.At = day(c.year)
		assert.Equal(t, c.want, f.check(r).Reason(), "%+v", c)
		q := query(roles.View, r.Path, r.Object)
		q.At = r.At
		assert.Equal(t, c.want, f.principal("steve").Check(f.ctx, q).Reason(), "%+v", c)
	}
}

// TestFarClock: a host's clock that tells such an instant denies.
func TestFarClock(t *testing.T) {
	t.Parallel()
	var now time.Time
	f := newFixture(t, func(o *access.Options, s store.Store) store.Store {
		o.Clock = func() time.Time { return now }
		return s
	})
	p := f.principal("steve")
	for _, year := range []int{2020, 2300, 1600, 2261, 0, 1_000_000} {
		now = time.Date(year, 6, 1, 0, 0, 0, 0, time.UTC)
		want := access.Unavailable
		if year > 1677 && year < 2262 {
			want = access.Granted
		}
		assert.Equal(t, want, f.reason("steve", roles.View, "customer/pbx", "acme"), year)
		assert.Equal(t, want == access.Granted, p.Can(f.ctx, roles.View, node("customer/pbx")), year)
		assert.Equal(t, want == access.Granted, p.CanOn(f.ctx, roles.View, node("customer/pbx"), "acme"), year)
	}
}
