module github.com/durward-go/durward/benchmarks

go 1.26.0

require github.com/durward-go/durward v0.0.0

require github.com/tidwall/btree v1.8.2 // indirect

replace github.com/durward-go/durward => ../
