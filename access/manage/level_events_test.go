package manage_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access"
	"github.com/durward-go/durward/access/manage"
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/roles"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/memstore"
)

// A role that sets more nodes than one event holds is told in several.
func TestRolesThatFillSeveralEvents(t *testing.T) {
	const panels = audit.MaxChanges + 10
	spec := roles.NodeSpec{Name: "all", Kind: roles.KindEntity}
	permissions := map[string]roles.Permission{}
	for i := range panels {
		name := fmt.Sprintf("p%d", i)
		spec.Children = append(spec.Children, roles.NodeSpec{Name: name, Kind: roles.KindPanel})
		permissions["all/"+name] = roles.Read
	}
	model, err := roles.NewModel(roles.MustTree(spec), roles.Type{Name: "admin", OwnerKind: "provider", Scope: scope.Rule{Below: true}, Ceiling: roles.Ceiling{Base: roles.Modify}})
	require.NoError(t, err)
	s := memstore.New(nil)
	engine, err := access.New(t.Context(), s, model, &access.Options{PollInterval: time.Hour, MaxStaleness: time.Hour,
		Systems: []access.System{{Name: "job", Type: "admin", Permissions: map[string]roles.Permission{"all": roles.Modify}}}})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, engine.Close()); require.NoError(t, s.Close()) })
	m, err := manage.New(engine, s, roles.Guards{Roles: "all"}, nil)
	require.NoError(t, err)
	job, err := engine.System("job")
	require.NoError(t, err)
	_, err = m.Roles(job).CreateRole(t.Context(), roles.NewRole("wide", "Wide", "admin", permissions))
	require.NoError(t, err)
	require.NoError(t, s.View(t.Context(), func(r store.Reader) error {
		events, err := r.Events(t.Context(), audit.Filter{Chain: audit.Changes})
		require.NoError(t, err)
		require.Len(t, events, 2)
		assert.Equal(t, panels+2, len(events[0].Changes)+len(events[1].Changes))
		return nil
	}))
}
