package dbtest

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/durward-go/durward/store/sqlstore"
)

// Listen returns what [sqlstore.Store.Listen] calls, for a pool of the driver
// "pgx". It takes one connection of the pool for as long as it listens.
func Listen(db *sql.DB) sqlstore.ListenFunc {
	return func(ctx context.Context, channel string, heard func()) error {
		conn, err := db.Conn(ctx)
		if err != nil {
			return err
		}
		defer func() { _ = conn.Close() }()
		var failed error
		_ = conn.Raw(func(of any) error {
			if wrapped, ok := of.(*stdlib.Conn); ok {
				failed = listen(ctx, wrapped.Conn(), channel, heard)
			} else {
				failed = fmt.Errorf("dbtest: listen: a connection of type %T: want one of pgx", of)
			}
			return driver.ErrBadConn // it still listens, so it does not go back to the pool
		})
		return failed
	}
}

func listen(ctx context.Context, conn *pgx.Conn, channel string, heard func()) error {
	if conn == nil {
		return errors.New("dbtest: listen: the connection is closed")
	}
	if _, err := conn.Exec(ctx, "LISTEN "+pgx.Identifier{channel}.Sanitize()); err != nil {
		return err
	}
	for {
		heard() // of what came before, too
		if _, err := conn.WaitForNotification(ctx); err != nil {
			return err
		}
	}
}
