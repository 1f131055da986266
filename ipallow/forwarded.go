package ipallow

import (
	"errors"
	"fmt"
	"iter"
	"net/netip"
	"strings"
)

// hopsOfForwarded yields the addresses of for= in line, the value of a header
// Forwarded (RFC 7239 §4), from the right. When the line as a whole does not
// parse, it yields that error alone: an element read apart could be the inside
// of a string that the client left open.
func hopsOfForwarded(line string) iter.Seq2[netip.Addr, error] {
	return func(yield func(netip.Addr, error) bool) {
		nodes, err := forwardedNodes(line)
		if err != nil {
			yield(netip.Addr{}, fmt.Errorf("%s: %w", quote(line), err))
			return
		}
		for i := len(nodes) - 1; i >= 0; i-- {
			if !yield(parseNode(nodes[i])) {
				return
			}
		}
	}
}

// forwardedNodes returns the value of for= of every element of line, "" for an
// element without one.
func forwardedNodes(line string) ([]string, error) {
	var nodes []string
	rest := line
	for {
		if len(nodes) == MaxHops {
			return nil, fmt.Errorf("more than %d elements", MaxHops)
		}
		node, after, err := forwardedElement(rest)
		if err != nil {
			return nil, err
		}
		nodes = append(nodes, node)
		if after == "" {
			return nodes, nil
		}
		rest = after[1:] // a comma
	}
}

// forwardedElement reads one element. rest is empty or begins with a comma.
// Pairs may be empty, as the grammar has it, and blanks may stand around their
// semicolons, as some proxies write them.
func forwardedElement(s string) (node, rest string, err error) {
	named := false
	for {
		s = strings.TrimLeft(s, blanks)
		if s != "" && s[0] != ',' && s[0] != ';' {
			var name, value string
			if name, value, s, err = forwardedPair(s); err != nil {
				return "", "", err
			}
			if strings.EqualFold(name, "for") {
				if named {
					return "", "", errors.New("an element with two for=")
				}
				node, named = value, true
			}
			s = strings.TrimLeft(s, blanks)
		}
		if s == "" || s[0] == ',' {
			return node, s, nil
		}
		if s[0] != ';' {
			return "", "", errors.New("no comma or semicolon after a value")
		}
		s = s[1:]
	}
}

// forwardedPair reads a name, an equals sign and a value, which is a token or
// quoted.
func forwardedPair(s string) (name, value, rest string, err error) {
	name, rest = cutToken(s)
	if name == "" || rest == "" || rest[0] != '=' {
		return "", "", "", errors.New("not a name with a value")
	}
	rest = rest[1:]
	if rest != "" && rest[0] == '"' {
		value, rest, err = cutQuoted(rest[1:])
		return name, value, rest, err
	}
	value, rest = cutToken(rest)
	if value == "" {
		return "", "", "", errors.New("a name without a value")
	}
	return name, value, rest, nil
}

// cutToken cuts the token that s begins with.
func cutToken(s string) (token, rest string) {
	i := 0
	for i < len(s) && isTokenByte(s[i]) {
		i++
	}
	return s[:i], s[i:]
}

// cutQuoted cuts the rest of a quoted string (RFC 9110 §5.6.4), whose opening
// quote has been read.
func cutQuoted(s string) (value, rest string, err error) {
	var unquoted strings.Builder
	for i := 0; i < len(s); i++ {
		switch b := s[i]; {
		case b == '"':
			return unquoted.String(), s[i+1:], nil
		case b == '\\':
			if i++; i == len(s) || !isQuotable(s[i]) {
				return "", "", errors.New("a backslash before nothing that can be quoted")
			}
			unquoted.WriteByte(s[i])
		case isQuotable(b):
			unquoted.WriteByte(b)
		default:
			return "", "", errors.New("a control character in a quoted value")
		}
	}
	return "", "", errors.New("a quoted value is not closed")
}

func isQuotable(b byte) bool { return b == '\t' || b >= ' ' && b != 0x7f }
