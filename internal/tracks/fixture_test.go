package tracks_test

import (
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nbhosting/nbhosting/internal/settings"
	"github.com/nbhosting/nbhosting/internal/tracks"
)

// course is the notebooks of a course, by path.
type course map[string]string

func plainCourse(paths ...string) course {
	c := course{}
	for _, p := range paths {
		c[p] = ""
	}
	return c
}

// python returns the course that most tests are about.
func python() course {
	return plainCourse(
		"notebooks/0-0-intro.md", "notebooks/0-1-install.md", "notebooks/0-9-checklist.md", "notebooks/1-0-types.ipynb", "notebooks/1-1-loops.py",
		"w1/w1-s1-c1-start.ipynb", "w1/w1-s1-x1-hello.ipynb", "w2/w2-s1-c1-lists.ipynb", "w10/w10-s1-x1-late.ipynb",
		"README.md", "été/à faire.ipynb", ".draft.ipynb",
	)
}

// write makes the directory of the notebooks.
func (c course) write(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for p, text := range c {
		full := filepath.Join(dir, p)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// program returns a tracks.py of the course.
func (c course) program(text string) settings.TracksProgram {
	p := settings.TracksProgram{Course: "tour", File: "nbhosting/tracks.py", Text: text}
	p.Notebooks = slices.SortedFunc(maps.Keys(c), settings.ComparePaths)
	for _, n := range p.Notebooks {
		if path.Ext(n) == ".ipynb" {
			p.Listed = append(p.Listed, n)
		}
	}
	return p
}

// run runs a tracks.py of the course.
func (c course) run(t *testing.T, text string) settings.TracksAnswer {
	t.Helper()
	r := &tracks.Runner{Logger: slog.New(slog.NewTextHandler(t.Output(), nil))}
	answer, err := r.Run(t.Context(), c.write(t), c.program(text))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range answer.Findings {
		if strings.HasPrefix(f.Message, "This site cannot run this file") {
			if os.Getenv("NBHOSTING_TEST") == "require" {
				t.Fatal(f.Message)
			}
			t.Skip(f.Message)
		}
	}
	return answer
}

// outline writes tracks as lines, to be compared.
func outline(all []settings.Track) string {
	var b strings.Builder
	for _, t := range all {
		fmt.Fprintf(&b, "%s|%s|%s\n", t.ID, t.Name, t.Description)
		for _, s := range t.Sections {
			fmt.Fprintf(&b, " %s: %s\n", s.Name, strings.Join(s.Notebooks, ", "))
		}
	}
	return b.String()
}

// findings writes findings as lines, to be compared.
func findings(all []settings.Finding) string {
	var b strings.Builder
	for _, f := range all {
		fmt.Fprintf(&b, "%s %s: %s\n", f.Severity, f.Where(), f.Message)
	}
	return b.String()
}
