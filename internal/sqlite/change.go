package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/nbhosting/nbhosting"
)

// changeDetail is the JSON of what a change is, beside the course and the action.
type changeDetail struct {
	To    nbhosting.CourseName `json:"to,omitempty"`
	Trash string               `json:"trash,omitempty"`
}

// BeginChange notes what is about to be done to a course. It is refused, as a
// Conflict, while another change has to do with one of the names, a rename's new
// name is taken, or servers of the course are not known to be gone.
func (db *DB) BeginChange(ctx context.Context, c nbhosting.CourseChange) error {
	tx, err := db.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // no effect once committed
	if err := mayChange(ctx, tx, c); err != nil {
		return err
	}
	detail, err := json.Marshal(changeDetail{To: c.To, Trash: c.Trash})
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO course_change (course, action, detail, created_at) VALUES (?, ?, ?, ?)",
		c.Course, c.Action, string(detail), time.Now().Unix()); err != nil {
		return err
	}
	return tx.Commit()
}

func mayChange(ctx context.Context, tx *sql.Tx, c nbhosting.CourseChange) error {
	for _, check := range []struct{ query, message string }{
		{
			"SELECT EXISTS (SELECT 1 FROM course_change WHERE course IN (?1, ?2) OR detail ->> 'to' IN (?1, ?2))",
			"The course %q is being renamed or deleted already. If nobody does that now, restart nbhosting: it finishes what was begun.",
		},
		{
			"SELECT EXISTS (SELECT 1 FROM course WHERE name = ?2 AND ?1 != ?2)",
			"The new name of the course %q is that of another course.",
		},
		{
			"SELECT EXISTS (SELECT 1 FROM server WHERE course = ?1 AND ?2 = ?2)",
			"Servers of the course %q run, or could not be removed. Stop them first.",
		},
	} {
		var is bool
		if err := tx.QueryRowContext(ctx, check.query, c.Course, c.To).Scan(&is); err != nil {
			return err
		}
		if is {
			return nbhosting.Errorf(nbhosting.Conflict, check.message, c.Course)
		}
	}
	return nil
}

// Changes returns the changes of courses that were begun and not ended.
func (db *DB) Changes(ctx context.Context) ([]nbhosting.CourseChange, error) {
	rows, err := db.read.QueryContext(ctx, "SELECT course, action, detail FROM course_change ORDER BY created_at, course")
	return scanAll(rows, err, scanChange)
}

func scanChange(row *sql.Rows) (c nbhosting.CourseChange, err error) {
	var text string
	if err := row.Scan(&c.Course, &c.Action, &text); err != nil {
		return c, err
	}
	var detail changeDetail
	if err := json.Unmarshal([]byte(text), &detail); err != nil {
		return c, fmt.Errorf("detail of the change of %s: %w", c.Course, err)
	}
	c.To, c.Trash = detail.To, detail.Trash
	return c, nil
}

// EndChange forgets the change of a course that had this name before it.
func (db *DB) EndChange(ctx context.Context, name nbhosting.CourseName) error {
	_, err := db.write.ExecContext(ctx, "DELETE FROM course_change WHERE course = ?", name)
	return err
}

// RenameCourse gives a course, with all that is known of it, a new name and an
// image, and ends its change, all of it or nothing.
func (db *DB) RenameCourse(ctx context.Context, old, name nbhosting.CourseName, image string) error {
	return db.inTransaction(ctx,
		statement{"UPDATE course SET name = ?, image = ? WHERE name = ?", []any{name, image, old}},
		statement{"UPDATE past_server SET course = ? WHERE course = ?", []any{name, old}},
		statement{"UPDATE job SET course = ? WHERE course = ?", []any{name, old}},
		statement{"DELETE FROM course_change WHERE course = ?", []any{old}},
	)
}

// ForgetCourse forgets a course with all that is known of it, but for its change.
func (db *DB) ForgetCourse(ctx context.Context, name nbhosting.CourseName) error {
	return db.inTransaction(ctx,
		statement{"DELETE FROM course WHERE name = ?", []any{name}},
		statement{"DELETE FROM past_server WHERE course = ?", []any{name}},
		statement{"DELETE FROM job WHERE course = ?", []any{name}},
	)
}

type statement struct {
	query string
	args  []any
}

func (db *DB) inTransaction(ctx context.Context, statements ...statement) error {
	tx, err := db.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // no effect once committed
	for _, s := range statements {
		if _, err := tx.ExecContext(ctx, s.query, s.args...); err != nil {
			return err
		}
	}
	return tx.Commit()
}
