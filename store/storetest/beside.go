package storetest

import (
	"context"

	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/individuals"
	"github.com/durward-go/durward/store"
)

// A call is one method with arguments that it would take.
type call struct {
	name string
	do   func(ctx context.Context) error
}

// besideCalls are all methods outside of commits. sent and recorded are there
// already.
func (s *suite) besideCalls(sent store.Message, recorded audit.Event) []call {
	return []call{
		{"Attempts", func(ctx context.Context) error { _, err := s.store.Attempts(ctx, attemptKey); return err }},
		{"SwapAttempts", func(ctx context.Context) error {
			_, err := s.store.SwapAttempts(ctx, store.Attempts{Key: attemptKey, Failures: 1})
			return err
		}},
		{"ForgetAttempts", func(ctx context.Context) error { _, err := s.store.ForgetAttempts(ctx, noon, 1); return err }},
		{"AcceptStep", func(ctx context.Context) error { return s.store.AcceptStep(ctx, "bob", 1) }},
		{"LastStep", func(ctx context.Context) error { _, err := s.store.LastStep(ctx, "bob"); return err }},
		{"DueMessages", func(ctx context.Context) error { _, err := s.store.DueMessages(ctx, noon, 1); return err }},
		{"SwapMessage", func(ctx context.Context) error { _, err := s.store.SwapMessage(ctx, sent); return err }},
		{"DeleteMessage", func(ctx context.Context) error { return s.store.DeleteMessage(ctx, sent.ID, sent.Version) }},
		{"RecordSignIn", func(ctx context.Context) error { _, err := s.store.RecordSignIn(ctx, event("x")); return err }},
		{"CutEvents", func(ctx context.Context) error {
			_, err := s.store.CutEvents(ctx, audit.Cut{Anchor: recorded.Head(), At: noon}, audit.System("retention"))
			return err
		}},
		{"CutEvents of changes", func(ctx context.Context) error {
			_, err := s.store.CutEvents(ctx, audit.Cut{Anchor: audit.Start(audit.Changes), At: noon}, audit.System("retention"))
			return err
		}},
		{"EraseEvents", func(ctx context.Context) error {
			_, err := s.store.EraseEvents(ctx, audit.SignIns, "steve")
			return err
		}},
		{"EraseEvents of changes", func(ctx context.Context) error {
			_, err := s.store.EraseEvents(ctx, audit.Changes, "steve")
			return err
		}},
	}
}

// commitCalls are the methods within commits that this package does not try
// for every kind.
func commitCalls(tx store.Tx) []call {
	return []call{
		{"Credential", func(ctx context.Context) error { _, err := tx.Credential(ctx, number(1)); return err }},
		{"PutCredential", func(ctx context.Context) error {
			return tx.PutCredential(ctx, individuals.Credential{Individual: number(0)})
		}},
		{"DeleteCredential", func(ctx context.Context) error { return tx.DeleteCredential(ctx, number(1), 1) }},
		{"Token", func(ctx context.Context) error { _, err := tx.Token(ctx, "a"); return err }},
		{"Tokens", func(ctx context.Context) error {
			_, err := tx.Tokens(ctx, store.TokenFilter{}, store.Page{})
			return err
		}},
		{"PutToken", func(ctx context.Context) error { return tx.PutToken(ctx, token("b", number(1), "")) }},
		{"DeleteToken", func(ctx context.Context) error { return tx.DeleteToken(ctx, "a", 1) }},
		{"PutMessage", func(ctx context.Context) error { _, err := tx.PutMessage(ctx, message("x")); return err }},
		{"Events", func(ctx context.Context) error {
			_, err := tx.Events(ctx, audit.Filter{Chain: audit.Changes})
			return err
		}},
		{"EventHead", func(ctx context.Context) error { _, err := tx.EventHead(ctx, audit.Changes); return err }},
		{"EventStart", func(ctx context.Context) error { _, err := tx.EventStart(ctx, audit.SignIns); return err }},
		{"AppendEvent", func(ctx context.Context) error { _, err := tx.AppendEvent(ctx, event("x")); return err }},
	}
}

// besideRules are about contexts and the end of a store, for what stands beside
// commits and what came with it.
func besideRules() []rule {
	return []rule{
		{"beside cancelled", "outside of commits too a cancelled context gives its error and changes nothing", func(s *suite) {
			sent, recorded := s.send(message("a")), s.recordSignIns(fullEvent("steve"))
			ctx, cancel := context.WithCancel(s.ctx)
			cancel()
			for _, c := range s.besideCalls(sent[0], recorded[0]) {
				s.wraps(c.name, c.do(ctx), context.Canceled)
			}
			s.equal("attempts", s.attempts(attemptKey).Version, uint64(0))
			s.equal("step", s.lastStep("bob") == 0, true)
			s.equal("messages", plain(s.due(noon, 0)...), plain(sent...))
			s.equal("events", s.events(audit.Filter{Chain: audit.SignIns}), recorded)
		}},
		{"beside closed", "after Close every call outside of commits gives ErrClosed", func(s *suite) {
			sent, recorded := s.send(message("a")), s.recordSignIns(fullEvent("steve"))
			if err := s.store.Close(); err != nil {
				s.Fatalf("Close: %v", err)
			}
			for _, c := range s.besideCalls(sent[0], recorded[0]) {
				s.wraps(c.name, c.do(s.ctx), store.ErrClosed)
			}
		}},
		{"calls cancelled", "a cancelled context gives its error within a commit, and the commit goes on without the call", func(s *suite) {
			ctx, cancel := context.WithCancel(s.ctx)
			cancel()
			before := s.update(func(tx store.Tx) error { return tokenNeeds(s.ctx, tx) })
			after := s.update(func(tx store.Tx) error {
				for _, c := range commitCalls(tx) {
					s.wraps(c.name, c.do(ctx), context.Canceled)
				}
				return nil
			})
			s.equal("revision", after, before)
		}},
		{"calls after the end", "a tx is of no use after its Update", func(s *suite) {
			var ended store.Tx
			s.update(func(tx store.Tx) error { ended = tx; return tokenNeeds(s.ctx, tx) })
			before := s.revision()
			for _, c := range commitCalls(ended) {
				if err := c.do(s.ctx); err == nil {
					s.Errorf("%s: no error", c.name)
				}
			}
			s.equal("revision", s.revision(), before)
			s.equal("messages", len(s.due(noon, 0)), 0)
		}},
	}
}
