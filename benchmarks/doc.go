// Package benchmarks measures Durward beside floors written next to it. Each
// figure is a ratio within one run: the machines are shared and noisy.
//
//	go test -run '^$' -bench Decision -count 10 | benchstat -col /what -
package benchmarks
