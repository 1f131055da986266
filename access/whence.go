package access

import "net/netip"

// Organization returns the organization that the principal acts for; empty: the
// person's own, or none for a system principal without bounds.
func (p *Principal) Organization() string {
	if p.capacity.system != nil {
		return p.capacity.system.organization
	}
	return p.identity.Organization
}

// Address returns where the principal came from; the zero Addr where that is
// not known.
func (p *Principal) Address() netip.Addr { return p.identity.Address }

// Surface returns what the principal came in by.
func (p *Principal) Surface() Surface { return p.identity.Surface }
