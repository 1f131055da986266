package reference

import (
	"fmt"
	"net/netip"
	"strings"
)

// admits reports whether the address is on the list.
func admits(entries []string, address netip.Addr) (bool, error) {
	if len(entries) == 1 && entries[0] == "any" {
		return true, nil
	}
	for _, entry := range entries {
		first, last, err := ends(entry)
		if err != nil {
			return false, err
		}
		a := address.Unmap()
		if !address.IsValid() || address.Zone() != "" || a.Is4() != first.Is4() {
			continue
		}
		if first.Compare(a) <= 0 && a.Compare(last) <= 0 {
			return true, nil
		}
	}
	return false, nil
}

// ends are the lowest and the highest address of an entry: an address, a range, or a
// network with a prefix length or a netmask. Mapped addresses are those that they map.
func ends(entry string) (first, last netip.Addr, err error) {
	from, to, ranged := strings.Cut(entry, "-")
	network, mask, masked := cutMask(entry)
	switch {
	case ranged:
		first, err = netip.ParseAddr(strings.TrimSpace(from))
		if err == nil {
			last, err = netip.ParseAddr(strings.TrimSpace(to))
		}
	case masked:
		first, err = netip.ParseAddr(network)
		if err == nil {
			last, err = highest(first, mask)
		}
	default:
		first, err = netip.ParseAddr(strings.TrimSpace(entry))
		last = first
	}
	if err != nil {
		return first, last, fmt.Errorf("reference: allow-list entry %q: %w", entry, err)
	}
	return first.Unmap(), last.Unmap(), nil
}

// cutMask splits "network/mask" and "network mask".
func cutMask(entry string) (network, mask string, ok bool) {
	network, mask, ok = strings.Cut(strings.TrimSpace(entry), "/")
	if !ok {
		network, mask, ok = strings.Cut(network, " ")
	}
	return strings.TrimSpace(network), strings.TrimSpace(mask), ok
}

// highest sets the bits of the network's address that the mask leaves to the hosts.
func highest(network netip.Addr, mask string) (netip.Addr, error) {
	octets := network.AsSlice()
	if netmask, err := netip.ParseAddr(mask); err == nil {
		for i, m := range netmask.AsSlice() {
			octets[i] |= ^m
		}
	} else {
		length := 0
		if _, err := fmt.Sscanf(mask, "%d", &length); err != nil {
			return network, err
		}
		for bit := length; bit < 8*len(octets); bit++ {
			octets[bit/8] |= 1 << (7 - bit%8)
		}
	}
	last, _ := netip.AddrFromSlice(octets)
	return last, nil
}
