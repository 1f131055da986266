package store

import (
	"context"

	"github.com/durward-go/durward/individuals"
)

// CredentialReader reads what people prove with. There is no listing: who needs
// all of them, as for sealing keys anew, goes by the individuals.
type CredentialReader interface {
	Credential(ctx context.Context, individual string) (individuals.Credential, error)
}

// CredentialWriter writes it. The individual must exist; deleting the
// individual deletes its credential in the same commit. Credentials are not in
// the feed: what ends sessions is the epoch in the individual's record, which
// is written beside them.
type CredentialWriter interface {
	PutCredential(ctx context.Context, credential individuals.Credential) error
	DeleteCredential(ctx context.Context, individual string, revision uint64) error
}
