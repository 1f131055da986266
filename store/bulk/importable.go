package bulk

import "errors"

var (
	errExported    = errors.New("stands in exports only, which Restore reads; leave it out")
	errFrame       = errors.New("an export; Restore reads it")
	errCredentials = errors.New("password hashes were not asked for; set ImportOptions.Credentials")
)

// importable refuses what an import does not take: what only an export knows.
func (l *line) importable(credentials bool) (record string, err error) {
	refuse := func(record, field string, there bool) {
		if there && err == nil {
			err = &fieldError{record: record, field: field, err: errExported}
		}
	}
	switch {
	case l.Export != nil || l.End != nil || l.Token != nil || l.Event != nil:
		return "", errFrame
	case l.Class != nil:
		refuse("class", "revision", l.Class.Revision != 0)
	case l.Entity != nil:
		refuse("entity", "revision", l.Entity.Revision != 0)
	case l.Organization != nil:
		refuse("organization", "revision", l.Organization.Revision != 0)
		refuse("organization", "link.epoch", l.Organization.Link != nil && l.Organization.Link.Epoch != 0)
	case l.Role != nil:
		refuse("role", "revision", l.Role.Revision != 0)
		for _, s := range l.Role.Permissions {
			refuse("role", "permissions.by", s.By != "")
			refuse("role", "permissions.revision", s.Revision != 0)
		}
	case l.ACL != nil:
		refuse("acl", "revision", l.ACL.Revision != 0)
	case l.Individual != nil:
		refuse("individual", "revision", l.Individual.Revision != 0)
		refuse("individual", "epoch", l.Individual.Epoch != 0)
		refuse("individual", "enrolled", l.Individual.Enrolled)
	case l.Credential != nil:
		if !credentials {
			return "credential", errCredentials
		}
		c := l.Credential
		refuse("credential", "revision", c.Revision != 0)
		// Nobody knows what policy the password met, and a key is sealed with the key
		// of another host.
		refuse("credential", "meets_alone", c.MeetsAlone)
		refuse("credential", "sealed_key", len(c.SealedKey) > 0)
		refuse("credential", "recovery", c.Recovery != "")
	case l.Grant != nil:
		refuse("grant", "revision", l.Grant.Revision != 0)
		refuse("grant", "role_granted", l.Grant.RoleGranted != nil)
		refuse("grant", "acl_granted", l.Grant.ACLGranted != nil)
	}
	return "", err
}
