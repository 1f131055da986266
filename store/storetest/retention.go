package storetest

import (
	"time"

	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/store"
)

// retentionRules are about cutting the audit, and erasing people from it.
func retentionRules() []rule {
	return []rule{
		{"cut", "a cut removes the events up to its anchor, keeps the anchor as the start, and records itself on the same chain", func(s *suite) {
			for _, chain := range chains {
				recorded := s.recordOn(chain, event("1"), event("2"), event("3"), event("4"), event("5"))
				before := s.revision()
				cut, err := audit.NewCut(recorded[2], noon.Add(time.Hour))
				if err != nil {
					s.Fatal(err)
				}
				told, err := s.store.CutEvents(s.ctx, cut, audit.System("retention"))
				if err != nil {
					s.Fatalf("CutEvents: %v", err)
				}
				s.equal("left", s.events(audit.Filter{Chain: chain}), append(recorded[3:], told))
				report := s.verify(chain, recorded[3].Head())
				s.equal("report", report, audit.Report{From: recorded[2].Head(), Last: told.Head(), Events: 3, Kept: 6, CutAt: 6})
				if after := s.revision(); (chain == audit.Changes) != (after > before && told.Revision == after) {
					s.Fatalf("chain %q: the cut of revision %d moved the revision from %d to %d", chain, told.Revision, before, after)
				}
				next := s.recordOn(chain, event("7"))
				s.equal("sequence", next[0].Sequence, uint64(7))
				if cut, err = audit.NewCut(next[0], noon.Add(2*time.Hour)); err != nil {
					s.Fatal(err)
				}
				if told, err = s.store.CutEvents(s.ctx, cut, audit.System("retention")); err != nil {
					s.Fatalf("CutEvents of everything: %v", err)
				}
				s.equal("left after cutting everything", s.events(audit.Filter{Chain: chain}), []audit.Event{told})
				s.equal("cut at", s.verify(chain).CutAt, uint64(8))
			}
		}},
		{"cut refused", "a cut at an event that is not there, or is another, or that cannot be recorded, is refused and removes nothing", func(s *suite) {
			for _, chain := range chains {
				recorded := s.recordOn(chain, event("1"), event("2"), event("3"))
				before := s.revision()
				cut := func(anchor audit.Head, at time.Time) error {
					_, err := s.store.CutEvents(s.ctx, audit.Cut{Anchor: anchor, At: at}, audit.System("retention"))
					return err
				}
				other := recorded[1].Head()
				other.Hash[0] ^= 1
				s.wraps("another event", cut(other, noon), store.ErrConflict)
				beyond := recorded[2].Head()
				beyond.Sequence++
				s.wraps("not there yet", cut(beyond, noon), store.ErrNotFound)
				s.wraps("the start", cut(audit.Start(chain), noon), store.ErrNotFound)
				s.wraps("without an instant", cut(recorded[1].Head(), time.Time{}), audit.ErrInvalidEvent)
				s.equal("events", s.events(audit.Filter{Chain: chain}), recorded)
				s.equal("revision", s.revision(), before)
				if err := cut(recorded[0].Head(), noon); err != nil {
					s.Fatal(err)
				}
				s.wraps("cut already", cut(recorded[0].Head(), noon), store.ErrNotFound)
				s.verify(chain)
			}
		}},
		{"cut is one winner's", "of many who cut at one event exactly one does", func(s *suite) {
			for _, chain := range chains {
				recorded := s.recordOn(chain, event("1"), event("2"))
				s.oneWins(func() error {
					_, err := s.store.CutEvents(s.ctx, audit.Cut{Anchor: recorded[1].Head(), At: noon}, audit.System("retention"))
					return err
				})
				s.equal("verified", s.verify(chain).Events, uint64(1))
			}
		}},
		{"erase", "erasing an individual removes its personal values from a chain and nobody else's, and the chain stays whole", func(s *suite) {
			for _, chain := range chains {
				recorded := s.recordOn(chain, fullEvent("steve"), fullEvent("adam"), event("3"))
				erased, err := s.store.EraseEvents(s.ctx, chain, "steve")
				if err != nil {
					s.Fatalf("EraseEvents: %v", err)
				}
				without, n := recorded[0].Erase("steve")
				if n == 0 {
					s.Fatal("nothing to erase")
				}
				s.equal("erased", erased, n)
				s.equal("events", s.events(audit.Filter{Chain: chain}), []audit.Event{without, recorded[1], recorded[2]})
				s.equal("values erased", s.verify(chain, recorded[2].Head()).Erased, uint64(n))
				if erased, err = s.store.EraseEvents(s.ctx, chain, "steve"); err != nil || erased != 0 {
					s.Fatalf("erasing twice: %d, %v", erased, err)
				}
				if _, err = s.store.EraseEvents(s.ctx, chain, ""); err == nil {
					s.Fatal("erasing nobody: no error")
				}
			}
		}},
	}
}
