package links

import (
	"fmt"
	"slices"

	"golang.org/x/text/language"
)

// A chooser finds the language to write to a person in.
type chooser struct {
	tags    []string
	matcher language.Matcher
}

// newChooser takes the languages that mails are written in, the first for whom
// none fits. None means all that there are, English first.
func newChooser(templates *Templates, wanted []string) (*chooser, error) {
	there := templates.Languages()
	if len(wanted) == 0 {
		wanted = slices.Clone(there)
		if i := slices.Index(wanted, "en"); i > 0 {
			wanted = slices.Insert(slices.Delete(wanted, i, i+1), 0, "en")
		}
	}
	c := new(chooser)
	var parsed []language.Tag
	for _, text := range wanted {
		tag, err := language.Parse(text)
		if err != nil || !slices.Contains(there, tag.String()) {
			return nil, fmt.Errorf("links: DispatcherOptions.Languages: %.64q: there are templates in %q only", text, there)
		}
		c.tags, parsed = append(c.tags, tag.String()), append(parsed, tag)
	}
	c.matcher = language.NewMatcher(parsed)
	return c, nil
}

// choose returns the tag of the language nearest to the one wanted: "de" for
// "de-AT". What is no tag gets the first.
func (c *chooser) choose(wanted string) string {
	tag, err := language.Parse(wanted)
	if err != nil || tag == language.Und {
		return c.tags[0]
	}
	_, index, confidence := c.matcher.Match(tag)
	if confidence == language.No {
		return c.tags[0]
	}
	return c.tags[index]
}
