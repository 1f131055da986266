package billing

import "github.com/durward-go/durward/acl"

// userComponents are those of the provider's own users.
func userComponents() []acl.Level {
	return []acl.Level{
		including(component("admin", "Administration",
			of(every, "Company", the("i_env")), on(look, "Company", "Company_Audit_Log"),
			on(every, "Payment_Processors", "Portal_Structures"),
			on(every, "Access_Levels", "Masking"),
			of(every, "User_Operations", the("second-factor-reset", "sign-in-as"))),
			"profile", "users", "cc-staff", "entities",
			"customers", "customer-money", "customer-sign-in", "accounts", "account-money", "account-sign-in",
			"resellers", "distributors", "representatives", "vendors", "partner-sign-in",
			"catalogue", "provider-catalogue", "routing", "call-traces", "reports", "logs"),
		component("users", "Change users",
			of(allButInsert, "Users", the("i_user")),
			of(every, "Users", names(individualColumns, limitColumns, credentialColumns),
				the("temp_credit", "redirect_url", "date_format", "time_format", "i_acl")),
			on(look, "User_Audit_Log")),
		component("users-create", "Create users", of(acl.Operations(acl.Insert), "Users", the("i_user"))),
		component("company-info", "Change company info", on(every, "Company")),
		component("cc-staff", "Customer care staff", on(every, "CC_Staff")),
		component("entities", "Entities", on(every, "Entities")),
		component("network", "Network", on(every, "Destinations", "Destination_Operations", "Currencies", "Nodes", "Call_Handling")),
		component("network-view", "View the network", on(look, "Destinations", "Currencies", "Nodes", "Call_Handling")),
		component("routing", "Routing and taxes", on(every, "Routing", "Taxes")),
		component("call-traces", "Trace calls", on(look, "Call_Traces")),
		component("reports", "xDRs and reports", on(every, "Reports", "xDR_Operations", "Report_Operations")),
		component("logs", "Logs", on(look, "Logs")),
	}
}
