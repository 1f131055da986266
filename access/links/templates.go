package links

import (
	"embed"
	"errors"
	"fmt"
	htmltemplate "html/template"
	"io/fs"
	"path"
	"slices"
	"sync"
	texttemplate "text/template"

	"golang.org/x/text/language"
)

//go:embed templates
var embedded embed.FS

// Templates are the words of mails, in some languages. They are read-only and
// safe for concurrent use. Make them with [ParseTemplates].
type Templates struct {
	// byLanguage has a template for every purpose. The keys are canonical tags.
	byLanguage map[string]map[Purpose]template
}

// ParseTemplates returns the templates of this package, in English and German,
// with the host's in their place. host may be nil.
//
// The host's files lie in folders named by language tags (BCP 47), such as "en"
// or "pt-BR":
//
//   - en/invitation.txt, and so on for each of [LinkPurposes] and
//     [NoticePurposes], in the form of package text/template: the body, and a
//     definition {{define "subject"}}.
//   - en/invitation.html, in the form of package html/template: a whole page.
//   - en/words.txt, definitions that both kinds may use. Those of this package
//     are "date", "moment", "greeting", "login", "help", "once" and "alarm".
//   - layout.html beside the folders, definitions for pages: "head" and "foot".
//
// Templates are filled with [Values]. A file that the host leaves out is that of
// this package, where there is one; a language that this package does not have
// must be complete.
//
// Every template is filled with samples. One that fails is an error, and so is
// one without the link, the login of an invitation or its activation date: it is
// found when the program starts and not when somebody waits for a mail.
func ParseTemplates(host fs.FS) (*Templates, error) {
	own, err := fs.Sub(embedded, "templates")
	if err != nil {
		return nil, fmt.Errorf("links: parse templates: %w", err)
	}
	layers := []fs.FS{own}
	if host != nil {
		layers = []fs.FS{host, own}
	}
	folders, err := languageFolders(layers)
	if err != nil {
		return nil, err
	}
	t := &Templates{byLanguage: make(map[string]map[Purpose]template, len(folders))}
	for tag, folder := range folders {
		set := make(map[Purpose]template)
		for _, purpose := range slices.Concat(LinkPurposes(), NoticePurposes()) {
			parsed, err := parseTemplate(layers, folder, purpose)
			if err == nil {
				err = parsed.check(purpose, tag)
			}
			if err != nil {
				return nil, fmt.Errorf("links: parse templates: %s/%s: %w", folder, purpose, err)
			}
			set[purpose] = parsed
		}
		t.byLanguage[tag] = set
	}
	return t, nil
}

// standard are the templates of this package, parsed once.
var standard = sync.OnceValues(func() (*Templates, error) { return ParseTemplates(nil) })

// Languages lists the tags of the languages, in the order of bytes.
func (t *Templates) Languages() []string {
	out := make([]string, 0, len(t.byLanguage))
	for tag := range t.byLanguage {
		out = append(out, tag)
	}
	slices.Sort(out)
	return out
}

// languageFolders returns the folders of the layers by their canonical tags.
func languageFolders(layers []fs.FS) (map[string]string, error) {
	folders := make(map[string]string)
	for _, layer := range layers {
		entries, err := fs.ReadDir(layer, ".")
		if err != nil {
			return nil, fmt.Errorf("links: parse templates: %w", err)
		}
		for _, entry := range entries {
			if !entry.IsDir() {
				continue
			}
			tag, err := language.Parse(entry.Name())
			if err != nil || tag == language.Und {
				return nil, fmt.Errorf("links: parse templates: folder %q: not a language tag; name it such as \"en\" or \"pt-BR\"", entry.Name())
			}
			if had, ok := folders[tag.String()]; ok && had != entry.Name() {
				return nil, fmt.Errorf("links: parse templates: folders %q and %q are the same language", had, entry.Name())
			}
			folders[tag.String()] = entry.Name()
		}
	}
	return folders, nil
}

func parseTemplate(layers []fs.FS, folder string, purpose Purpose) (template, error) {
	var files [4]string
	for i, name := range []string{"layout.html", path.Join(folder, "words.txt"), path.Join(folder, string(purpose)+".txt"), path.Join(folder, string(purpose)+".html")} {
		var err error
		if files[i], err = readLayered(layers, name); err != nil {
			return template{}, err
		}
	}
	layout, words, text, html := files[0], files[1], files[2], files[3]

	textSet, err := texttemplate.New("words").Parse(words)
	if err == nil {
		_, err = textSet.New(bodyName).Parse(text)
	}
	if err != nil {
		return template{}, err
	}
	if textSet.Lookup(subjectName) == nil {
		return template{}, errors.New(`no {{define "subject"}} in the .txt file`)
	}
	htmlSet, err := htmltemplate.New("words").Parse(words)
	// The text comes along for its subject, which is the page's title.
	for _, part := range []struct{ name, source string }{{"layout", layout}, {"text", text}, {bodyName, html}} {
		if err == nil {
			_, err = htmlSet.New(part.name).Parse(part.source)
		}
	}
	if err != nil {
		return template{}, err
	}
	return template{text: textSet, html: htmlSet}, nil
}

// readLayered reads the file of the first layer that has it.
func readLayered(layers []fs.FS, name string) (string, error) {
	for _, layer := range layers {
		text, err := fs.ReadFile(layer, name)
		if err == nil {
			return string(text), nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
	}
	return "", fmt.Errorf("%q: no such file; a language that this package does not have must be complete", name)
}
