package audit_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/audit"
)

// TestEveryFieldIsInTheHash alters each field of an event, found by reflection,
// in each way its type allows. A field that the encoding forgets fails here, and
// so does a field of a type that this test does not know.
func TestEveryFieldIsInTheHash(t *testing.T) {
	t.Parallel()
	for name, given := range map[string]audit.Event{"full": full(t), "sparse": sparse()} {
		e, _, err := audit.Append(audit.Start(audit.Changes), given)
		require.NoError(t, err)
		require.NoError(t, e.Check())
		altered := 0
		alter(t, name, reflect.ValueOf(&e).Elem(), func(how string) {
			altered++
			assert.ErrorIs(t, e.Check(), audit.Edited, how)
		})
		require.NoError(t, e.Check(), "every alteration was taken back")
		assert.Greater(t, altered, reflect.TypeFor[audit.Event]().NumField())
	}
}

// alter gives v and all in it other contents, one at a time, calls tell after
// each and takes it back.
func alter(t *testing.T, where string, v reflect.Value, tell func(how string)) {
	t.Helper()
	was := reflect.New(v.Type()).Elem()
	was.Set(v)
	try := func(how string, other any) {
		v.Set(reflect.ValueOf(other).Convert(v.Type()))
		tell(where + ": " + how)
		v.Set(was)
	}
	switch x := v.Interface().(type) {
	case audit.Value:
		for how, other := range otherValues(t, x) {
			try(how, other)
		}
		return
	case audit.Hash:
		for i := range x {
			other := x
			other[i] ^= 1
			try(fmt.Sprintf("byte %d", i), other)
		}
		return
	case time.Time:
		try("later", x.Add(time.Nanosecond))
		try("earlier", x.Add(-time.Hour))
		try("none", time.Time{})
		return
	}
	switch v.Kind() {
	case reflect.String:
		try("longer", v.String()+"x")
		if v.String() != "" {
			try("shorter", v.String()[1:])
			try("none", "")
		}
	case reflect.Uint64:
		try("more", v.Uint()+1)
		try("far more", v.Uint()+1<<40)
	case reflect.Struct:
		for i := range v.NumField() {
			require.True(t, v.Type().Field(i).IsExported(), "%s: %s", where, v.Type().Field(i).Name)
			alter(t, where+"."+v.Type().Field(i).Name, v.Field(i), tell)
		}
	case reflect.Slice:
		for i := range v.Len() {
			alter(t, fmt.Sprintf("%s[%d]", where, i), v.Index(i), tell)
		}
		try("one more", reflect.Append(v, reflect.New(v.Type().Elem()).Elem()).Interface())
		if v.Len() > 0 {
			try("one fewer", v.Slice(1, v.Len()).Interface())
			try("the last fewer", v.Slice(0, v.Len()-1).Interface())
			try("none", reflect.Zero(v.Type()).Interface())
			turned := reflect.AppendSlice(reflect.MakeSlice(v.Type(), 0, v.Len()), v.Slice(1, v.Len()))
			try("turned", reflect.Append(turned, v.Index(0)).Interface())
			try("the first again", reflect.Append(v, v.Index(0)).Interface())
		}
	default:
		t.Fatalf("%s: a field of type %s: teach this test to alter it", where, v.Type())
	}
}

// otherValues returns values that differ from v by more than its erasure.
func otherValues(t *testing.T, v audit.Value) map[string]audit.Value {
	t.Helper()
	out := map[string]audit.Value{}
	add := func(how string, other audit.Value) {
		if other != v && other != v.Erase() {
			out[how] = other
		}
	}
	text, _ := v.Text()
	add("none", audit.Value{})
	add("plain", audit.Plain(text))
	add("plain empty", audit.Plain(""))
	add("plain other", audit.Plain(text+"x"))
	add("personal anew", personal(t, 99, text))
	add("personal anew, erased", personal(t, 99, text).Erase())
	add("set", audit.Secret(audit.SecretSet))
	add("changed", audit.Secret(audit.SecretChanged))
	add("plain changed", audit.Plain(string(audit.SecretChanged)))
	if v.Kind() == audit.ValuePersonal {
		data, err := json.Marshal(v)
		require.NoError(t, err)
		var members map[string]string
		require.NoError(t, json.Unmarshal(data, &members))
		for name, was := range members {
			members[name] = flip(was)
			data, err := json.Marshal(members)
			require.NoError(t, err)
			var other audit.Value
			require.NoError(t, json.Unmarshal(data, &other))
			add("another "+name, other)
			members[name] = was
		}
		require.Len(t, members, 3)
	}
	return out
}

// flip alters the first character so that a hexadecimal digit stays one.
func flip(text string) string {
	if text[0] == '0' {
		return "1" + text[1:]
	}
	return "0" + text[1:]
}

// TestHashesAreFixed pins the hashes of version 1. Another hash here means that
// no chain that was ever kept verifies any more.
func TestHashesAreFixed(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "changes:0:899ba97bd2ce35a09ff4bd2d021fe9b7f89d304eedfd4097bea5195dcd641012", audit.Start(audit.Changes).String())
	_, heads := chainOf(t, audit.Changes, 3)
	assert.Equal(t, "changes:3:1bf7e6ba710fc2d83ab43eca6856e85422c943ffed1de7ae86c20f906ccd2c27", heads[3].String())
}

// TestPythonComputesTheSameHashes has a second program, which knows only the
// description of the encoding and the JSON, verify a chain.
func TestPythonComputesTheSameHashes(t *testing.T) {
	t.Parallel()
	python, err := exec.LookPath("python3")
	if err != nil {
		if os.Getenv("DURWARD_REQUIRE_SERVERS") == "1" {
			t.Fatal("python3 is missing: install the Debian package python3")
		}
		t.Skip("python3 is missing: install the Debian package python3")
	}
	events, heads := chainOf(t, audit.Changes, 6)
	events[3], _ = events[3].Erase("steve")
	var lines bytes.Buffer
	encoder := json.NewEncoder(&lines)
	for _, e := range events {
		require.NoError(t, encoder.Encode(e))
	}
	command := exec.Command(python, "-I", "testdata/verify.py", string(audit.Changes))
	command.Stdin = &lines
	out, err := command.CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Equal(t, heads[6].String()+"\n", string(out))
}

// FuzzEncodingIsReadInOneWay writes events of any contents, valid or not, and
// reads the bytes back. What can be read back cannot be two events' encoding.
func FuzzEncodingIsReadInOneWay(f *testing.F) {
	f.Add([]byte("\x03abc\x01\x00\x02de"))
	f.Add(bytes.Repeat([]byte{1, 'x', 2, 'y', 'z', 0}, 40))
	f.Add([]byte{0})
	f.Fuzz(func(t *testing.T, data []byte) {
		want := eventOf(t, &data)
		in := audit.AppendFields(want)
		got := decodeEvent(t, in)
		assert.Equal(t, want, got)
		assert.Equal(t, in, audit.AppendFields(got))
	})
}

// eventOf makes an event of fuzzed bytes, its personal values erased.
func eventOf(t *testing.T, data *[]byte) audit.Event {
	take := func() byte {
		if len(*data) == 0 {
			return 0
		}
		b := (*data)[0]
		*data = (*data)[1:]
		return b
	}
	text := func() string {
		n := min(int(take()%8), len(*data))
		s := string((*data)[:n])
		*data = (*data)[n:]
		return s
	}
	number := func() uint64 { return uint64(take()) << (take() % 57) }
	value := func() audit.Value {
		switch take() % 4 {
		case 1:
			return audit.Plain(text())
		case 2:
			return audit.Secret(audit.SecretState(text()))
		case 3:
			return personal(t, take(), text()).Erase()
		}
		return audit.Value{}
	}
	party := func() audit.Party { return audit.Party{Kind: audit.PartyKind(text()), ID: text()} }
	e := audit.Event{
		Chain: audit.Chain(text()), Sequence: number(), Revision: number(), Actor: party(), OnBehalfOf: party(),
		Organization: text(), Subject: text(), Action: audit.Action(text()), Realm: text(), Node: text(), Object: text(),
		Address: value(), Surface: text(), Outcome: audit.Outcome(text()), Reason: text(), Note: value(),
	}
	if seconds := int64(number()); seconds != 0 {
		e.At = time.Unix(seconds>>20-1<<40, int64(number()%1e9)).UTC()
	}
	for range take() % 4 {
		e.Changes = append(e.Changes, audit.Change{Field: text(), Before: value(), After: value()})
	}
	for range take() % 4 {
		e.Attributes = append(e.Attributes, audit.Attribute{Name: text(), Value: value()})
	}
	return e
}

// fields cuts an encoding into its fields and holds them to be in order.
func fields(t *testing.T, b []byte) (tags []byte, contents [][]byte) {
	for len(b) > 0 {
		require.GreaterOrEqual(t, len(b), 5)
		n := int(binary.BigEndian.Uint32(b[1:]))
		require.GreaterOrEqual(t, len(b), 5+n)
		if len(tags) > 0 {
			require.LessOrEqual(t, tags[len(tags)-1], b[0])
		}
		tags, contents = append(tags, b[0]), append(contents, b[5:5+n])
		b = b[5+n:]
	}
	return tags, contents
}

func decodeEvent(t *testing.T, b []byte) audit.Event {
	var e audit.Event
	tags, contents := fields(t, b)
	for i, c := range contents {
		switch text := string(c); tags[i] {
		case 1:
			e.Chain = audit.Chain(text)
		case 2:
			e.Sequence = binary.BigEndian.Uint64(c)
		case 3:
			e.Revision = binary.BigEndian.Uint64(c)
		case 4:
			require.Len(t, c, 12)
			e.At = time.Unix(int64(binary.BigEndian.Uint64(c)), int64(binary.BigEndian.Uint32(c[8:]))).UTC()
		case 5:
			e.Actor = decodeParty(t, c)
		case 6:
			e.OnBehalfOf = decodeParty(t, c)
		case 7:
			e.Organization = text
		case 8:
			e.Subject = text
		case 9:
			e.Action = audit.Action(text)
		case 10:
			e.Realm = text
		case 11:
			e.Node = text
		case 12:
			e.Object = text
		case 13:
			e.Address = decodeValue(t, c)
		case 14:
			e.Surface = text
		case 15:
			e.Outcome = audit.Outcome(text)
		case 16:
			e.Reason = text
		case 17:
			var change audit.Change
			parts, inner := fields(t, c)
			for j, content := range inner {
				switch parts[j] {
				case 1:
					change.Field = string(content)
				case 2:
					change.Before = decodeValue(t, content)
				case 3:
					change.After = decodeValue(t, content)
				}
			}
			e.Changes = append(e.Changes, change)
		case 18:
			var attribute audit.Attribute
			parts, inner := fields(t, c)
			for j, content := range inner {
				switch parts[j] {
				case 1:
					attribute.Name = string(content)
				case 2:
					attribute.Value = decodeValue(t, content)
				}
			}
			e.Attributes = append(e.Attributes, attribute)
		case 19:
			e.Note = decodeValue(t, c)
		default:
			t.Fatalf("tag %d", tags[i])
		}
	}
	return e
}

func decodeParty(t *testing.T, b []byte) audit.Party {
	var p audit.Party
	tags, contents := fields(t, b)
	for i, c := range contents {
		switch tags[i] {
		case 1:
			p.Kind = audit.PartyKind(c)
		case 2:
			p.ID = string(c)
		}
	}
	return p
}

func decodeValue(t *testing.T, b []byte) audit.Value {
	switch b[0] {
	case 'p':
		return audit.Plain(string(b[1:]))
	case 's':
		return audit.Secret(audit.SecretState(b[1:]))
	}
	require.Equal(t, byte('d'), b[0])
	var v audit.Value
	require.NoError(t, json.Unmarshal(fmt.Appendf(nil, `{"digest":"%x"}`, b[1:]), &v))
	require.Equal(t, audit.ValueErased, v.Kind())
	return v
}
