package roles_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/roles"
)

func TestAction(t *testing.T) {
	t.Parallel()
	names := []string{"view", "create", "update", "delete"}
	for i, a := range roles.Actions() {
		assert.True(t, a.Valid())
		assert.Equal(t, names[i], a.String())
		for _, s := range []string{names[i], strings.ToUpper(names[i])} {
			got, err := roles.ParseAction(s)
			require.NoError(t, err)
			assert.Equal(t, a, got)
		}
	}
	for _, a := range []roles.Action{0, roles.View | roles.Create, 16, 255} {
		assert.False(t, a.Valid())
	}
	assert.Equal(t, "Action(0)", roles.Action(0).String())
	assert.Equal(t, "Action(3)", (roles.View | roles.Create).String())
	long := strings.Repeat("v", 1000)
	for s, quoted := range map[string]string{
		"": `""`, "read": `"read"`, "view ": `"view "`, "view\x00": `"view\x00"`, "vıew": `"vıew"`, "Action(1)": `"Action(1)"`,
		long: `"` + long[:80] + `"`,
	} {
		a, err := roles.ParseAction(s)
		assert.EqualError(t, err, `roles: action `+quoted+`: want view, create, update or delete`)
		assert.Zero(t, a)
	}
}

// every is all sets of actions with their text.
var every = []string{
	"Restrict", "Read", "create", "view+create", "update", "view+update", "create+update", "view+create+update",
	"delete", "view+delete", "create+delete", "view+create+delete", "update+delete", "view+update+delete",
	"create+update+delete", "Modify",
}

func TestPermissionText(t *testing.T) {
	t.Parallel()
	require.Len(t, every, int(roles.Modify)+1)
	for i, text := range every {
		p := roles.Permission(i)
		assert.True(t, p.Valid())
		assert.Equal(t, text, p.String())
		for _, s := range []string{text, strings.ToUpper(text), strings.ToLower(text)} {
			got, err := roles.ParsePermission(s)
			require.NoError(t, err)
			assert.Equal(t, p, got, s)
		}
		data, err := json.Marshal(map[roles.Permission]roles.Permission{p: p})
		require.NoError(t, err)
		assert.Equal(t, `{"`+text+`":"`+text+`"}`, string(data))
		var back map[roles.Permission]roles.Permission
		require.NoError(t, json.Unmarshal(data, &back))
		assert.Equal(t, map[roles.Permission]roles.Permission{p: p}, back)
	}
	for s, want := range map[string]roles.Permission{
		"view":                      roles.Read,
		"delete+view":               roles.Permit(roles.View, roles.Delete),
		"Delete+UPDATE+view+Create": roles.Modify,
	} {
		got, err := roles.ParsePermission(s)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
}

func TestPermissionTextRefused(t *testing.T) {
	t.Parallel()
	const want = `: want Restrict, Read, Modify or actions joined by '+' such as view+create`
	long := strings.Repeat("view+", 1000)
	for s, message := range map[string]string{
		"":                   `""` + want,
		"+":                  `"+"` + want,
		"view+":              `"view+"` + want,
		"+view":              `"+view"` + want,
		"view++create":       `"view++create"` + want,
		"view create":        `"view create"` + want,
		"view,create":        `"view,create"` + want,
		" Read":              `" Read"` + want,
		"Read\n":             `"Read\n"` + want,
		"Modify\x00":         `"Modify\x00"` + want,
		"Read+create":        `"Read+create"` + want,
		"none":               `"none"` + want,
		"all":                `"all"` + want,
		"*":                  `"*"` + want,
		"15":                 `"15"` + want,
		"Permission(16)":     `"Permission(16)"` + want,
		"re\u017ftrict":      `"reſtrict"` + want, // the long s folds to s
		"view+view":          `"view+view": view is named twice`,
		"create+view+CREATE": `"create+view+CREATE": create is named twice`,
		long:                 `"` + long[:80] + `": view is named twice`,
		"x" + long:           `"x` + long[:79] + `"` + want,
	} {
		p, err := roles.ParsePermission(s)
		assert.EqualError(t, err, "roles: permission "+message)
		assert.Equal(t, roles.Restrict, p)

		p = roles.Read
		assert.Error(t, p.UnmarshalText([]byte(s)))
		assert.Equal(t, roles.Read, p, "an error leaves the value as it was")
	}
	for _, p := range []roles.Permission{16, 17, 255} {
		assert.False(t, p.Valid())
		_, err := p.MarshalText()
		assert.ErrorContains(t, err, "not a set of actions")
		_, err = roles.ParsePermission(p.String())
		assert.Error(t, err, "what is not valid is printed so that it is not read back")
	}
}

func TestPermissionSets(t *testing.T) {
	t.Parallel()
	assert.Equal(t, roles.Restrict, roles.Permit())
	assert.Equal(t, roles.Read, roles.Permit(roles.View, roles.View))
	assert.Equal(t, roles.Modify, roles.Permit(roles.View, roles.Create, roles.Update, roles.Delete))
	for p := range roles.Modify + 1 {
		assert.False(t, p.Allows(0), "the zero Action is never held")
		assert.False(t, p.Allows(16))
		assert.False(t, p.Allows(roles.View|16))
		for i, a := range roles.Actions() {
			assert.Equal(t, p>>i&1 == 1, p.Allows(a))
		}
		assert.Equal(t, p, roles.Permit(held(p)...))
		for q := range roles.Modify + 1 {
			contains := true
			for _, a := range roles.Actions() {
				contains = contains && (p.Allows(a) || !q.Allows(a))
			}
			assert.Equal(t, contains, p.Contains(q), "%v %v", p, q)
		}
		assert.Equal(t, p.Allows(roles.View) && p.Allows(roles.Delete), p.Allows(roles.View|roles.Delete), "all of them, not any")
	}
	assert.False(t, roles.Modify.Contains(16))
}

func FuzzParsePermission(f *testing.F) {
	for _, text := range append([]string{"", "+", "view+view", "VIEW+create", "re\u017ftrict", "Read+view", "Permission(16)"}, every...) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := roles.ParsePermission(text)
		if err != nil {
			require.Equal(t, roles.Restrict, p)
			require.Less(t, len(err.Error()), 1024)
			return
		}
		// What is read is what it says, whatever the order and letter case.
		require.True(t, p.Valid())
		lower := strings.ToLower(text)
		switch lower {
		case "restrict", "read", "modify":
			require.Equal(t, lower, strings.ToLower(p.String()))
		default:
			require.Equal(t, strings.Count(lower, "+")+1, len(held(p)))
			for _, a := range held(p) {
				require.Contains(t, strings.Split(lower, "+"), a.String())
			}
		}
		again, err := roles.ParsePermission(p.String())
		require.NoError(t, err)
		require.Equal(t, p, again)
	})
}

func held(p roles.Permission) (out []roles.Action) {
	for _, a := range roles.Actions() {
		if p.Allows(a) {
			out = append(out, a)
		}
	}
	return out
}
