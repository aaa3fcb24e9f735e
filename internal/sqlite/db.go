// Package sqlite keeps what people enter and what a restart must find, in one
// SQLite file. All SQL of the project is here, each statement in the file of its noun.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"

	_ "modernc.org/sqlite" // the driver

	"github.com/nbhosting/nbhosting"
)

// DB is an open database. Its methods may be called by several goroutines.
type DB struct {
	write *sql.DB // one connection: SQLite has one writer
	read  *sql.DB
}

// Open opens the file at path, makes it if it is not there (readable by its
// owner only: it holds tokens), and brings its tables up to date.
func Open(ctx context.Context, path string) (*DB, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	file.Close()
	db := &DB{}
	if db.write, err = sql.Open("sqlite", dsn(path, "immediate")); err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	db.write.SetMaxOpenConns(1)
	if db.read, err = sql.Open("sqlite", dsn(path, "deferred")); err != nil {
		return nil, errors.Join(fmt.Errorf("open the database: %w", err), db.write.Close())
	}
	if err := migrate(ctx, db.write, migrations()); err != nil {
		return nil, errors.Join(fmt.Errorf("database %s: %w", path, err), db.Close())
	}
	return db, nil
}

// dsn is for the driver modernc.org/sqlite; see its documentation of Open for the parameters.
func dsn(path, lock string) string {
	q := url.Values{"_txlock": {lock}, "_pragma": {
		"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(NORMAL)", "foreign_keys(ON)",
	}}
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: q.Encode()}).String()
}

// Close closes the database.
func (db *DB) Close() error { return errors.Join(db.write.Close(), db.read.Close()) }

// scanAll reads all rows of a query with one function per row.
func scanAll[T any](rows *sql.Rows, err error, scan func(*sql.Rows) (T, error)) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

// orNotFound turns the absence of a row into an error for people.
func orNotFound(err error, absent *nbhosting.Error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return absent
	}
	return err
}
