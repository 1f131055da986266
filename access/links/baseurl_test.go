package links_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access/links"
)

func TestBaseURL(t *testing.T) {
	t.Parallel()
	for base, want := range map[string]string{
		"https://portal.example.com":            "https://portal.example.com/sign-in#",
		"https://portal.example.com/":           "https://portal.example.com/sign-in#",
		"https://portal.example.com/link":       "https://portal.example.com/link/sign-in#",
		"https://portal.example.com/a/b/":       "https://portal.example.com/a/b/sign-in#",
		"https://portal.example.com:8443/a%20b": "https://portal.example.com:8443/a%20b/sign-in#",
		"HTTPS://portal.example.com":            "https://portal.example.com/sign-in#",
		"https://xn--mnchen-3ya.example/x":      "https://xn--mnchen-3ya.example/x/sign-in#",
		"http://localhost:8080":                 "http://localhost:8080/sign-in#",
		"http://abc.localhost":                  "http://abc.localhost/sign-in#",
		"http://127.0.0.1:8080/x":               "http://127.0.0.1:8080/x/sign-in#",
		"http://127.9.9.9":                      "http://127.9.9.9/sign-in#",
		"http://[::1]:8080":                     "http://[::1]:8080/sign-in#",
		"https://[2001:db8::1]/x":               "https://[2001:db8::1]/x/sign-in#",
	} {
		w := newWorldWith(t, links.Options{BaseURLs: map[string]string{"customer": base}})
		link := w.issue(t, forPerson(links.SignIn, "bob"))
		assert.Equal(t, want+link.Reveal(), link.URL(), base)
		u, err := url.Parse(link.URL())
		require.NoError(t, err)
		assert.Equal(t, link.Reveal(), u.Fragment)
		u.Fragment = ""
		assert.NotContains(t, u.String(), link.Reveal()[30:], "what a server sees has no part of the token")
	}
	for base, want := range map[string]string{
		"":                                    "not a URL with a host",
		"portal.example.com":                  "not a URL with a host",
		"/link":                               "not a URL with a host",
		"//portal.example.com":                "want https",
		"https:portal.example.com":            "not a URL with a host",
		"https:///link":                       "not a URL with a host",
		"https://portal.example.com/\nx":      "not a URL with a host",
		"http://portal.example.com":           "use https",
		"http://localhost.example.com":        "use https",
		"http://10.0.0.1":                     "use https",
		"http://[::ffff:10.0.0.1]":            "use https",
		"javascript://portal.example.com/%0":  "not a URL with a host",
		"javascript://portal.example.com/x":   "want https",
		"ftp://portal.example.com":            "want https",
		"https://portal.example.com?x=1":      "it has a query",
		"https://portal.example.com?":         "it has a query",
		"https://portal.example.com#":         "it has a fragment",
		"https://portal.example.com/#/route":  "it has a fragment",
		"https://münchen.example":             "xn--",
		"https://a_b.example":                 "xn--",
		"https://portal.example.com/../x":     "has . or .. in it",
		"https://portal.example.com/a/./b":    "has . or .. in it",
		"https://portal.example.com/%2e%2e":   "has . or .. in it",
		"https://" + strings.Repeat("a", 600): "at most 512",
	} {
		_, err := links.New(newSealer(t), &links.Options{BaseURLs: map[string]string{"customer": base}})
		require.ErrorContains(t, err, want, base)
		assert.ErrorContains(t, err, `realm "customer"`)
	}
	_, err := links.New(newSealer(t), &links.Options{BaseURLs: map[string]string{"customer": "https://alice:hunter2@portal.example.com"}})
	require.ErrorContains(t, err, "names a user")
	assert.NotContains(t, err.Error(), "hunter2")
	_, err = links.New(newSealer(t), &links.Options{BaseURLs: map[string]string{"customer": "https://alice:hunter2@portal.example.com:port"}})
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "hunter2")
}
