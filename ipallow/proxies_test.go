package ipallow_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/ipallow"
)

func proxies(t testing.TB, header string, form ipallow.HeaderForm) ipallow.Proxies {
	return ipallow.Proxies{Trusted: mustList(t, "10.0.0.0/8", "2001:db8:a::/48"), Header: header, Form: form}
}

// clientCase is one request through 10.0.0.1: what the header said, and the
// client or, in want, what the error says.
type clientCase struct {
	lines []string
	want  string
}

func runClientCases(t *testing.T, proxies ipallow.Proxies, cases []clientCase) {
	t.Helper()
	for _, test := range cases {
		t.Run(strings.Join(test.lines, " | "), func(t *testing.T) {
			client, err := proxies.ClientAddr(netip.MustParseAddr("10.0.0.1"), test.lines)
			if want, parseErr := netip.ParseAddr(test.want); parseErr == nil {
				require.NoError(t, err)
				assert.Equal(t, want, client)
				return
			}
			require.Error(t, err)
			assert.Zero(t, client)
			assert.Contains(t, err.Error(), "ipallow: client address: ")
			assert.Contains(t, err.Error(), test.want)
		})
	}
}

func TestClientAddrOfAddressList(t *testing.T) {
	runClientCases(t, proxies(t, "X-Forwarded-For", ipallow.AddressList), []clientCase{
		{[]string{"203.0.113.7"}, "203.0.113.7"},
		{[]string{" 203.0.113.7\t"}, "203.0.113.7"},
		{[]string{"203.0.113.7, 10.0.0.9,10.0.0.8"}, "203.0.113.7"},
		{[]string{"198.51.100.1, 203.0.113.7, 10.0.0.9"}, "203.0.113.7"},
		{[]string{"198.51.100.1", "203.0.113.7", "10.0.0.9"}, "203.0.113.7"},
		{[]string{"198.51.100.1, 203.0.113.7", "10.0.0.9, 10.0.0.8"}, "203.0.113.7"},
		{[]string{"203.0.113.7", "198.51.100.1"}, "198.51.100.1"},
		{[]string{"::ffff:203.0.113.7"}, "203.0.113.7"},
		{[]string{"203.0.113.7, ::ffff:10.0.0.9"}, "203.0.113.7"},
		{[]string{"2001:db8::7, 2001:db8:a::1"}, "2001:db8::7"},

		// All trusted: the leftmost.
		{[]string{"10.0.0.7, 10.0.0.8"}, "10.0.0.7"},
		{[]string{"10.0.0.6", "10.0.0.7, 10.0.0.8"}, "10.0.0.6"},

		// Ports, as some proxies add them.
		{[]string{"203.0.113.7:4711"}, "203.0.113.7"},
		{[]string{"[2001:db8::7]:4711"}, "2001:db8::7"},
		{[]string{"[2001:db8::7]"}, "2001:db8::7"},
		{[]string{"203.0.113.7, 10.0.0.9:80"}, "203.0.113.7"},

		// What the client wrote to the left of its own address does not count.
		{[]string{"unknown, \"x, 10.0.0.9, 203.0.113.7"}, "203.0.113.7"},
		{[]string{"192.0.2.1\x00", "203.0.113.7"}, "203.0.113.7"},

		{nil, `sent no header "X-Forwarded-For"`},
		{[]string{}, `sent no header "X-Forwarded-For"`},
		{[]string{""}, "hop 1 from the right: no address"},
		{[]string{"203.0.113.7", ""}, "hop 1 from the right: no address"},
		{[]string{"203.0.113.7,"}, "hop 1 from the right: no address"},
		{[]string{"203.0.113.7,,10.0.0.9"}, "hop 2 from the right: no address"},
		{[]string{", 10.0.0.9"}, "hop 2 from the right: no address"},
		{[]string{"unknown"}, "the client is not named"},
		{[]string{"203.0.113.7, unknown, 10.0.0.9"}, `hop 2 from the right: "unknown": the client is not named`},
		{[]string{"_hidden"}, "the client is not named"},
		{[]string{"fe80::1%eth0"}, "an address with a zone"},
		{[]string{"[fe80::1%eth0]:80"}, "an address with a zone"},
		{[]string{"for=203.0.113.7"}, "not an address"},
		{[]string{"203.0.113.7 10.0.0.9"}, "not an address"},
		{[]string{`"203.0.113.7"`}, "not an address"},
		{[]string{"203.0.113.0/24"}, "not an address"},
		{[]string{"203.0.113.07"}, "not an address"},
		{[]string{"[203.0.113.7]"}, "not an address"},
		{[]string{"[2001:db8::7"}, "a bracket is not closed"},
		{[]string{"[2001:db8::7]4711"}, "not an address with a port"},
		{[]string{"203.0.113.7:"}, "not an address with a port"},
		{[]string{"203.0.113.7:http"}, "not an address with a port"},
		{[]string{"203.0.113.7:123456"}, "not an address with a port"},
		{[]string{"portal.example.com"}, "not an address"},
		{[]string{strings.Repeat("x", 1000)}, `x"...`},
	})
}

func TestClientAddrOfForwarded(t *testing.T) {
	runClientCases(t, proxies(t, "Forwarded", ipallow.ForwardedElements), []clientCase{
		// RFC 7239 §4.
		{[]string{`for=192.0.2.60;proto=http;by=203.0.113.43`}, "192.0.2.60"},
		{[]string{`For="[2001:db8:cafe::17]:4711"`}, "2001:db8:cafe::17"},
		{[]string{`for=192.0.2.43, for=198.51.100.17`}, "198.51.100.17"},
		{[]string{`for="_gazonk"`}, "the client is not named"},
		{[]string{`for=192.0.2.43, for="[2001:db8:a::17]"`}, "192.0.2.43"},
		{[]string{`for=192.0.2.43`, `for="[2001:db8:a::17]"`, `for=10.0.0.9`}, "192.0.2.43"},
		// RFC 7239 §6: ports, plain and hidden.
		{[]string{`for="192.0.2.43:47011"`}, "192.0.2.43"},
		{[]string{`for="192.0.2.43:_Port-1.x"`}, "192.0.2.43"},
		{[]string{`for="192.0.2.43:_"`}, "not an address with a port"},
		{[]string{`for="192.0.2.43:_a b"`}, "not an address with a port"},
		{[]string{`for=unknown`}, "the client is not named"},
		{[]string{`for=Unknown, for=10.0.0.9`}, "hop 2 from the right"},
		{[]string{`for=_SEVKISEK`}, "the client is not named"},

		{[]string{`proto=https ; for=192.0.2.60 ;; by="a,b;c=\"d\""`}, "192.0.2.60"},
		{[]string{`for=192.0.2.60;`}, "192.0.2.60"},
		{[]string{`by="x, for=198.51.100.1";for=192.0.2.60`}, "192.0.2.60"},
		{[]string{`for="\1\92.0.2.60"`}, "192.0.2.60"},
		{[]string{`for="[::ffff:192.0.2.60]"`}, "192.0.2.60"},
		{[]string{`for=10.0.0.6, for=10.0.0.7`}, "10.0.0.6"},
		{[]string{`, for=192.0.2.60`}, "192.0.2.60"},
		{[]string{`for="x`, `for=192.0.2.60`}, "192.0.2.60"},

		{nil, `sent no header "Forwarded"`},
		{[]string{""}, "no address"},
		{[]string{`for=192.0.2.60,`}, "no address"},
		{[]string{`proto=https`}, "no address"},
		{[]string{`for=`}, "a name without a value"},
		{[]string{`for=""`}, "no address"},
		{[]string{`for`}, "not a name with a value"},
		{[]string{`=192.0.2.60`}, "not a name with a value"},
		{[]string{`for =192.0.2.60`}, "not a name with a value"},
		{[]string{`for= 192.0.2.60`}, "a name without a value"},
		{[]string{`192.0.2.60`}, "not a name with a value"},
		{[]string{`for=192.0.2.60:80`}, "no comma or semicolon after a value"},
		{[]string{`for=[2001:db8::1]`}, "a name without a value"},
		{[]string{`for="2001:db8::1"`}, "not an address"},
		{[]string{`for="[192.0.2.60]"`}, "not an address"},
		{[]string{`for="[fe80::1%25eth0]"`}, "zone"},
		{[]string{`for=192.0.2.60;for=192.0.2.61`}, "an element with two for="},
		{[]string{`for=192.0.2.60;FOR=192.0.2.60`}, "an element with two for="},
		{[]string{`for=;for=192.0.2.60`}, "a name without a value"},
		{[]string{`for="";for=192.0.2.60`}, "an element with two for="},
		{[]string{`for=192.0.2.60 by=192.0.2.61`}, "no comma or semicolon after a value"},
		{[]string{`for="192.0.2.60`}, "a quoted value is not closed"},
		{[]string{`for="192.0.2.60\`}, "a backslash before nothing"},
		{[]string{"for=\"192.0.2.60\x7f\""}, "a control character"},
		{[]string{"for=\"\\\x01\""}, "a backslash before nothing"},

		// A client leaves a quote open to swallow what the proxy adds.
		{[]string{`for=10.9.9.9;x=", for=192.0.2.60`}, "a quoted value is not closed"},
		{[]string{`for=10.9.9.9;x=", for="[2001:db8::7]:80"`}, "no comma or semicolon after a value"},
	})
}

func TestClientAddrOfSingleAddress(t *testing.T) {
	runClientCases(t, proxies(t, "X-Real-IP", ipallow.SingleAddress), []clientCase{
		{[]string{"203.0.113.7"}, "203.0.113.7"},
		{[]string{"10.0.0.9"}, "10.0.0.9"},
		{[]string{"[2001:db8::7]:80"}, "2001:db8::7"},
		{nil, `sent no header "X-Real-IP"`},
		{[]string{""}, "no address"},
		{[]string{"203.0.113.7, 198.51.100.1"}, "not an address"},
		{[]string{"203.0.113.7", "203.0.113.7"}, "2 lines where one is expected"},
		{[]string{"unknown"}, "the client is not named"},
	})
}

func TestHeadersOfAnyoneElseDoNotCount(t *testing.T) {
	p := proxies(t, "X-Forwarded-For", ipallow.AddressList)
	for remote, want := range map[string]string{
		"203.0.113.66":         "203.0.113.66",
		"::ffff:203.0.113.66":  "203.0.113.66",
		"2001:db8:b::1":        "2001:db8:b::1",
		"fe80::1%eth0":         "fe80::1%eth0",
		"::ffff:10.0.0.1%eth0": "::ffff:10.0.0.1%eth0",
	} {
		for _, lines := range [][]string{nil, {"10.0.0.7"}, {"nonsense"}} {
			client, err := p.ClientAddr(netip.MustParseAddr(remote), lines)
			require.NoError(t, err)
			assert.Equal(t, netip.MustParseAddr(want), client)
		}
	}
	_, err := p.ClientAddr(netip.Addr{}, []string{"203.0.113.7"})
	assert.ErrorContains(t, err, "the remote address is not known")

	client, err := p.ClientAddr(netip.MustParseAddr("::ffff:10.0.0.1"), []string{"203.0.113.7"})
	require.NoError(t, err)
	assert.Equal(t, netip.MustParseAddr("203.0.113.7"), client, "a mapped proxy is the proxy")
}

func TestZeroProxiesTrustNobody(t *testing.T) {
	var none ipallow.Proxies
	require.NoError(t, none.Validate())
	client, err := none.ClientAddr(netip.MustParseAddr("10.0.0.1"), []string{"203.0.113.7"})
	require.NoError(t, err)
	assert.Equal(t, netip.MustParseAddr("10.0.0.1"), client)
}

func TestClientAddrBoundsHops(t *testing.T) {
	hops := slices.Repeat([]string{"10.0.0.9"}, ipallow.MaxHops)
	list := proxies(t, "X-Forwarded-For", ipallow.AddressList)
	remote := netip.MustParseAddr("10.0.0.1")

	_, err := list.ClientAddr(remote, []string{strings.Join(hops, ",")})
	assert.NoError(t, err)
	_, err = list.ClientAddr(remote, []string{"203.0.113.7," + strings.Join(hops, ",")})
	assert.ErrorContains(t, err, "more than 32 hops")
	_, err = list.ClientAddr(remote, append([]string{"203.0.113.7"}, hops...))
	assert.ErrorContains(t, err, "more than 32 hops")

	forwarded := proxies(t, "Forwarded", ipallow.ForwardedElements)
	_, err = forwarded.ClientAddr(remote, []string{strings.Repeat("for=10.0.0.9,", ipallow.MaxHops-1) + "for=10.0.0.9"})
	assert.NoError(t, err)
	_, err = forwarded.ClientAddr(remote, []string{strings.Repeat("for=203.0.113.7,", ipallow.MaxHops) + "for=203.0.113.7"})
	assert.ErrorContains(t, err, "more than 32 elements")
}

func TestProxiesValidate(t *testing.T) {
	trusted := mustList(t, "10.0.0.1")
	for _, test := range []struct {
		proxies ipallow.Proxies
		want    string
	}{
		{ipallow.Proxies{Trusted: trusted}, "no header"},
		{ipallow.Proxies{Header: "X-Forwarded-For"}, "no proxy is trusted"},
		{ipallow.Proxies{Trusted: trusted, Header: "X Real IP"}, `"X Real IP": not the name of a header`},
		{ipallow.Proxies{Trusted: trusted, Header: "X-Real-IP:"}, "not the name of a header"},
		{ipallow.Proxies{Trusted: trusted, Header: "Forwarded", Form: ipallow.SingleAddress + 1}, "header form 3: unknown"},
		{ipallow.Proxies{Trusted: ipallow.Anywhere(), Header: "X-Forwarded-For"}, `trusted "any": any client could name its own address`},
		{ipallow.Proxies{Trusted: mustList(t, "10.0.0.1", "0.0.0.0/0"), Header: "X-Forwarded-For"}, "any client could name"},
		{ipallow.Proxies{Trusted: mustList(t, "128.0.0.0/1", "0.0.0.0/1"), Header: "X-Forwarded-For"}, "any client could name"},
		{ipallow.Proxies{Trusted: mustList(t, "10.0.0.1", "::/0"), Header: "X-Forwarded-For"}, "any client could name"},
		{ipallow.Proxies{Trusted: ipallow.Anywhere()}, "no header"},
	} {
		assert.ErrorContains(t, test.proxies.Validate(), test.want)
		_, err := test.proxies.ClientAddr(netip.MustParseAddr("203.0.113.7"), []string{"10.0.0.1"})
		assert.ErrorContains(t, err, test.want, "an unfit value answers nobody")
	}
	assert.NoError(t, ipallow.Proxies{Trusted: trusted, Header: "Forwarded", Form: ipallow.ForwardedElements}.Validate())
}

// FuzzClientAddr plays the client: whatever it sends, in lines of its own or in
// front of what the proxy adds, the answer is its own address or an error.
func FuzzClientAddr(f *testing.F) {
	for _, seed := range []string{"", "10.0.0.9", "10.0.0.9,", `for=10.0.0.9;x="`, `for="\`, `for=10.0.0.9, for="`, `x="",`, "for=10.0.0.9;", "unknown", "[::1"} {
		f.Add(seed)
	}
	remote := netip.MustParseAddr("10.0.0.1")
	f.Fuzz(func(t *testing.T, sent string) {
		for _, test := range []struct {
			proxies       ipallow.Proxies
			added, client string
		}{
			{proxies(t, "X-Forwarded-For", ipallow.AddressList), "203.0.113.7", "203.0.113.7"},
			{proxies(t, "X-Forwarded-For", ipallow.AddressList), "2001:db8::7", "2001:db8::7"},
			{proxies(t, "Forwarded", ipallow.ForwardedElements), "for=203.0.113.7;proto=https", "203.0.113.7"},
			{proxies(t, "Forwarded", ipallow.ForwardedElements), `for="[2001:db8::7]:80";by="[2001:db8:a::1]"`, "2001:db8::7"},
			{proxies(t, "Forwarded", ipallow.ForwardedElements), `proto="https";for="203.0.113.7"`, "203.0.113.7"},
		} {
			want := netip.MustParseAddr(test.client)
			client, err := test.proxies.ClientAddr(remote, []string{sent, test.added})
			require.NoError(t, err)
			require.Equal(t, want, client)

			client, err = test.proxies.ClientAddr(remote, []string{sent + ", " + test.added})
			if test.proxies.Form == ipallow.AddressList {
				require.NoError(t, err)
			}
			if err == nil {
				require.Equal(t, want, client)
			}

			if client, err = test.proxies.ClientAddr(remote, []string{sent}); err == nil {
				require.True(t, client.IsValid() && client.Zone() == "" && !client.Is4In6())
			}
		}
	})
}
