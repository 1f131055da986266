package bulk

import "fmt"

// A key names a record that lines of other kinds name.
type key struct{ record, id string }

// An order holds the lines of a chunk to coming after those that they name. A chunk
// is written kind by kind, so that the store would take some that do not, and
// which ones would depend on where chunks end. Within a kind the store sees to it.
type order struct {
	above map[key]bool // what stands on the lines so far
	named map[key]int  // which line named what did not
}

func newOrder() *order { return &order{above: make(map[key]bool), named: make(map[key]int)} }

// take notes the next line.
func (o *order) take(l *line, number int) error {
	self, others := l.keys()
	for _, k := range others {
		if _, known := o.named[k]; k.id != "" && !known && !o.above[k] {
			o.named[k] = number
		}
	}
	if self.id == "" {
		return nil
	}
	if first, before := o.named[self]; before {
		return fmt.Errorf("%q: line %d names it, and stands above; move this line up", self.id, first)
	}
	o.above[self] = true
	return nil
}

// keys returns what the line is named by, and what it names of other kinds that
// must be there.
func (l *line) keys() (self key, others []key) {
	const entity, organization, individual = "entity", "organization", "individual"
	switch {
	case l.Entity != nil:
		self = key{entity, l.Entity.ID}
	case l.Links != nil:
		others = append(others, key{entity, l.Links.Entity})
		for _, to := range l.Links.Links {
			others = append(others, key{entity, to.To})
		}
	case l.Organization != nil:
		self, others = key{organization, l.Organization.Entity}, []key{{entity, l.Organization.Entity}}
	case l.Individual != nil:
		self = key{individual, l.Individual.ID}
	case l.Credential != nil:
		others = []key{{individual, l.Credential.Individual}}
	case l.Grant != nil:
		others = []key{{individual, l.Grant.Individual}, {organization, l.Grant.Organization}}
	}
	return self, others
}
