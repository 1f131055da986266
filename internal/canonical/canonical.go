// Package canonical writes and reads the JSON that a declaration has one of, for
// digests of it. What is read is to be written again and compared, so that a form
// has one encoding; that is for the caller, who knows what it declares.
package canonical

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Encode writes a form: UTF-8 on one line, with <, > and & as they are. It panics
// where encoding/json fails, so a form holds text, numbers and truth values only.
func Encode(form any) []byte {
	var out bytes.Buffer
	to := json.NewEncoder(&out)
	to.SetEscapeHTML(false)
	if err := to.Encode(form); err != nil {
		panic("canonical: " + err.Error())
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

// Decode reads a form of the version, which its member "version" says. Another
// version is told before anything that it may bring; unknown members are refused.
func Decode(encoding []byte, version int, form any) error {
	var told struct {
		Version int `json:"version"`
	}
	if err := json.Unmarshal(encoding, &told); err != nil {
		return err
	}
	if told.Version != version {
		return fmt.Errorf("version %d, this program knows %d: take a newer one", told.Version, version)
	}
	from := json.NewDecoder(bytes.NewReader(encoding))
	from.DisallowUnknownFields()
	return from.Decode(form)
}
