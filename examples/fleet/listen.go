package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"os"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/durward-go/durward/store/sqlstore"
)

// follow has PostgreSQL wake the process after every commit of another one, until
// it is stopped.
func follow(ctx context.Context, st *sqlstore.Store, db *sql.DB) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = st.Listen(ctx, listenOn(db), func(err error) { fmt.Fprintln(os.Stderr, "fleet:", err) })
	}()
	return func() {
		cancel()
		<-ended
	}
}

// listenOn waits for notifications on one connection of the pool. database/sql has
// no word for that, so it is said in those of the driver, pgx.
func listenOn(db *sql.DB) sqlstore.ListenFunc {
	return func(ctx context.Context, channel string, heard func()) error {
		conn, err := db.Conn(ctx)
		if err != nil {
			return err
		}
		defer func() { _ = conn.Close() }()
		_ = conn.Raw(func(of any) error {
			wrapped, ok := of.(*stdlib.Conn)
			if !ok {
				err = fmt.Errorf("a connection of type %T: want one of pgx", of)
				return nil
			}
			_, err = wrapped.Conn().Exec(ctx, "LISTEN "+pgx.Identifier{channel}.Sanitize())
			for err == nil {
				heard() // the first time of what came before
				_, err = wrapped.Conn().WaitForNotification(ctx)
			}
			return driver.ErrBadConn // it listens, which no other user of the pool expects
		})
		return err
	}
}
