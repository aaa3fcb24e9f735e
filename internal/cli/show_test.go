package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting/internal/app/apptest"
)

const fullSettings = `tracks:
  - name: First steps
    description: What everybody needs, told slowly
    sections:
      - name: Week 1
        notebooks: ["w1/*"]
      - name: Week 2
        notebooks: [w2/end]
  - name: More & more
    id: more
    sections:
      - name: "odd: names"
        notebooks: ["x/*"]
static-mappings:
  - {source: pictures, destination: media/pictures}
builds:
  - {name: The book, id: book, script: make, description: All of it}
colour: green
`

func fullCourse(t *testing.T) (file string) {
	t.Helper()
	s := apptest.New(t)
	s.CreateCourse("tour", apptest.Repository(t, map[string]string{
		"nbhosting/nbhosting.yaml": fullSettings, "media/pictures/a.png": "",
		"w1/a.ipynb": "{}", "w1/b.ipynb": "{}", "w2/end.ipynb": "{}", "x/[draft] what?.ipynb": "{}", "x/a*.ipynb": "{}",
	}))
	s.Serve()
	return configFile(t, s.Config.Root)
}

func TestACourseIsShownInLinesThatFit(t *testing.T) {
	shown := good(t, "--config", fullCourse(t), "course", "show", "tour")
	for _, part := range []string{
		"\nTracks\n  First-steps: First steps\n    2 sections, 3 notebooks\n", "  more: More & more\n    1 section, 2 notebooks\n",
		"\nStatic data\n  pictures -> media/pictures\n", "\nBuilds\n  book: The book\n    All of it\n",
		"\nFindings\n", `The key "colour" is not known`, "notebooks   5\n",
	} {
		if !strings.Contains(shown, part) {
			t.Errorf("%q is not in\n%s", part, shown)
		}
	}
	_, findings, _ := strings.Cut(shown, "\nFindings\n")
	for line := range strings.Lines(findings) {
		if n := utf8.RuneCountInString(line); n > 80 {
			t.Errorf("a line of %d characters: %s", n, line)
		}
	}
}

// TestTracksAsYAMLSayTheSame publishes what was printed as a course of its own.
func TestTracksAsYAMLSayTheSame(t *testing.T) {
	file := fullCourse(t)
	said := good(t, "--config", file, "course", "tracks", "tour", "--yaml")
	copied := apptest.Repository(t, map[string]string{
		"nbhosting/nbhosting.yaml": said, "media/pictures/a.png": "",
		"w1/a.ipynb": "{}", "w1/b.ipynb": "{}", "w2/end.ipynb": "{}", "x/[draft] what?.ipynb": "{}", "x/a*.ipynb": "{}",
	})
	good(t, "--config", file, "course", "create", "copy", copied)
	type shown struct {
		Tracks   any `json:"tracks"`
		Mappings any `json:"static_mappings"`
	}
	var of [2]shown
	for i, name := range []string{"tour", "copy"} {
		if err := json.Unmarshal([]byte(good(t, "--config", file, "course", "show", name, "--json")), &of[i]); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(of[0], of[1]); diff != "" {
		t.Errorf("(-tour +copy):\n%s", diff)
	}
	var findings struct{ Findings []struct{ Message string } }
	if err := json.Unmarshal([]byte(good(t, "--config", file, "course", "show", "copy", "--json")), &findings); err != nil {
		t.Fatal(err)
	}
	if len(findings.Findings) > 0 && strings.Contains(said, "description: More") {
		t.Errorf("got %v", findings)
	}

	t.Chdir(t.TempDir())
	if got := manage(t, "--config", file, "course-tracks", "-y", "tou"); got != "wrote tour.yaml\n" {
		t.Errorf("got %s", got)
	}
	written, err := os.ReadFile(filepath.Join(".", "tour.yaml"))
	if err != nil || said != "# course tour\n"+string(written) {
		t.Errorf("got %v\n%s", err, written)
	}
}

func TestTracksOfSeveralCourses(t *testing.T) {
	file := fullCourse(t)
	good(t, "--config", file, "course", "create", "small", apptest.Repository(t, map[string]string{"a.ipynb": "{}"}))
	shown := good(t, "--config", file, "course", "tracks", "*")
	for _, part := range []string{"small: 1 track\n", "\n      a.ipynb\n\ntour: 2 tracks\n", "  First-steps: First steps\n    What everybody needs, told slowly\n    Week 1\n      w1/a.ipynb\n      w1/b.ipynb\n"} {
		if !strings.Contains(shown, part) {
			t.Errorf("%q is not in\n%s", part, shown)
		}
	}
	if said := good(t, "--config", file, "course", "tracks", "--all", "-y"); strings.Count(said, "---\n") != 1 {
		t.Errorf("got\n%s", said)
	}
	var all []struct {
		Course string
		Tracks []any
	}
	if err := json.Unmarshal([]byte(good(t, "--config", file, "course", "tracks", "--all", "--json")), &all); err != nil {
		t.Fatal(err)
	}
	if len(all) != 2 || all[1].Course != "tour" || len(all[1].Tracks) != 2 {
		t.Errorf("got %v", all)
	}
}

// TestDefaultMappingsAreLeftToBeDefaults has a course without data: what is
// printed of it says nothing that would be reported.
func TestDefaultMappingsAreLeftToBeDefaults(t *testing.T) {
	s := apptest.New(t)
	s.CreateCourse("plain", apptest.Repository(t, map[string]string{"a.ipynb": "{}"}))
	s.CreateCourse("none", apptest.Repository(t, map[string]string{"a.ipynb": "{}", "nbhosting/nbhosting.yaml": "static-mappings: []"}))
	s.Serve()
	file := configFile(t, s.Config.Root)
	if said := good(t, "--config", file, "course", "tracks", "plain", "--yaml"); strings.Contains(said, "static-mappings") {
		t.Errorf("got %s", said)
	}
	if said := good(t, "--config", file, "course", "tracks", "none", "--yaml"); !strings.Contains(said, "static-mappings: []") {
		t.Errorf("got %s", said)
	}
}
