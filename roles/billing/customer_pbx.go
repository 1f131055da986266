package billing

import "github.com/durward-go/durward/roles"

func customerPBX() roles.NodeSpec {
	return panel("pbx", "Cloud PBX",
		item("extensions", "Extensions",
			item("extension", "Extension"), item("call-settings", "Call settings"), item("call-screening", "Call screening"),
			item("call-forwarding", "Call forwarding"), item("plan", "Plan"), item("device", "Device"), record("call-history", "Call history")),
		item("ring-groups", "Ring groups", item("general", "General"), item("members", "Members"), item("call-queue", "Call queue")),
		item("auto-attendants", "Auto attendants", item("menus", "Menus"), item("prompts", "Prompts")),
		item("fax-mailboxes", "Fax mailboxes"),
		item("phone-book", "Phone book"),
		item("parking-slots", "Parking slots"),
		item("wallboard", "Wallboard", operation("add-widget", "Add a widget")),
		item("settings", "Settings",
			item("general", "General"), item("service-codes", "Service codes"), item("call-barring", "Call barring"),
			item("call-screening", "Call screening"), item("music", "Music and ringing")),
		item("devices", "Devices",
			item("general", "General"), item("lines", "Lines", operation("edit-port", "Edit a port")), item("profile", "Profile")),
		item("device-profiles", "Device profiles", item("programmable-keys", "Programmable keys"), item("phone-books", "Phone books")),
		item("sip-trunks", "SIP trunks", item("general", "General"), item("features", "Features")))
}
