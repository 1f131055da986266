package billing

import "github.com/durward-go/durward/roles"

// networkNodes declare how calls are carried, taxed and traced.
func networkNodes() []roles.NodeSpec {
	return []roles.NodeSpec{
		entity("destination", "Destinations",
			panel("codes", "Destination codes", operation("upload", "Upload"), record("download", "Download")),
			panel("groups", "Destination groups")),
		entity("currency", "Currencies", panel("general", "Currencies"), panel("exchange-rates", "Exchange rates", record("history", "History"))),
		entity("taxation", "Taxation", panel("taxes", "Taxes"), panel("profiles", "Tax profiles"), panel("plugins", "External tax services")),
		entity("node", "Nodes", panel("general", "General info"), panel("network", "Addresses and ports"), panel("authentication", "Authentication")),
		entity("call-handling", "Call handling", panel("rules", "Rules"), panel("numbering", "Number translation")),
		entity("routing", "Routing", panel("plans", "Routing plans"), panel("preferences", "Preferences"), asPanel(record("test", "Test a route"))),
		readOnly(entity("trace-call", "Trace call", asPanel(record("billing", "Billing log")), asPanel(record("sip", "SIP log")))),
	}
}
