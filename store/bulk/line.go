package bulk

import (
	"encoding/json"
	"errors"

	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/store"
)

// A line is one record, or what frames an export. Exactly one member is there.
type line struct {
	Export       *headerLine       `json:"export,omitempty"`
	Class        *classLine        `json:"class,omitempty"`
	Entity       *entityLine       `json:"entity,omitempty"`
	Links        *linksLine        `json:"links,omitempty"`
	Organization *organizationLine `json:"organization,omitempty"`
	Role         *roleLine         `json:"role,omitempty"`
	ACL          *aclLine          `json:"acl,omitempty"`
	Individual   *individualLine   `json:"individual,omitempty"`
	Credential   *credentialLine   `json:"credential,omitempty"`
	Grant        *grantLine        `json:"grant,omitempty"`
	Token        *tokenLine        `json:"token,omitempty"`
	Event        *audit.Event      `json:"event,omitempty"`
	End          *endLine          `json:"end,omitempty"`
}

// decodeLine reads a line.
func decodeLine(data []byte) (line, error) {
	var l line
	if err := decodeStrict(data, &l); err != nil {
		return line{}, err
	}
	if n := l.members(); n != 1 {
		return line{}, errors.New("want one record, such as {\"entity\":{...}}")
	}
	return l, nil
}

func (l *line) members() (n int) {
	for _, there := range []bool{
		l.Export != nil, l.Class != nil, l.Entity != nil, l.Links != nil, l.Organization != nil, l.Role != nil, l.ACL != nil,
		l.Individual != nil, l.Credential != nil, l.Grant != nil, l.Token != nil, l.Event != nil, l.End != nil,
	} {
		if there {
			n++
		}
	}
	return n
}

// addTo puts the record of the line into a batch, and returns its kind and the
// list of the batch that it is in.
func (l *line) addTo(b *store.Batch) (record, list string, err error) {
	switch {
	case l.Class != nil:
		return "class", "classes", add(l.Class.record, &b.Classes)
	case l.Entity != nil:
		return "entity", "entities", add(l.Entity.record, &b.Entities)
	case l.Links != nil:
		return "links", "links", add(l.Links.record, &b.Links)
	case l.Organization != nil:
		return "organization", "organizations", add(l.Organization.record, &b.Organizations)
	case l.Role != nil:
		return "role", "roles", add(l.Role.record, &b.Roles)
	case l.ACL != nil:
		return "acl", "acls", add(l.ACL.record, &b.ACLs)
	case l.Individual != nil:
		return "individual", "individuals", add(l.Individual.record, &b.Individuals)
	case l.Credential != nil:
		return "credential", "credentials", add(l.Credential.record, &b.Credentials)
	case l.Grant != nil:
		return "grant", "grants", add(l.Grant.record, &b.Grants)
	case l.Token != nil:
		return "token", "tokens", add(l.Token.record, &b.Tokens)
	case l.Event != nil:
		b.Events = append(b.Events, *l.Event)
		return "event", "events", nil
	case l.Export != nil:
		return "export", "", errors.New("a second beginning")
	default:
		return "end", "", errors.New("an end before the end")
	}
}

// add reads a record, checks it on its own and appends it to a list.
func add[T any](read func() (T, error), list *[]T) error {
	record, err := read()
	if err != nil {
		return err
	}
	if v, ok := any(record).(interface{ Validate() error }); ok {
		if err := v.Validate(); err != nil {
			return err
		}
	}
	*list = append(*list, record)
	return nil
}

// append writes the line and a line break after it.
func (l *line) append(to []byte) ([]byte, error) {
	text, err := json.Marshal(l)
	if err != nil {
		return to, err
	}
	to = append(to, text...)
	return append(to, '\n'), nil
}

// revisions returns all that the line names.
func (l *line) revisions() []uint64 {
	switch {
	case l.Class != nil:
		return []uint64{l.Class.Revision}
	case l.Entity != nil:
		return []uint64{l.Entity.Revision}
	case l.Organization != nil:
		return []uint64{l.Organization.Revision}
	case l.Role != nil:
		all := []uint64{l.Role.Revision}
		for _, s := range l.Role.Permissions {
			all = append(all, s.Revision)
		}
		return all
	case l.ACL != nil:
		return []uint64{l.ACL.Revision}
	case l.Individual != nil:
		return []uint64{l.Individual.Revision}
	case l.Credential != nil:
		return []uint64{l.Credential.Revision}
	case l.Token != nil:
		return []uint64{l.Token.Revision}
	case l.Grant != nil:
		all := []uint64{l.Grant.Revision}
		for _, g := range []*grantedAt{l.Grant.RoleGranted, l.Grant.ACLGranted} {
			if g != nil {
				all = append(all, g.Revision)
			}
		}
		// A slot with no grant of its own would be granted by the restoring.
		if l.Grant.Role != "" && l.Grant.RoleGranted == nil || l.Grant.ACL != "" && l.Grant.ACLGranted == nil {
			all = append(all, 0)
		}
		return all
	}
	return nil
}
