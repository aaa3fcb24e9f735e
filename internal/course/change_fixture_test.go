package course_test

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/course"
	"github.com/nbhosting/nbhosting/internal/git/gittest"
	"github.com/nbhosting/nbhosting/internal/sqlite"
)

// renamed is what tour is called after a rename; neighbour is a course whose
// name begins as that of tour does.
const (
	renamed   nbhosting.CourseName = "é.2-tour"
	neighbour nbhosting.CourseName = "tour-2"
)

// lived returns a site that has been in use: two courses with all that there can
// be of one, work of students in them, and what students and the history of the
// site can leave beside.
func lived(t *testing.T) site {
	t.Helper()
	a := gittest.NewAuthor(t)
	a.Commit(map[string]string{"w1/intro.ipynb": "{}", "modules/m.py": "", "data/d.csv": "1"})
	s := newSite(t)
	s.create(a.Dir)
	if _, err := s.Create(t.Context(), nbhosting.Course{Name: neighbour, GitURL: a.Dir, Image: "i"}, io.Discard); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"history", "raw", "snapshots", "local", "jupyter", "droparea", "builds", "keys"} {
		for _, name := range []nbhosting.CourseName{tour, neighbour} {
			s.write(filepath.Join(dir, string(name), "file"), dir+" of "+string(name))
		}
	}
	for _, work := range []string{"alice/tour", "alice/tour-2", "bob/tour", "carol/tour-2", "tour/tour", "tour/tour-2", "tour-2/tour", "tour/file"} {
		s.write(filepath.Join("students", work, "w1/intro.ipynb"), "work in "+work)
	}
	s.link("../alice/tour-2", "students/mallory/tour") // in place of her workspace
	s.link("alice", "students/twin")
	s.link("/etc", "students/alice/tour/etc")
	s.write("students/README", "a file among the homes")
	s.remember()
	return s
}

// remember puts into the database what a site has of its past.
func (s site) remember() {
	s.T.Helper()
	db := s.db()
	for i, name := range []nbhosting.CourseName{tour, neighbour} {
		past := nbhosting.Server{ID: nbhosting.ServerID("of-" + name), Secret: "s", Key: nbhosting.Key{Course: name, Student: "alice"}}
		if err := db.EndServer(s.T.Context(), past); err != nil {
			s.T.Fatal(err)
		}
		j := nbhosting.Job{ID: nbhosting.JobID(fmt.Sprint(i)), Kind: nbhosting.JobPull, Course: name, State: nbhosting.JobSucceeded, CreatedAt: time.Unix(1, 0)}
		if err := db.SaveJob(s.T.Context(), j); err != nil {
			s.T.Fatal(err)
		}
	}
}

// db opens the site's database beside the catalog.
func (s site) db() *sqlite.DB {
	s.T.Helper()
	db, err := sqlite.Open(s.T.Context(), filepath.Join(s.Root, "db"))
	if err != nil {
		s.T.Fatal(err)
	}
	s.T.Cleanup(func() { db.Close() })
	return db
}

func (s site) write(path, content string) {
	s.T.Helper()
	full := filepath.Join(s.Root, path)
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		s.T.Fatal(err)
	}
	if err := os.WriteFile(full, []byte(content), 0o644); err != nil {
		s.T.Fatal(err)
	}
}

func (s site) link(target, path string) {
	s.T.Helper()
	full := filepath.Join(s.Root, path)
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		s.T.Fatal(err)
	}
	if err := os.Symlink(target, full); err != nil {
		s.T.Fatal(err)
	}
}

// copied returns another site with all that this one has.
func (s site) copied(t *testing.T) site {
	t.Helper()
	root := filepath.Join(t.TempDir(), "site")
	if out, err := exec.CommandContext(t.Context(), "cp", "-a", s.Root, root).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return newSiteAt(t, root)
}

// restarted returns the site as the next start of the program finds it.
func (s site) restarted() site {
	s.T.Helper()
	again := newSiteAt(s.T, s.Root)
	if err := again.Recover(s.T.Context()); err != nil {
		s.T.Fatal(err)
	}
	return again
}

var trashDate = regexp.MustCompile(`-\d{8}-\d{6}\b`)

// all returns everything that there is of a site: what is at each path, and the rows of each table.
func (s site) all() map[string]string {
	s.T.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(s.Root, func(path string, d fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(s.Root, path)
		if err != nil || strings.HasPrefix(rel, "db") {
			return err
		}
		what, err := describe(path, d)
		found[trashDate.ReplaceAllString(rel, "-DATE")] = what
		return err
	})
	if err != nil {
		s.T.Fatal(err)
	}
	for _, table := range []string{"course", "past_server", "job", "course_change", "server"} {
		found["table "+table] = s.rows(table)
	}
	return found
}

func describe(path string, d fs.DirEntry) (string, error) {
	info, err := d.Info()
	if err != nil {
		return "", err
	}
	what := info.Mode().String()
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		target, err := os.Readlink(path)
		return what + " " + target, err
	case info.Mode().IsRegular():
		text, err := os.ReadFile(path)
		return what + " " + string(text), err
	}
	return what, nil
}

func (s site) rows(table string) string {
	s.T.Helper()
	db, err := sql.Open("sqlite", filepath.Join(s.Root, "db"))
	if err != nil {
		s.T.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(s.T.Context(), "SELECT * FROM "+table+" ORDER BY 1")
	if err != nil {
		s.T.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		s.T.Fatal(err)
	}
	var text strings.Builder
	for rows.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			s.T.Fatal(err)
		}
		fmt.Fprintln(&text, values...)
	}
	if err := rows.Err(); err != nil {
		s.T.Fatal(err)
	}
	return text.String()
}

// wantAll checks that everything of a site is as it should be.
func (s site) wantAll(want map[string]string) {
	s.T.Helper()
	if diff := cmp.Diff(want, s.all()); diff != "" {
		s.T.Errorf("the site (-want +got):\n%s", diff)
	}
}

// changes of the course tour that tests disturb.
var changes = map[string]func(context.Context, *course.Catalog, io.Writer) error{
	"rename": func(ctx context.Context, c *course.Catalog, log io.Writer) error {
		return c.Rename(ctx, tour, renamed, course.RenameOptions{}, log)
	},
	"delete": func(ctx context.Context, c *course.Catalog, log io.Writer) error {
		return c.Delete(ctx, tour, course.DeleteOptions{}, log)
	},
	"purge": func(ctx context.Context, c *course.Catalog, log io.Writer) error {
		return c.Delete(ctx, tour, course.DeleteOptions{Purge: true}, log)
	},
}

// undisturbed does a change on a copy of the site; it returns the steps, and what comes of it.
func (s site) undisturbed(t *testing.T, change string) (steps []string, after map[string]string) {
	t.Helper()
	quiet := s.copied(t)
	quiet.OnStep(func(step string) error { steps = append(steps, step); return nil })
	if err := changes[change](t.Context(), quiet.Catalog, t.Output()); err != nil {
		t.Fatal(err)
	}
	return steps, quiet.all()
}
