package sqlite

import (
	"context"
	"time"

	"github.com/nbhosting/nbhosting"
)

// SaveJob adds a job, or the new state of one.
func (db *DB) SaveJob(ctx context.Context, j nbhosting.Job) error {
	_, err := db.write.ExecContext(ctx, `
		INSERT INTO job (id, kind, course, subject, state, error_kind, error, created_at, started_at, ended_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET state = excluded.state, error_kind = excluded.error_kind, error = excluded.error,
			started_at = excluded.started_at, ended_at = excluded.ended_at`,
		j.ID, j.Kind, j.Course, j.Subject, j.State, j.ErrorKind, j.Error, millis(j.CreatedAt), millis(j.StartedAt), millis(j.EndedAt))
	return err
}

// Jobs returns all jobs, oldest first.
func (db *DB) Jobs(ctx context.Context) ([]nbhosting.Job, error) {
	rows, err := db.read.QueryContext(ctx, `
		SELECT id, kind, course, subject, state, error_kind, error, created_at, started_at, ended_at
		FROM job ORDER BY created_at, id`)
	return scanAll(rows, err, scanJob)
}

// DeleteJobs forgets jobs.
func (db *DB) DeleteJobs(ctx context.Context, ids []nbhosting.JobID) error {
	tx, err := db.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // no effect once committed
	for _, id := range ids {
		if _, err := tx.ExecContext(ctx, "DELETE FROM job WHERE id = ?", id); err != nil {
			return err
		}
	}
	return tx.Commit()
}

func scanJob[R interface{ Scan(...any) error }](row R) (j nbhosting.Job, err error) {
	var created, started, ended int64
	err = row.Scan(&j.ID, &j.Kind, &j.Course, &j.Subject, &j.State, &j.ErrorKind, &j.Error, &created, &started, &ended)
	j.CreatedAt, j.StartedAt, j.EndedAt = fromMillis(created), fromMillis(started), fromMillis(ended)
	return j, err
}

// millis is 0 for the zero time.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func fromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
