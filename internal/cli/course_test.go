package cli_test

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting/internal/app/apptest"
)

func TestCommandsDoTheSameWithAndWithoutAServingProgram(t *testing.T) {
	s := apptest.New(t)
	repository := apptest.Repository(t, map[string]string{"a.md": ""})
	s.CreateCourse("tour", repository)
	file := configFile(t, s.Config.Root)
	commands := [][]string{
		{"course", "list"},
		{"course", "list", "--json"},
		{"course", "show", "tour"},
		{"course", "show", "tour", "--json"},
		{"course", "pull", "tour"},
		{"server", "list"},
		{"server", "list", "--json"},
		{"server", "list", "t*", "--json"},
		{"server", "stop", "tour", "alice"},
		{"course", "list", "t*"},
		{"course", "pull", "t*"},
		{"course", "tracks", "tour"},
		{"course", "tracks", "tour", "--json"},
		{"course", "tracks", "--all", "--yaml"},
		{"course", "show", "absent"},
		{"course", "list", "absent"},
		{"course", "tracks", "absent*"},
		{"course", "run-build", "tour"},
		{"job", "show", "absent"},
		{"job", "follow", "absent"},
		{"job", "cancel", "absent"},
		{"course", "show", ".."},
		{"course", "pull", ""},
		{"course", "create", "tour", repository},
		{"course", "create", "other", "/nowhere"},
		{"server", "stop", "tour", ".."},
		{"build-core-images"},
	}
	all := func() []result {
		var results []result
		for _, c := range commands {
			results = append(results, run(t, append([]string{"--config", file}, c...)...))
		}
		return results
	}
	stop := s.Serve()
	served := all()
	stop()
	if err := s.App.Close(); err != nil {
		t.Fatal(err)
	}
	for i, alone := range all() {
		if diff := cmp.Diff(served[i], alone, cmp.AllowUnexported(result{})); diff != "" {
			t.Errorf("%q (-served +alone):\n%s", commands[i], diff)
		}
		if wantCode := map[bool]int{true: 0, false: 1}[i < 14]; alone.code != wantCode || alone.code == 1 && alone.stderr == "" {
			t.Errorf("%q: got %+v", commands[i], alone)
		}
	}
}

func TestCoursesByTheCommandLine(t *testing.T) {
	file := configFile(t, filepath.Join(t.TempDir(), "site"))
	repository := apptest.Repository(t, map[string]string{"a.md": ""})
	if got := good(t, "--config", file, "course", "list"); got != "NAME  IMAGE  COMMIT  PUBLISHED  STATE  REPOSITORY\n" {
		t.Errorf("of no course: %q", got)
	}
	if got := good(t, "--config", file, "course", "list", "--json"); got != "[]\n" {
		t.Errorf("of no course: %q", got)
	}
	if got := good(t, "--config", file, "course", "create", "tour", repository, "-i", "lab/tour"); !strings.Contains(got, "published ") {
		t.Errorf("got %q", got)
	}
	apptest.Commit(t, repository, map[string]string{"b.md": ""})
	if got := good(t, "--config", file, "course", "pull", "tour"); !strings.Contains(got, "published ") {
		t.Errorf("got %q", got)
	}
	var details struct {
		Name, Image string
		Revision    struct{ Commit string }
	}
	if err := json.Unmarshal([]byte(good(t, "--config", file, "course", "show", "tour", "--json")), &details); err != nil {
		t.Fatal(err)
	}
	shown := good(t, "--config", file, "course", "show", "tour")
	for _, part := range []string{"tour", "lab/tour", repository, "main", details.Revision.Commit} {
		if part == "" || !strings.Contains(shown, part) {
			t.Errorf("%q is not shown:\n%s", part, shown)
		}
	}
	listed := good(t, "--config", file, "course", "list")
	if want := "tour  lab/tour  " + details.Revision.Commit[:10] + "  "; !strings.Contains(listed, want) || !strings.HasSuffix(listed, "  "+repository+"\n") {
		t.Errorf("got\n%s", listed)
	}
}

func TestARelativePathIsThatOfTheCommand(t *testing.T) {
	repository := apptest.Repository(t, map[string]string{"a.md": ""})
	t.Chdir(filepath.Dir(repository))
	file := configFile(t, "/nowhere")
	good(t, "--config", file, "--root", "site", "course", "create", "tour", "./repository")
	if got := good(t, "--config", file, "--root", filepath.Join(filepath.Dir(repository), "site"), "course", "list"); !strings.Contains(got, repository) {
		t.Errorf("got\n%s", got)
	}
}

func TestAMistypedCommandFails(t *testing.T) {
	for _, args := range [][]string{
		{"bogus"},
		{"course", "creat"},
		{"server", "kill", "x"},
		{"config", "chek"},
		{"course", "create", "tour"},
		{"course", "list", "--jason"},
		{"course", "show"},
	} {
		misused(t, args...)
	}
	for _, args := range [][]string{{}, {"--help"}, {"course"}, {"course", "create", "--help"}} {
		if got := good(t, args...); !strings.Contains(got, "Usage:") {
			t.Errorf("%q: got %s", args, got)
		}
	}
	if got := good(t, "--version"); !strings.Contains(got, apptest.Version) {
		t.Errorf("got %s", got)
	}
}
