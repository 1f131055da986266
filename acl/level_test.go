package acl_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"

	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/scope"
)

func fullLevel() acl.Level {
	return acl.Level{ID: "sales", Name: "Sales", Type: "customer", Owner: "p1", Description: "looks, never creates",
		VisibleTo: []string{"r1"}, System: true, Permissions: acl.MustPermissions("select Customers.*any*"),
		Components: []string{"base"}, Revision: 7}
}

func TestLevelCopySharesNothing(t *testing.T) {
	l := fullLevel()
	c := l.Copy()
	assert.Empty(t, cmp.Diff(l, c))
	c.VisibleTo[0], c.Permissions[0].Object, c.Components[0] = "x", "x", "x"
	assert.Empty(t, cmp.Diff(fullLevel(), l))
}

func TestLevelValidate(t *testing.T) {
	assert.NoError(t, fullLevel().Validate())
	assert.Error(t, acl.Level{}.Validate())
	many := make([]acl.Permission, acl.MaxPermissions+1)
	ids := make([]string, acl.MaxVisibleTo+1)
	for i := range ids {
		ids[i] = fmt.Sprint(i)
	}
	for want, change := range map[string]func(l *acl.Level){
		"acl: level: " + scope.CheckID("").Error():                                                                              func(l *acl.Level) { l.ID = "" },
		`acl: level "sales": name "": want 1 to 128 bytes of UTF-8`:                                                             func(l *acl.Level) { l.Name = "" },
		`acl: level "sales": name "a\nb": control character`:                                                                    func(l *acl.Level) { l.Name = "a\nb" },
		`acl: level "sales": type "": want 1 to 64 bytes`:                                                                       func(l *acl.Level) { l.Type = "" },
		`acl: level "sales": type "CC Staff": want lower-case letters, digits, '-' and '_' only`:                                func(l *acl.Level) { l.Type = "CC Staff" },
		`acl: level "sales": owner: ` + scope.CheckID("\x00").Error():                                                           func(l *acl.Level) { l.Owner = "\x00" },
		`acl: level "sales": description: want at most 4096 bytes of UTF-8 without control characters but line breaks and tabs`: func(l *acl.Level) { l.Description = strings.Repeat("x", 4097) },
		`acl: level "sales": visible to: ` + scope.CheckID("").Error():                                                          func(l *acl.Level) { l.VisibleTo = []string{""} },
		`acl: level "sales": visible to "r1" is given twice`:                                                                    func(l *acl.Level) { l.VisibleTo = []string{"r1", "r2", "r1"} },
		`acl: level "sales": visible to: 16385 IDs, at most 16384`:                                                              func(l *acl.Level) { l.VisibleTo = ids },
		`acl: level "sales": component "base" is given twice`:                                                                   func(l *acl.Level) { l.Components = []string{"base", "base"} },
		`acl: level "sales": component: 257 IDs, at most 256`:                                                                   func(l *acl.Level) { l.Components = ids[:257] },
		`acl: level "sales": 16385 permissions, at most 16384; split it into components`:                                        func(l *acl.Level) { l.Permissions = many },
		`acl: level "sales": permission on ".": operations 0: want at least one of select, insert, update, delete`: func(l *acl.Level) {
			l.Permissions = many[:1]
		},
		`acl: level "sales": permission "select Customers.name" is given twice`: func(l *acl.Level) {
			l.Permissions = acl.MustPermissions("select Customers.name", "update Customers.name", "select Customers.name")
		},
	} {
		l := fullLevel()
		change(&l)
		assert.EqualError(t, l.Validate(), want)
	}
}
