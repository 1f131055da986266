package bulk

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/durward-go/durward/acl"
	"github.com/durward-go/durward/roles"
)

type roleLine struct {
	ID          string        `json:"id"`
	Name        string        `json:"name"`
	Type        string        `json:"type"`
	Owner       string        `json:"owner,omitempty"`
	Description string        `json:"description,omitempty"`
	Permissions []settingLine `json:"permissions,omitempty"`
	Revision    uint64        `json:"revision,omitempty"`
}

type settingLine struct {
	Path       string `json:"path"`
	Permission string `json:"permission"`
	By         string `json:"by,omitempty"`
	Revision   uint64 `json:"revision,omitempty"`
}

func lineOfRole(r roles.Role) *roleLine {
	l := &roleLine{ID: r.ID, Name: r.Name, Type: r.Type, Owner: r.Owner, Description: r.Description, Revision: r.Revision}
	for _, path := range slices.Sorted(maps.Keys(r.Permissions)) {
		s := r.Permissions[path]
		l.Permissions = append(l.Permissions, settingLine{Path: path, Permission: s.Permission.String(), By: s.By, Revision: s.Revision})
	}
	return l
}

func (l *roleLine) record() (roles.Role, error) {
	r := roles.Role{ID: l.ID, Name: l.Name, Type: l.Type, Owner: l.Owner, Description: l.Description, Revision: l.Revision,
		Permissions: make(map[string]roles.Setting, len(l.Permissions))}
	for i, s := range l.Permissions {
		field := fmt.Sprintf("permissions[%d]", i)
		permission, err := roles.ParsePermission(s.Permission)
		if err != nil {
			return r, at(field, err)
		}
		if _, twice := r.Permissions[s.Path]; twice {
			return r, at(field, errors.New("a path that is given twice"))
		}
		r.Permissions[s.Path] = roles.Setting{Permission: permission, By: s.By, Revision: s.Revision}
	}
	return r, nil
}

type aclLine struct {
	ID          string   `json:"id"`
	Name        string   `json:"name"`
	Type        string   `json:"type"`
	Owner       string   `json:"owner,omitempty"`
	Description string   `json:"description,omitempty"`
	VisibleTo   []string `json:"visible_to,omitempty"`
	System      bool     `json:"system,omitempty"`
	Permissions []string `json:"permissions,omitempty"`
	Components  []string `json:"components,omitempty"`
	Revision    uint64   `json:"revision,omitempty"`
}

func lineOfACL(level acl.Level) *aclLine {
	l := &aclLine{ID: level.ID, Name: level.Name, Type: level.Type, Owner: level.Owner, Description: level.Description,
		VisibleTo: level.VisibleTo, System: level.System, Components: level.Components, Revision: level.Revision}
	for _, p := range level.Permissions {
		l.Permissions = append(l.Permissions, p.String())
	}
	return l
}

func (l *aclLine) record() (acl.Level, error) {
	level := acl.Level{ID: l.ID, Name: l.Name, Type: l.Type, Owner: l.Owner, Description: l.Description,
		VisibleTo: l.VisibleTo, System: l.System, Components: l.Components, Revision: l.Revision}
	for i, text := range l.Permissions {
		p, err := acl.ParsePermission(text)
		if err != nil {
			return level, at(fmt.Sprintf("permissions[%d]", i), err)
		}
		level.Permissions = append(level.Permissions, p)
	}
	return level, nil
}
