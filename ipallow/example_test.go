package ipallow_test

import (
	"fmt"
	"net/http"
	"net/netip"

	"github.com/durward-go/durward/ipallow"
)

func ExampleParse() {
	office, err := ipallow.Parse([]string{"192.0.2.0/24", "198.51.100.16 255.255.255.240", "203.0.113.10-203.0.113.20"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(office)
	fmt.Println(office.Contains(netip.MustParseAddr("198.51.100.31")))
	fmt.Println(office.Contains(netip.MustParseAddr("203.0.113.21")))

	_, err = ipallow.Parse([]string{"192.0.2.0/24", "10.1.2.3/8"})
	fmt.Println(err)
	// Output:
	// 192.0.2.0/24, 198.51.100.16/28, 203.0.113.10-203.0.113.20
	// true
	// false
	// ipallow: parse list: entry 2: "10.1.2.3/8": host bits are set: did you mean "10.0.0.0/8" or "10.1.2.3"?
}

func ExampleAnywhere() {
	var unset ipallow.List
	addr := netip.MustParseAddr("192.0.2.7")
	fmt.Println(unset.Contains(addr), ipallow.Anywhere().Contains(addr))
	// Output: false true
}

func ExampleProxies_ClientAddr() {
	balancers, err := ipallow.Parse([]string{"10.0.0.0/24"})
	if err != nil {
		fmt.Println(err)
		return
	}
	proxies := ipallow.Proxies{Trusted: balancers, Header: "X-Forwarded-For"}

	// The client claims to be 192.0.2.1; the balancer adds where it really is.
	header := http.Header{}
	header.Add("X-Forwarded-For", "192.0.2.1, 203.0.113.7")
	client, err := proxies.ClientAddr(netip.MustParseAddr("10.0.0.5"), header.Values(proxies.Header))
	fmt.Println(client, err)

	// Nobody else is believed.
	client, err = proxies.ClientAddr(netip.MustParseAddr("203.0.113.66"), header.Values(proxies.Header))
	fmt.Println(client, err)
	// Output:
	// 203.0.113.7 <nil>
	// 203.0.113.66 <nil>
}
