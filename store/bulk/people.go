package bulk

import (
	"errors"
	"fmt"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/ipallow"
)

type individualLine struct {
	ID           string   `json:"id"`
	Provider     string   `json:"provider,omitempty"`
	Realm        string   `json:"realm,omitempty"`
	RoleType     string   `json:"role_type"`
	Organization string   `json:"organization"`
	Login        string   `json:"login,omitempty"`
	Name         string   `json:"name,omitempty"`
	Email        string   `json:"email,omitempty"`
	Contact      string   `json:"contact,omitempty"`
	Activation   string   `json:"activation,omitempty"`
	Expiration   string   `json:"expiration,omitempty"`
	Zone         string   `json:"zone,omitempty"`
	Language     string   `json:"language,omitempty"`
	AllowList    []string `json:"allow_list,omitempty"`
	SecondFactor string   `json:"second_factor,omitempty"`
	Enrolled     bool     `json:"enrolled,omitempty"`
	Disabled     bool     `json:"disabled,omitempty"`
	Epoch        uint64   `json:"epoch,omitempty"`
	Revision     uint64   `json:"revision,omitempty"`
}

func lineOfIndividual(p individuals.Individual) *individualLine {
	l := &individualLine{ID: p.ID, Provider: p.Provider, Realm: p.Realm, RoleType: p.RoleType, Organization: p.Organization, Login: p.Login,
		Name: p.Name, Email: p.Email, Contact: p.Contact, Activation: p.Window.Activation.String(), Expiration: p.Window.Expiration.String(),
		Zone: p.Window.Zone, Language: p.Language, Enrolled: p.Enrolled, Disabled: p.Disabled, Epoch: p.Epoch, Revision: p.Revision}
	if p.SecondFactor != individuals.AsClassDefines {
		l.SecondFactor = p.SecondFactor.String()
	}
	if p.AllowList.IsAnywhere() {
		l.AllowList = []string{p.AllowList.String()}
	}
	for _, entry := range p.AllowList.Entries() {
		l.AllowList = append(l.AllowList, entry.String())
	}
	return l
}

func (l *individualLine) record() (p individuals.Individual, err error) {
	p = individuals.Individual{ID: l.ID, Provider: l.Provider, Realm: l.Realm, RoleType: l.RoleType, Organization: l.Organization, Login: l.Login,
		Name: l.Name, Email: l.Email, Contact: l.Contact, Language: l.Language, Enrolled: l.Enrolled, Disabled: l.Disabled,
		Epoch: l.Epoch, Revision: l.Revision, Window: individuals.Window{Zone: l.Zone}}
	if err := p.Window.Activation.UnmarshalText([]byte(l.Activation)); err != nil {
		return p, at("activation", err)
	}
	if err := p.Window.Expiration.UnmarshalText([]byte(l.Expiration)); err != nil {
		return p, at("expiration", err)
	}
	if p.AllowList, err = ipallow.Parse(l.AllowList); err != nil {
		return p, at("allow_list", err)
	}
	if l.SecondFactor != "" {
		if err := p.SecondFactor.UnmarshalText([]byte(l.SecondFactor)); err != nil {
			return p, at("second_factor", err)
		}
	}
	return p, nil
}

type credentialLine struct {
	Individual      string `json:"individual"`
	Password        string `json:"password,omitempty"`
	MeetsAlone      bool   `json:"meets_alone,omitempty"`
	MustChange      bool   `json:"must_change,omitempty"`
	PasswordOff     bool   `json:"password_off,omitempty"`
	SecondFactorOff bool   `json:"second_factor_off,omitempty"`
	SealedKey       []byte `json:"sealed_key,omitempty"`
	Recovery        string `json:"recovery,omitempty"`
	Revision        uint64 `json:"revision,omitempty"`
}

func lineOfCredential(c individuals.Credential) (*credentialLine, error) {
	recovery, err := c.Recovery.MarshalText()
	return &credentialLine{Individual: c.Individual, Password: c.Password.Encoded(), MeetsAlone: c.MeetsAlone, MustChange: c.MustChange,
		PasswordOff: c.PasswordOff, SecondFactorOff: c.SecondFactorOff, SealedKey: c.SealedKey, Recovery: string(recovery), Revision: c.Revision}, err
}

func (l *credentialLine) record() (c individuals.Credential, err error) {
	c = individuals.Credential{Individual: l.Individual, MeetsAlone: l.MeetsAlone, MustChange: l.MustChange,
		PasswordOff: l.PasswordOff, SecondFactorOff: l.SecondFactorOff, SealedKey: l.SealedKey, Revision: l.Revision}
	if c.Password, err = individuals.ParsePasswordHash(l.Password); err != nil {
		return c, at("password", err)
	}
	return c, at("recovery", c.Recovery.UnmarshalText([]byte(l.Recovery)))
}

// String keeps secrets out of whatever prints a line.
func (l *credentialLine) String() string {
	return fmt.Sprintf("credential of %q, hidden", l.Individual)
}

// GoString is String.
func (l *credentialLine) GoString() string { return l.String() }

type grantLine struct {
	Individual   string     `json:"individual"`
	Organization string     `json:"organization"`
	Role         string     `json:"role,omitempty"`
	RoleGranted  *grantedAt `json:"role_granted,omitempty"`
	ACL          string     `json:"acl,omitempty"`
	ACLGranted   *grantedAt `json:"acl_granted,omitempty"`
	Listed       []string   `json:"listed,omitempty"`
	Revision     uint64     `json:"revision,omitempty"`
}

// grantedAt is the last grant into a slot.
type grantedAt struct {
	Revision uint64 `json:"revision"`
	By       string `json:"by,omitempty"`
	System   string `json:"system"`
}

func lineOfGrant(g individuals.Grant) *grantLine {
	l := &grantLine{Individual: g.Individual, Organization: g.Organization, Listed: g.Listed, Revision: g.Revision}
	l.Role, l.RoleGranted = lineOfSlot(g.Role)
	l.ACL, l.ACLGranted = lineOfSlot(g.ACL)
	return l
}

func lineOfSlot(s individuals.Slot) (id string, granted *grantedAt) {
	if s == (individuals.Slot{}) {
		return "", nil
	}
	return s.ID, &grantedAt{Revision: s.Revision, By: s.By, System: s.System.String()}
}

// record reads slots without a grant as granted by the commit that writes them.
func (l *grantLine) record() (g individuals.Grant, err error) {
	g = individuals.Grant{Individual: l.Individual, Organization: l.Organization, Listed: l.Listed, Revision: l.Revision}
	if g.Role, err = slot(l.Role, l.RoleGranted); err != nil {
		return g, at("role_granted", err)
	}
	if g.ACL, err = slot(l.ACL, l.ACLGranted); err != nil {
		return g, at("acl_granted", err)
	}
	return g, nil
}

func slot(id string, granted *grantedAt) (individuals.Slot, error) {
	switch {
	case granted == nil && id == "":
		return individuals.Slot{}, nil
	case granted == nil:
		return individuals.Slot{ID: id, Revision: individuals.ThisCommit}, nil
	case granted.Revision == 0 || granted.Revision == individuals.ThisCommit:
		return individuals.Slot{}, errors.New("no revision of a commit")
	}
	for system := individuals.HostSystem; system <= individuals.ACLSystem; system++ {
		if system.String() == granted.System {
			return individuals.Slot{ID: id, Revision: granted.Revision, By: granted.By, System: system}, nil
		}
	}
	return individuals.Slot{}, fmt.Errorf("system %.40q: want host, roles or ACLs", granted.System)
}
