package bulk_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/durward-go/durward/audit"
	"github.com/durward-go/durward/store/bulk"
	"github.com/durward-go/durward/store/memstore"
)

func ExampleImport() {
	customers := `{"entity":{"id":"isp","kind":"provider"}}
{"entity":{"id":"acme","kind":"customer","parent":"isp","title":"Acme Ltd."}}
{"organization":{"entity":"acme","allowed_roles":["viewer"]}}
{"individual":{"id":"bob","realm":"customer","role_type":"customer","organization":"acme","login":"bob","allow_list":["any"]}}
{"grant":{"individual":"bob","organization":"acme","roll":"viewer"}}
`
	ctx, s := context.Background(), memstore.New(nil)
	load := func(lines string) {
		progress, err := bulk.Import(ctx, s, audit.System("migration"), bulk.Source{Name: "customers", Lines: strings.NewReader(lines)},
			&bulk.ImportOptions{ChunkLines: 2})
		fmt.Println(progress.Lines, "lines are in the store,", progress.Written, "of them new:", err)
	}
	load(customers)
	load(strings.Replace(customers, "roll", "role", 1))
	// Output:
	// 4 lines are in the store, 4 of them new: bulk: line 5: member "roll": unknown
	// 5 lines are in the store, 1 of them new: <nil>
}

func ExampleExport() {
	ctx, from, to := context.Background(), memstore.New(nil), memstore.New(nil)
	_, _ = bulk.Import(ctx, from, audit.System("migration"), bulk.Source{Name: "customers", Lines: strings.NewReader(`{"entity":{"id":"isp","kind":"provider"}}`)}, nil)

	var file bytes.Buffer
	revision, err := bulk.Export(ctx, from, &file, &bulk.ExportOptions{Secrets: true})
	fmt.Println("exported revision", revision, err)
	revision, err = bulk.Restore(ctx, to, audit.System("migration"), &file, nil)
	fmt.Println("restored as revision", revision, err)
	// Output:
	// exported revision 1 <nil>
	// restored as revision 2 <nil>
}
