package sqlite

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"time"

	"github.com/nbhosting/nbhosting"
)

// SaveServer adds a server, or the new state of one. It takes the place of
// whatever other server its workspace had.
func (db *DB) SaveServer(ctx context.Context, s nbhosting.Server) (err error) {
	defer explain(&err)
	tx, err := db.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // no effect once committed
	if _, err := tx.ExecContext(ctx, "DELETE FROM server WHERE course = ? AND student = ? AND id != ?",
		s.Key.Course, s.Key.Student, s.ID); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `
		INSERT INTO server (id, course, student, secret, token, image, revision, dir, uid, state, started_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET state = excluded.state`,
		s.ID, s.Key.Course, s.Key.Student, s.Secret, s.Token, s.Image, s.Revision, s.Dir, s.UID, s.State.String(), s.StartedAt.Unix(),
	); err != nil {
		return err
	}
	return tx.Commit()
}

// EndServer moves a server to those that are gone. One that is not there is no error.
func (db *DB) EndServer(ctx context.Context, s nbhosting.Server) (err error) {
	defer explain(&err)
	tx, err := db.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // no effect once committed
	hash := sha256.Sum256([]byte(s.Secret))
	if _, err := tx.ExecContext(ctx,
		"INSERT OR REPLACE INTO past_server (id, secret_hash, course, student, ended_at) VALUES (?, ?, ?, ?, ?)",
		s.ID, hash[:], s.Key.Course, s.Key.Student, time.Now().Unix()); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "DELETE FROM server WHERE id = ?", s.ID); err != nil {
		return err
	}
	return tx.Commit()
}

// Servers returns all servers that are not gone.
func (db *DB) Servers(ctx context.Context) ([]nbhosting.Server, error) {
	rows, err := db.read.QueryContext(ctx,
		"SELECT id, course, student, secret, token, image, revision, dir, uid, state, started_at FROM server ORDER BY course, student")
	return scanAll(rows, err, scanServer)
}

func scanServer[R interface{ Scan(...any) error }](row R) (s nbhosting.Server, err error) {
	var state string
	var started int64
	err = row.Scan(&s.ID, &s.Key.Course, &s.Key.Student, &s.Secret, &s.Token, &s.Image, &s.Revision, &s.Dir, &s.UID, &state, &started)
	if err != nil {
		return s, err
	}
	s.StartedAt = time.Unix(started, 0)
	for known := nbhosting.Stopped; known <= nbhosting.Failed; known++ {
		if known.String() == state {
			s.State = known
			return s, nil
		}
	}
	return s, fmt.Errorf("server %s: unknown state %q", s.ID, state)
}

// PastServer returns whose server had that id, if secret was its secret; else NotFound.
func (db *DB) PastServer(ctx context.Context, id nbhosting.ServerID, secret string) (nbhosting.Key, error) {
	var key nbhosting.Key
	var hash []byte
	err := db.read.QueryRowContext(ctx, "SELECT secret_hash, course, student FROM past_server WHERE id = ?", id).
		Scan(&hash, &key.Course, &key.Student)
	given := sha256.Sum256([]byte(secret))
	if err == nil && subtle.ConstantTimeCompare(hash, given[:]) == 1 {
		return key, nil
	}
	absent := nbhosting.Errorf(nbhosting.NotFound, "No such server.")
	if err == nil {
		return nbhosting.Key{}, absent
	}
	return nbhosting.Key{}, orNotFound(err, absent)
}

// ForgetPastServers drops what is known of servers that ended before the given time.
func (db *DB) ForgetPastServers(ctx context.Context, before time.Time) error {
	_, err := db.write.ExecContext(ctx, "DELETE FROM past_server WHERE ended_at < ?", before.Unix())
	return err
}
