package revision_test

import (
	"context"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/git/gittest"
	"github.com/nbhosting/nbhosting/internal/settings"
	"github.com/nbhosting/nbhosting/internal/sitetest"
	"github.com/nbhosting/nbhosting/internal/tracks"
)

const tracksPy = `from nbhosting.courses import Track, Section, notebooks_by_pattern
def tracks(coursedir):
    return [Track(coursedir, [Section("Everything", coursedir, notebooks_by_pattern(coursedir, "**/*.ipynb"))], name="All & more")]
`

func tracksCourse(t *testing.T) (gittest.Author, site) {
	a := gittest.NewAuthor(t)
	a.Commit(map[string]string{
		"nbhosting/tracks.py":      tracksPy,
		"nbhosting/nbhosting.yaml": "hidden: [\"solutions/*\"]\n",
		"w1/a.ipynb":               `{"cells": []}`,
		"solutions/a.ipynb":        `{"cells": []}`,
	})
	s := newSite(t)
	s.RunTracks = (&tracks.Runner{Logger: slog.New(slog.NewTextHandler(t.Output(), nil))}).Run
	s.create(a.Dir)
	return a, s
}

// skipUnrun skips a test on a host that cannot run a tracks.py.
func (s site) skipUnrun() {
	s.T.Helper()
	for _, f := range s.show().Findings {
		if strings.HasPrefix(f.Message, "This site cannot run this file") && os.Getenv("NBHOSTING_TEST") != "require" {
			s.T.Skip(f.Message)
		}
	}
}

func TestTracksOfPython(t *testing.T) {
	a, s := tracksCourse(t)
	s.skipUnrun()
	want := []settings.Track{{ID: "All-and-more", Name: "All & more", Description: "no description", Sections: []settings.Section{
		{Name: "Everything", Notebooks: []string{"w1/a.ipynb"}}, // and no solution
	}}}
	if diff := cmp.Diff(want, s.show().Tracks); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if found := s.show().Findings; len(found) > 0 {
		t.Errorf("findings %+v", found)
	}

	before := s.published()
	a.Commit(map[string]string{"nbhosting/tracks.py": "def tracks(c):\n    return 1/0\n"})
	var log strings.Builder
	sitetest.WantKind(t, failure(s.tryPull(&log)), nbhosting.Invalid)
	if !strings.Contains(log.String(), "error: nbhosting/tracks.py, line 2: Python stops here: ZeroDivisionError: division by zero.") {
		t.Errorf("the log does not say what:\n%s", &log)
	}
	if s.published() != before {
		t.Error("the revision before is not served any more")
	}
}

// TestHiddenNotebooksAreHiddenFromPrograms looks at the directory that a tracks.py is given.
func TestHiddenNotebooksAreHiddenFromPrograms(t *testing.T) {
	a, s := tracksCourse(t)
	var seen []string
	s.RunTracks = func(_ context.Context, dir string, p settings.TracksProgram) (settings.TracksAnswer, error) {
		seen = append(seen, p.Notebooks...)
		for _, hidden := range []string{"solutions/a.ipynb", "w1/a.ipynb"} {
			if _, err := os.Stat(dir + "/" + hidden); err == nil {
				seen = append(seen, "on disk: "+hidden)
			}
		}
		return settings.TracksAnswer{}, nil
	}
	a.Commit(map[string]string{"w1/b.ipynb": `{"cells": []}`})
	s.pull()
	want := []string{"nbhosting/tracks.py", "w1/a.ipynb", "w1/b.ipynb", "on disk: w1/a.ipynb"}
	if !slices.Equal(seen, want) {
		t.Errorf("seen %q; want %q", seen, want)
	}
}

func TestTracksThatCannotBeRun(t *testing.T) {
	a, s := tracksCourse(t)
	s.RunTracks = nil
	a.Commit(map[string]string{"w1/b.ipynb": `{"cells": []}`})
	s.pull()
	d := s.show()
	if len(d.Tracks) != 1 || d.Tracks[0].ID != "generic" || len(d.Findings) != 1 || d.Findings[0].Severity != settings.SeverityWarning {
		t.Errorf("tracks %+v, findings %+v", d.Tracks, d.Findings)
	}
}
