package audit

import "fmt"

// A PartyKind says what a [Party] is.
type PartyKind string

// The kinds of parties.
const (
	KindIndividual   PartyKind = "individual"
	KindSystem       PartyKind = "system"
	KindLink         PartyKind = "link"
	KindOrganization PartyKind = "organization"
	KindAnonymous    PartyKind = "anonymous"
)

// A Party is who did something, or for whom. IDs stand for people: their names
// and e-mail addresses are not part of an event, so that deleting a person's
// record leaves an ID that says nothing. The zero Party is nobody; an event
// must have an actor, which is [Anonymous] when nobody knows who it was.
type Party struct {
	Kind PartyKind `json:"kind"`
	ID   string    `json:"id,omitzero"`
}

// Individual is a person, who signed in.
func Individual(id string) Party { return Party{KindIndividual, id} }

// System is a named part of the host's own program, such as a nightly job.
func System(name string) Party { return Party{KindSystem, name} }

// Link is the bearer of a standing link. The ID is the link's public one, never
// the token that opens it.
func Link(id string) Party { return Party{KindLink, id} }

// Organization is an entity on whose behalf somebody acts.
func Organization(id string) Party { return Party{KindOrganization, id} }

// Anonymous is somebody unknown: who asks for a password reset, or fails to
// sign in.
func Anonymous() Party { return Party{Kind: KindAnonymous} }

// String returns the ID, with the kind where the ID alone would mislead.
func (p Party) String() string {
	switch p.Kind {
	case KindIndividual, KindOrganization:
		return printable(p.ID)
	case KindAnonymous:
		return "somebody unknown"
	case "":
		return "nobody"
	default:
		return printable(string(p.Kind)) + " " + printable(p.ID)
	}
}

func (p Party) validateActor() error {
	switch p.Kind {
	case KindIndividual, KindSystem, KindLink:
		return checkID(p.ID)
	case KindAnonymous:
		if p.ID != "" {
			return fmt.Errorf("an anonymous party has no ID, this has %s", quote(p.ID))
		}
		return nil
	case "":
		return fmt.Errorf("missing; use audit.Anonymous when nobody knows who it was")
	default:
		return fmt.Errorf("kind %s: want individual, system, link or anonymous", quote(string(p.Kind)))
	}
}

func (p Party) validateOnBehalfOf() error {
	switch p.Kind {
	case KindIndividual, KindOrganization:
		return checkID(p.ID)
	case "":
		if p.ID != "" {
			return fmt.Errorf("ID %s without a kind", quote(p.ID))
		}
		return nil
	default:
		return fmt.Errorf("kind %s: want individual or organization", quote(string(p.Kind)))
	}
}
