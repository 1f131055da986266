package billing

import "github.com/durward-go/durward/roles"

// reportNodes declare what the system writes about its traffic and itself.
func reportNodes() []roles.NodeSpec {
	return []roles.NodeSpec{
		entity("report", "xDRs and reports",
			panel("xdrs", "xDRs", record("download", "Download"), operation("rerate", "Rate again"), operation("void", "Void")),
			panel("statistics", "Statistics", record("cost-revenue", "Cost and revenue"), record("quality", "Call quality"), record("download", "Download")),
			panel("custom", "Custom reports", operation("run", "Run"), record("download", "Download"))),
		readOnly(entity("log", "Logs",
			asPanel(record("billing", "Billing engine")), asPanel(record("web", "Web access")),
			asPanel(record("api", "API requests")), asPanel(record("mail", "Sent mail")))),
	}
}
