package memstore

import (
	"iter"
	"strings"

	"github.com/tidwall/btree"
)

// What the keys of an index stand in to their owner.
const (
	childOf         = "child"
	linkedTo        = "link"
	personOf        = "person"
	grantIn         = "grant in"
	grantOfRole     = "grant of role"
	grantOfACL      = "grant of ACL"
	organizationOf  = "organization of class"
	organizationFor = "organization for role"
	tokenOf         = "token"
	tokenIn         = "token in"
)

// nothing comes before every key.
const nothing key = ""

// A key is that of a record in its table.
type key = string

// An index finds the keys of the records that name another one, in their byte
// order. Like a table it is copied cheaply.
type index struct {
	rows *btree.Map[string, struct{}]
}

func newIndex() index { return index{new(btree.Map[string, struct{}])} }

func (x index) snapshot() index { return index{x.rows.Copy()} }

func entryOf(relation, owner string, k key) string {
	return relation + separator + owner + separator + k
}

// add and remove say that the record k names owner, or no longer does. An empty
// owner is none.
func (x index) add(relation, owner string, k key) {
	if owner != "" {
		x.rows.Set(entryOf(relation, owner, k), struct{}{})
	}
}

func (x index) remove(relation, owner string, k key) {
	if owner != "" {
		x.rows.Delete(entryOf(relation, owner, k))
	}
}

// keys yields those after the given one.
func (x index) keys(relation, owner string, after key) iter.Seq[key] {
	return func(yield func(key) bool) {
		prefix, from := entryOf(relation, owner, nothing), entryOf(relation, owner, after)
		x.rows.Ascend(from, func(entry string, _ struct{}) bool {
			k, ok := strings.CutPrefix(entry, prefix)
			return ok && (entry == from && after != nothing || yield(k))
		})
	}
}
