package links_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/access/links"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/ipallow"
	"github.com/durward-go/durward/scope"
	"github.com/durward-go/durward/store"
)

func TestFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.change(t, "bob", func(p *individuals.Individual) { p.Epoch = 7 })
	link := w.issue(t, forPerson(links.EmailChange, "bob"))
	want := links.Found{
		Purpose: links.EmailChange, Organization: "abc", Email: "new.bob@abc.example", Epoch: 7,
		Created: noon, Expires: noon.Add(24 * time.Hour), Selector: link.Selector(),
	}
	w.view(t, func(ctx context.Context, r store.Reader) (err error) {
		want.Individual, err = r.Individual(ctx, "bob")
		return err
	})
	equal := cmp.Comparer(func(a, b ipallow.List) bool { return a.String() == b.String() })
	for range 3 { // peeking never consumes
		found, err := w.peek(link.Reveal(), links.EmailChange)
		require.NoError(t, err)
		assert.Empty(t, cmp.Diff(want, found, equal, cmp.AllowUnexported(individuals.Date{})))
	}
	found, err := w.consume(link.Reveal(), links.EmailChange)
	require.NoError(t, err)
	assert.Empty(t, cmp.Diff(want, found, equal, cmp.AllowUnexported(individuals.Date{})))
	_, err = w.peek(link.Reveal(), links.EmailChange)
	assert.Equal(t, links.Unknown, reason(t, err))

	request := forPerson(links.SignIn, "bob")
	request.Organization = "abc"
	found, err = w.peek(w.issue(t, request).Reveal(), links.SignIn)
	require.NoError(t, err)
	assert.Equal(t, "abc", found.Organization)
}

// Every way in which a link does not work, and what the application is told; what
// the person is told is one text.
func TestRefusals(t *testing.T) {
	t.Parallel()
	type check struct {
		name    string
		purpose links.Purpose // issued and, unless the case changes that, shown
		spoil   func(t *testing.T, w *world, text string) (shownText string, shownPurpose links.Purpose)
		want    links.Reason // "" = works
	}
	same := func(fn func(t *testing.T, w *world)) func(*testing.T, *world, string) (string, links.Purpose) {
		return func(t *testing.T, w *world, text string) (string, links.Purpose) { fn(t, w); return text, "" }
	}
	show := func(fn func(text string) string) func(*testing.T, *world, string) (string, links.Purpose) {
		return func(_ *testing.T, _ *world, text string) (string, links.Purpose) { return fn(text), "" }
	}
	as := func(purpose links.Purpose) func(*testing.T, *world, string) (string, links.Purpose) {
		return func(_ *testing.T, _ *world, text string) (string, links.Purpose) { return text, purpose }
	}
	moveEpoch := func(t *testing.T, w *world) {
		w.change(t, "bob", func(p *individuals.Individual) { p.Epoch++ })
	}
	moveEmail := func(t *testing.T, w *world) {
		w.change(t, "bob", func(p *individuals.Individual) { p.Email = "elsewhere@abc.example" })
	}
	disable := func(t *testing.T, w *world) {
		w.change(t, "bob", func(p *individuals.Individual) { p.Disabled = true; p.Epoch++ })
	}
	enableAgain := func(t *testing.T, w *world) {
		disable(t, w)
		w.change(t, "bob", func(p *individuals.Individual) { p.Disabled = false })
	}
	remove := func(t *testing.T, w *world) {
		w.update(t, func(ctx context.Context, tx store.Tx) error {
			p, err := tx.Individual(ctx, "bob")
			return errors.Join(err, tx.DeleteIndividual(ctx, "bob", p.Revision))
		})
	}
	harmless := func(t *testing.T, w *world) {
		w.change(t, "bob", func(p *individuals.Individual) {
			p.Name, p.Language, p.AllowList, p.Email = "Robert", "de", ipallow.List{}, "BOB@abc.example"
			p.Window = individuals.Window{Activation: date(t, "2027-01-01"), Zone: "UTC"}
		})
	}
	var checks []check
	for _, purpose := range links.LinkPurposes() {
		other := links.SignIn
		if purpose == links.SignIn {
			other = links.PasswordReset
		}
		checks = append(checks,
			check{"works", purpose, same(func(*testing.T, *world) {}), ""},
			check{"empty", purpose, show(func(string) string { return "" }), links.Malformed},
			check{"cut", purpose, show(func(text string) string { return text[:len(text)-1] }), links.Malformed},
			check{"longer", purpose, show(func(text string) string { return text + "a" }), links.Malformed},
			check{"capitals", purpose, show(strings.ToUpper), links.Malformed},
			check{"a space", purpose, show(func(text string) string { return " " + text[:len(text)-1] }), links.Malformed},
			check{"selector only", purpose, show(func(text string) string { return text[:26] }), links.Malformed},
			check{"another verifier", purpose, show(func(text string) string { return text[:26] + strings.Repeat("a", 52) }), links.WrongVerifier},
			check{"one bit of the verifier", purpose, show(flipBit), links.WrongVerifier},
			check{"another selector", purpose, show(func(text string) string { return strings.Repeat("a", 26) + text[26:] }), links.Unknown},
			check{"another purpose", purpose, as(other), links.WrongPurpose},
			check{"newer one", purpose, func(t *testing.T, w *world, text string) (string, links.Purpose) {
				w.issue(t, request(purpose))
				return text, ""
			}, links.Unknown},
			check{"revoked", purpose, same(func(t *testing.T, w *world) {
				w.update(t, func(ctx context.Context, tx store.Tx) error {
					n, err := w.links.Revoke(ctx, tx, store.TokenFilter{Purpose: string(purpose)})
					assert.Equal(t, 1, n)
					return err
				})
			}), links.Unknown},
		)
		if purpose == links.Standing {
			continue
		}
		afterEpoch := links.CredentialsChanged
		if purpose == links.Invitation {
			afterEpoch = "" // there is no password that it could overwrite
		}
		checks = append(checks,
			check{"used", purpose, func(t *testing.T, w *world, text string) (string, links.Purpose) {
				_, err := w.consume(text, purpose)
				require.NoError(t, err)
				return text, ""
			}, links.Unknown},
			check{"harmless changes", purpose, same(harmless), ""},
			check{"epoch moved", purpose, same(moveEpoch), afterEpoch},
			check{"password set since", purpose, same(func(t *testing.T, w *world) { w.setPassword(t, "bob"); moveEpoch(t, w) }), links.CredentialsChanged},
			check{"had a password when issued", purpose, same(func(t *testing.T, w *world) { w.setPassword(t, "bob") }), ""},
			check{"e-mail moved", purpose, same(moveEmail), links.EmailMoved},
			check{"e-mail moved though the login is the old one", purpose, same(moveEmail), links.EmailMoved},
			check{"disabled", purpose, same(disable), links.Disabled},
			check{"disabled for a while", purpose, same(enableAgain), afterEpoch},
			check{"deleted", purpose, same(remove), links.Unknown},
		)
	}
	closeOrganization := func(t *testing.T, w *world) {
		w.changeOrganization(t, func(o *individuals.Organization) { o.Closed = true })
	}
	closeLink := func(t *testing.T, w *world) {
		w.changeOrganization(t, func(o *individuals.Organization) { o.Link.Open = false })
	}
	checks = append(checks,
		check{"organization closed", links.Standing, same(closeOrganization), links.OrganizationClosed},
		check{"link closed", links.Standing, same(closeLink), links.LinkClosed},
		check{"epoch of the link moved", links.Standing, same(func(t *testing.T, w *world) {
			w.changeOrganization(t, func(o *individuals.Organization) { o.Link.Epoch++ })
		}), links.CredentialsChanged},
		check{"opened again", links.Standing, same(func(t *testing.T, w *world) {
			closeLink(t, w)
			w.changeOrganization(t, func(o *individuals.Organization) { o.Link.Open = true })
		}), ""},
		check{"organization's record deleted", links.Standing, same(func(t *testing.T, w *world) {
			w.update(t, func(ctx context.Context, tx store.Tx) error {
				o, err := tx.Organization(ctx, "abc")
				return errors.Join(err, tx.DeleteOrganization(ctx, "abc", o.Revision))
			})
		}), links.Unknown},
	)
	for _, test := range checks {
		t.Run(string(test.purpose)+"/"+test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			text := w.issue(t, request(test.purpose)).Reveal()
			text, purpose := test.spoil(t, w, text)
			if purpose == "" {
				purpose = test.purpose
			}
			_, err := w.peek(text, purpose)
			if test.want == "" {
				require.NoError(t, err)
				return
			}
			assert.Equal(t, test.want, reason(t, err))
			assert.Equal(t, "links: this link does not work, or no longer: ask for a new one", err.Error(), "one text for all")
			if purpose == links.Standing {
				return
			}
			before := len(w.tokens(t))
			_, err = w.consume(text, purpose)
			assert.Equal(t, test.want, reason(t, err))
			assert.Equal(t, "links: this link does not work, or no longer: ask for a new one", err.Error())
			assert.Len(t, w.tokens(t), before, "what is refused is not consumed")
		})
	}
}

// request asks for a link of the purpose for Bob, or for ABC.
func request(purpose links.Purpose) links.Request {
	if purpose == links.Standing {
		return forOrganization("")
	}
	return forPerson(purpose, "bob")
}

// flipBit changes the lowest bit that counts of the last character.
func flipBit(text string) string {
	const alphabet = "abcdefghijklmnopqrstuvwxyz234567"
	i := strings.IndexByte(alphabet, text[len(text)-1])
	return text[:len(text)-1] + string(alphabet[i^16])
}

// Nothing about whose link it is gets out before the verifier was right.
func TestRefusalOfAWrongVerifierTellsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	text := w.issue(t, forPerson(links.SignIn, "bob")).Reveal()
	_, err := w.peek(text[:26]+strings.Repeat("a", 52), links.SignIn)
	var refusal *links.Refusal
	require.ErrorAs(t, err, &refusal)
	assert.Equal(t, links.Refusal{Reason: links.WrongVerifier, Selector: text[:26]}, *refusal)
	_, err = w.peek(text, links.PasswordReset)
	require.ErrorAs(t, err, &refusal)
	assert.Equal(t, links.Refusal{Reason: links.WrongPurpose, Selector: text[:26], Purpose: links.SignIn, Individual: "bob"}, *refusal)
}

func TestConsumeOnceInParallel(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const goroutines = 64
	for _, purpose := range []links.Purpose{links.Invitation, links.PasswordReset, links.EmailChange, links.SignIn} {
		text := w.issue(t, forPerson(purpose, "bob")).Reveal()
		var (
			wg     sync.WaitGroup
			mu     sync.Mutex
			worked int
			start  = make(chan struct{})
		)
		for range goroutines {
			wg.Go(func() {
				<-start
				_, err := w.consume(text, purpose)
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					worked++
					return
				}
				var refusal *links.Refusal
				if !errors.As(err, &refusal) && !errors.Is(err, store.ErrConflict) {
					t.Errorf("%s: %v", purpose, err)
				}
			})
		}
		close(start)
		wg.Wait()
		assert.Equal(t, 1, worked, purpose)
	}
}

func TestFailedCommitConsumesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	text := w.issue(t, forPerson(links.PasswordReset, "bob")).Reveal()
	failed := errors.New("the password is too short")
	_, err := w.store.Update(t.Context(), author, func(tx store.Tx) error {
		_, err := w.links.Consume(t.Context(), tx, text, links.PasswordReset)
		require.NoError(t, err)
		_, err = w.links.Consume(t.Context(), tx, text, links.PasswordReset)
		assert.Equal(t, links.Unknown, reason(t, err), "not twice in one commit either")
		return failed
	})
	require.ErrorIs(t, err, failed)
	_, err = w.consume(text, links.PasswordReset)
	require.NoError(t, err)
}

func TestConsumeRefusesStanding(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	text := w.issue(t, forOrganization("")).Reveal()
	_, err := w.consume(text, links.Standing)
	require.ErrorContains(t, err, "use Peek")
	_, err = w.peek(text, links.Standing)
	require.NoError(t, err)
	_, err = w.peek(text, "payment")
	require.ErrorContains(t, err, "want one of")
	_, err = w.peek(text, links.PasswordChanged)
	require.ErrorContains(t, err, "want one of")
}

// A store that fails is an error of its own, neither a link nor a refusal.
func TestFindOnAFailingStore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	text := w.issue(t, forPerson(links.SignIn, "bob")).Reveal()
	broken := errors.New("disk on fire")
	_, err := w.store.Update(t.Context(), author, func(tx store.Tx) error {
		_, err := w.links.Consume(t.Context(), failingTokens{tx, broken}, text, links.SignIn)
		return err
	})
	require.ErrorIs(t, err, broken)
	var refusal *links.Refusal
	assert.NotErrorAs(t, err, &refusal)
}

// To the page of one provider and realm, a link of another does not exist.
func TestWithin(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.update(t, func(ctx context.Context, tx store.Tx) error {
		dave := person("dave")
		dave.Provider, dave.Organization = "other", "xyz"
		return errors.Join(
			tx.PutEntity(ctx, scope.Entity{ID: "other", Kind: "provider"}),
			tx.PutEntity(ctx, scope.Entity{ID: "xyz", Kind: "customer", Parent: "other"}),
			tx.PutOrganization(ctx, individuals.Organization{Entity: "xyz", Link: individuals.StandingLink{Open: true}}),
			tx.PutIndividual(ctx, dave))
	})
	all := w.links
	mine, others, admin := all.Within("telco", "customer"), all.Within("other", "customer"), all.Within("telco", "admin")

	bobs := w.issue(t, forPerson(links.SignIn, "bob")).Reveal()
	standing := w.issue(t, forOrganization("")).Reveal()
	for _, l := range []*links.Links{all, mine} {
		w.links = l
		_, err := w.peek(bobs, links.SignIn)
		require.NoError(t, err)
		_, err = w.peek(standing, links.Standing)
		require.NoError(t, err)
	}
	for _, l := range []*links.Links{others, admin} {
		w.links = l
		_, err := w.consume(bobs, links.SignIn)
		assert.Equal(t, links.WrongPlace, reason(t, err))
		_, err = w.peek(standing, links.Standing)
		assert.Equal(t, links.WrongPlace, reason(t, err))
		_, err = w.tryIssue(l, forPerson(links.SignIn, "bob"))
		require.ErrorContains(t, err, "not of those that Within named")
		_, err = w.tryIssue(l, forOrganization(""))
		require.ErrorContains(t, err, "not of those that Within named")
	}
	_, err := w.tryIssue(others, forPerson(links.SignIn, "dave"))
	require.NoError(t, err)
	_, err = w.tryIssue(others, links.Request{Purpose: links.Standing, Organization: "xyz", Realm: "customer"})
	require.NoError(t, err)
	w.links = all
	_, err = w.consume(bobs, links.SignIn)
	require.NoError(t, err, "what others tried consumed nothing")
}
