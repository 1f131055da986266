package links_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/durward-go/durward/access/links"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/store"
)

// A model says of every link that was ever issued whether it works, by the rules
// alone and without a token.
type model struct {
	people map[string]*modelPerson
	issued []*modelLink
	// standing is the epoch of ABC's link, and open whether it opens.
	standing uint64
	open     bool
}

type modelPerson struct {
	exists, disabled, password bool
	email                      string
	epoch                      uint64
}

type modelLink struct {
	text     string
	purpose  links.Purpose
	person   string // "" for a standing link
	email    string // at the time
	epoch    uint64
	expires  time.Time
	consumed bool // or revoked, or replaced
}

func (m *model) works(l *modelLink, now time.Time) bool {
	if l.consumed || !l.expires.IsZero() && !now.Before(l.expires) {
		return false
	}
	if l.purpose == links.Standing {
		return m.open && l.epoch == m.standing
	}
	p := m.people[l.person]
	sameEpoch := p.epoch == l.epoch || l.purpose == links.Invitation && !p.password
	return p.exists && !p.disabled && p.email == l.email && sameEpoch
}

// end ends the links that match.
func (m *model) end(match func(l *modelLink) bool) (ended int) {
	for _, l := range m.issued {
		if !l.consumed && match(l) {
			l.consumed = true
			ended++
		}
	}
	return ended
}

// Random sequences of all that can happen to links leave exactly those working
// that the model says.
func TestModel(t *testing.T) {
	t.Parallel()
	lifetime := map[links.Purpose]time.Duration{
		links.Invitation: 7 * 24 * time.Hour, links.PasswordReset: 30 * time.Minute, links.EmailChange: 24 * time.Hour, links.SignIn: 10 * time.Minute,
	}
	ids := []string{"bob", "carol"}
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		m := &model{people: make(map[string]*modelPerson), open: true}
		for _, id := range ids {
			w.change(t, id, func(p *individuals.Individual) { p.Login = id + "@abc.example" })
			m.people[id] = &modelPerson{exists: true, email: id + "@abc.example"}
		}
		somebody := func(t *rapid.T) (string, *modelPerson) {
			id := rapid.SampledFrom(ids).Draw(t, "person")
			if !m.people[id].exists {
				t.Skip("deleted")
			}
			return id, m.people[id]
		}
		check := func(t *rapid.T) {
			for _, l := range m.issued {
				_, err := w.peek(l.text, l.purpose)
				if m.works(l, w.clock()) {
					require.NoError(t, err, "%s of %q", l.purpose, l.person)
					continue
				}
				reason(t, err)
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"": check,
			"issue": func(t *rapid.T) {
				id, p := somebody(t)
				purpose := rapid.SampledFrom([]links.Purpose{links.Invitation, links.PasswordReset, links.EmailChange, links.SignIn}).Draw(t, "purpose")
				link, err := w.tryIssue(w.links, forPerson(purpose, id))
				if p.disabled {
					assert.Equal(t, links.Disabled, reason(t, err))
					return
				}
				require.NoError(t, err)
				m.end(func(l *modelLink) bool { return l.person == id && l.purpose == purpose })
				m.issued = append(m.issued, &modelLink{
					text: link.Reveal(), purpose: purpose, person: id, email: p.email, epoch: p.epoch, expires: w.clock().Add(lifetime[purpose]),
				})
			},
			"rotate": func(t *rapid.T) {
				link := w.issue(t, forOrganization(""))
				m.end(func(l *modelLink) bool { return l.purpose == links.Standing })
				m.standing++
				m.issued = append(m.issued, &modelLink{text: link.Reveal(), purpose: links.Standing, epoch: m.standing})
			},
			"consume": func(t *rapid.T) {
				if len(m.issued) == 0 {
					t.Skip("none")
				}
				l := rapid.SampledFrom(m.issued).Draw(t, "link")
				if l.purpose == links.Standing {
					t.Skip("not consumed")
				}
				works, fails := m.works(l, w.clock()), rapid.Bool().Draw(t, "the commit fails")
				failed := errors.New("the change failed")
				_, err := w.store.Update(context.Background(), author, func(tx store.Tx) error {
					_, err := w.links.Consume(context.Background(), tx, l.text, l.purpose)
					if err == nil && fails {
						return failed
					}
					return err
				})
				switch {
				case works && fails:
					require.ErrorIs(t, err, failed)
				case works:
					require.NoError(t, err)
					l.consumed = true
				default:
					reason(t, err)
				}
			},
			"as another purpose": func(t *rapid.T) {
				if len(m.issued) == 0 {
					t.Skip("none")
				}
				l := rapid.SampledFrom(m.issued).Draw(t, "link")
				purpose := rapid.SampledFrom(links.LinkPurposes()).Filter(func(p links.Purpose) bool { return p != l.purpose }).Draw(t, "purpose")
				_, err := w.peek(l.text, purpose)
				reason(t, err)
			},
			"revoke": func(t *rapid.T) {
				filter := store.TokenFilter{
					Individual: rapid.SampledFrom(append([]string{""}, ids...)).Draw(t, "person"),
					Purpose:    string(rapid.SampledFrom(append([]links.Purpose{""}, links.LinkPurposes()...)).Draw(t, "purpose")),
				}
				if filter == (store.TokenFilter{}) {
					t.Skip("everything")
				}
				var n int
				w.update(t, func(ctx context.Context, tx store.Tx) (err error) {
					n, err = w.links.Revoke(ctx, tx, filter)
					return err
				})
				had := false
				ended := m.end(func(l *modelLink) bool {
					match := (filter.Individual == "" || l.person == filter.Individual) && (filter.Purpose == "" || string(l.purpose) == filter.Purpose)
					had = had || match && l.purpose == links.Standing && !l.consumed
					return match
				})
				if had {
					m.standing++
				}
				assert.Equal(t, ended, n)
			},
			"time passes": func(t *rapid.T) {
				w.advance(rapid.SampledFrom([]time.Duration{time.Minute, 10 * time.Minute, 30 * time.Minute, 24 * time.Hour, 7 * 24 * time.Hour}).Draw(t, "time"))
			},
			"sweep": func(t *rapid.T) {
				n, err := w.links.Sweep(context.Background(), w.store)
				require.NoError(t, err)
				now := w.clock()
				assert.Equal(t, m.end(func(l *modelLink) bool { return !l.expires.IsZero() && !now.Before(l.expires) }), n)
			},
			"password": func(t *rapid.T) {
				id, p := somebody(t)
				w.setPassword(t, id)
				w.change(t, id, func(r *individuals.Individual) { r.Epoch++ })
				p.password = true
				p.epoch++
			},
			"second factor reset": func(t *rapid.T) {
				id, p := somebody(t)
				w.change(t, id, func(r *individuals.Individual) { r.Epoch++ })
				p.epoch++
			},
			"e-mail": func(t *rapid.T) {
				id, p := somebody(t)
				p.email = rapid.SampledFrom([]string{id + "@abc.example", id + "@home.example"}).Draw(t, "e-mail")
				w.change(t, id, func(r *individuals.Individual) { r.Email = p.email })
			},
			"disable or enable": func(t *rapid.T) {
				id, p := somebody(t)
				p.disabled = !p.disabled
				if p.disabled {
					p.epoch++
				}
				w.change(t, id, func(r *individuals.Individual) { r.Disabled, r.Epoch = p.disabled, p.epoch })
			},
			"delete": func(t *rapid.T) {
				id, p := somebody(t)
				w.update(t, func(ctx context.Context, tx store.Tx) error {
					r, err := tx.Individual(ctx, id)
					return errors.Join(err, tx.DeleteIndividual(ctx, id, r.Revision))
				})
				p.exists = false
				m.end(func(l *modelLink) bool { return l.person == id })
			},
			"open or close": func(t *rapid.T) {
				m.open = !m.open
				w.changeOrganization(t, func(o *individuals.Organization) { o.Link.Open = m.open })
			},
		})
	})
}
