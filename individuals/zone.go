package individuals

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
)

// maxZoneName bounds the name of a zone, in bytes. The longest that the IANA
// database has is America/Argentina/ComodRivadavia, 32.
const maxZoneName = 64

// maxCachedZones bounds the cache. The IANA database has about 600 names; only
// where files are found in any case can there be more, and those load anew.
const maxCachedZones = 1024

var zones = struct {
	sync.RWMutex
	byName map[string]*time.Location
}{byName: map[string]*time.Location{}}

// LoadZone returns the time zone with the given name in the IANA database, such
// as "Europe/Prague" or "UTC".
//
// Refused are "", "Local", "posixrules" and "Factory", which mean another zone on
// every machine or none; names that lead elsewhere than into the database
// ("posix/...", "right/...", paths); and names that the database does not have.
//
// The zones come from [time.LoadLocation], which reads the machine's files; a
// program that may run without them imports [time/tzdata]. A zone is read once
// and kept, so that new files count after a restart. LoadZone is safe for
// concurrent use.
func LoadZone(name string) (*time.Location, error) {
	location, err := loadZone(name)
	if err != nil {
		return nil, fmt.Errorf("individuals: %w", err)
	}
	return location, nil
}

func loadZone(name string) (*time.Location, error) {
	zones.RLock()
	location := zones.byName[name]
	zones.RUnlock()
	if location != nil {
		return location, nil
	}
	if err := checkZoneName(name); err != nil {
		if len(name) > maxZoneName {
			name = name[:maxZoneName] + "..."
		}
		return nil, fmt.Errorf("zone: %q: %w: use a name such as \"Europe/Prague\" or \"UTC\"", name, err)
	}
	name = strings.Clone(name) // kept; it may be a part of something large
	location, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("zone: %q: %w: use a name such as \"Europe/Prague\"; if the machine has no zone files, import time/tzdata", name, err)
	}
	zones.Lock()
	defer zones.Unlock()
	if len(zones.byName) < maxCachedZones {
		zones.byName[name] = location
	}
	return location, nil
}

// checkZoneName refuses what cannot be the name of a place in the IANA database,
// before a file is looked for. All its names are made of words that begin with a
// capital; what else lies beside them, such as posixrules, localtime, zone.tab
// and the directories posix and right, does not.
func checkZoneName(name string) error {
	switch {
	case name == "":
		return errors.New("no zone")
	case name == "Local":
		return errors.New("the machine's own zone, another on every machine")
	case name == "posixrules" || name == "localtime":
		return errors.New("a default of the machine, another on every machine")
	case name == "Factory":
		return errors.New("stands for a zone that was not set")
	case len(name) > maxZoneName:
		return fmt.Errorf("longer than %d bytes", maxZoneName)
	}
	for word := range strings.SplitSeq(name, "/") {
		if word == "" || word[0] < 'A' || word[0] > 'Z' || strings.Trim(word, zoneNameBytes) != "" {
			return errors.New("not the name of a zone in the IANA database")
		}
	}
	return nil
}

const zoneNameBytes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-"
