package billing

import (
	"slices"

	"github.com/durward-go/durward/acl"
)

func networkMapping() []acl.Mapping {
	return slices.Concat(
		whole("destination", "Destinations"),
		operations("destination/codes", "Destination_Operations", "upload"),
		whole("currency", "Currencies"),
		whole("taxation", "Taxes"),
		whole("node", "Nodes"),
		whole("call-handling", "Call_Handling"),
		whole("routing", "Routing"),
		whole("trace-call", "Call_Traces"),
		whole("report", "Reports"),
		operations("report/xdrs", "xDR_Operations", "rerate", "void"),
		operations("report/custom", "Report_Operations", "run"),
		whole("log", "Logs"),
	)
}
