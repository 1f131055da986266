package bulk

import (
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

type classLine struct {
	ID           string `json:"id"`
	Name         string `json:"name,omitempty"`
	SecondFactor bool   `json:"second_factor,omitempty"`
	Revision     uint64 `json:"revision,omitempty"`
}

func lineOfClass(c individuals.Class) *classLine {
	return &classLine{ID: c.ID, Name: c.Name, SecondFactor: c.SecondFactor, Revision: c.Revision}
}

func (l *classLine) record() (individuals.Class, error) {
	return individuals.Class{ID: l.ID, Name: l.Name, SecondFactor: l.SecondFactor, Revision: l.Revision}, nil
}

type entityLine struct {
	ID       string     `json:"id"`
	Kind     string     `json:"kind"`
	Parent   string     `json:"parent,omitempty"`
	Title    string     `json:"title,omitempty"`
	Links    []linkLine `json:"links,omitempty"`
	Revision uint64     `json:"revision,omitempty"`
}

type linkLine struct {
	Name string `json:"name"`
	To   string `json:"to"`
}

// lineOfEntity leaves the links out: they may name entities that come later.
func lineOfEntity(e scope.Entity) *entityLine {
	return &entityLine{ID: e.ID, Kind: e.Kind, Parent: e.Parent, Title: e.Title, Revision: e.Revision}
}

func (l *entityLine) record() (scope.Entity, error) {
	return scope.Entity{ID: l.ID, Kind: l.Kind, Parent: l.Parent, Title: l.Title, Links: links(l.Links), Revision: l.Revision}, nil
}

// linksLine holds the links of an entity on a line above or in the store, which has
// none so far.
type linksLine struct {
	Entity string     `json:"entity"`
	Links  []linkLine `json:"links"`
}

func lineOfLinks(e scope.Entity) *linksLine {
	l := &linksLine{Entity: e.ID, Links: make([]linkLine, len(e.Links))}
	for i, link := range e.Links {
		l.Links[i] = linkLine(link)
	}
	return l
}

func (l *linksLine) record() (store.EntityLinks, error) {
	return store.EntityLinks{Entity: l.Entity, Links: links(l.Links)}, at("entity", scope.CheckID(l.Entity))
}

func links(lines []linkLine) []scope.Link {
	var all []scope.Link
	for _, l := range lines {
		all = append(all, scope.Link(l))
	}
	return all
}

type organizationLine struct {
	Entity       string            `json:"entity"`
	Class        string            `json:"class,omitempty"`
	AllowedRoles []string          `json:"allowed_roles,omitempty"`
	DefaultRole  string            `json:"default_role,omitempty"`
	Link         *standingLinkLine `json:"link,omitempty"`
	Closed       bool              `json:"closed,omitempty"`
	Revision     uint64            `json:"revision,omitempty"`
}

type standingLinkLine struct {
	Role  string `json:"role,omitempty"`
	Open  bool   `json:"open,omitempty"`
	Epoch uint64 `json:"epoch,omitempty"`
}

func lineOfOrganization(o individuals.Organization) *organizationLine {
	l := &organizationLine{Entity: o.Entity, Class: o.Class, AllowedRoles: o.AllowedRoles, DefaultRole: o.DefaultRole, Closed: o.Closed, Revision: o.Revision}
	if o.Link != (individuals.StandingLink{}) {
		link := standingLinkLine(o.Link)
		l.Link = &link
	}
	return l
}

func (l *organizationLine) record() (individuals.Organization, error) {
	o := individuals.Organization{Entity: l.Entity, Class: l.Class, AllowedRoles: l.AllowedRoles, DefaultRole: l.DefaultRole, Closed: l.Closed, Revision: l.Revision}
	if l.Link != nil {
		o.Link = individuals.StandingLink(*l.Link)
	}
	return o, nil
}
