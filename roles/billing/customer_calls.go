package billing

import "github.com/durward-go/durward/roles"

func customerCalls() roles.NodeSpec {
	return panel("calls", "Calls",
		item("activity", "Activity",
			item("current", "Current calls",
				operation("transfer", "Transfer"), operation("hold", "Hold"), operation("resume", "Resume"),
				operation("add-extension", "Add an extension"), operation("disconnect", "Disconnect"),
				operation("spy", "Spy"), operation("whisper", "Whisper"), operation("barge", "Barge in")),
			item("recent", "Recent calls",
				record("play", "Play"), record("details", "Details"), record("download", "Download"), operation("delete", "Delete")),
			record("statistics", "Call statistics")),
		item("recordings", "Recordings",
			record("play", "Play"), record("details", "Details"), record("download", "Download"),
			operation("delete", "Delete"), operation("bulk-delete", "Delete in bulk")))
}

// customerSupervisor is what supervisors of hunt groups work with. Which
// groups those are is a matter of scope, not of the tree.
func customerSupervisor() roles.NodeSpec {
	return panel("supervisor", "Supervisor panel",
		record("statistics", "Group statistics"), item("queues", "Call queues"),
		item("agents", "Agents", operation("sign-in", "Sign an agent in or out"), operation("pause", "Pause an agent")))
}
