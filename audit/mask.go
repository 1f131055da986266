package audit

import (
	"net/netip"
	"strings"
	"unicode/utf8"
)

// Mask leaves of a person's data what tells one from another at a glance, and no
// more: "b***@abc.example" of an e-mail address, the network of an IP address
// ("10.1.2.***", the first 48 bits of IPv6), the last two digits of a telephone
// number, and the first letter of anything else. The stars are always three, so
// that the length does not show. Of a text too short to hide in, nothing is
// left.
func Mask(text string) string {
	const stars = "***"
	if text == "" {
		return ""
	}
	if address, err := netip.ParseAddr(text); err == nil {
		return maskAddress(address.WithZone("").Unmap(), stars)
	}
	if at := strings.LastIndexByte(text, '@'); at > 0 && mailDomain(text[at+1:]) {
		return first(text[:at]) + stars + text[at:]
	}
	if digits := onlyDigits(text); len(digits) >= 6 {
		return stars + digits[len(digits)-2:]
	}
	return first(text) + stars
}

// first returns the first character, unless it would give away half the text.
func first(text string) string {
	if utf8.RuneCountInString(text) < 3 {
		return ""
	}
	_, size := utf8.DecodeRuneInString(text)
	return text[:size]
}

func maskAddress(address netip.Addr, stars string) string {
	if address.Is4() {
		text := address.String()
		return text[:strings.LastIndexByte(text, '.')+1] + stars
	}
	network := netip.PrefixFrom(address, 48).Masked().Addr().String() // ends in ::
	return network + stars
}

// mailDomain reports whether text could be a domain: dotted labels of letters,
// digits and hyphens, or of any characters beyond ASCII.
func mailDomain(text string) bool {
	for label := range strings.SplitSeq(text, ".") {
		if label == "" {
			return false
		}
		for _, c := range label {
			ascii := c == '-' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
			if !ascii && c < utf8.RuneSelf {
				return false
			}
		}
	}
	return true
}

// onlyDigits returns the digits of what may be a telephone number, and nothing
// if there is anything in it but digits and what people put between them.
func onlyDigits(text string) string {
	var digits strings.Builder
	for _, c := range text {
		switch {
		case '0' <= c && c <= '9':
			digits.WriteRune(c)
		case strings.ContainsRune("+-()./ ", c):
		default:
			return ""
		}
	}
	return digits.String()
}
