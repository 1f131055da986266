package billing

import (
	"slices"

	"github.com/durward-go/durward/acl"
)

func companyMapping() []acl.Mapping {
	return slices.Concat(
		one("my-company", "Company", "i_env"),
		columns("my-company/company-info", "Company", []column{
			{"company-name", "companyname"}, {"base-currency", "base_currency"}, {"report-time-zone", "i_time_zone"},
			{"reconciliation-period", "reconciliation_period"}, {"address", "baddr"}, {"taxation", "taxation"},
			{"non-working-days", "non_working_days"}, {"branding", "branding"}, {"add-ons", "add_ons"},
		}),
		whole("my-company/payment-processing", "Payment_Processors"),
		whole("my-company/portal-structures", "Portal_Structures"),
		whole("my-company/audit-log", "Company_Audit_Log"),

		one("user", "Users", "i_user"),
		columns("user/general", "Users", individualColumns),
		columns("user/limits", "Users", limitColumns, []column{{"temporary-credit", "temp_credit"}}),
		columns("user/interface", "Users", []column{{"redirect", "redirect_url"}, {"date-format", "date_format"}, {"time-format", "time_format"}}),
		columns("user/credentials", "Users", credentialColumns),
		operations("user/credentials", "User_Operations", "second-factor-reset"),
		one("user/grants", "Users", "i_acl"),
		operations("user", "User_Operations", "sign-in-as"),
		whole("user/audit-log", "User_Audit_Log"),

		one("cc-staff", "CC_Staff", "i_cc_staff"),
		one("cc-staff/status", "CC_Staff", "status"),
		columns("cc-staff/limits", "CC_Staff", limitColumns),

		whole("my-profile", "My_Profile"),
		whole("acl", "Access_Levels"),
		one("entity", "Entities", "i_entity"),
		whole("entity/owner", "Entities"),
		whole("entity/links", "Entities"),
		one("entity/organization", "Entities", "organization"),
		items("entity/organization", "Entities", []column{{"class", "i_class"}, {"state", "status"}}),
		one("mask", "Masking", "i_mask"),
		whole("mask/personal", "Personal_Data"),
	)
}
