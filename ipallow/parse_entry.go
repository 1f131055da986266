package ipallow

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
)

// maxEntryLength bounds the text of one entry, in bytes. The longest that means
// anything is a range of two IPv6 addresses with an IPv4 tail, 45 bytes each.
const maxEntryLength = 128

// anyText is the text of [Anywhere]. It stands for a whole list and is no entry.
const anyText = "any"

// ParseEntry parses one of
//
//	192.0.2.7  2001:db8::7                         an address
//	192.0.2.0/24  2001:db8::/32                    a network in CIDR notation (RFC 4632 §3.1, RFC 4291 §2.3)
//	192.0.2.0/255.255.255.0  192.0.2.0 255.255.255.0   an IPv4 network with its netmask
//	192.0.2.10-192.0.2.20                          a range, both ends included
//
// Blanks around the entry and around the dash of a range do not count.
//
// IPv4-mapped IPv6 addresses become IPv4, and so do networks of them longer
// than /96; a mapped network of /96 or shorter is refused. Refused as well are
// networks with host bits set, netmasks that are not ones followed by zeros,
// ranges that run backwards or mix IPv4 and IPv6, addresses with a zone, and
// octets or lengths with leading zeros, which some programs read as octal.
// An error quotes s and, where one can be guessed, names what may have been meant.
func ParseEntry(s string) (Entry, error) {
	entry, err := parseEntry(s)
	if err != nil {
		return Entry{}, fmt.Errorf("ipallow: parse entry: %s: %w", quote(s), err)
	}
	return entry, nil
}

// parseEntry is ParseEntry with errors that give the reason only.
func parseEntry(s string) (Entry, error) {
	text := strings.Trim(s, blanks)
	switch {
	case text == "":
		return Entry{}, errors.New("blank: write an address, a network or a range, or leave the entry out")
	case len(text) > maxEntryLength:
		return Entry{}, fmt.Errorf("longer than %d bytes", maxEntryLength)
	case strings.EqualFold(text, anyText) || text == "*":
		return Entry{}, fmt.Errorf("stands for every address and is no entry: a list of %q alone admits anyone", anyText)
	case strings.Contains(text, "%"):
		return Entry{}, errors.New("an address with a zone means another host on every machine: leave out the % and what follows")
	}
	if first, last, ok := strings.Cut(text, "-"); ok {
		return parseRange(strings.Trim(first, blanks), strings.Trim(last, blanks))
	}
	if addr, size, ok := strings.Cut(text, "/"); ok {
		return parseNetwork(addr, size)
	}
	if addr, mask, ok := cutBlanks(text); ok {
		return parseMasked(addr, mask)
	}
	addr, err := netip.ParseAddr(text)
	if err != nil {
		return Entry{}, fmt.Errorf("not an address, a network or a range: %w", err)
	}
	addr = addr.Unmap()
	return Entry{addr, addr}, nil
}

func parseRange(firstText, lastText string) (Entry, error) {
	first, err := netip.ParseAddr(firstText)
	if err != nil {
		return Entry{}, fmt.Errorf("not a range, first address: %w", err)
	}
	last, err := netip.ParseAddr(lastText)
	if err != nil {
		return Entry{}, fmt.Errorf("not a range, last address (both are written in full): %w", err)
	}
	first, last = first.Unmap(), last.Unmap()
	if first.BitLen() != last.BitLen() {
		return Entry{}, errors.New("a range of IPv4 and IPv6 mixed: write one entry for each")
	}
	if last.Less(first) {
		return Entry{}, fmt.Errorf("the range runs backwards: did you mean %q?", Entry{last, first})
	}
	return Entry{first, last}, nil
}

// parseNetwork parses what stands before and after a slash.
func parseNetwork(addrText, size string) (Entry, error) {
	if strings.ContainsAny(size, ".:") {
		return parseMasked(addrText, size)
	}
	addr, err := netip.ParseAddr(addrText)
	if err != nil {
		return Entry{}, fmt.Errorf("not a network: %w", err)
	}
	length, ok := parseLength(size, addr.BitLen())
	if !ok {
		return Entry{}, fmt.Errorf("the length after the slash is not a number from 0 to %d", addr.BitLen())
	}
	if addr.Is4In6() {
		if length <= 96 {
			return Entry{}, mappedError(addr.Unmap(), length)
		}
		addr, length = addr.Unmap(), length-96
	}
	return network(addr, length)
}

// network refuses host bits. Reading 10.1.2.3/8 as 10.0.0.0/8 would let
// 16 million addresses in where one may have been meant.
func network(addr netip.Addr, length int) (Entry, error) {
	prefix := netip.PrefixFrom(addr, length)
	if masked := prefix.Masked(); masked != prefix {
		return Entry{}, fmt.Errorf("host bits are set: did you mean %q or %q?", networkEntry(masked), Entry{addr, addr})
	}
	return networkEntry(prefix), nil
}

// mappedError says why addr, unmapped, is no network of length bits, which were
// counted in IPv6.
func mappedError(addr netip.Addr, length int) error {
	const reason = "an IPv4-mapped network of /96 or shorter is more than IPv4 networks can be"
	switch {
	case length <= 32:
		return fmt.Errorf("%s: did you mean %q?", reason, networkEntry(netip.PrefixFrom(addr, length)))
	case length == 96:
		return fmt.Errorf("%s: did you mean %q, all of IPv4?", reason, networkEntry(netip.PrefixFrom(addr, 0)))
	}
	return fmt.Errorf("%s: write it as IPv4, with a length from 0 to 32", reason)
}

// parseLength parses a prefix length from 0 to most. Signs and leading zeros
// are refused.
func parseLength(text string, most int) (int, bool) {
	if text == "" || len(text) > 3 || text[0] == '0' && text != "0" {
		return 0, false
	}
	length := 0
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return 0, false
		}
		length = 10*length + int(text[i]-'0')
	}
	return length, length <= most
}

const blanks = " \t"

// cutBlanks cuts text around its first run of blanks.
func cutBlanks(text string) (before, after string, ok bool) {
	i := strings.IndexAny(text, blanks)
	if i < 0 {
		return text, "", false
	}
	return text[:i], strings.TrimLeft(text[i:], blanks), true
}

// quote quotes what people typed, cut to a length that fits a message.
func quote(s string) string {
	if len(s) > maxEntryLength {
		return fmt.Sprintf("%q...", s[:maxEntryLength])
	}
	return fmt.Sprintf("%q", s)
}
