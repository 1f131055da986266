package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// decodeJSON reads one JSON document into a struct and refuses what two readers
// could understand differently: a member that is not known, is given twice, or
// is not spelt exactly. encoding/json takes the last of two members and any
// letter case, others the first and one case; what an auditor reads must be
// what was verified.
func decodeJSON(data []byte, into any) error {
	if !json.Valid(data) || !utf8.Valid(data) || bytes.TrimLeft(data, " \t\r\n")[0] != '{' {
		return errors.New("not one JSON object in UTF-8")
	}
	if err := checkMembers(data); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	return d.Decode(into)
}

// checkMembers walks the document once. Every name of this package's is of
// lower-case letters and '_', so a name of other letters is refused as well.
func checkMembers(data []byte) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	type level struct {
		names  map[string]bool // nil in an array
		inName bool            // the next token is a member's name
	}
	var levels []level
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if len(levels) > 0 && levels[len(levels)-1].inName {
			if name, ok := token.(string); ok {
				top := &levels[len(levels)-1]
				if !exactName(name) {
					return fmt.Errorf("member %s: unknown", quote(name))
				}
				if top.names[name] {
					return fmt.Errorf("member %s: given twice", quote(name))
				}
				top.names[name], top.inName = true, false
				continue
			}
		}
		switch token {
		case json.Delim('{'):
			levels = append(levels, level{names: map[string]bool{}, inName: true})
			continue
		case json.Delim('['):
			levels = append(levels, level{})
			continue
		case json.Delim('}'), json.Delim(']'):
			levels = levels[:len(levels)-1]
		}
		if len(levels) > 0 {
			top := &levels[len(levels)-1]
			top.inName = top.names != nil
		}
	}
}

func exactName(name string) bool {
	for _, c := range []byte(name) {
		if (c < 'a' || c > 'z') && c != '_' {
			return false
		}
	}
	return name != ""
}
