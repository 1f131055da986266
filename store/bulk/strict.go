package bulk

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"
)

// decodeStrict reads one JSON object into a struct and refuses what two readers
// could understand differently: members that are unknown, given twice, null or
// not spelt exactly. Its errors quote nothing of the line but names of members, and
// not those where the line is to hold a secret, which may be in the wrong place.
func decodeStrict(data []byte, into any) error {
	if !utf8.Valid(data) {
		return errors.New("not UTF-8")
	}
	if !json.Valid(data) {
		return errors.New("not one JSON value; a line holds one object")
	}
	if data = bytes.Trim(data, " \t\r\n"); data[0] != '{' {
		return errors.New("not a JSON object")
	}
	hidden := bytes.Contains(data, []byte(`"credential"`)) || bytes.Contains(data, []byte(`"token"`))
	if err := checkMembers(data, hidden); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	var wrong *json.UnmarshalTypeError
	var instant *time.ParseError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &wrong):
		record, field, _ := strings.Cut(wrong.Field, ".")
		return &fieldError{record: record, field: field, err: fmt.Errorf("want %s", wanted(wrong.Type))}
	case errors.As(err, &instant):
		return errors.New("an instant that is not one of RFC 3339")
	}
	if quoted, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return fmt.Errorf("%s: unknown", member(strings.Trim(quoted, `"`), hidden))
	}
	return err
}

// member names a member whose name is exact.
func member(name string, hidden bool) string {
	if hidden || len(name) > 40 {
		return "a member"
	}
	return fmt.Sprintf("member %q", name)
}

// wanted says what JSON a Go type is read from.
func wanted(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.String:
		return "a text in quotes"
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return "bytes in base64, in quotes"
		}
		return "a list in brackets"
	case reflect.Struct, reflect.Pointer, reflect.Map:
		return "an object in braces"
	case reflect.Int, reflect.Uint8, reflect.Uint64:
		return "a whole number that is not below 0"
	default:
		return "another value"
	}
}

// Limits of a line are more than any record has, so that a short text that stands
// for much work and memory is refused before it is decoded.
const (
	// maxDepth is above that of a value of a change of an event.
	maxDepth = 8
	// maxMembers is above those of an object: an event has 24.
	maxMembers = 64
	// maxValues is above those of a line: a role that sets every node of the largest
	// tree has 262,000.
	maxValues = 1 << 19
)

// checkMembers walks a valid JSON document and refuses names that are given twice
// in an object or are not of lower-case letters and '_', and null: encoding/json
// takes the last of two members, any letter case, and null for anything.
func checkMembers(data []byte, hidden bool) error {
	type object struct {
		names  [][]byte
		inList bool
	}
	var stack []object
	values := 0
	name := false // the next string is a member's name
	for i := 0; i < len(data); i++ {
		switch c := data[i]; c {
		case '{', '[':
			if len(stack) == maxDepth {
				return errors.New("more deeply nested than any record")
			}
			stack = append(stack, object{inList: c == '['})
			name = c == '{'
		case '}', ']':
			stack = stack[:len(stack)-1]
			name = false
		case ',':
			if values++; values == maxValues {
				return errors.New("more values than any record has")
			}
			name = !stack[len(stack)-1].inList
		case ':':
			name = false
		case 'n':
			return errors.New("null: leave the member out")
		case 't':
			i += len("true") - 1
		case 'f':
			i += len("false") - 1
		case '"':
			end := endOfString(data, i+1)
			if name {
				top := &stack[len(stack)-1]
				word := data[i+1 : end]
				if !exactName(word) {
					return errors.New("a member's name that is not of lower-case letters and '_'")
				}
				for _, had := range top.names {
					if bytes.Equal(had, word) {
						return fmt.Errorf("%s: given twice", member(string(word), hidden))
					}
				}
				if len(top.names) == maxMembers {
					return errors.New("more members than any record has")
				}
				top.names = append(top.names, word)
			}
			i = end
		}
	}
	return nil
}

// endOfString returns where the quote is that ends the string.
func endOfString(data []byte, i int) int {
	for ; data[i] != '"'; i++ {
		if data[i] == '\\' {
			i++
		}
	}
	return i
}

func exactName(name []byte) bool {
	for _, c := range name {
		if (c < 'a' || c > 'z') && c != '_' {
			return false
		}
	}
	return len(name) > 0
}
