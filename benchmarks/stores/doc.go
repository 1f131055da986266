// Package stores measures Durward's stores, each figure beside a floor of the same
// run: the least that the same driver can do for it, as durably.
//
//	go test -run '^$' -bench . -count 6 ./stores | benchstat -col /what -
//
// Databases are files on the disk of the temporary folder, and a PostgreSQL server
// that is started there; all wait for the disk. What was measured with is printed
// first.
package stores
