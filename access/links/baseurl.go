package links

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
)

// maxBaseURLBytes keeps links short enough for every mail program.
const maxBaseURLBytes = 512

// parseBaseURL takes what a link can be put behind. Its error quotes the text
// only where that holds no user, which may come with a password.
func parseBaseURL(text string) (*url.URL, error) {
	if len(text) > maxBaseURLBytes {
		return nil, fmt.Errorf("base URL: %d bytes, at most %d", len(text), maxBaseURLBytes)
	}
	u, err := url.Parse(text)
	if err != nil || u.Opaque != "" || u.Host == "" {
		return nil, errors.New(`base URL: not a URL with a host: write one such as "https://portal.example.com/link"`)
	}
	if u.User != nil {
		return nil, errors.New("base URL: it names a user; leave that out")
	}
	fail := func(reason string) (*url.URL, error) {
		return nil, fmt.Errorf("base URL %q: %s", text, reason)
	}
	switch {
	case u.RawQuery != "" || u.ForceQuery:
		return fail("it has a query; the link is put behind the path")
	case u.Fragment != "" || strings.Contains(text, "#"):
		return fail("it has a fragment, which is where the token goes")
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return fail("http sends tokens in clear; use https (http only on the machine itself)")
	case u.Scheme != "https" && u.Scheme != "http":
		return fail("want https")
	case strings.Trim(u.Host, hostBytes) != "":
		return fail(`the host has other than ASCII letters, digits, '-', '.', ':', '[' and ']'; write its "xn--" form`)
	case strings.Contains(u.Path+"/", "/../") || strings.Contains(u.Path+"/", "/./"):
		return fail("the path has . or .. in it")
	}
	return u, nil
}

const hostBytes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.:[]"

// isLoopback knows the machine itself by its addresses and by localhost and the
// names below it (RFC 6761 §6.3).
func isLoopback(host string) bool {
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.Unmap().IsLoopback()
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// linkURL puts the purpose and the token behind the base.
func linkURL(base *url.URL, purpose Purpose, text string) string {
	u := base.JoinPath(string(purpose))
	u.Fragment = text
	return u.String()
}
