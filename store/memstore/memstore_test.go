package memstore_test

import (
	"testing"

	"github.com/durward-go/durward/store"
	"github.com/durward-go/durward/store/memstore"
	"github.com/durward-go/durward/store/storetest"
)

func TestStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) store.Store {
		s := memstore.New(nil)
		t.Cleanup(func() { _ = s.Close() })
		return s
	})
}
