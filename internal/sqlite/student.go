package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/nbhosting/nbhosting"
)

// UID returns the user id of a student, and whether one is known.
func (db *DB) UID(ctx context.Context, s nbhosting.Student) (uid int, known bool, err error) {
	err = db.read.QueryRowContext(ctx, "SELECT uid FROM student WHERE name = ?", s).Scan(&uid)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, nil
	}
	return uid, err == nil, err
}

// AssignUID returns the user id of a student: wish, if it is positive and nobody
// else's; else the one that was assigned before; else the one after the highest ever
// assigned in first to last. An exhausted range is Unavailable.
func (db *DB) AssignUID(ctx context.Context, s nbhosting.Student, wish, first, last int) (uid int, err error) {
	defer explain(&err)
	tx, err := db.write.BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	defer tx.Rollback() // no effect once committed
	err = tx.QueryRowContext(ctx, "SELECT uid FROM student WHERE name = ?", s).Scan(&uid)
	known := err == nil
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, err
	}
	if known && (uid == wish || wish <= 0) {
		return uid, nil
	}
	next, err := freeUID(ctx, tx, wish, first, last)
	if known && (err != nil || next != wish) {
		return uid, nil
	}
	if err != nil {
		return 0, err
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO student (name, uid) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET uid = excluded.uid", s, next); err != nil {
		return 0, fmt.Errorf("assign a user id: %w", err)
	}
	return next, tx.Commit()
}

func freeUID(ctx context.Context, tx *sql.Tx, wish, first, last int) (int, error) {
	var taken bool
	if err := tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM student WHERE uid = ?)", wish).Scan(&taken); err != nil {
		return 0, err
	}
	if wish > 0 && !taken {
		return wish, nil
	}
	var highest int
	err := tx.QueryRowContext(ctx, "SELECT coalesce(max(uid), ?) FROM student WHERE uid BETWEEN ? AND ?", first-1, first, last).Scan(&highest)
	if err != nil {
		return 0, err
	}
	if highest >= last {
		return 0, nbhosting.Errorf(nbhosting.Unavailable, "This site has no room for another student: its range of user ids is used up.")
	}
	return highest + 1, nil
}
