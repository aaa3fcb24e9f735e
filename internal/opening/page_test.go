package opening_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/nbhosting/nbhosting"
)

func TestAPageOfJupyterIsOpened(t *testing.T) {
	b := newBench(t, map[string]string{"w1/x.ipynb": "{}", "data/x.csv": "1"})
	for path, want := range map[string]string{
		"/ipythonForward/tour/alice/tree":                "tree",
		"/ipythonForward/tour/alice/tree/w1/":            "tree/w1",
		"/ipythonForward/tour/alice/lab":                 "lab",
		"/ipythonForward/tour/alice/lab/w 1/100%?.ipynb": "lab/tree/w%201/100%25%3F.ipynb",
	} {
		launch, err := nbhosting.ParseLaunch(path)
		if err != nil {
			t.Fatal(err)
		}
		opened, err := b.Open(t.Context(), launch, ignore)
		running := b.Servers.Servers()
		if err != nil || len(running) != 1 || opened.Location != running[0].BasePath()+"-/page/"+want {
			t.Errorf("%s: got %s, %v, with %d servers", path, opened.Location, err, len(running))
		}
	}
	if entries, err := os.ReadDir(b.work("")); err != nil || len(entries) != 0 {
		t.Errorf("copied: %v, %v", entries, err)
	}
	if events, err := os.ReadFile(filepath.Join(b.root, "raw/tour/events.raw")); err == nil {
		t.Errorf("recorded: %s", events)
	}
}

func TestNoPageOfAnUnknownCourse(t *testing.T) {
	b := newBench(t, map[string]string{"x.ipynb": "{}"})
	b.wantRefused(nbhosting.Launch{Course: "nowhere", Student: "alice", FrontEnd: nbhosting.Lab}, nbhosting.NotFound)
}
