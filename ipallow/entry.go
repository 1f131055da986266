package ipallow

import (
	"errors"
	"math/bits"
	"net/netip"
)

// An Entry is one line of an allow-list: an address, a network or a range of
// addresses. It stands for every address from [Entry.First] to [Entry.Last],
// both included.
//
// Entries are comparable: two are == when they stand for the same addresses,
// however they were written. The zero Entry is not valid and contains nothing.
type Entry struct {
	// Both are of one family and have no zone. What people write is unmapped;
	// an end of an IPv6 network such as ::/80 may still look mapped.
	first, last netip.Addr
}

// First returns the lowest address of e, or the zero Addr if e is not valid.
func (e Entry) First() netip.Addr { return e.first }

// Last returns the highest address of e, or the zero Addr if e is not valid.
func (e Entry) Last() netip.Addr { return e.last }

// IsValid reports whether e came from [ParseEntry] without an error. Only the
// zero Entry is not valid.
func (e Entry) IsValid() bool { return e.first.IsValid() }

// Contains reports whether addr is one of e's addresses. IPv4-mapped IPv6
// addresses are unmapped first. The zero Addr and an address with a zone are in
// no entry.
func (e Entry) Contains(addr netip.Addr) bool {
	if !e.IsValid() || !addr.IsValid() || addr.Zone() != "" {
		return false
	}
	addr = addr.Unmap()
	return e.first.Compare(addr) <= 0 && addr.Compare(e.last) <= 0
}

// String returns the canonical form of e, which [ParseEntry] takes back: the
// address if e holds one only, else the network in CIDR notation if e is
// exactly one, else first-last. The zero Entry is "invalid Entry".
func (e Entry) String() string {
	if !e.IsValid() {
		return "invalid Entry"
	}
	if e.first == e.last {
		return e.first.String()
	}
	if prefix, ok := e.prefix(); ok {
		return prefix.String()
	}
	return e.first.String() + "-" + e.last.String()
}

// MarshalText implements [encoding.TextMarshaler] with [Entry.String]. The zero
// Entry is an error: a list that held it could not be read back.
func (e Entry) MarshalText() ([]byte, error) {
	if !e.IsValid() {
		return nil, errors.New("ipallow: marshal entry: the zero Entry has no text: make entries with ParseEntry")
	}
	return []byte(e.String()), nil
}

// UnmarshalText implements [encoding.TextUnmarshaler] with [ParseEntry]. On an
// error e stays as it was.
func (e *Entry) UnmarshalText(text []byte) error {
	parsed, err := ParseEntry(string(text))
	if err != nil {
		return err
	}
	*e = parsed
	return nil
}

// prefix returns the network that e is, if it is exactly one.
func (e Entry) prefix() (netip.Prefix, bool) {
	prefix := netip.PrefixFrom(e.first, commonBits(e.first, e.last))
	return prefix, networkEntry(prefix) == e
}

// networkEntry returns the entry of all addresses of prefix, whose host bits
// are taken as zero.
func networkEntry(prefix netip.Prefix) Entry {
	first := prefix.Masked().Addr()
	last := first.As16()
	for bit := 128 - first.BitLen() + prefix.Bits(); bit < 128; bit++ {
		last[bit/8] |= 0x80 >> (bit % 8)
	}
	if first.Is4() {
		return Entry{first, netip.AddrFrom16(last).Unmap()}
	}
	return Entry{first, netip.AddrFrom16(last)}
}

// commonBits returns how many leading bits a and b, of one family, share.
func commonBits(a, b netip.Addr) int {
	a16, b16 := a.As16(), b.As16()
	for i := range a16 {
		if differing := a16[i] ^ b16[i]; differing != 0 {
			return 8*i + bits.LeadingZeros8(differing) - (128 - a.BitLen())
		}
	}
	return a.BitLen()
}
