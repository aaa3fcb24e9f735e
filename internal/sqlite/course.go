package sqlite

import (
	"context"
	"time"

	"github.com/nbhosting/nbhosting"
)

// CreateCourse adds a course; one of that name is a Conflict.
func (db *DB) CreateCourse(ctx context.Context, c nbhosting.Course) error {
	res, err := db.write.ExecContext(ctx, `
		INSERT INTO course (name, giturl, branch, image, autopull, autobuild, archived, webhook_secret, network, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		c.Name, c.GitURL, c.Branch, c.Image, c.Autopull, c.Autobuild, c.Archived, c.WebhookSecret, c.Network, time.Now().Unix())
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return nbhosting.Errorf(nbhosting.Conflict, "There is a course named %q already.", c.Name)
	}
	return nil
}

// SaveCourse changes a course that is there.
func (db *DB) SaveCourse(ctx context.Context, c nbhosting.Course) error {
	_, err := db.write.ExecContext(ctx, `
		UPDATE course SET giturl = ?, branch = ?, image = ?, autopull = ?, autobuild = ?, archived = ?, webhook_secret = ?, network = ?
		WHERE name = ?`,
		c.GitURL, c.Branch, c.Image, c.Autopull, c.Autobuild, c.Archived, c.WebhookSecret, c.Network, c.Name)
	return err
}

// DeleteCourse forgets a course.
func (db *DB) DeleteCourse(ctx context.Context, name nbhosting.CourseName) error {
	_, err := db.write.ExecContext(ctx, "DELETE FROM course WHERE name = ?", name)
	return err
}

const courseColumns = "name, giturl, branch, image, autopull, autobuild, archived, webhook_secret, network"

// Course returns the course of that name, else NotFound.
func (db *DB) Course(ctx context.Context, name nbhosting.CourseName) (nbhosting.Course, error) {
	row := db.read.QueryRowContext(ctx, "SELECT "+courseColumns+" FROM course WHERE name = ?", name)
	c, err := scanCourse(row)
	return c, orNotFound(err, nbhosting.Errorf(nbhosting.NotFound, "There is no course named %q here.", name))
}

// Courses returns all courses, sorted by name.
func (db *DB) Courses(ctx context.Context) ([]nbhosting.Course, error) {
	rows, err := db.read.QueryContext(ctx, "SELECT "+courseColumns+" FROM course ORDER BY name")
	return scanAll(rows, err, scanCourse)
}

func scanCourse[R interface{ Scan(...any) error }](row R) (c nbhosting.Course, err error) {
	err = row.Scan(&c.Name, &c.GitURL, &c.Branch, &c.Image, &c.Autopull, &c.Autobuild, &c.Archived, &c.WebhookSecret, &c.Network)
	return c, err
}
