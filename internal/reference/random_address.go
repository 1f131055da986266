package reference

import "net/netip"

// These are entries of allow-lists in all their forms, and the addresses to ask for.
var (
	entries = []string{
		"192.0.2.7", "192.0.2.0/24", "192.0.2.0/255.255.255.128", "198.51.100.0 255.255.255.0",
		"192.0.2.200-198.51.100.3", "203.0.113.9 - 203.0.113.9", "0.0.0.0/0", "::ffff:10.0.0.0/104", "::ffff:10.1.2.3",
		"2001:db8::/33", "2001:db8:8000::-2001:db8:8000::ff", "::/0", "2001:db8::7",
	}
	addresses = []string{
		"192.0.2.7", "192.0.2.127", "192.0.2.128", "192.0.2.199", "192.0.2.200", "192.0.2.255", "192.0.3.0", "198.51.100.3", "198.51.100.4",
		"203.0.113.9", "203.0.113.10", "10.1.2.3", "::ffff:10.1.2.3", "::ffff:10.255.255.255", "::ffff:11.0.0.0", "11.0.0.0",
		"2001:db8::7", "2001:db8:7fff:ffff:ffff:ffff:ffff:ffff", "2001:db8:8000::", "2001:db8:8000::ff", "2001:db8:8000::100",
		"fe80::1%eth0", "2001:db8::7%1", "255.255.255.255", "::", "0.0.0.0",
	}
)

func randomAllowed(d *Draw) []string {
	switch {
	case d.Chance(60):
		return []string{"any"}
	case d.Chance(5):
		return nil
	default:
		return some(d, 1+d.Below(3), entries)
	}
}

// randomAddress draws an address, most often one that the list admits.
func randomAddress(d *Draw, allowed []string) netip.Addr {
	var fits []netip.Addr
	for _, text := range addresses {
		a := netip.MustParseAddr(text)
		if ok, _ := admits(allowed, a); ok {
			fits = append(fits, a)
		}
	}
	switch {
	case len(fits) > 0 && d.Chance(85):
		return pick(d, fits...)
	case d.Chance(25):
		return netip.Addr{}
	default:
		return netip.MustParseAddr(pick(d, addresses...))
	}
}
