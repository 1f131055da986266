package ipallow

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// MaxEntries is how many entries a [List] may have. A person's offices and
// networks are a handful. A list is kept in that person's record and shown on
// one page; one that names whole countries belongs in a firewall.
const MaxEntries = 1024

// A List says from which addresses someone may come in. It is immutable and one
// word long: copy it freely.
//
// The zero List has no entries and admits nothing. No restriction at all is a
// value of its own, [Anywhere], so that a list that was lost or never set keeps
// people out rather than lets them in.
//
// Compare lists with [List.Equal]; == does not compile.
type List struct {
	_   [0]func() // makes == a compile error; it would compare pointers
	set *set
}

// set is what a List points to. Nothing writes to it after Parse.
type set struct {
	entries []Entry // as given
	ranges  []Entry // sorted, merged: neither overlapping nor touching
	// The same as numbers, which is what Contains asks. An IPv6 network that
	// spans the mapped addresses holds no IPv4 address, so they are apart.
	spans4, spans6 []span
}

// A span is a range of addresses as 128-bit numbers.
type span struct{ first, last number }

type number struct{ high, low uint64 }

func (n number) less(m number) bool {
	return n.high < m.high || n.high == m.high && n.low < m.low
}

func numberOf(addr netip.Addr) number {
	bytes := addr.As16()
	return number{binary.BigEndian.Uint64(bytes[:8]), binary.BigEndian.Uint64(bytes[8:])}
}

// spansOf keeps the order of ranges, which is theirs as numbers too.
func spansOf(ranges []Entry) (four, six []span) {
	for _, r := range ranges {
		s := span{numberOf(r.first), numberOf(r.last)}
		if r.first.Is4() {
			four = append(four, s)
		} else {
			six = append(six, s)
		}
	}
	return four, six
}

var everything = &set{}

// Anywhere returns the list that restricts nothing.
func Anywhere() List { return List{set: everything} }

// Parse returns the list of entries, each as [ParseEntry] takes it. Entries may
// overlap and repeat. "any" alone is [Anywhere]; beside other entries it is an
// error, since one of the two would be a mistake. No entries: the zero List.
//
// An error names the position of the entry, counted from 1, and quotes it.
func Parse(entries []string) (List, error) {
	if len(entries) == 0 {
		return List{}, nil
	}
	if len(entries) == 1 && strings.Trim(entries[0], blanks) == anyText {
		return Anywhere(), nil
	}
	if len(entries) > MaxEntries {
		return List{}, fmt.Errorf("ipallow: parse list: %d entries, more than %d: merge them into networks", len(entries), MaxEntries)
	}
	parsed := make([]Entry, len(entries))
	for i, text := range entries {
		entry, err := parseEntry(text)
		if err != nil {
			return List{}, fmt.Errorf("ipallow: parse list: entry %d: %s: %w", i+1, quote(text), err)
		}
		parsed[i] = entry
	}
	ranges := merge(parsed)
	four, six := spansOf(ranges)
	return List{set: &set{entries: parsed, ranges: ranges, spans4: four, spans6: six}}, nil
}

// IsZero reports whether l has no entries and so admits nothing.
func (l List) IsZero() bool { return l.set == nil }

// IsAnywhere reports whether l is [Anywhere]. A list of 0.0.0.0/0 and ::/0 is
// not: it asks for an address to be known.
func (l List) IsAnywhere() bool { return l.set == everything }

// Contains reports whether l admits addr. It allocates nothing.
//
// IPv4-mapped IPv6 addresses are unmapped first. The zero Addr (the address is
// not known) and an address with a zone are on no list. [Anywhere] restricts
// nothing and so contains these as well.
func (l List) Contains(addr netip.Addr) bool {
	if l.IsAnywhere() {
		return true
	}
	if l.IsZero() || !addr.IsValid() || addr.Zone() != "" {
		return false
	}
	n := numberOf(addr)
	spans := l.set.spans6
	if addr.Is4() || addr.Is4In6() {
		spans = l.set.spans4
	}
	for len(spans) > 4 {
		if half := len(spans) / 2; n.less(spans[half].first) {
			spans = spans[:half]
		} else {
			spans = spans[half:]
		}
	}
	for i := range spans {
		if !n.less(spans[i].first) && !spans[i].last.less(n) {
			return true
		}
	}
	return false
}

// Entries returns the entries as given, in their order. The slice is the
// caller's. It is empty for the zero List and for [Anywhere], which
// [List.IsAnywhere] tells apart.
func (l List) Entries() []Entry {
	if l.IsZero() {
		return nil
	}
	return slices.Clone(l.set.entries)
}

// Equal reports whether l and other admit the same addresses, however they are
// written. [Anywhere] equals only itself.
func (l List) Equal(other List) bool {
	if l.IsAnywhere() || other.IsAnywhere() || l.IsZero() || other.IsZero() {
		return l.set == other.set
	}
	return slices.Equal(l.set.ranges, other.set.ranges)
}

// String returns the entries, each in its canonical form, with ", " between
// them; "any" for [Anywhere]; "" for the zero List.
func (l List) String() string {
	if l.IsAnywhere() {
		return anyText
	}
	entries := l.Entries()
	texts := make([]string, len(entries))
	for i, entry := range entries {
		texts[i] = entry.String()
	}
	return strings.Join(texts, ", ")
}

// MarshalText implements [encoding.TextMarshaler] with [List.String].
func (l List) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler]. It takes what
// [List.String] gives: "" is the zero List, "any" is [Anywhere], else entries
// with commas between them, as [Parse] takes them. On an error l stays as it
// was.
func (l *List) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*l = List{}
		return nil
	}
	if len(text) > MaxEntries*maxEntryLength {
		return errors.New("ipallow: parse list: longer than a list can be")
	}
	parsed, err := Parse(strings.Split(string(text), ","))
	if err != nil {
		return err
	}
	*l = parsed
	return nil
}

// merge returns the ranges of entries, sorted and without overlaps, so that one
// binary search finds the only range that can hold an address. The order of
// netip puts IPv4 before IPv6; no range spans both.
func merge(entries []Entry) []Entry {
	sorted := slices.SortedFunc(slices.Values(entries), func(a, b Entry) int {
		return a.first.Compare(b.first)
	})
	merged := sorted[:1]
	for _, entry := range sorted[1:] {
		previous := &merged[len(merged)-1]
		// Next is the zero Addr, and equals nothing here, after the last address of a family.
		if previous.last.Less(entry.first) && previous.last.Next() != entry.first {
			merged = append(merged, entry)
		} else if previous.last.Less(entry.last) {
			previous.last = entry.last
		}
	}
	return slices.Clip(merged)
}
