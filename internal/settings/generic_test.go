package settings_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting/internal/settings"
)

func TestGenericTrack(t *testing.T) {
	tr := plainTree(
		"b.ipynb", "a.ipynb", "B.ipynb", ".ipynb", "w/.ipynb", ".draft.ipynb", "README.md", "setup.py", "w/a.ipynb", "w-1/a.ipynb", "w/v/a.ipynb", "w/10.ipynb", "w/9.ipynb",
		".trash/a.ipynb", "w/.old/a.ipynb", "w/.old/v/a.ipynb", "w/.ipynb_checkpoints/a-checkpoint.ipynb", ".ipynb_checkpoints/b.ipynb", "é/à b.ipynb", "data/x.csv",
	).with("w/text.md", "jupytext").with("z/light.py", "jupytext").with(".old/light.py", "jupytext")
	want := `generic|generic|generated track from all ipynb's found in repo
 .: .draft.ipynb B.ipynb a.ipynb b.ipynb
 w: w/10.ipynb w/9.ipynb w/a.ipynb w/text.md
 w/v: w/v/a.ipynb
 w-1: w-1/a.ipynb
 z: z/light.py
 é: é/à b.ipynb
`
	for name, tr := range map[string]tree{
		"no settings":         tr,
		"YAML without tracks": tr.with(".nbhosting/nbhosting.yaml", "static-mappings: []"),
		"no tracks in YAML":   tr.with("nbhosting/nbhosting.yaml", "tracks: []"),
	} {
		s := tr.evaluate(t)
		if diff := cmp.Diff(want, outline(s.Tracks)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		wantFindings(t, s)
	}
	s := tr.with("nbhosting/nbhosting.yaml", "tracks-filter: [x]").evaluate(t)
	if diff := cmp.Diff(want, outline(s.Tracks)); diff != "" {
		t.Errorf("filtered (-want +got):\n%s", diff)
	}
	wantFindings(t, s, ":1 “tracks-filter” has nothing to choose from")
}

// TestTextNotebooksAreAskedForOnce shows that no more files are read than needed.
func TestTextNotebooksAreAskedForOnce(t *testing.T) {
	asked := map[string]int{}
	ask := func(tr tree) map[string]int {
		clear(asked)
		in := tr.input()
		in.IsNotebook = func(path string) (bool, error) { asked[path]++; return false, nil }
		if _, err := settings.Evaluate(t.Context(), in); err != nil {
			t.Fatal(err)
		}
		return asked
	}
	if diff := cmp.Diff(map[string]int{"w1/b.md": 1, "w2/c.py": 1}, ask(yaml(""))); diff != "" {
		t.Errorf("the generic track (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]int{}, ask(yaml(good))); diff != "" {
		t.Errorf("tracks of YAML (-want +got):\n%s", diff)
	}
}

// TestWhirlwind evaluates the files of a course of the wild, where it is at hand.
func TestWhirlwind(t *testing.T) {
	shared, err := filepath.Abs("../../../shared/courses")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(shared, "whirlwind.expected.json"))
	if err != nil {
		t.Skipf("the course is not here: %v", err)
	}
	var want settings.Settings
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if out, err := exec.CommandContext(t.Context(), "git", "clone", "--quiet", "--bare", filepath.Join(shared, "whirlwind.bundle"), dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	out, err := exec.CommandContext(t.Context(), "git", "-C", dir, "ls-tree", "-r", "-z", "--name-only", "HEAD").Output()
	if err != nil {
		t.Fatal(err)
	}
	s := plainTree(strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")...).evaluate(t)
	if diff := cmp.Diff(want.Tracks, s.Tracks); diff != "" {
		t.Errorf("tracks (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want.StaticMappings, s.StaticMappings); diff != "" {
		t.Errorf("static mappings (-want +got):\n%s", diff)
	}
	if len(s.Links) != 0 {
		t.Errorf("links %v", s.Links)
	}
	wantFindings(t, s)
}

// FuzzComparePaths checks that the order is that of lists of components.
func FuzzComparePaths(f *testing.F) {
	f.Add("a/b", "a-b")
	f.Add("a", "a/b")
	f.Add("é/\x01", "é/\x01/x")
	f.Fuzz(func(t *testing.T, a, b string) {
		if path.Clean("/"+a) != "/"+a || path.Clean("/"+b) != "/"+b || strings.Contains(a+b, "\x00") {
			return
		}
		got := settings.ComparePaths(a, b)
		want := slices.Compare(strings.Split(a, "/"), strings.Split(b, "/"))
		if (got < 0) != (want < 0) || (got > 0) != (want > 0) {
			t.Errorf("%q, %q: got %d, want %d", a, b, got, want)
		}
	})
}
