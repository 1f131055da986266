package ipallow_test

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/ipallow"
)

func TestParseEntry(t *testing.T) {
	for _, test := range []struct{ text, canonical, first, last string }{
		{"192.0.2.7", "192.0.2.7", "192.0.2.7", "192.0.2.7"},
		{" 192.0.2.7\t", "192.0.2.7", "192.0.2.7", "192.0.2.7"},
		{"2001:DB8:0::7", "2001:db8::7", "2001:db8::7", "2001:db8::7"},
		{"::ffff:10.1.2.3", "10.1.2.3", "10.1.2.3", "10.1.2.3"},
		{"::ffff:a01:203", "10.1.2.3", "10.1.2.3", "10.1.2.3"},

		{"10.0.0.0/8", "10.0.0.0/8", "10.0.0.0", "10.255.255.255"},
		{"192.0.2.128/25", "192.0.2.128/25", "192.0.2.128", "192.0.2.255"},
		{"192.0.2.7/32", "192.0.2.7", "192.0.2.7", "192.0.2.7"},
		{"0.0.0.0/0", "0.0.0.0/0", "0.0.0.0", "255.255.255.255"},
		{"::/0", "::/0", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
		{"2001:db8::/33", "2001:db8::/33", "2001:db8::", "2001:db8:7fff:ffff:ffff:ffff:ffff:ffff"},
		{"2001:db8::7/128", "2001:db8::7", "2001:db8::7", "2001:db8::7"},
		{"::/80", "::/80", "::", "::ffff:255.255.255.255"},

		{"::ffff:10.0.0.0/104", "10.0.0.0/8", "10.0.0.0", "10.255.255.255"},
		{"::ffff:0.0.0.0/97", "0.0.0.0/1", "0.0.0.0", "127.255.255.255"},
		{"::ffff:10.1.2.3/128", "10.1.2.3", "10.1.2.3", "10.1.2.3"},

		{"10.0.0.0/255.255.255.0", "10.0.0.0/24", "10.0.0.0", "10.0.0.255"},
		{"10.0.0.0 255.255.255.0", "10.0.0.0/24", "10.0.0.0", "10.0.0.255"},
		{"10.0.0.0 \t 255.0.0.0", "10.0.0.0/8", "10.0.0.0", "10.255.255.255"},
		{"10.0.0.1/255.255.255.255", "10.0.0.1", "10.0.0.1", "10.0.0.1"},
		{"0.0.0.0/0.0.0.0", "0.0.0.0/0", "0.0.0.0", "255.255.255.255"},

		{"192.0.2.10-192.0.2.20", "192.0.2.10-192.0.2.20", "192.0.2.10", "192.0.2.20"},
		{"192.0.2.10 - 192.0.2.20", "192.0.2.10-192.0.2.20", "192.0.2.10", "192.0.2.20"},
		{"192.0.2.0-192.0.2.255", "192.0.2.0/24", "192.0.2.0", "192.0.2.255"},
		{"192.0.2.9-192.0.2.9", "192.0.2.9", "192.0.2.9", "192.0.2.9"},
		{"::ffff:10.0.0.1-10.0.0.9", "10.0.0.1-10.0.0.9", "10.0.0.1", "10.0.0.9"},
		{"2001:db8::1-2001:db8::ff", "2001:db8::1-2001:db8::ff", "2001:db8::1", "2001:db8::ff"},
		{"::1-::1:0:0:0", "::1-::1:0:0:0", "::1", "::1:0:0:0"},
	} {
		t.Run(test.text, func(t *testing.T) {
			entry, err := ipallow.ParseEntry(test.text)
			require.NoError(t, err)
			assert.Equal(t, test.canonical, entry.String())
			assert.Equal(t, test.first, entry.First().String())
			assert.Equal(t, test.last, entry.Last().String())
			assert.True(t, entry.IsValid())

			again, err := ipallow.ParseEntry(entry.String())
			require.NoError(t, err)
			assert.True(t, entry == again, "the canonical form is the same entry")
		})
	}
}

func TestParseEntryRefuses(t *testing.T) {
	for _, test := range []struct{ text, reason string }{
		{"", "blank"},
		{" \t ", "blank"},
		{"any", `a list of "any" alone admits anyone`},
		{"Any", `a list of "any" alone admits anyone`},
		{"*", `a list of "any" alone admits anyone`},
		{strings.Repeat("1", 200), "longer than 128 bytes"},
		{"office", "not an address, a network or a range"},
		{"010.0.0.1", "octet with leading zero"},
		{"10.0.0", "IPv4 address too short"},
		{"10.0.0.256", "value >255"},
		{"fe80::1%eth0", "zone"},
		{"fe80::%eth0/64", "zone"},

		{"10.1.2.3/8", `host bits are set: did you mean "10.0.0.0/8" or "10.1.2.3"?`},
		{"10.1.2.3/0", `did you mean "0.0.0.0/0" or "10.1.2.3"?`},
		{"2001:db8::1/32", `host bits are set: did you mean "2001:db8::/32" or "2001:db8::1"?`},
		{"::ffff:10.1.2.3/104", `did you mean "10.0.0.0/8" or "10.1.2.3"?`},
		{"10.1.2.3/255.0.0.0", `did you mean "10.0.0.0/8" or "10.1.2.3"?`},
		{"10.1.2.3 255.0.0.0", `did you mean "10.0.0.0/8" or "10.1.2.3"?`},

		{"10.0.0.0/33", "not a number from 0 to 32"},
		{"10.0.0.0/", "not a number from 0 to 32"},
		{"10.0.0.0/08", "not a number from 0 to 32"},
		{"10.0.0.0/+8", "not a number from 0 to 32"},
		{"10.0.0.0/8/8", "not a number from 0 to 32"},
		{"10.0.0.0/4294967304", "not a number from 0 to 32"},
		{"::/129", "not a number from 0 to 128"},
		{"/8", "not a network"},
		{"10.0.0.0 /24", "not a network"},

		{"::ffff:10.0.0.0/8", `did you mean "10.0.0.0/8"?`},
		{"::ffff:10.1.2.3/8", `did you mean "10.0.0.0/8"?`},
		{"::ffff:0:0/96", `did you mean "0.0.0.0/0", all of IPv4?`},
		{"::ffff:10.0.0.0/64", "write it as IPv4"},

		{"10.0.0.0/255.0.255.0", `"255.0.255.0" has gaps`},
		{"10.0.0.0/0.0.0.255", `did you mean the netmask "255.255.255.0"?`},
		{"10.0.0.0 office", "not a netmask"},
		{"10.0.0.0 255.255.255.0 x", "not a netmask"},
		{"office 255.255.255.0", "not a network with a netmask"},
		{"::ffff:10.0.0.0/255.0.0.0", "only IPv4 has netmasks"},
		{"2001:db8::/ffff:ffff::", "only IPv4 has netmasks"},

		{"192.0.2.20-192.0.2.10", `the range runs backwards: did you mean "192.0.2.10-192.0.2.20"?`},
		{"10.0.0.1-2001:db8::1", "IPv4 and IPv6 mixed"},
		{"::1-::ffff:10.0.0.1", "IPv4 and IPv6 mixed"},
		{"192.0.2.10-20", "both are written in full"},
		{"192.0.2.10-", "both are written in full"},
		{"-192.0.2.10", "not a range, first address"},
		{"10.0.0.0/8-11.0.0.0/8", "not a range, first address"},
	} {
		t.Run(test.text, func(t *testing.T) {
			entry, err := ipallow.ParseEntry(test.text)
			require.Error(t, err)
			assert.Zero(t, entry)
			assert.Contains(t, err.Error(), test.reason)
			assert.Contains(t, err.Error(), fmt.Sprintf("ipallow: parse entry: %q", test.text[:min(len(test.text), 128)]))
		})
	}
}

func TestEntryContains(t *testing.T) {
	network := mustEntry(t, "10.0.0.0/24")
	for addr, want := range map[string]bool{
		"9.255.255.255":     false,
		"10.0.0.0":          true,
		"10.0.0.255":        true,
		"10.0.1.0":          false,
		"::ffff:10.0.0.7":   true,
		"::10.0.0.7":        false,
		"::ffff:10.0.0.7%e": false,
		"2001:db8::1":       false,
	} {
		assert.Equal(t, want, network.Contains(netip.MustParseAddr(addr)), addr)
	}
	assert.False(t, network.Contains(netip.Addr{}), "an address that is not known")
	assert.False(t, mustEntry(t, "::/0").Contains(netip.MustParseAddr("::ffff:10.0.0.7")), "IPv6 networks admit no IPv4 client")
	assert.False(t, mustEntry(t, "::/80").Contains(netip.MustParseAddr("10.0.0.7")))
	assert.False(t, mustEntry(t, "fe80::/64").Contains(netip.MustParseAddr("fe80::1%eth0")), "a zone")
}

func TestZeroEntry(t *testing.T) {
	var zero ipallow.Entry
	assert.False(t, zero.IsValid())
	assert.False(t, zero.Contains(netip.Addr{}))
	assert.False(t, zero.Contains(netip.IPv4Unspecified()))
	assert.Equal(t, "invalid Entry", zero.String())
	_, err := zero.MarshalText()
	assert.ErrorContains(t, err, "ParseEntry")
}

func TestEntryText(t *testing.T) {
	entries := []ipallow.Entry{mustEntry(t, "10.0.0.0 255.255.255.0"), mustEntry(t, "2001:db8::1-2001:db8::9")}
	encoded, err := json.Marshal(entries)
	require.NoError(t, err)
	assert.Equal(t, `["10.0.0.0/24","2001:db8::1-2001:db8::9"]`, string(encoded))

	var decoded []ipallow.Entry
	require.NoError(t, json.Unmarshal(encoded, &decoded))
	assert.Equal(t, entries, decoded)

	kept := entries[0]
	assert.ErrorContains(t, kept.UnmarshalText([]byte("10.1.2.3/8")), "host bits")
	assert.Equal(t, entries[0], kept, "an error leaves the entry alone")
	assert.Error(t, kept.UnmarshalText(nil), "no text is no entry")
}

func FuzzParseEntry(f *testing.F) {
	for _, seed := range []string{
		"192.0.2.7", "10.0.0.0/8", "10.0.0.0/255.0.0.0", "10.0.0.0 255.0.0.0", "192.0.2.10-192.0.2.20", "2001:db8::/32", "::/80",
		"::ffff:10.0.0.0/104", "::ffff:0:0/96", "10.1.2.3/8", "fe80::1%eth0", "any", "", "::1-::ffff:0:0", "0.0.0.0-255.255.255.255",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		entry, err := ipallow.ParseEntry(text)
		if err != nil {
			require.Zero(t, entry)
			return
		}
		again, err := ipallow.ParseEntry(entry.String())
		require.NoError(t, err)
		require.True(t, entry == again, "%q gives %q, which gives %q", text, entry, again)
		require.True(t, entry.Contains(entry.First()) || entry.First().Is4In6())
		require.False(t, entry.Last().Less(entry.First()))

		reference, err := parseReference(entry.String())
		require.NoError(t, err)
		for _, addr := range edges(entry) {
			require.Equal(t, reference.contains(addr), entry.Contains(addr), "%q holds %s", entry, addr)
		}
	})
}

func mustEntry(t testing.TB, text string) ipallow.Entry {
	t.Helper()
	entry, err := ipallow.ParseEntry(text)
	require.NoError(t, err)
	return entry
}
