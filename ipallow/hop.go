package ipallow

import (
	"errors"
	"fmt"
	"iter"
	"net/netip"
	"strings"
)

// hopsOfAddressList yields the addresses of line from the right. It reads no
// further than it is asked to.
func hopsOfAddressList(line string) iter.Seq2[netip.Addr, error] {
	return func(yield func(netip.Addr, error) bool) {
		for {
			comma := strings.LastIndexByte(line, ',')
			if !yield(parseHop(line[comma+1:])) || comma < 0 {
				return
			}
			line = line[:comma]
		}
	}
}

// parseHop parses an address with or without a port.
func parseHop(s string) (netip.Addr, error) {
	text := strings.Trim(s, blanks)
	if addr, err := netip.ParseAddr(text); err == nil {
		return hopAddr(text, addr)
	}
	return parseNode(text)
}

// parseNode parses a node of RFC 7239 §6: an IPv4 address or a bracketed IPv6
// address, and a port, which is checked and left out.
func parseNode(text string) (netip.Addr, error) {
	switch {
	case text == "":
		return netip.Addr{}, errors.New("no address")
	case strings.EqualFold(text, "unknown") || text[0] == '_':
		return netip.Addr{}, fmt.Errorf("%s: the client is not named: make the proxy send its address", quote(text))
	}
	inner, port := text, ""
	bracketed := text[0] == '['
	if bracketed {
		end := strings.IndexByte(text, ']')
		if end < 0 {
			return netip.Addr{}, fmt.Errorf("%s: a bracket is not closed", quote(text))
		}
		inner, port = text[1:end], text[end+1:]
	} else if colon := strings.IndexByte(text, ':'); colon >= 0 {
		inner, port = text[:colon], text[colon:]
	}
	if port != "" && !isPort(port) {
		return netip.Addr{}, fmt.Errorf("%s: not an address with a port", quote(text))
	}
	addr, err := netip.ParseAddr(inner)
	if err != nil || addr.Is6() != bracketed {
		return netip.Addr{}, fmt.Errorf("%s: not an address", quote(text))
	}
	return hopAddr(text, addr)
}

// hopAddr refuses a zone, which names an interface of another machine.
func hopAddr(text string, addr netip.Addr) (netip.Addr, error) {
	if addr.Zone() != "" {
		return netip.Addr{}, fmt.Errorf("%s: an address with a zone", quote(text))
	}
	return addr.Unmap(), nil
}

// isPort reports whether s is a colon and a port, or a port's hidden name, RFC
// 7239 §6.
func isPort(s string) bool {
	if len(s) < 2 || s[0] != ':' {
		return false
	}
	if s[1] == '_' {
		return len(s) > 2 && strings.Trim(s[2:], obfuscated) == ""
	}
	return len(s) <= len(":65535") && strings.Trim(s[1:], "0123456789") == ""
}

// obfuscated are the bytes of a hidden name, RFC 7239 §6.3.
const obfuscated = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"
