//go:build ignore

// This program writes blocklist.txt from the list of common passwords in the
// npm package @zxcvbn-ts/language-common 4.1.3 (MIT licence), src/passwords.json:
//
//	go run blocklist_generate.go passwords.json > blocklist.txt
package main

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

const (
	source = "f422773d94d630f27e08b26d7017e847bb1feb2a84809340e9c0b0c47b33e3f1"

	// The source lists 49,233 passwords, most common first. The commonest
	// are what an attacker tries before the attempt limit; the long ones
	// are what someone reaches for when a password must be long.
	commonest = 10_000
	long      = 12

	// A shorter word is no base of a password worth naming.
	shortest = 4
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: go run blocklist_generate.go passwords.json > blocklist.txt")
	}
	data, err := os.ReadFile(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	if got := fmt.Sprintf("%x", sha256.Sum256(data)); got != source {
		log.Fatalf("the file's SHA-256 is %s, not that of the version named above, %s", got, source)
	}
	var list []string
	if err := json.Unmarshal(data, &list); err != nil {
		log.Fatal(err)
	}

	var words []string
	for rank, word := range list {
		// The same folding as foldPassword in password.go.
		word = norm.NFKC.String(cases.Fold().String(norm.NFKC.String(word)))
		length := utf8.RuneCountInString(word)
		if length >= shortest && (rank < commonest || length >= long) {
			words = append(words, word)
		}
	}
	slices.Sort(words)
	words = slices.Compact(words)

	fmt.Print(header)
	fmt.Println(strings.Join(words, "\n"))
}

const header = `# Common passwords, case-folded, in NFKC, sorted by bytes, one a line after the empty line.
# Some of them are offensive: they are here because people choose them.
# Made by blocklist_generate.go from src/passwords.json of the npm package
# @zxcvbn-ts/language-common 4.1.3: its 10,000 commonest passwords and all of at
# least 12 characters, but none under 4. Its licence, MIT:
#
# Copyright (c) 2012-2016 Dan Wheeler and Dropbox, Inc.
# Copyright (c) 2021 @zxcvbn-ts
#
# Permission is hereby granted, free of charge, to any person obtaining
# a copy of this software and associated documentation files (the
# "Software"), to deal in the Software without restriction, including
# without limitation the rights to use, copy, modify, merge, publish,
# distribute, sublicense, and/or sell copies of the Software, and to
# permit persons to whom the Software is furnished to do so, subject to
# the following conditions:
#
# The above copyright notice and this permission notice shall be
# included in all copies or substantial portions of the Software.
#
# THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND,
# EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
# MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND
# NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE
# LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION
# OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION
# WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.

`
