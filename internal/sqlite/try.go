package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
)

// Try tells whether this program can work with the tables of the file at path,
// which another one may be using, and whether it would change them for that. It
// tries so with a copy at scratch, which it removes.
func Try(ctx context.Context, path, scratch string) (migrates bool, err error) {
	if err := removeDatabase(scratch); err != nil { // of a try that was cut short
		return false, err
	}
	defer func() { err = errors.Join(err, removeDatabase(scratch)) }()
	before, err := snapshot(ctx, path, scratch)
	if err != nil {
		return false, fmt.Errorf("copy the database: %w", err)
	}
	db, err := Open(ctx, scratch)
	if err != nil {
		return false, err
	}
	return before != len(migrations()), db.Close()
}

// Copy copies a database as it is now to another file, in place of what is there. It is whole
// whoever else has the database open; a copy of the file alone lacks what is not in it yet.
func Copy(ctx context.Context, path, to string) error {
	if err := removeDatabase(to); err != nil {
		return err
	}
	if _, err := snapshot(ctx, path, to); err != nil {
		return errors.Join(err, removeDatabase(to))
	}
	return nil
}

// snapshot copies a database as it is now, and returns the version of its tables.
func snapshot(ctx context.Context, path, to string) (version int, err error) {
	db, err := sql.Open("sqlite", dsn(path, "deferred"))
	if err != nil {
		return 0, err
	}
	defer db.Close()
	if err := os.WriteFile(to, nil, 0o600); err != nil { // or others could read what is copied there
		return 0, err
	}
	if _, err := db.ExecContext(ctx, "VACUUM INTO ?", to); err != nil {
		return 0, err
	}
	return version, db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version)
}

func removeDatabase(path string) error {
	var errs []error
	for _, end := range []string{"", "-wal", "-shm"} {
		errs = append(errs, os.RemoveAll(path+end))
	}
	return errors.Join(errs...)
}
