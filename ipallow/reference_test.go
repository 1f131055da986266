package ipallow_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"strings"

	"github.com/durward-go/durward/ipallow"
)

// referenceEntry is an allow-list entry done the slow and obvious way, with
// package net instead of netip: the first and the last address, 4 or 16 bytes.
type referenceEntry struct{ first, last net.IP }

// parseReference parses the canonical forms of an entry.
func parseReference(text string) (referenceEntry, error) {
	if first, last, ok := strings.Cut(text, "-"); ok {
		return referenceEntry{shortest(net.ParseIP(first)), shortest(net.ParseIP(last))}, nil
	}
	if ip := net.ParseIP(text); ip != nil {
		return referenceEntry{shortest(ip), shortest(ip)}, nil
	}
	_, network, err := net.ParseCIDR(text)
	if err != nil {
		return referenceEntry{}, err
	}
	last := bytes.Clone(network.IP)
	for i := range last {
		last[i] |= ^network.Mask[i]
	}
	return referenceEntry{network.IP, last}, nil
}

func (e referenceEntry) contains(addr netip.Addr) bool {
	if !addr.IsValid() || addr.Zone() != "" {
		return false
	}
	ip := shortest(net.IP(addr.AsSlice()))
	return len(ip) == len(e.first) && bytes.Compare(e.first, ip) <= 0 && bytes.Compare(ip, e.last) <= 0
}

// referenceContains asks every entry of list in turn.
func referenceContains(list ipallow.List, addr netip.Addr) (bool, error) {
	if list.String() == "any" {
		return true, nil
	}
	for _, entry := range list.Entries() {
		reference, err := parseReference(entry.String())
		if err != nil {
			return false, err
		}
		if reference.contains(addr) {
			return true, nil
		}
	}
	return false, nil
}

func shortest(ip net.IP) net.IP {
	if four := ip.To4(); four != nil {
		return four
	}
	return ip
}

// edges returns the addresses where a mistake about entry would show: its ends
// and their neighbours, each plain and, if IPv4, mapped; one of the other
// family; one with a zone; none.
func edges(entry ipallow.Entry) []netip.Addr {
	found := []netip.Addr{{}, netip.MustParseAddr("203.0.113.9"), netip.MustParseAddr("2001:db8::9"), netip.MustParseAddr("fe80::1%eth0")}
	for _, addr := range []netip.Addr{entry.First().Prev(), entry.First(), entry.First().Next(), entry.Last().Prev(), entry.Last(), entry.Last().Next()} {
		found = append(found, addr)
		if addr.Is4() {
			found = append(found, netip.AddrFrom16(addr.As16()))
		}
	}
	return found
}

// A generator makes entries of every form, sound and broken.
type generator struct{ *rand.Rand }

func (g generator) pick(choices ...string) string { return choices[g.IntN(len(choices))] }

// addr favours few values, so that entries meet.
func (g generator) addr() netip.Addr {
	low := byte(g.IntN(256))
	switch g.IntN(8) {
	case 0, 1, 2:
		return netip.AddrFrom4([4]byte{10, byte(g.IntN(2)), byte(g.IntN(4)), low})
	case 3:
		return netip.AddrFrom4([4]byte{byte(g.IntN(256)), byte(g.IntN(256)), byte(g.IntN(256)), low})
	case 4:
		return netip.AddrFrom16(netip.AddrFrom4([4]byte{10, 0, byte(g.IntN(2)), low}).As16())
	case 5:
		return netip.MustParseAddr(g.pick("0.0.0.0", "255.255.255.255", "::", "::ffff:ffff:ffff", "::1:0:0:0", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"))
	case 6:
		var b [16]byte
		for i := range b {
			b[i] = byte(g.IntN(256))
		}
		return netip.AddrFrom16(b)
	}
	return netip.AddrFrom16([16]byte{0x20, 0x01, 0x0d, 0xb8, 14: byte(g.IntN(2)), 15: low})
}

// entry returns the text of an entry; about one in four is to be refused.
func (g generator) entry() string {
	addr := g.addr()
	bits := g.IntN(addr.BitLen() + 1)
	if addr.Is4In6() && g.IntN(2) == 0 {
		bits = 90 + g.IntN(39)
	}
	prefix, _ := addr.Prefix(bits)
	if g.IntN(8) == 0 {
		prefix = netip.PrefixFrom(addr, bits) // host bits, most likely
	}
	other := g.addr()
	switch g.IntN(12) {
	case 0, 1:
		return addr.String()
	case 2, 3, 4:
		return prefix.String()
	case 5, 6, 7:
		if addr.Is4() {
			mask := net.IP(net.CIDRMask(bits, 32))
			return prefix.Addr().String() + g.pick("/", " ", "  ") + mask.String()
		}
		return prefix.String()
	case 8, 9:
		if addr.BitLen() == other.BitLen() && other.Less(addr) {
			addr, other = other, addr
		}
		return addr.String() + g.pick("-", " - ", "- ") + other.String()
	case 10:
		return addr.String() + "-" + other.String()
	}
	return g.pick(
		fmt.Sprintf("10.0.0.0/%d", g.IntN(64)), "10.0.0.0/255.0.255.0", "10.0.0.0/0.0.0.255", "10.0.0.0/255.255.255.0",
		"0.0.0.0/0.0.0.0", "10.0.0.0/08", "10.0.0.0/+8", "010.0.0.1", "10.0.1", "fe80::1%eth0", "fe80::%eth0/64", "::/0", "::ffff:0:0/96",
		"::ffff:10.0.0.0/104", "::ffff:10.0.0.0/255.0.0.0", "2001:db8::/ffff:ffff::", "10.0.0.1/32", "10.0.0.0 /24", "any", "", "-", "/", "10.0.0.1-",
	)
}
