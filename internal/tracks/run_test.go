package tracks_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nbhosting/nbhosting/internal/settings"
	"github.com/nbhosting/nbhosting/internal/tracks"
)

const header = "from nbhosting.courses import *\n"

// TestFaults goes through what authors do wrong: each gives one finding, with the line where it is known.
func TestFaults(t *testing.T) {
	const returns = "error nbhosting/tracks.py: The function “tracks” has to return a list of Track, but "
	for _, c := range []struct{ name, text, want string }{
		{"syntax", "def tracks(coursedir):\n    return [\n", "error nbhosting/tracks.py, line 2: Python cannot read this file: "},
		{"not Python", "\x00", "error nbhosting/tracks.py: Python cannot read this file: "},
		{"no function", "x = 1\n", "error nbhosting/tracks.py: This file defines no function “tracks”."},
		{"no function but a name", "tracks = []\n", "error nbhosting/tracks.py: This file defines no function “tracks”."},
		{"exception", header + "def deep():\n    return {}['key']\ndef tracks(c):\n    return deep()\n", "error nbhosting/tracks.py, line 3: Python stops here: KeyError: 'key'."},
		{"exception on import", "import numpy_of_my_own\n", "error nbhosting/tracks.py, line 1: Python stops here: ModuleNotFoundError: No module named 'numpy_of_my_own'."},
		{"exception in a helper", header + "def tracks(c):\n    return notebooks_by_pattern(c, '/etc/*')\n", "error nbhosting/tracks.py, line 3: Python stops here: NotImplementedError"},
		{"exception without a text", "class E(Exception):\n  def __str__(self): return 1\ndef tracks(c):\n    raise E\n", "error nbhosting/tracks.py, line 4: Python stops here: E."},
		{"a long exception", "def tracks(c):\n    raise ValueError('a\\nb' + 'x' * 10**6)\n", "error nbhosting/tracks.py, line 2: Python stops here: ValueError: a bxxx"},
		{"too few parameters", "def tracks(c, d, e): pass\n", "error nbhosting/tracks.py: Python stops here: TypeError"},
		{"exit", "import sys\ndef tracks(c):\n    sys.exit('bye')\n", "error nbhosting/tracks.py, line 3: Python stops here: SystemExit: bye."},
		{"hard exit", "import os\ndef tracks(c):\n    os._exit(0)\n", "error nbhosting/tracks.py: This file ended Python"},
		{"abort", "import os\ndef tracks(c):\n    os.abort()\n", "error nbhosting/tracks.py: This file ended Python"},
		{"no memory", "def tracks(c):\n    return [0] * 10**9\n", "error nbhosting/tracks.py, line 2: This file needs more than 512 MB of memory"},
		{"endless recursion", "def tracks(c):\n    return tracks(c)\n", "error nbhosting/tracks.py, line 2: Python stops here: RecursionError"},
		{"nothing", "def tracks(c):\n    pass\n", returns + "it returns a value of the type NoneType."},
		{"a text", "def tracks(c):\n    return 'x'\n", returns + "it returns a value of the type str."},
		{"sections", header + "def tracks(c):\n    return [Section('s', c, [])]\n", returns + "what it returns holds a value of the type Section in place of a Track."},
		{"notebooks", header + "def tracks(c):\n    return [Track(c, notebooks_by_pattern(c, '*'))]\n", returns + "a track holds a value of the type Notebook in place of a Section."},
		{"a pattern for notebooks", header + "def tracks(c):\n    return [Track(c, [Section('s', c, 'w1/*')])]\n", returns + "a section holds a value of the type str in place of a list of notebooks."},
		{"no list of notebooks", header + "def tracks(c):\n    return [Track(c, [Section('s', c, None)])]\n", returns + "a section holds a value of the type NoneType in place of a list of notebooks."},
		{"one section", header + "def tracks(c):\n    return [Track(c, Section('s', c, []))]\n", returns + "a track holds a value of the type Section in place of a list of sections."},
		{"numbers", header + "def tracks(c):\n    return [Track(c, [Section('s', c, [1])])]\n", returns + "a section holds a value of the type int in place of a Notebook."},
		{"its own answer", "import os\ndef tracks(c):\n    for fd in range(3, 10):\n        try: os.write(fd, b'[]')\n        except OSError: pass\n    return []\n", "error nbhosting/tracks.py: This file ended Python"},
		{"many tracks", header + "def tracks(c):\n    return [Track(c, [])] * 1001\n", "error nbhosting/tracks.py: The tracks of this file hold more than 1000 tracks"},
		{"many sections", header + "def tracks(c):\n    return [Track(c, [Section('s', c, [])] * 20001)]\n", "error nbhosting/tracks.py: The tracks of this file hold more than 20000 sections"},
		{"many notebooks", header + "def tracks(c):\n    return [Track(c, [Section('s', c, ['README.md'] * 200001)])]\n", "error nbhosting/tracks.py: The tracks of this file hold more than 200000 notebooks"},
		{"a flood", header + "def tracks(c):\n    return [Track(c, [], name='x' * 33 * 2**20)]\n", "error nbhosting/tracks.py: The tracks of this file are too many"},
		{"large", "#" + strings.Repeat("x", 1<<20), "error nbhosting/tracks.py: This file is too large"},
	} {
		t.Run(c.name, func(t *testing.T) {
			answer := python().run(t, c.text)
			got := findings(answer.Findings)
			if !strings.HasPrefix(got, c.want) || strings.Count(got, "\n") != 1 || len(answer.Tracks) > 0 || len(got) > 1000 {
				t.Errorf("%s%s; want %s", outline(answer.Tracks), got, c.want)
			}
		})
	}
}

func TestEndlessLoop(t *testing.T) {
	got := findings(python().run(t, "def tracks(c):\n    while True: print('x')\n").Findings)
	if want := "error nbhosting/tracks.py: This file took longer than 10 s of computing"; !strings.HasPrefix(got, want) {
		t.Errorf("%s; want %s", got, want)
	}
}

// TestWarnings shows what leaves the tracks in place.
func TestWarnings(t *testing.T) {
	answer := python().run(t, header+`
def tracks(c):
    found = notebooks_by_pattern(c, "w1/*c1*")
    return [Track(c, [Section("gone", c, ["w9/x.ipynb"] + found + [Notebook(c, "../../etc/passwd"), "README", "w9/x.ipynb", "w1"]),
                      Section("none", c, notebooks_by_patterns(c, ["w8/*",
                                                                   "w1/**"]))],
                  name="a\nb\udc80", description="d" * 6000)]
`)
	want := "a-b?|a b?|" + strings.Repeat("d", 5000) + "…\n gone: w1/w1-s1-c1-start.ipynb\n"
	if diff := cmp.Diff(want, strings.ReplaceAll(outline(answer.Tracks), "\uFFFD", "?")); diff != "" {
		t.Errorf("tracks (-want +got):\n%s", diff)
	}
	const gone = ", which is no notebook of the course. Give a path from the top of the repository, with its extension.\n"
	want = `warning nbhosting/tracks.py, line 6: The pattern "w8/*" matches no notebook. Mend it, or remove it.
warning nbhosting/tracks.py, line 6: The pattern "w1/**" matches directories, and no notebook. Write "w1/**/*".
warning nbhosting/tracks.py: The section "gone" lists "w9/x.ipynb"` + gone +
		`warning nbhosting/tracks.py: The section "gone" lists "../../etc/passwd"` + gone +
		`warning nbhosting/tracks.py: The section "gone" lists "README"` + gone +
		`warning nbhosting/tracks.py: The section "gone" lists "w1"` + gone
	if diff := cmp.Diff(want, findings(answer.Findings)); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	if got := findings(python().run(t, "def tracks(c): return []").Findings); !strings.HasPrefix(got, "warning nbhosting/tracks.py: The function “tracks” returns no track") {
		t.Errorf("no track: %s", got)
	}
}

// TestSight shows that a tracks.py sees the notebooks, and nothing else of ours.
func TestSight(t *testing.T) {
	t.Setenv("NBHOSTING_TEST_SECRET", "s3cret")
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	answer := python().run(t, header+`
import os, socket
def tracks(c):
    found = [k for k in os.environ if k.startswith("NBHOSTING")]
    found += [p for p in ("/etc/shadow", "/root/.ssh", "/var", `+"'"+here+"'"+`) if os.path.exists(p)]
    try:
        (c.notebooks_dir / "x").write_text("x")
        found.append("write")
    except OSError:
        pass
    try:
        socket.create_connection(("127.0.0.1", 22), timeout=1)
        found.append("connect")
    except OSError as e:
        if e.errno != 101:
            found.append(str(e))
    return [Track(c, [], name="found", description=",".join(found) + "|" + str(os.getuid()))]
`)
	if got := outline(answer.Tracks); got != "found|found||65534\n" {
		t.Errorf("%s%s", got, findings(answer.Findings))
	}
}

func TestGenericTrackAgrees(t *testing.T) {
	c := python()
	said, err := settings.Evaluate(t.Context(), settings.Input{
		Notebooks:  c.program("").Notebooks,
		Read:       func(settings.Layer, string) ([]byte, error) { return nil, os.ErrNotExist },
		IsNotebook: func(path string) (bool, error) { return path == "notebooks/1-1-loops.py", nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	p := c.program(header + "def tracks(c): return [generic_track(c)]")
	p.Listed = nil
	for _, s := range said.Tracks[0].Sections {
		p.Listed = append(p.Listed, s.Notebooks...)
	}
	c.run(t, "def tracks(c): return []") // skips where nothing runs
	answer, err := (&tracks.Runner{Logger: slog.New(slog.DiscardHandler)}).Run(t.Context(), c.write(t), p)
	if err != nil {
		t.Fatal(err)
	}
	// Python's track keeps the order of settings: the top first, then by components.
	if diff := cmp.Diff(outline(said.Tracks), outline(answer.Tracks)); diff != "" {
		t.Errorf("(-settings +tracks.py):\n%s", diff)
	}
}

// TestABigCourse lists 100,000 notebooks in the time that there is.
func TestABigCourse(t *testing.T) {
	c := course{}
	for i := range 1000 {
		c[fmt.Sprintf("w%02d/n%04d.ipynb", i%50, i)] = ""
	}
	p := c.program(header + "def tracks(c): return [generic_track(c), track_by_directory(c, notebooks_by_pattern(c, '**/*'), name='all')]")
	for i := range 100_000 {
		p.Notebooks = append(p.Notebooks, fmt.Sprintf("x%03d/n%05d.ipynb", i/1000, i))
	}
	p.Listed = p.Notebooks
	c.run(t, "def tracks(c): return []") // skips where nothing runs
	answer, err := (&tracks.Runner{Logger: slog.New(slog.DiscardHandler)}).Run(t.Context(), c.write(t), p)
	if err != nil || len(answer.Tracks) != 2 || len(answer.Tracks[0].Sections) != 150 || len(answer.Tracks[1].Sections) != 50 {
		t.Errorf("%d tracks, %s, %v", len(answer.Tracks), findings(answer.Findings), err)
	}
}

func TestNoPython(t *testing.T) {
	old := t.TempDir()
	script := "#!/bin/sh\necho '{\"program\": \"/usr/bin/python3\", \"prefixes\": [], \"version\": [3, 7]}'\n"
	if err := os.WriteFile(filepath.Join(old, "python3"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{t.TempDir(), old} {
		var log strings.Builder
		r := &tracks.Runner{BinDir: dir, Logger: slog.New(slog.NewTextHandler(&log, nil))}
		answer, err := r.Run(t.Context(), t.TempDir(), python().program("def tracks(c): return []"))
		got := findings(answer.Findings)
		if err != nil || !strings.HasPrefix(got, "warning nbhosting/tracks.py: This site cannot run this file: it has no Python 3.8 or later.") {
			t.Errorf("%s, %v", got, err)
		}
		if strings.Contains(got, dir) || !strings.Contains(log.String(), "no Python 3.8") {
			t.Errorf("finding %s, log %s", got, log.String())
		}
	}
}

// TestPythons runs a tracks.py on each Python at hand, however it is installed.
func TestPythons(t *testing.T) {
	c := python()
	c.run(t, "def tracks(c): return []") // skips where nothing runs
	found := 0
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		if _, err := os.Stat(filepath.Join(dir, "python3")); err != nil {
			continue
		}
		found++
		r := &tracks.Runner{BinDir: dir, Logger: slog.New(slog.NewTextHandler(t.Output(), nil))}
		answer, err := r.Run(t.Context(), c.write(t), c.program(header+"import ssl, ctypes, sys\ndef tracks(c): return [Track(c, [], name=sys.version)]"))
		if err != nil || len(answer.Tracks) != 1 {
			t.Errorf("%s: %+v, %v", dir, answer, err)
		}
		t.Log(dir, outline(answer.Tracks))
	}
	if found == 0 {
		t.Error("none was tried")
	}
}

func TestTheCallerGivesUp(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := &tracks.Runner{Logger: slog.New(slog.NewTextHandler(t.Output(), nil))}
	if _, err := r.Run(ctx, t.TempDir(), python().program("")); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}
