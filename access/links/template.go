package links

import (
	"bytes"
	"errors"
	htmltemplate "html/template"
	"strings"
	texttemplate "text/template"
)

// A template is what a mail of one purpose in one language is made of.
type template struct {
	text *texttemplate.Template
	html *htmltemplate.Template
}

// The names that a template's parts have.
const (
	subjectName = "subject"
	bodyName    = "body"
)

// A rendering is a filled template.
type rendering struct{ subject, text, html string }

func (t template) render(values Values) (rendering, error) {
	var out rendering
	var b bytes.Buffer
	if err := t.text.ExecuteTemplate(&b, subjectName, values); err != nil {
		return rendering{}, err
	}
	out.subject = cutText(oneLine(b.String()), MaxSubjectBytes)
	b.Reset()
	if err := t.text.ExecuteTemplate(&b, bodyName, values); err != nil {
		return rendering{}, err
	}
	out.text = strings.TrimSpace(b.String()) + "\n"
	b.Reset()
	if err := t.html.ExecuteTemplate(&b, bodyName, values); err != nil {
		return rendering{}, err
	}
	out.html = strings.TrimSpace(b.String()) + "\n"
	return out, nil
}

// check fills the template with samples and holds what comes out to what a mail
// must say.
func (t template) check(purpose Purpose, language string) error {
	var before rendering
	for i, sample := range samples(purpose, language) {
		got, err := t.render(sample)
		switch {
		case err != nil:
			return err
		case got.subject == "":
			return errors.New("the subject is empty")
		case strings.TrimSpace(got.text) == "" || strings.TrimSpace(got.html) == "":
			return errors.New("the text or the HTML is empty")
		case sample.Link != "" && strings.Contains(got.subject, sampleText):
			return errors.New("the subject holds the link, which servers log")
		case sample.Link != "" && !strings.Contains(got.text, sample.Link):
			return errors.New("the text has no {{.Link}}")
		case sample.Link != "" && !strings.Contains(got.html, `href="`+sample.Link+`"`):
			return errors.New(`the HTML has no <a href="{{.Link}}">`)
		case purpose == Invitation && !(strings.Contains(got.text, sample.Login) && strings.Contains(got.html, sample.Login)):
			return errors.New("an invitation names the login: the text or the HTML has no {{.Login}}")
		case purpose == Invitation && i == 1 && (got.text == before.text || got.html == before.html):
			return errors.New("an invitation names an activation date that lies ahead: the text or the HTML has no {{.Activation}}")
		}
		before = got
	}
	return nil
}
