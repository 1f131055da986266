package billing

import (
	"maps"

	"github.com/durward-go/durward/roles"
)

// What the ceilings are made of, beside the three standard permissions.
const (
	viewAndCreate = roles.Permission(roles.View | roles.Create)
	viewAndUpdate = roles.Permission(roles.View | roles.Update)
	allButCreate  = roles.Permission(roles.View | roles.Update | roles.Delete)
	allButDelete  = roles.Permission(roles.View | roles.Create | roles.Update)
)

// ceilings are permissions by path.
type ceilings map[string]roles.Permission

// everyone's ceilings: one's own settings, and personal data in clear.
func everyone() ceilings {
	return ceilings{"my-profile": roles.Modify, "mask/personal": roles.Read}
}

// declaration is a tree's, as of [Spec], that the ceilings are for.
type declaration []roles.NodeSpec

// closed restricts every panel of the entities, so that each is opened by
// name: what is added to the declaration later stays closed.
func (d declaration) closed(entities ...string) ceilings {
	c := ceilings{}
	for _, name := range entities {
		e := Find(d, name)
		if e == nil {
			continue // NewModel names the missing path
		}
		for _, panel := range e.Children {
			c[name+"/"+panel.Name] = roles.Restrict
		}
	}
	return c
}

// ceiling joins parts; of two that name a path the later holds. Where the
// ceiling only reads, operations are restricted: like in roles, there is no
// reading of an operation.
func (d declaration) ceiling(parts ...ceilings) roles.Ceiling {
	at := map[string]roles.Permission{}
	for _, p := range parts {
		maps.Copy(at, p)
	}
	d.restrictOperations(at, "", roles.Restrict)
	return roles.Ceiling{Base: roles.Restrict, At: at}
}

func (d declaration) restrictOperations(at ceilings, above string, inherited roles.Permission) {
	for _, n := range d {
		path := above + n.Name
		here, set := at[path]
		if !set {
			here = inherited
		}
		if isOperation(n) && roles.Read.Contains(here) && here != roles.Restrict {
			at[path] = roles.Restrict
		}
		declaration(n.Children).restrictOperations(at, path+"/", here)
	}
}
