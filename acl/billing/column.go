package billing

// A column is one attribute of a table and the item of a panel that shows it.
type column struct{ item, name string }

// Columns of the panels that several kinds of entities have.
var (
	personalColumns = []column{
		{"company-name", "companyname"}, {"salutation", "salutation"}, {"first-name", "firstname"},
		{"middle-name", "midinit"}, {"last-name", "lastname"},
	}
	addressColumns = []column{
		{"address", "baddr"}, {"contact", "cont1"}, {"phone", "phone1"}, {"fax", "faxnum"},
		{"alternative-phone", "phone2"}, {"alternative-contact", "cont2"},
		{"email", "email"}, {"bcc", "bcc"}, {"description", "note"},
	}
	taxationColumns = []column{
		{"invoice-template", "i_template"}, {"billing-period", "i_billing_period"},
		{"tax-id", "tax_id"}, {"exemptions", "tax_exemptions"},
	}
	creditColumns = []column{
		{"permanent", "credit_limit"}, {"temporary", "temp_credit_limit"}, {"valid-until", "temp_credit_until"},
		{"warnings", "credit_warnings"},
	}
	webColumns = []column{
		{"time-zone", "i_time_zone"}, {"language", "i_lang"},
		{"input-format", "in_format"}, {"output-format", "out_format"},
	}
	individualColumns = []column{
		{"login", "login"}, {"name", "name"}, {"email", "email"}, {"state", "status"},
		{"activation", "activation_date"}, {"expiration", "expiration_date"}, {"time-zone", "i_time_zone"},
		{"language", "i_lang"}, {"allow-list", "allowed_addresses"},
	}
	credentialColumns = []column{
		{"password", "password"}, {"second-factor", "two_factor"}, {"api-tokens", "api_tokens"},
	}
	limitColumns = []column{
		{"daily-credit", "daily_credit_limit"}, {"transaction-credit", "transaction_credit_limit"},
	}
	commissionColumns = []column{{"plan", "i_commission_plan"}, {"payouts", "commission_payouts"}}
)

// names returns the columns' names.
func names(lists ...[]column) []string {
	var out []string
	for _, list := range lists {
		for _, c := range list {
			out = append(out, c.name)
		}
	}
	return out
}
