package ipallow

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"net/netip"
)

// parseMasked parses an IPv4 network given as an address and its netmask.
func parseMasked(addrText, maskText string) (Entry, error) {
	addr, err := netip.ParseAddr(addrText)
	if err != nil {
		return Entry{}, fmt.Errorf("not a network with a netmask: %w", err)
	}
	mask, err := netip.ParseAddr(maskText)
	if err != nil {
		return Entry{}, fmt.Errorf("not a netmask: %w", err)
	}
	if !addr.Is4() || !mask.Is4() {
		return Entry{}, errors.New("only IPv4 has netmasks: write an IPv6 network with its length after a slash")
	}
	length, err := netmaskLength(mask)
	if err != nil {
		return Entry{}, err
	}
	return network(addr, length)
}

// netmaskLength returns how many ones mask begins with, if zeros alone follow.
func netmaskLength(mask netip.Addr) (int, error) {
	octets := mask.As4()
	value := binary.BigEndian.Uint32(octets[:])
	if ones, ok := leadingOnes(value); ok {
		return ones, nil
	}
	if _, ok := leadingOnes(^value); ok {
		binary.BigEndian.PutUint32(octets[:], ^value)
		return 0, fmt.Errorf("%q is a wildcard mask: did you mean the netmask %q?", mask, netip.AddrFrom4(octets))
	}
	return 0, fmt.Errorf("%q has gaps: a netmask is ones followed by zeros, such as 255.255.255.0", mask)
}

// leadingOnes returns how many ones value begins with, and whether the rest is
// zeros.
func leadingOnes(value uint32) (int, bool) {
	ones := bits.LeadingZeros32(^value)
	return ones, value<<ones == 0
}
