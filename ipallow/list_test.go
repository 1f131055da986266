package ipallow_test

import (
	"encoding/json"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/ipallow"
)

func TestZeroListAdmitsNothing(t *testing.T) {
	var zero ipallow.List
	assert.True(t, zero.IsZero())
	assert.False(t, zero.IsAnywhere())
	for _, addr := range []string{"0.0.0.0", "127.0.0.1", "::", "::1", "fe80::1%eth0"} {
		assert.False(t, zero.Contains(netip.MustParseAddr(addr)), addr)
	}
	assert.False(t, zero.Contains(netip.Addr{}))
	assert.Empty(t, zero.Entries())
	assert.Equal(t, "", zero.String())

	for _, none := range [][]string{nil, {}} {
		parsed, err := ipallow.Parse(none)
		require.NoError(t, err)
		assert.True(t, parsed.IsZero())
	}
}

func TestAnywhereRestrictsNothing(t *testing.T) {
	for name, anywhere := range map[string]ipallow.List{"value": ipallow.Anywhere(), "parsed": mustList(t, "any"), "parsed with blanks": mustList(t, " any ")} {
		t.Run(name, func(t *testing.T) {
			assert.True(t, anywhere.IsAnywhere())
			assert.False(t, anywhere.IsZero())
			for _, addr := range []string{"0.0.0.0", "192.0.2.1", "2001:db8::1", "fe80::1%eth0"} {
				assert.True(t, anywhere.Contains(netip.MustParseAddr(addr)), addr)
			}
			assert.True(t, anywhere.Contains(netip.Addr{}), "no restriction asks for no address")
			assert.Empty(t, anywhere.Entries())
			assert.Equal(t, "any", anywhere.String())
		})
	}
	everything := mustList(t, "0.0.0.0/0", "::/0")
	assert.False(t, everything.IsAnywhere())
	assert.False(t, everything.Contains(netip.Addr{}), "a list is set: the address must be known")
	assert.True(t, everything.Contains(netip.MustParseAddr("192.0.2.1")))
	assert.True(t, everything.Contains(netip.MustParseAddr("2001:db8::1")))
}

func TestListContains(t *testing.T) {
	list := mustList(t, "192.0.2.10-192.0.2.20", "10.0.0.0 255.0.0.0", "2001:db8::/32", "192.0.2.15-192.0.2.30", "198.51.100.7", "255.255.255.255", "fe80::/64")
	for addr, want := range map[string]bool{
		"9.255.255.255":          false,
		"10.0.0.0":               true,
		"10.255.255.255":         true,
		"::ffff:10.1.2.3":        true,
		"11.0.0.0":               false,
		"192.0.2.9":              false,
		"192.0.2.10":             true,
		"192.0.2.30":             true,
		"192.0.2.31":             false,
		"198.51.100.7":           true,
		"255.255.255.254":        false,
		"255.255.255.255":        true,
		"::":                     false,
		"2001:db7:ffff::":        false,
		"2001:db8::":             true,
		"2001:db8:ffff::1":       true,
		"2001:db9::":             false,
		"fe80::1":                true,
		"fe80::1%eth0":           false,
		"::ffff:10.1.2.3%eth0":   false,
		"ffff::":                 false,
		"64:ff9b::10.1.2.3":      false,
		"::10.1.2.3":             false,
		"2002:0a01:0203::":       false,
		"2001:db8::ffff:8.8.8.8": true,
	} {
		assert.Equal(t, want, list.Contains(netip.MustParseAddr(addr)), addr)
	}
	assert.False(t, list.Contains(netip.Addr{}), "an address that is not known")
}

func TestParseNamesThePosition(t *testing.T) {
	for _, test := range []struct {
		entries []string
		want    string
	}{
		{[]string{"10.0.0.0/8", "10.1.2.3/8"}, `ipallow: parse list: entry 2: "10.1.2.3/8": host bits are set`},
		{[]string{"", "10.0.0.0/8"}, `ipallow: parse list: entry 1: "": blank`},
		{[]string{"10.0.0.0/8", " "}, `ipallow: parse list: entry 2: " ": blank`},
		{[]string{""}, `entry 1: "": blank`},
		{[]string{"10.0.0.0/8", "any"}, `entry 2: "any": stands for every address`},
		{[]string{"any", "any"}, `entry 1: "any": stands for every address`},
		{[]string{"ANY"}, `entry 1: "ANY": stands for every address`},
		{slices.Repeat([]string{"10.0.0.0/8"}, ipallow.MaxEntries+1), `1025 entries, more than 1024`},
	} {
		list, err := ipallow.Parse(test.entries)
		require.Error(t, err)
		assert.Contains(t, err.Error(), test.want)
		assert.True(t, list.IsZero(), "an error comes with a list that admits nothing")
	}
	_, err := ipallow.Parse(slices.Repeat([]string{"10.0.0.0/8"}, ipallow.MaxEntries))
	assert.NoError(t, err)
}

func TestEntriesAreAsGivenAndTheCallersOwn(t *testing.T) {
	list := mustList(t, "198.51.100.7", "10.0.0.0/255.0.0.0", "10.1.0.0/16")
	entries := list.Entries()
	assert.Equal(t, "198.51.100.7, 10.0.0.0/8, 10.1.0.0/16", list.String())
	require.Len(t, entries, 3)

	entries[0], entries[1] = ipallow.Entry{}, ipallow.Entry{}
	assert.Equal(t, "198.51.100.7, 10.0.0.0/8, 10.1.0.0/16", list.String())
	assert.True(t, list.Contains(netip.MustParseAddr("198.51.100.7")))
}

func TestParseDoesNotKeepItsArgument(t *testing.T) {
	entries := []string{"192.0.2.7"}
	list, err := ipallow.Parse(entries)
	require.NoError(t, err)
	entries[0] = "any"
	assert.Equal(t, "192.0.2.7", list.String())
}

func TestEqualComparesWhatIsAdmitted(t *testing.T) {
	lists := []ipallow.List{
		{},
		ipallow.Anywhere(),
		mustList(t, "0.0.0.0/0", "::/0"),
		mustList(t, "10.0.0.0/8"),
		mustList(t, "10.0.0.0/9"),
		mustList(t, "::/0"),
	}
	for i, a := range lists {
		for j, b := range lists {
			assert.Equal(t, i == j, a.Equal(b), "%q equals %q", a, b)
		}
	}
	assert.True(t, mustList(t, "10.0.0.0/8").Equal(mustList(t, "10.128.0.0/9", "10.0.0.0-10.127.255.255", "10.1.2.3")))
	assert.True(t, mustList(t, "::1", "10.0.0.1").Equal(mustList(t, "10.0.0.1", "::1", "::1")))
}

func TestListText(t *testing.T) {
	type record struct{ From ipallow.List }
	for text, list := range map[string]ipallow.List{
		"":    {},
		"any": ipallow.Anywhere(),
		"10.0.0.0/8, 192.0.2.10-192.0.2.20, 2001:db8::7": mustList(t, "10.0.0.0/8", "192.0.2.10-192.0.2.20", "2001:db8::7"),
	} {
		encoded, err := json.Marshal(record{list})
		require.NoError(t, err)
		assert.JSONEq(t, `{"From":"`+text+`"}`, string(encoded))

		decoded := record{mustList(t, "203.0.113.1")}
		require.NoError(t, json.Unmarshal(encoded, &decoded))
		assert.True(t, list.Equal(decoded.From), text)
		assert.Equal(t, list.IsAnywhere(), decoded.From.IsAnywhere())
		assert.Equal(t, list.IsZero(), decoded.From.IsZero())
		assert.Equal(t, list.Entries(), decoded.From.Entries())
	}
	for _, text := range []string{" ", ",", "10.0.0.0/8,", "10.0.0.0/8,,::1", "any,10.0.0.0/8", "any,any", "10.0.0.0/8;::1", strings.Repeat("10.0.0.0/8,", 20_000)} {
		kept := mustList(t, "203.0.113.1")
		assert.ErrorContains(t, kept.UnmarshalText([]byte(text)), "ipallow: parse list: ", "%.40q", text)
		assert.Equal(t, "203.0.113.1", kept.String(), "an error leaves the list alone")
	}
}

func TestContainsAllocatesNothing(t *testing.T) {
	texts := []string{"2001:db8::/32"}
	for third := range 256 {
		texts = append(texts, netip.AddrFrom4([4]byte{10, 0, byte(third), 7}).String())
	}
	list := mustList(t, texts...)
	for _, text := range []string{"10.0.200.7", "10.0.200.8", "::ffff:10.0.200.7", "2001:db8::1", "fe80::1%eth0"} {
		addr := netip.MustParseAddr(text)
		assert.Zero(t, testing.AllocsPerRun(100, func() { list.Contains(addr) }), text)
	}
}

// Lists of many entries meet, overlap and touch; the merged ranges must answer
// as asking every entry in turn does.
func TestContainsAgreesWithReference(t *testing.T) {
	rounds := 2_000
	if testing.Short() {
		rounds = 200
	}
	generate := generator{rand.New(rand.NewPCG(7, 7))}
	admitted, refused := 0, 0
	for range rounds {
		var entries []ipallow.Entry
		var texts []string
		for range 1 + generate.IntN(12) {
			if entry, err := ipallow.ParseEntry(generate.entry()); err == nil {
				entries, texts = append(entries, entry), append(texts, entry.String())
			}
		}
		list := mustList(t, texts...)
		for _, entry := range entries {
			for _, addr := range append(edges(entry), generate.addr()) {
				want, err := referenceContains(list, addr)
				require.NoError(t, err)
				require.Equal(t, want, list.Contains(addr), "%q admits %s", list, addr)
				if want {
					admitted++
				} else {
					refused++
				}
			}
		}
	}
	assert.Greater(t, admitted, rounds)
	assert.Greater(t, refused, rounds)
}

func FuzzListText(f *testing.F) {
	for _, seed := range []string{"", "any", "10.0.0.0/8, ::1", "10.0.0.0/9,10.128.0.0/9", "192.0.2.1-192.0.2.9,192.0.2.10", "::/80,::1:0:0:0/80", "255.255.255.255,0.0.0.0,::"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var list, again ipallow.List
		if err := list.UnmarshalText([]byte(text)); err != nil {
			require.True(t, list.IsZero())
			return
		}
		require.NoError(t, again.UnmarshalText([]byte(list.String())))
		require.True(t, list.Equal(again))
		require.Equal(t, list.Entries(), again.Entries())
		for _, entry := range list.Entries() {
			for _, addr := range edges(entry) {
				want, err := referenceContains(list, addr)
				require.NoError(t, err)
				require.Equal(t, want, list.Contains(addr), "%q admits %s", list, addr)
			}
		}
	})
}

func BenchmarkContains(b *testing.B) {
	var texts []string
	for third := range 16 {
		texts = append(texts, netip.AddrFrom4([4]byte{10, 0, byte(third), 0}).String())
	}
	list := mustList(b, texts...)
	addr := netip.MustParseAddr("10.0.9.0")
	b.ReportAllocs()
	for b.Loop() {
		list.Contains(addr)
	}
}

func mustList(t testing.TB, entries ...string) ipallow.List {
	t.Helper()
	list, err := ipallow.Parse(entries)
	require.NoError(t, err)
	return list
}
