package audit

// AppendFields returns what of an event goes into its hash after Previous.
func AppendFields(e Event) []byte { return e.appendFields(nil) }

// Rehash gives an event, valid or not, the hash that its content makes: what a
// forger with access to the store would do.
func Rehash(e Event) Event {
	e.Hash, _ = e.hash(nil)
	return e
}

// Phrases returns the actions that have a phrase, with the outcome it tells.
func Phrases() map[Action]Outcome {
	out := map[Action]Outcome{}
	for action, p := range phrases {
		out[action] = p.of
	}
	return out
}

// SecretNames returns the names that no shown value may have.
func SecretNames() []string { return secretNames }
