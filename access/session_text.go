package access

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
	"unicode/utf8"
)

// sessionVersion is the version of the form that sessions are written in.
// Another one is refused: its owner signs in again.
const sessionVersion = 1

// MaxSessionBytes bounds the JSON form of a session. Four IDs of the longest
// kind fit, with every byte of them escaped.
const MaxSessionBytes = 4096

// A writtenSession is the JSON form. What it holds of an actor has no version
// of its own.
type writtenSession struct {
	Version      int            `json:"version,omitzero"`
	Individual   string         `json:"individual,omitzero"`
	Link         bool           `json:"link,omitzero"`
	Organization string         `json:"organization,omitzero"`
	Epoch        *uint64        `json:"epoch"`
	SecondFactor time.Time      `json:"second_factor,omitzero"`
	Start        time.Time      `json:"start,omitzero"`
	End          time.Time      `json:"end,omitzero"`
	OnBehalf     *writtenBehalf `json:"on_behalf,omitzero"`
}

type writtenBehalf struct {
	Actor     writtenSession `json:"actor"`
	AsDefault bool           `json:"as_default,omitzero"`
	Start     time.Time      `json:"start"`
	End       time.Time      `json:"end"`
}

func (s Session) written() writtenSession {
	w := writtenSession{Individual: s.Individual, Link: s.Link, Organization: s.Organization, Epoch: &s.Epoch,
		SecondFactor: s.Factors.SecondFactor.UTC(), Start: s.Start.UTC(), End: s.End.UTC()}
	if b := s.OnBehalf; b != nil {
		w.OnBehalf = &writtenBehalf{Actor: b.Actor.written(), AsDefault: b.AsDefault, Start: b.Start.UTC(), End: b.End.UTC()}
	}
	return w
}

func (w writtenSession) session() Session {
	s := Session{Individual: w.Individual, Link: w.Link, Organization: w.Organization, Epoch: *w.Epoch,
		Factors: Factors{SecondFactor: w.SecondFactor.UTC()}, Start: w.Start.UTC(), End: w.End.UTC()}
	if b := w.OnBehalf; b != nil {
		s.OnBehalf = &SessionOnBehalf{Actor: b.Actor.session(), AsDefault: b.AsDefault, Start: b.Start.UTC(), End: b.End.UTC()}
	}
	return s
}

// MarshalJSON writes the session as an object with a version. It fails with
// [ErrSessionMalformed] for what is no session, the zero one too: mark a field
// of that type omitzero where there may be none.
func (s Session) MarshalJSON() ([]byte, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	w := s.written()
	w.Version = sessionVersion
	return json.Marshal(w)
}

// UnmarshalJSON reads what [Session.MarshalJSON] wrote, in any order of members
// and with any blanks between them. Whatever else there is, or is missing, is
// [ErrSessionMalformed].
func (s *Session) UnmarshalJSON(data []byte) error {
	read, err := readSession(data)
	if err != nil {
		return err
	}
	*s = read
	return nil
}

// MarshalText writes the session in the letters of base64url, for a column or
// an authenticated cookie. It fails as MarshalJSON does.
func (s Session) MarshalText() ([]byte, error) {
	data, err := s.MarshalJSON()
	if err != nil {
		return nil, err
	}
	return base64.RawURLEncoding.AppendEncode(nil, data), nil
}

// UnmarshalText reads what [Session.MarshalText] wrote.
func (s *Session) UnmarshalText(text []byte) error {
	if len(text) > base64.RawURLEncoding.EncodedLen(MaxSessionBytes) {
		return malformed(fmt.Errorf("%d bytes of text", len(text)))
	}
	data, err := base64.RawURLEncoding.Strict().AppendDecode(nil, text)
	if err != nil || bytes.ContainsAny(text, "\r\n") { // which the decoder skips
		return malformed(errors.New("not base64url without padding"))
	}
	return s.UnmarshalJSON(data)
}

func malformed(err error) error { return fmt.Errorf("%w: %w", ErrSessionMalformed, err) }

func readSession(data []byte) (Session, error) {
	if len(data) > MaxSessionBytes {
		return Session{}, malformed(fmt.Errorf("%d bytes, more than %d", len(data), MaxSessionBytes))
	}
	if !json.Valid(data) || !utf8.Valid(data) {
		return Session{}, malformed(errors.New("not JSON in UTF-8"))
	}
	d := json.NewDecoder(bytes.NewReader(data))
	var w writtenSession
	if err := w.read(d, true); err != nil {
		return Session{}, malformed(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Session{}, malformed(errors.New("something follows the object"))
	}
	if w.Version != sessionVersion {
		return Session{}, malformed(fmt.Errorf("version %d, this is version %d", w.Version, sessionVersion))
	}
	if w.Epoch == nil || w.OnBehalf != nil && w.OnBehalf.Actor.Epoch == nil {
		return Session{}, malformed(errors.New("no epoch"))
	}
	s := w.session()
	return s, s.check()
}

func (w *writtenSession) read(d *json.Decoder, outermost bool) error {
	return readMembers(d, func(name string) error {
		switch name {
		case "individual":
			return readValue(d, &w.Individual)
		case "link":
			return readValue(d, &w.Link)
		case "organization":
			return readValue(d, &w.Organization)
		case "epoch":
			return readValue(d, &w.Epoch)
		case "second_factor":
			return readValue(d, &w.SecondFactor)
		case "start":
			return readValue(d, &w.Start)
		case "end":
			return readValue(d, &w.End)
		}
		switch {
		case name == "version" && outermost:
			return readValue(d, &w.Version)
		case name == "on_behalf" && outermost:
			w.OnBehalf = new(writtenBehalf)
			return w.OnBehalf.read(d)
		}
		return errUnknownMember
	})
}

func (w *writtenBehalf) read(d *json.Decoder) error {
	return readMembers(d, func(name string) error {
		switch name {
		case "actor":
			return w.Actor.read(d, false)
		case "as_default":
			return readValue(d, &w.AsDefault)
		case "start":
			return readValue(d, &w.Start)
		case "end":
			return readValue(d, &w.End)
		}
		return errUnknownMember
	})
}

var errUnknownMember = errors.New("unknown")

// readMembers reads an object, and calls read at the value of each member.
// encoding/json by itself would take any letter case of a name, and the last of
// two members.
func readMembers(d *json.Decoder, read func(name string) error) error {
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return errors.New("not an object")
	}
	seen := make(map[string]bool)
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return err
		}
		name, _ := t.(string)
		if seen[name] {
			return fmt.Errorf("member %.32q: given twice", name)
		}
		seen[name] = true
		if err := read(name); err != nil {
			return fmt.Errorf("member %.32q: %w", name, err)
		}
	}
	_, err := d.Token()
	return err
}

// readValue reads one value of a member. encoding/json by itself would take
// null for any.
func readValue[T any](d *json.Decoder, into *T) error {
	var value *T
	if err := d.Decode(&value); err != nil {
		return err
	}
	if value == nil {
		return errors.New("null")
	}
	*into = *value
	return nil
}
