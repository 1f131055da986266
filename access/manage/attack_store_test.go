package manage_test

import (
	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/store/memstore"
)

func newMemory() *memstore.Store { return memstore.New(nil) }

// auditChanges is the chain of changes.
var auditChanges = audit.Filter{Chain: audit.Changes}
