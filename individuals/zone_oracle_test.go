package individuals_test

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward-go/durward/individuals"
)

// TestPythonAgreesOnFirstInstants asks Python's zoneinfo when days begin, over
// the zone files that come with Go: every irregular day of every zone from 1970
// to 2037 in each run, and others; all of them with DURWARD_LONG=1.
func TestPythonAgreesOnFirstInstants(t *testing.T) {
	python := requireTool(t, "python3", "python3")
	stride := 20
	switch {
	case os.Getenv("DURWARD_LONG") == "1":
		stride = 1
	case testing.Short():
		stride = 2_000
	}
	directory, names := unpackZones(t)

	command := exec.Command(python, append([]string{"testdata/first_instants.py", strconv.Itoa(stride)}, names...)...)
	command.Env = append(os.Environ(), "PYTHONTZPATH="+directory)
	command.Stderr = os.Stderr
	output, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	defer func() {
		if command.ProcessState == nil { // the test has failed: nobody reads on
			_ = command.Process.Kill()
			_ = command.Wait()
		}
	}()

	var total, missing, skipped, repeated, naiveWrong int
	answers := bufio.NewReaderSize(output, 1<<20)
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join(directory, name))
		require.NoError(t, err)
		location, err := time.LoadLocationFromTZData(name, data)
		require.NoError(t, err)

		var count uint32
		require.NoError(t, binary.Read(answers, binary.LittleEndian, &count), name)
		days, instants := make([]int32, count), make([]int64, count)
		require.NoError(t, binary.Read(answers, binary.LittleEndian, days), name)
		require.NoError(t, binary.Read(answers, binary.LittleEndian, instants), name)

		for i, day := range days {
			year, month, dayOfMonth := time.Unix(int64(day)*24*60*60, 0).UTC().Date()
			date, err := individuals.NewDate(year, month, dayOfMonth)
			if err != nil {
				t.Fatal(err)
			}
			got, err := date.FirstInstant(location)
			if err != nil || got.Unix() != instants[i] {
				t.Fatalf("%s in %s begins at %v (error %v), Python says %v", date, name, got, err, time.Unix(instants[i], 0).In(location))
			}
			if naive := time.Date(year, month, dayOfMonth, 0, 0, 0, 0, location).Unix(); naive != instants[i] {
				naiveWrong++
			}
			switch hour, minute, second := got.Clock(); {
			case got.Day() != dayOfMonth:
				skipped++
			case hour+minute+second != 0:
				missing++
			case midnightComesAgain(got):
				repeated++
			}
		}
		total += int(count)
	}
	rest, err := io.ReadAll(answers)
	require.NoError(t, err)
	assert.Empty(t, rest, "Python has no more to say")
	require.NoError(t, command.Wait())

	t.Logf("%d zones, %d zone-days; no midnight: %d, skipped: %d, midnight twice: %d; time.Date at midnight is wrong on %d", len(names), total, missing, skipped, repeated, naiveWrong)
	assert.GreaterOrEqual(t, total, 100_000)
	// The zones' past does not change much: fewer means that the irregular days were not asked.
	assert.Greater(t, missing, 900)
	assert.GreaterOrEqual(t, skipped, 5)
	assert.Greater(t, repeated, 300)
	assert.Greater(t, naiveWrong, 900)
}

// midnightComesAgain reports whether the clocks show the same midnight again
// within three hours.
func midnightComesAgain(midnight time.Time) bool {
	_, offset := midnight.Zone()
	_, later := midnight.Add(3 * time.Hour).Zone()
	if later >= offset {
		return false
	}
	again := midnight.Add(time.Duration(offset-later) * time.Second)
	return again.Day() == midnight.Day() && again.Hour() == 0 && again.Minute() == 0
}

// unpackZones unpacks the zone files that come with Go, and returns where to and
// the names of the zones.
func unpackZones(t *testing.T) (directory string, names []string) {
	t.Helper()
	goroot, err := exec.Command(requireTool(t, "go", "golang-go"), "env", "GOROOT").Output()
	require.NoError(t, err)
	archive, err := zip.OpenReader(filepath.Join(strings.TrimSpace(string(goroot)), "lib", "time", "zoneinfo.zip"))
	if errors.Is(err, fs.ErrNotExist) {
		skipWithout(t, "Go's lib/time/zoneinfo.zip is not installed (Debian: golang-src)")
	}
	require.NoError(t, err)
	defer archive.Close()

	directory = t.TempDir()
	for _, file := range archive.File {
		if strings.HasSuffix(file.Name, "/") {
			continue
		}
		reader, err := file.Open()
		require.NoError(t, err)
		data, err := io.ReadAll(reader)
		require.NoError(t, err)
		require.True(t, bytes.HasPrefix(data, []byte("TZif")), file.Name)
		path := filepath.Join(directory, filepath.FromSlash(file.Name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, data, 0o600))
		if file.Name != "Factory" {
			names = append(names, file.Name)
		}
	}
	slices.Sort(names)
	return directory, names
}

// TestLoadZoneKnowsEveryName asks for every name that comes with Go.
func TestLoadZoneKnowsEveryName(t *testing.T) {
	_, names := unpackZones(t)
	assert.Greater(t, len(names), 500)
	for _, name := range names {
		_, err := individuals.LoadZone(name)
		assert.NoError(t, err)
	}
}

// requireTool returns where a program is, or skips.
func requireTool(t *testing.T, name, debianPackage string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		skipWithout(t, name+" is not installed (Debian: "+debianPackage+")")
	}
	return path
}

// skipWithout skips a test that lacks what message names, or fails it where
// everything must be there.
func skipWithout(t *testing.T, message string) {
	t.Helper()
	if os.Getenv("DURWARD_REQUIRE_SERVERS") == "1" {
		t.Fatal(message)
	}
	t.Skip(message)
}
