package individuals

// CachedZones returns how many zones are cached, and how many can be.
func CachedZones() (cached, most int) {
	zones.RLock()
	defer zones.RUnlock()
	return len(zones.byName), maxCachedZones
}

// FillZoneCache fills the cache with names that no zone has.
func FillZoneCache(name func(i int) string) {
	utc, _ := loadZone("UTC")
	zones.Lock()
	defer zones.Unlock()
	for i := 0; len(zones.byName) < maxCachedZones; i++ {
		zones.byName[name(i)] = utc
	}
}

// EmptyZoneCache empties the cache.
func EmptyZoneCache() {
	zones.Lock()
	defer zones.Unlock()
	clear(zones.byName)
}
