package manage_test

import "github.com/durward-go/durward/store/memstore"

func newMemory() *memstore.Store { return memstore.New(nil) }
