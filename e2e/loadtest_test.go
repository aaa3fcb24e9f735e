package e2e_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nbhosting/nbhosting/internal/loadtest"
	"github.com/nbhosting/nbhosting/internal/runtime/docker"
)

// playScenario is short, and has all kinds of steps.
const playScenario = `
students: 5
over: 1s
think: 50ms
cells: ["print('hello')", "sum(range(1000))"]
steps: [{do: open}, {do: run, times: 3}, {do: save}, {do: return}, {do: run}, {do: save}]
`

// TestLoadtest plays a small class: on real Jupyter, whose answers nobody here has
// written, and on what stands for it.
func TestLoadtest(t *testing.T) {
	for _, image := range []string{testImage, "nbhosting/fake-jupyter"} {
		t.Run(filepath.Base(image), func(t *testing.T) {
			needThisImage(t, image)
			s := newSite(t, runtimes["docker"](t), map[string]string{"a/intro.md": markdownNotebook, "b.ipynb": emptyNotebook})
			s.run("course", "set", "tour", "--image", image)
			scenario := filepath.Join(s.dir, "class.yaml")
			if err := os.WriteFile(scenario, []byte(playScenario), 0o644); err != nil {
				t.Fatal(err)
			}
			notebooks := []string{"b", "a/intro"}
			if image != testImage {
				notebooks = notebooks[:1] // jupytext is not in it
			}
			out := s.run(append([]string{"loadtest", "--json", "--scenario", scenario, s.url, "tour"}, notebooks...)...)
			checkPlayed(t, s, out)
		})
	}
}

const (
	emptyNotebook    = `{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}`
	markdownNotebook = "---\njupyter:\n  kernelspec:\n    name: python3\n    display_name: Python 3\n    language: python\n---\n\n# Intro\n"
)

func needThisImage(t *testing.T, image string) {
	t.Helper()
	d, err := docker.New(docker.Options{Site: "e2e"})
	if err != nil {
		lacking(t, "container engine", err)
	}
	defer d.Close()
	if ok, err := d.ImageExists(t.Context(), image); err != nil || !ok {
		lacking(t, "image "+image+" (make setup)", err)
	}
}

func checkPlayed(t *testing.T, s *site, out string) {
	t.Helper()
	var r loadtest.Report
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if r.Done != 5 || r.Failed() != 0 || !r.Machine.Known {
		t.Errorf("got %s", out)
	}
	for name, count := range map[string]int{"open": 5, "return": 5, "cell": 20, "save": 10} {
		if got, _ := r.Find(name); got.Count != count || got.P50 <= 0 {
			t.Errorf("%s: got %+v, want %d", name, got, count)
		}
	}
	text, err := os.ReadFile(s.workspace("loadtest0005", "b.ipynb"))
	if err != nil || !strings.Contains(string(text), "nbhosting_loadtest") {
		t.Errorf("what was saved: %s, %v", text, err)
	}
}
