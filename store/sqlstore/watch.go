package sqlstore

type watcher struct{ told func(revision uint64) }

// Watch implements [store.Watcher]. It tells of this store's own commits, before
// their Update returns, and of what [Store.Announce] is told.
func (s *Store) Watch(fn func(revision uint64)) (stop func()) {
	w := &watcher{fn}
	s.watching.Lock()
	s.watchers[w] = struct{}{}
	s.watching.Unlock()
	return func() {
		s.watching.Lock()
		delete(s.watchers, w)
		s.watching.Unlock()
	}
}

// Announce tells watchers of a commit that this store did not make by itself:
// that of [Store.Join], once the host has committed it, or that of another
// process, where the host hears of those by other means than [Store.Listen]. Watchers read the feed, so a revision
// that is told twice, out of order or too early does no harm.
func (s *Store) Announce(revision uint64) {
	if s.closed.Load() {
		return
	}
	s.watching.RLock()
	defer s.watching.RUnlock()
	for w := range s.watchers {
		w.told(revision)
	}
}
