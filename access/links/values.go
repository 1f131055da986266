package links

import (
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/durward-go/durward/individuals"
)

// Values are what templates are filled with. None of them is ever a password.
type Values struct {
	Purpose Purpose
	// Language is the tag of the language that the templates are in.
	Language string
	// To is the address that the mail goes to: for an e-mail change the new one.
	To string
	// Name is the person's name and Organization the title of the entity, each
	// on one line, cut, and empty where there is none or it looks like a link:
	// whoever writes names must not write our mails.
	Name, Organization string
	// Login is what the person signs in with; empty where the host signs the
	// person in by itself, and in a mail to an organization.
	Login string
	// Link is the whole link; empty in a notice.
	Link string
	// Expires is when the link ends; zero for never.
	Expires Moment
	// Activation is the date from which the login works, where that lies ahead.
	Activation individuals.Date
	// Zone is the zone of Activation.
	Zone string
	// Product and Contact are the host's, from [DispatcherOptions].
	Product, Contact string
}

// A Moment is an instant as people in a zone write it. The zero Moment is none.
type Moment struct {
	Date         individuals.Date
	Hour, Minute int
	// Zone is the name of the zone.
	Zone string
}

// IsZero reports whether m is none.
func (m Moment) IsZero() bool { return m == Moment{} }

// momentOf returns t in the first of the zones that there is, else in UTC. The
// minute is the one begun, so a link never ends before the moment that its mail
// names.
func momentOf(t time.Time, zones ...string) Moment {
	if t.IsZero() {
		return Moment{}
	}
	name, location := "UTC", time.UTC
	for _, zone := range zones {
		if found, err := individuals.LoadZone(zone); err == nil {
			name, location = zone, found
			break
		}
	}
	t = t.In(location)
	date, err := individuals.NewDate(t.Date())
	if err != nil {
		return Moment{}
	}
	return Moment{Date: date, Hour: t.Hour(), Minute: t.Minute(), Zone: name}
}

// maxNameRunes is more than any name that a mail is better for.
const maxNameRunes = 80

// linkLike is what mail programs make a link of: "https://", "www.", "example.com".
var linkLike = regexp.MustCompile(`//|(?i:www\.)|[\pL\pN-]\.\pL{2,}`)

// displayName returns a name as a mail shows it. A name with something like a
// link in it is left out: it would let anybody who can create people, or call
// themselves what they like, send a link of their own in our mails.
func displayName(name string) string {
	if linkLike.MatchString(name) {
		return ""
	}
	name = oneLine(name)
	if utf8.RuneCountInString(name) > maxNameRunes {
		name = strings.TrimSpace(string([]rune(name)[:maxNameRunes])) + "…"
	}
	return name
}

// oneLine returns s without what is no visible character: controls, line and
// paragraph separators, marks that turn the direction of what follows. Joiners
// stay, which some scripts need. White space is one space.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\u200c' || r == '\u200d':
			return r
		case unicode.IsSpace(r):
			return ' '
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp) || r == utf8.RuneError:
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// cutText cuts s to at most so many bytes, between characters.
func cutText(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most]
}
