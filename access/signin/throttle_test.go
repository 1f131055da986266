package signin_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/access/signin"
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/store"
)

func TestWaitsGrow(t *testing.T) {
	t.Parallel()
	for failures, want := range map[int]time.Duration{
		0: 0, 4: 0, 5: 30 * time.Second, 6: time.Minute, 7: 2 * time.Minute, 8: 4 * time.Minute, 9: 8 * time.Minute,
		10: 15 * time.Minute, 11: 15 * time.Minute, 1 << 30: 15 * time.Minute,
	} {
		assert.Equal(t, want, signin.Throttle{}.Wait(failures), failures)
	}
	assert.Equal(t, 3*time.Hour, signin.Throttle{WaitFrom: 1, FirstWait: 2 * time.Hour, LongestWait: 3 * time.Hour}.Wait(2))
}

// An attempt too soon costs no hash and has one text, known login or not.
func TestThrottled(t *testing.T) {
	t.Parallel()
	for _, login := range []string{"bob", "gone", "invited", "nobody", "not a login\n", "eva@abc.example"} {
		t.Run(login, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			for i := range 5 {
				require.Contains(t, []signin.Reason{signin.WrongPassword, signin.UnknownLogin}, w.reason(attempt(login, wrong)), i)
			}
			require.Equal(t, 5, w.hashes.Verified())
			w.store.called()
			for _, password := range []string{wrong, right, ""} {
				_, err := w.begin(attempt(login, password))
				assert.Equal(t, &signin.Refusal{Reason: signin.Throttled, RetryAfter: 30 * time.Second}, refused(t, err))
				assert.Equal(t, []string{"View", "IndividualByLogin", "Credential", "Attempts", "Attempts", "Attempts", "RecordSignIn"}, w.store.called())
			}
			assert.Zero(t, w.hashes.Verified())
			w.clock.Pass(30*time.Second - time.Microsecond)
			require.Equal(t, signin.Throttled, w.reason(attempt(login, wrong)))
			w.clock.Pass(time.Microsecond)
			require.NotEqual(t, signin.Throttled, w.reason(attempt(login, wrong)))
			_, err := w.begin(attempt(login, wrong))
			assert.Equal(t, time.Minute, refused(t, err).RetryAfter)
			// Another network is not kept waiting.
			require.NotEqual(t, signin.Throttled, w.reason(from(elsewhere, attempt(login, wrong))))
		})
	}
}

// 200 guesses at once are looked at five times, and those that wait for a hash
// slot are no way around.
func TestParallelGuesses(t *testing.T) {
	t.Parallel()
	for _, login := range []string{"bob", "nobody"} {
		w := newWorld(t)
		var group sync.WaitGroup
		for range 200 {
			group.Go(func() {
				_, err := w.begin(attempt(login, wrong))
				assert.Error(t, err)
			})
		}
		group.Wait()
		assert.Equal(t, 5, w.hashes.Verified())
		assert.Equal(t, signin.Throttled, w.reason(attempt(login, right)))
	}
}

// The failure counts though a commit that was under way is rolled back, the
// process starts anew, and the login is spelt otherwise.
func TestFailuresAreKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	flow := w.flow
	for i, login := range []string{"bob", "BOB", "Ｂｏｂ", "ｂoB", "bOb"} {
		failure := errors.New("rolled back")
		_, err := w.store.Update(w.ctx, store.Author{ID: "host"}, func(tx store.Tx) error {
			p, err := tx.Individual(w.ctx, "bob")
			require.NoError(t, err)
			p.Name = fmt.Sprint(i)
			require.NoError(t, tx.PutIndividual(w.ctx, p))
			return failure
		})
		require.ErrorIs(t, err, failure)
		_, err = flow.Begin(w.ctx, attempt(login, wrong))
		require.Equal(t, signin.WrongPassword, refused(t, err).Reason)
		flow, _ = w.door(w.open(), nil) // another process, or this one after a restart
	}
	_, err := flow.Begin(w.ctx, attempt("bob", right))
	require.Equal(t, signin.Throttled, refused(t, err).Reason)
}

// nets are networks that attempts come from.
var nets = []netip.Addr{home, elsewhere, netip.MustParseAddr("2001:db8::1"), {}}

// A modelRow is what the model keeps in place of one row.
type modelRow struct {
	failures  int
	notBefore time.Time
	latest    time.Time
	off       bool
}

// The model says in the plainest way what throttling does.
type throttleModel struct {
	limit   int
	network map[netip.Addr]*modelRow
	total   modelRow
	known   map[netip.Addr]time.Time
	flag    bool // what administrators see
}

func (m *throttleModel) rebind() {
	m.network, m.total, m.flag = make(map[netip.Addr]*modelRow), modelRow{}, false
}

func (m *throttleModel) attempt(from netip.Addr, good bool, now time.Time) signin.Reason {
	row := m.network[from]
	if row == nil {
		row = new(modelRow)
		m.network[from] = row
	}
	if now.Before(row.notBefore) {
		return signin.Throttled
	}
	at, known := m.known[from]
	known = known && now.Sub(at) < 30*24*time.Hour
	row.failures++
	row.latest = now
	if row.failures >= 5 {
		wait := 30 * time.Second
		for range row.failures - 5 {
			wait = min(2*wait, 15*time.Minute)
		}
		row.notBefore, row.latest = now.Add(wait), now.Add(wait)
	}
	decides := row
	if !known {
		decides = &m.total
		m.total.failures++
		m.total.latest = now
	}
	switch {
	case decides.off || m.flag && !known:
		return signin.AuthenticatorDisabled
	case !good:
		if decides.failures >= m.limit {
			decides.off, m.flag = true, true
		}
		return signin.WrongPassword
	}
	if !row.off {
		row.failures, row.notBefore, row.latest = 0, time.Time{}, now
	}
	if !m.total.off {
		m.total.failures = 0
	}
	if from.IsValid() {
		m.known[from] = now
	}
	return ""
}

// sweep forgets what is older than thirty days and not off.
func (m *throttleModel) sweep(now time.Time) {
	before := now.Add(-30 * 24 * time.Hour)
	for a, row := range m.network {
		if !row.off && row.latest.Before(before) {
			delete(m.network, a)
		}
	}
	if !m.total.off && m.total.latest.Before(before) {
		m.total = modelRow{}
	}
}

// TestThrottleModel holds the flow to the model over random days.
func TestThrottleModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		w := newWorld(t)
		strict := func(o *signin.Options) { o.Throttle.SwitchOff = 10 }
		flow, hashes := w.door(w.engine, strict)
		m := &throttleModel{limit: 10, known: make(map[netip.Addr]time.Time)}
		m.rebind()
		steps := rapid.IntRange(10, 120).Draw(r, "steps")
		if testing.Short() {
			steps = min(steps, 60)
		}
		for range steps {
			switch op := rapid.IntRange(0, 19).Draw(r, "op"); op {
			case 0:
				w.clock.Pass(rapid.SampledFrom([]time.Duration{time.Hour, 24 * time.Hour, 20 * 24 * time.Hour, 40 * 24 * time.Hour}).Draw(r, "days"))
			case 1:
				m.rebind()
				w.change("bob", func(p *individuals.Individual, c *individuals.Credential) {
					p.Epoch++
					c.PasswordOff = false
				})
			case 2:
				flow, hashes = w.door(w.engine, strict)
			case 3:
				_, err := flow.Sweep(w.ctx)
				require.NoError(r, err)
				m.sweep(w.clock.Now())
			case 4, 5, 6, 7:
				w.clock.Pass(rapid.SampledFrom([]time.Duration{time.Second, 30 * time.Second, 2 * time.Minute, 15 * time.Minute}).Draw(r, "wait"))
			default:
				from, good := rapid.SampledFrom(nets).Draw(r, "from"), rapid.IntRange(0, 9).Draw(r, "good") == 0
				a := attempt(rapid.SampledFrom([]string{"bob", "BOB"}).Draw(r, "login"), wrong)
				if a.Address = from; good {
					a.Password = right
				}
				want := m.attempt(from, good, w.clock.Now())
				o, err := flow.Begin(w.ctx, a)
				got := signin.Reason("")
				if err != nil {
					got = refused(r, err).Reason
				}
				require.Equal(r, want, got)
				require.Equal(r, want == "", o.Done())
				if want == signin.Throttled {
					require.Zero(r, hashes.Verified())
				} else {
					require.Equal(r, 1, hashes.Verified())
				}
			}
			require.Equal(r, m.flag, w.credential("bob").PasswordOff)
		}
	})
}

// A hundred failures in a row switch the password off: for the right password
// too, with the same answer, ending no session, until it is bound anew.
func TestSwitchedOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	owner := w.in("bob")
	stranger := func(i int) netip.Addr { return netip.AddrFrom4([4]byte{203, 0, byte(i), 1}) }
	for i := range 99 {
		require.Equal(t, signin.WrongPassword, w.reason(from(stranger(i), attempt("bob", wrong))), i)
	}
	require.False(t, w.credential("bob").PasswordOff)
	require.Equal(t, signin.WrongPassword, w.reason(from(stranger(99), attempt("bob", wrong))))
	require.True(t, w.credential("bob").PasswordOff)
	e := w.last(audit.Changes)
	assert.Equal(t, audit.ActionDisableAuthenticator, e.Action)
	assert.Equal(t, "bob", e.Subject)

	w.store.called()
	_, err := w.begin(from(stranger(100), attempt("bob", right)))
	assert.NotContains(t, w.store.called(), "Update", "the work of a wrong password, and no more")
	r := refused(t, err)
	assert.Equal(t, signin.AuthenticatorDisabled, r.Reason)
	assert.Equal(t, signin.Refused, r.PublicReason())
	assert.Equal(t, uint64(7), w.person("bob").Epoch)
	assert.Equal(t, access.Granted, w.may(owner), "no session ends")

	// The owner signs in where that worked before, and it stays off elsewhere.
	require.Equal(t, signin.Reason(""), w.reason(attempt("bob", right)))
	require.Equal(t, signin.AuthenticatorDisabled, w.reason(from(stranger(101), attempt("bob", right))))
	assert.Len(t, w.events(audit.Changes), 1, "told once")

	// The owner's own hands bind it anew.
	_, err = w.flow.ChangePassword(w.ctx, w.in("bob"), signin.Proof{Password: right}, brandNew, atHome)
	require.NoError(t, err)
	require.False(t, w.credential("bob").PasswordOff)
	require.Equal(t, signin.Reason(""), w.reason(from(stranger(102), attempt("bob", brandNew))))
}

// What strangers do, anywhere and however often, keeps nobody out of a network
// that the login came in from.
func TestStrangersKeepNobodyOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.in("bob")
	most := 300
	if os.Getenv("DURWARD_LONG") == "1" {
		most = 10_000
	}
	for i := range most {
		_, err := w.begin(from(netip.AddrFrom4([4]byte{198, 18 + byte(i>>8), byte(i), 1}), attempt("bob", wrong)))
		require.Error(t, err)
		if i%50 == 0 {
			require.Equal(t, signin.Reason(""), w.reason(attempt("bob", right)), i)
		}
	}
	require.Equal(t, signin.Reason(""), w.reason(attempt("bob", right)))
	// Thirty days later the network is one like any other.
	for range 120 {
		_, err := w.begin(from(netip.AddrFrom4([4]byte{198, 51, byte(w.clock.Now().Unix()), 1}), attempt("bob", wrong)))
		require.Error(t, err)
		w.clock.Pass(16 * time.Minute)
	}
	w.clock.Pass(30 * 24 * time.Hour)
	require.Equal(t, signin.AuthenticatorDisabled, w.reason(attempt("bob", right)))
}

// A known network has a count of its own, which ends at the limit as well.
func TestKnownNetworkHasALimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.in("bob")
	w.change("bob", func(*individuals.Individual, *individuals.Credential) {})
	for i := range 100 {
		w.clock.Pass(15 * time.Minute)
		require.Equal(t, signin.WrongPassword, w.reason(attempt("bob", wrong)), i)
	}
	w.clock.Pass(15 * time.Minute)
	require.Equal(t, signin.AuthenticatorDisabled, w.reason(attempt("bob", right)))
	require.True(t, w.credential("bob").PasswordOff)
}

// Someone who gets the login of another later begins with no count, and with no
// known network.
func TestNothingIsInherited(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.in("bob")
	for range 5 {
		w.reason(attempt("bob", wrong))
	}
	require.Equal(t, signin.Throttled, w.reason(attempt("bob", right)))
	w.change("bob", func(p *individuals.Individual, _ *individuals.Credential) { p.Login = "robert" })
	w.change("mia", func(p *individuals.Individual, _ *individuals.Credential) { p.Login = "bob" })
	for i := range 100 {
		w.reason(from(netip.AddrFrom4([4]byte{203, 0, byte(i), 1}), attempt("bob", wrong)))
	}
	require.Equal(t, signin.AuthenticatorDisabled, w.reason(attempt("bob", right)), "the other one's home is not known")
}

// However many logins are tried that nobody has, the rows stay within a table,
// and none holds what was typed.
func TestUnknownLoginsFillNoStore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rows := &rowSpy{spy: w.store}
	flow, err := signin.New(w.engine, rows, &signin.Options{Sealer: w.sealer, LoginKey: w.key, Clock: w.clock.Now})
	require.NoError(t, err)
	flow.CountHashes(true)
	for i := range 50 {
		a := attempt(fmt.Sprintf("my secret password %d", i), wrong)
		a.Address = netip.AddrFrom4([4]byte{198, 51, byte(i), 1})
		_, err := flow.Begin(w.ctx, a)
		require.Error(t, err)
	}
	require.Len(t, rows.swapped, 100)
	for _, key := range rows.swapped {
		assert.Regexp(t, `^nobody\.(network|total)\.[0-9a-f]{5}$`, key.Login)
		assert.Equal(t, "password.0", key.Factor)
		assert.Empty(t, key.Network)
	}
}

// Different processes count an unknown login together, and another key counts
// elsewhere.
func TestUnknownLoginsAreCountedByAKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	second, _ := w.door(w.open(), nil)
	for range 5 {
		require.Equal(t, signin.UnknownLogin, w.reason(attempt("nobody", wrong)))
	}
	_, err := second.Begin(w.ctx, attempt("Nobody", wrong))
	require.Equal(t, signin.Throttled, refused(t, err).Reason)
	for range 95 {
		w.clock.Pass(15 * time.Minute)
		require.Equal(t, signin.UnknownLogin, w.reason(attempt("nobody", wrong)))
	}
	// Beyond the limit an unknown login answers as before, as one that is off does.
	w.clock.Pass(15 * time.Minute)
	_, err = w.begin(attempt("nobody", wrong))
	require.Equal(t, signin.Refused, refused(t, err).PublicReason())
}

// Whoever hangs up while the password is looked at is counted, recorded and, at
// the limit, switched off.
func TestHangingUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 100 {
		ctx, hangUp := context.WithCancel(w.ctx)
		flow, _ := w.door(w.engine, nil)
		flow.DuringHash(hangUp)
		a := attempt("bob", wrong)
		a.Address = netip.AddrFrom4([4]byte{203, 0, byte(i), 1})
		_, err := flow.Begin(ctx, a)
		require.Equal(t, signin.WrongPassword, refused(t, err).Reason)
	}
	assert.Len(t, w.events(audit.SignIns), 100)
	assert.True(t, w.credential("bob").PasswordOff)
}

// noCommits is a store that no commit gets through to.
type noCommits struct{ *spy }

func (noCommits) Update(context.Context, store.Author, func(store.Tx) error) (uint64, error) {
	return 0, errBroken
}

// A password that is switched off is so though the commit that tells of it
// failed, through sweeps and sign-ins elsewhere, and is told at the next failure.
func TestSwitchedOffWithoutACommit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.in("bob")
	failing, err := signin.New(w.engine, noCommits{w.store}, &signin.Options{Sealer: w.sealer, LoginKey: w.key, Clock: w.clock.Now})
	require.NoError(t, err)
	failing.CountHashes(true)
	stranger := func(i int) netip.Addr { return netip.AddrFrom4([4]byte{203, 0, byte(i), 1}) }
	for i := range 100 {
		_, err = failing.Begin(w.ctx, from(stranger(i), attempt("bob", wrong)))
	}
	require.ErrorIs(t, err, errBroken)
	require.False(t, w.credential("bob").PasswordOff)
	require.Equal(t, signin.Reason(""), w.reason(attempt("bob", right)))
	w.clock.Pass(31 * 24 * time.Hour)
	_, err = w.flow.Sweep(w.ctx)
	require.NoError(t, err)
	require.Equal(t, signin.AuthenticatorDisabled, w.reason(from(stranger(101), attempt("bob", right))))
	require.True(t, w.credential("bob").PasswordOff)
}

// Whoever binds a new password while the last guess is looked at has one that
// works.
func TestBoundAnewDuringTheLastGuess(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	stranger := func(i int) netip.Addr { return netip.AddrFrom4([4]byte{203, 0, byte(i), 1}) }
	for i := range 99 {
		require.Equal(t, signin.WrongPassword, w.reason(from(stranger(i), attempt("bob", wrong))))
	}
	w.flow.DuringHash(func() {
		w.change("bob", func(p *individuals.Individual, c *individuals.Credential) {
			var err error
			c.Password, err = signin.FastHash(randomness, brandNew)
			require.NoError(t, err)
			p.Epoch++
		})
	})
	require.Equal(t, signin.WrongPassword, w.reason(from(stranger(99), attempt("bob", wrong))))
	require.False(t, w.credential("bob").PasswordOff)
	require.Equal(t, signin.Reason(""), w.reason(from(stranger(100), attempt("bob", brandNew))))
}
