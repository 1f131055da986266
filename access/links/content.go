package links

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/otp"
	"github.com/durward-go/durward/store"
)

// A content is what the outbox keeps sealed: the values that a template is
// filled with, and whom the mail goes to.
type content struct {
	// ID is drawn once, so that every try to send the mail has the same.
	ID string `json:"id"`
	To string `json:"to"`
	// Text is the token, empty in a notice.
	Text              string           `json:"text,omitempty"`
	URL               string           `json:"url,omitempty"`
	Expires           time.Time        `json:"expires,omitzero"`
	Realm             string           `json:"realm,omitempty"`
	Name              string           `json:"name,omitempty"`
	Login             string           `json:"login,omitempty"`
	OrganizationTitle string           `json:"organization,omitempty"`
	Activation        individuals.Date `json:"activation,omitzero"`
	Zone              string           `json:"zone,omitempty"`
}

func messageContext(m store.Message) []byte {
	return otp.SealingContext(messageSealing, m.Purpose, m.Individual, m.Organization, m.Language)
}

// A mailing is a mail that is to be put into the outbox.
type mailing struct {
	purpose      Purpose
	to           string
	individual   individuals.Individual // zero: for an organization
	organization string
	language     string
	realm        string
	link         Link // zero in a notice
	now          time.Time
}

// mail puts a message into the outbox, in the caller's commit.
func (l *Links) mail(ctx context.Context, tx store.Tx, m mailing) error {
	id, err := draw(l.random, selectorBytes)
	if err != nil {
		return fmt.Errorf("links: mail: %w", err)
	}
	p := m.individual
	c := content{
		ID: textEncoding.EncodeToString(id), To: m.to, Text: m.link.Reveal(), URL: m.link.URL(), Expires: m.link.Expires(),
		Realm: m.realm, Name: p.Name, Login: p.Login, Zone: p.Window.Zone,
	}
	from, _, err := p.Window.Bounds()
	if err != nil {
		return fmt.Errorf("links: mail: %w", err)
	}
	if from.After(m.now) {
		c.Activation = p.Window.Activation
	}
	organization := m.organization
	if organization == "" {
		organization = p.Organization
	}
	if c.OrganizationTitle, err = titleOf(ctx, tx, organization); err != nil {
		return fmt.Errorf("links: mail: %w", err)
	}
	message := store.Message{
		Individual: p.ID, Organization: organization, Purpose: string(m.purpose), Language: m.language, Created: m.now,
	}
	if message.Language == "" {
		message.Language = p.Language
	}
	plain, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("links: mail: %w", err)
	}
	if message.Sealed, err = l.sealer.Seal(plain, messageContext(message)); err != nil {
		return fmt.Errorf("links: mail: %w", err)
	}
	if _, err := tx.PutMessage(ctx, message); err != nil {
		return fmt.Errorf("links: mail: %w", err)
	}
	return nil
}

// titleOf returns what people call an organization, "" where nobody said.
func titleOf(ctx context.Context, r store.EntityReader, organization string) (string, error) {
	if organization == "" {
		return "", nil
	}
	entity, err := r.Entity(ctx, organization)
	if errors.Is(err, store.ErrNotFound) {
		return "", nil
	}
	return entity.Title, err
}

// openContent returns what a message holds.
func openContent(sealer otp.Sealer, m store.Message) (content, error) {
	plain, err := sealer.Open(m.Sealed, messageContext(m))
	if err != nil {
		return content{}, err
	}
	var c content
	if err := json.Unmarshal(plain, &c); err != nil {
		// Not wrapped: the decoder quotes what it read.
		return content{}, errors.New("the content is not in the form of this version")
	}
	return c, nil
}
