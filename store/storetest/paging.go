package storetest

import (
	"fmt"
	"sync"
	"time"

	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/store"
)

// pagingRules are about listings whose pages are read one by one while others
// write.
func pagingRules() []rule {
	return []rule{
		{"pages under writes", "a record that is there throughout comes exactly once in a listing whose pages are read in views of their own while others are put and deleted", func(s *suite) {
			const staying = 60
			s.update(func(tx store.Tx) error {
				for n := range staying {
					if err := tx.PutClass(s.ctx, class(number(2*n), "stays")); err != nil {
						return err
					}
				}
				return nil
			})
			stop := make(chan struct{})
			var wg sync.WaitGroup
			for w := range 2 {
				wg.Go(func() {
					for i := w; ; i += 2 {
						select {
						case <-stop:
							return
						default:
						}
						id := number(2*(i%staying) + 1)
						_, err := s.retry(func(tx store.Tx) error {
							c, err := tx.Class(s.ctx, id)
							if err == nil {
								return tx.DeleteClass(s.ctx, id, c.Revision)
							}
							return tx.PutClass(s.ctx, class(id, "goes"))
						})
						if err != nil {
							s.Errorf("Update: %v", err)
							return
						}
					}
				})
			}
			for range 5 {
				var stays []string
				last := ""
				for {
					var page []individuals.Class
					s.view(func(r store.Reader) (err error) {
						page, err = r.Classes(s.ctx, store.Page{After: last, Limit: 7})
						return err
					})
					for _, c := range page {
						if c.ID <= last {
							s.Errorf("%q came after %q", c.ID, last)
						}
						last = c.ID
						if c.Name == "stays" {
							stays = append(stays, c.ID)
						}
					}
					if len(page) < 7 {
						break
					}
				}
				if len(stays) != staying {
					s.Errorf("%d records that were there throughout, want %d", len(stays), staying)
				}
			}
			close(stop)
			wg.Wait()
		}},
		{"grants in order", "a listing of grants is in the byte order of individuals and then of organizations, at any page size, also where a filter chooses them", func(s *suite) {
			var want []string
			s.update(func(tx store.Tx) error {
				if err := tokenNeeds(s.ctx, tx); err != nil {
					return err
				}
				// In another order than that of the pages, and with IDs of which one
				// begins another.
				for _, who := range []string{"b", "a", "a!", "ab", "B", "é"} {
					p := individuals.Individual{ID: who, Organization: "abc", RoleType: "customer"}
					if err := tx.PutIndividual(s.ctx, p); err != nil {
						return err
					}
					for _, in := range []string{"xyz", "abc"} {
						if err := tx.PutGrant(s.ctx, individuals.Grant{Individual: who, Organization: in}.WithRole("r")); err != nil {
							return err
						}
					}
				}
				return nil
			})
			for _, who := range []string{"B", "a", "a!", "ab", "b", "é"} {
				want = append(want, who+" in abc", who+" in xyz")
			}
			for _, filter := range []store.GrantFilter{{}, {Role: "r"}} {
				for _, limit := range []int{1, 2, 3, 5, 12, 13} {
					var got []string
					p := store.GrantPage{Limit: limit}
					s.view(func(r store.Reader) error {
						for {
							page, err := r.Grants(s.ctx, filter, p)
							if err != nil {
								return err
							}
							got = append(got, ids(page, nil)...)
							if len(page) < limit {
								return nil
							}
							last := page[len(page)-1]
							p.AfterIndividual, p.AfterOrganization = last.Individual, last.Organization
						}
					})
					s.equal(fmt.Sprintf("pages of %d", limit), got, want)
				}
			}
		}},
		{"messages due under senders", "a message that is swapped or deleted while others are read does not keep those from coming", func(s *suite) {
			var messages []store.Message
			for n := range 20 {
				m := message(fmt.Sprintf("m-%02d", n))
				m.NotBefore = noon.Add(time.Duration(n) * time.Second)
				messages = append(messages, m)
			}
			sent := s.send(messages...)
			for n := 0; n < len(sent); n += 2 {
				later := sent[n]
				later.NotBefore = noon.Add(time.Hour)
				if _, err := s.store.SwapMessage(s.ctx, later); err != nil {
					s.Fatal(err)
				}
				due := s.due(noon.Add(time.Minute), 1)
				s.equal("due next", purposes(due), []string{fmt.Sprintf("m-%02d", n+1)})
				if err := s.store.DeleteMessage(s.ctx, due[0].ID, due[0].Version); err != nil {
					s.Fatal(err)
				}
			}
			s.equal("due later", len(s.due(noon.Add(time.Hour), 0)), len(sent)/2)
		}},
	}
}
