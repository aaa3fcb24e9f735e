package settings_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Two ways to write an accent look the same to who lists what must stay hidden.
func TestHiddenInEitherFormOfAnAccent(t *testing.T) {
	const composed, decomposed = "corrig\u00e9.ipynb", "corrige\u0301.ipynb"
	for _, file := range []string{composed, decomposed} {
		for _, pattern := range []string{composed, decomposed, "corrig\u00e9", "corrige\u0301*", "corrig?*"} {
			s := plainTree(file, "a.md").with("local/nbhosting.yaml", "hidden: ['"+pattern+"']").evaluate(t)
			if diff := cmp.Diff([]string{file}, s.HiddenPaths); diff != "" {
				t.Errorf("%+q (-want +got):\n%s", pattern, diff)
			}
		}
	}
}

func TestHidden(t *testing.T) {
	tr := plainTree("a.md", "exam.ipynb", "w/solution-1.md", "w/v/solution-2.py", "w/a.md", "solutions/a.md", "solutions/deep/x.csv", "data/key.csv")
	for _, c := range []struct {
		name, yaml string
		hidden     []string
		findings   []string
	}{
		{"a notebook", "[exam]", []string{"exam.ipynb"}, nil},
		{"anywhere", "['**/solution-*']", []string{"w/solution-1.md", "w/v/solution-2.py"}, nil},
		{"a directory", "[solutions]", []string{"solutions/a.md", "solutions/deep/x.csv"}, nil},
		{"a directory with a slash", "[solutions/]", []string{"solutions/a.md", "solutions/deep/x.csv"}, nil},
		{"below a directory", "['solutions/**']", []string{"solutions/a.md", "solutions/deep/x.csv"}, nil},
		{"in a directory", "['solutions/*.md']", []string{"solutions/a.md"}, nil},
		{"data", "[data/*, nothing]", []string{"data/key.csv"}, []string{"\"nothing\" of “hidden” matches no file"}},
		{"none", "[]", []string{}, nil},
	} {
		s := tr.with("local/nbhosting.yaml", "hidden: "+c.yaml).evaluate(t)
		if diff := cmp.Diff(c.hidden, s.HiddenPaths); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
		for _, track := range s.Tracks {
			for _, section := range track.Sections {
				for _, hidden := range c.hidden {
					if slices.Contains(section.Notebooks, hidden) {
						t.Errorf("%s: %s is in a track", c.name, hidden)
					}
				}
			}
		}
		wantFindings(t, s, c.findings...)
	}
}
