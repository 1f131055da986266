package ipallow

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// MaxHops is how many proxies [Proxies.ClientAddr] follows back. Every hop it
// reads is one of the host's own proxies; more of them than this is a loop or a
// forgery.
const MaxHops = 32

// A HeaderForm says how a forwarding header is written.
type HeaderForm uint8

const (
	// AddressList is addresses with commas between them, to which every proxy
	// adds on the right: X-Forwarded-For. A port may follow an address
	// (192.0.2.7:4711, [2001:db8::7]:4711).
	AddressList HeaderForm = iota

	// ForwardedElements is the header Forwarded of RFC 7239 §4, of which only
	// the parameter for= is believed.
	ForwardedElements

	// SingleAddress is one address in one line, which the proxy overwrites:
	// X-Real-IP.
	SingleAddress
)

// Proxies says whose word is taken on where a request comes from: the proxies
// of the host, and the one header that they all write. Clients can send any
// other header, so no other is read.
//
// The zero Proxies trusts nobody: every request comes from where its connection
// comes from.
type Proxies struct {
	// Trusted holds the proxies' own addresses. It must be neither [Anywhere]
	// nor hold all of IPv4 or IPv6: then any client could name its own address.
	Trusted List

	// Header is the name of the one header that the trusted proxies write.
	Header string

	// Form is how they write it. Default: [AddressList].
	Form HeaderForm
}

// Validate reports what makes p unfit to be asked. Hosts call it when they
// start; [Proxies.ClientAddr] calls it each time.
func (p Proxies) Validate() error {
	if p.Header == "" && p.Trusted.IsZero() {
		return nil
	}
	switch {
	case p.Header == "":
		return errors.New("ipallow: proxies: no header: name the one header that the trusted proxies write")
	case !isToken(p.Header):
		return fmt.Errorf("ipallow: proxies: header %s: not the name of a header", quote(p.Header))
	case p.Form > SingleAddress:
		return fmt.Errorf("ipallow: proxies: header form %d: unknown", p.Form)
	case p.Trusted.IsZero():
		return fmt.Errorf("ipallow: proxies: header %q, but no proxy is trusted: list the proxies' addresses", p.Header)
	case p.Trusted.IsAnywhere() || slices.ContainsFunc(p.Trusted.set.ranges, isFamily):
		return fmt.Errorf("ipallow: proxies: trusted %s: any client could name its own address: list the proxies' addresses only", quote(p.Trusted.String()))
	}
	return nil
}

// ClientAddr returns the address that a request comes from. remote is the other
// end of its connection; lines are all values of p.Header in the order they
// came, as [net/http.Header.Values] returns them.
//
// When remote is not trusted, it is the client, whatever the lines say. When it
// is, the lines are read from the right, the last line first, to the first
// address that is not trusted; if all are trusted, the client is the leftmost.
// What stands to the left of the client's address was written by the client and
// is not believed. It is not read either, but for [ForwardedElements]: a line of
// them is parsed whole, since only from the left can one tell which commas are
// quoted. [SingleAddress] is the client, trusted or not.
//
// The result is unmapped. Everything that leaves a doubt is an error, and the
// caller denies: remote not known; a trusted proxy that sent no line (it serves
// someone, and its own address must not stand in for theirs); an address that
// does not parse, is "unknown" or hidden (RFC 7239 §6.2 and §6.3) or has a zone;
// more than one line or address where the form is SingleAddress; more than
// [MaxHops] hops; a p that [Proxies.Validate] refuses.
func (p Proxies) ClientAddr(remote netip.Addr, lines []string) (netip.Addr, error) {
	if err := p.Validate(); err != nil {
		return netip.Addr{}, err
	}
	if !remote.IsValid() {
		return netip.Addr{}, errors.New("ipallow: client address: the remote address is not known")
	}
	if !p.Trusted.Contains(remote) {
		// Unmap would drop the zone of a mapped address and make it another's.
		if remote.Zone() != "" {
			return remote, nil
		}
		return remote.Unmap(), nil
	}
	if len(lines) == 0 {
		return netip.Addr{}, fmt.Errorf("ipallow: client address: trusted proxy %s sent no header %q: make it send one, or do not trust it if it asks for itself", remote, p.Header)
	}
	client, err := p.readBack(lines)
	if err != nil {
		return netip.Addr{}, fmt.Errorf("ipallow: client address: header %q from trusted proxy %s: %w", p.Header, remote, err)
	}
	return client, nil
}

// readBack returns the client that lines, at least one, name.
func (p Proxies) readBack(lines []string) (netip.Addr, error) {
	if p.Form == SingleAddress {
		if len(lines) > 1 {
			return netip.Addr{}, fmt.Errorf("%d lines where one is expected", len(lines))
		}
		return parseHop(lines[0])
	}
	hops := hopsOfAddressList
	if p.Form == ForwardedElements {
		hops = hopsOfForwarded
	}
	var client netip.Addr
	count := 0
	for _, line := range slices.Backward(lines) {
		for hop, err := range hops(line) {
			if count++; count > MaxHops {
				return netip.Addr{}, fmt.Errorf("more than %d hops", MaxHops)
			}
			if err != nil {
				return netip.Addr{}, fmt.Errorf("hop %d from the right: %w", count, err)
			}
			if !p.Trusted.Contains(hop) {
				return hop, nil
			}
			client = hop
		}
	}
	return client, nil
}

// isFamily reports whether entry is all of IPv4 or all of IPv6.
func isFamily(entry Entry) bool {
	return entry == networkEntry(netip.PrefixFrom(entry.first, 0))
}

// isToken reports whether s is a token, RFC 9110 §5.6.2.
func isToken(s string) bool {
	for i := range len(s) {
		if !isTokenByte(s[i]) {
			return false
		}
	}
	return s != ""
}

func isTokenByte(b byte) bool {
	return 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9' ||
		strings.IndexByte("!#$%&'*+-.^_`|~", b) >= 0
}
