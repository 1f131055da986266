// Package ipallow holds allow-lists of IP addresses: from where someone may
// come in, and who a request behind a proxy really comes from.
//
// Start with [Parse], which makes a [List] of what people type, and with
// [List.Contains]. A host that stands behind proxies asks
// [Proxies.ClientAddr] for the address first.
//
// IPv4 and IPv6 are apart. An IPv4-mapped IPv6 address (::ffff:192.0.2.1) is
// the IPv4 address it maps (192.0.2.1), in lists and in what is looked up, so
// no IPv6 network admits an IPv4 client: ::/0 is all of IPv6 and none of IPv4.
//
// The package does no I/O and imports the standard library only. All its types
// are values, safe for concurrent use as long as nobody writes to the variable
// that holds them.
package ipallow
