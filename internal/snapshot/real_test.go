package snapshot_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/runtime"
	"github.com/nbhosting/nbhosting/internal/runtime/docker"
	"github.com/nbhosting/nbhosting/internal/runtime/process"
	"github.com/nbhosting/nbhosting/internal/snapshot"
)

// TestInContainers and TestInASandbox render with the real nbconvert.
func TestInContainers(t *testing.T) {
	lacking := t.Skipf
	if os.Getenv("NBHOSTING_TEST_DOCKER") == "require" {
		lacking = t.Fatalf
	}
	d, err := docker.New(docker.Options{Site: "test-share", NamePrefix: "test-share-"})
	if err != nil {
		lacking("container engine: %v", err)
	}
	t.Cleanup(func() { d.Close() })
	if ok, err := d.ImageExists(t.Context(), image); err != nil || !ok {
		lacking("image %s: %t, %v", image, ok, err)
	}
	testRendering(t, d)
	t.Run("no image", func(t *testing.T) {
		s := newSite(t, inImage{d, "nbhosting/no-such-image"})
		s.write("a.ipynb", notebookOf())
		s.fails("a.ipynb", nbhosting.Unavailable, "image of the course")
	})
}

// inImage is a driver for courses that name another image.
type inImage struct {
	*docker.Driver
	name string
}

func (i inImage) Run(ctx context.Context, spec runtime.Spec, out io.Writer) (runtime.Exit, error) {
	spec.Image = i.name
	return i.Driver.Run(ctx, spec, out)
}

func TestInASandbox(t *testing.T) {
	bin := os.Getenv("NBHOSTING_TEST_PYTHON_BIN")
	if bin == "" {
		if os.Getenv("NBHOSTING_TEST") == "require" {
			t.Fatal("NBHOSTING_TEST_PYTHON_BIN does not say where there is a Python with Jupyter")
		}
		t.Skip("NBHOSTING_TEST_PYTHON_BIN does not say where there is a Python with Jupyter")
	}
	d, err := process.New(process.Options{
		StateDir: filepath.Join(publicDir(t), "state"), BinDir: bin, Logger: slog.New(slog.NewTextHandler(t.Output(), nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	testRendering(t, d)
}

func testRendering(t *testing.T, r snapshot.Runner) {
	t.Run("a notebook", func(t *testing.T) { testNotebook(t, r) })
	t.Run("text notebooks", func(t *testing.T) { testTexts(t, r) })
	t.Run("what is no notebook", func(t *testing.T) { testBroken(t, r) })
	t.Run("templates and configuration", func(t *testing.T) { testConfiguration(t, r) })
	t.Run("what the program can reach", func(t *testing.T) { testConfinement(t, r) })
	t.Run("too long", func(t *testing.T) {
		s := newSite(t, r, func(o *snapshot.Options) { o.Timeout = 300 * time.Millisecond })
		s.write("a.ipynb", notebookOf(markdown(strings.Repeat("*a **b", 50000))))
		s.fails("a.ipynb", nbhosting.Timeout, "longer than 300ms")
	})
	t.Run("too much memory", func(t *testing.T) {
		s := newSite(t, r, func(o *snapshot.Options) { o.Memory = 128 << 20 })
		s.write("a.ipynb", notebookOf(markdown(strings.Repeat("x", 19<<20))))
		s.fails("a.ipynb", nbhosting.Invalid, "more memory than the 128 MB")
	})
	t.Run("too large a page", func(t *testing.T) {
		s := newSite(t, instead{r, "print('x' * (33 << 20))"})
		s.write("a.ipynb", notebookOf())
		s.fails("a.ipynb", nbhosting.Invalid, "larger than 32 MB")
	})
}

// cell is one of a notebook.
type cell map[string]any

func markdown(source string) cell {
	return cell{"cell_type": "markdown", "metadata": cell{}, "source": source}
}

func code(source string, outputs ...cell) cell {
	return cell{"cell_type": "code", "metadata": cell{}, "source": source, "execution_count": 1, "outputs": append([]cell{}, outputs...)}
}

func notebookOf(cells ...cell) string {
	for i, c := range cells {
		c["id"] = string(rune('a' + i))
	}
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	err := e.Encode(cell{
		"cells": append([]cell{}, cells...), "nbformat": 4, "nbformat_minor": 5,
		"metadata": cell{"kernelspec": cell{"name": "python3", "display_name": "Python 3", "language": "python"}, "nbhosting": cell{"title": "Été </title><script>alert('t')</script>"}},
	})
	if err != nil {
		panic(err)
	}
	return text.String()
}

// shareReal shares a notebook, if there is anything here that can render it.
func (s *site) shareReal(file string) (snapshot.Share, string) {
	s.t.Helper()
	shared, err := s.Share(s.t.Context(), snapshot.Request{Key: alice, File: file})
	if errors.Is(err, runtime.ErrUnavailable) && os.Getenv("NBHOSTING_TEST") != "require" {
		s.t.Skipf("nothing can be run here: %v", err)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return shared, s.page(shared)
}

var anyScript = regexp.MustCompile(`<script[^>]*src="([^"]*)"`)

func testNotebook(t *testing.T, r snapshot.Runner) {
	s := newSite(t, r)
	s.write("w1/pics/a b é.png", pixel)
	attached := markdown("![attached](attachment:x.png) ![not](attachment:gone.png)")
	attached["attachments"] = cell{"x.png": cell{"image/png": base64of(pixel + "attached")}}
	s.write("w1/été 1.ipynb", notebookOf(
		markdown("# Titre été\n\n![p](<pics/a b é.png>) <img src=\"../none.png\">\n\n<script>alert('mine')</script>\n\n$\\frac{1}{2}$ and\n\n\\begin{align}x&=1\\end{align}"),
		attached,
		code("1/0", cell{"output_type": "error", "ename": "ZeroDivisionError", "evalue": "division by zero", "traceback": []string{"\x1b[0;31mZeroDivisionError\x1b[0m: division by zero"}}),
		code("plot()", cell{"output_type": "display_data", "metadata": cell{}, "data": cell{"image/png": base64of(pixel + "plotted")}},
			cell{"output_type": "display_data", "metadata": cell{}, "data": cell{"text/html": `<img src="pics/a%20b%20%C3%A9.png"><script>alert('output')</script>`}}),
	))
	begun := time.Now()
	shared, page := s.shareReal("w1/été 1.ipynb")
	t.Logf("shared in %s, %d bytes", time.Since(begun).Round(time.Millisecond), len(page))
	for _, want := range []string{
		"<!DOCTYPE html>", "Titre été", "alert('mine')", "alert('output')", "ZeroDivisionError", "division by zero", `$\frac{1}{2}$`,
		`data:image/png;base64,` + base64of(pixel+"attached"), base64of(pixel + "plotted"), `<title>Été &lt;/title&gt;`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if n := strings.Count(page, "data:image/png;base64,"+base64of(pixel)+`"`); n != 2 {
		t.Errorf("the picture is shown %d times", n)
	}
	if len(shared.Missing) != 1 || shared.Missing[0] != "../none.png" {
		t.Errorf("missing: %q", shared.Missing)
	}
	var loaded []string
	for _, m := range anyScript.FindAllStringSubmatch(page, -1) {
		loaded = append(loaded, m[1])
	}
	if got := strings.Join(loaded, " "); got != "/snapshots/-/require.js /snapshots/-/mathjax.js" {
		t.Errorf("it loads %s", got)
	}
	s.write("plain.ipynb", notebookOf(markdown("no mathematics")))
	if _, page := s.shareReal("plain.ipynb"); strings.Contains(page, "mathjax.js") {
		t.Error("a page without mathematics loads what typesets it")
	}
}

func testTexts(t *testing.T, r snapshot.Runner) {
	s := newSite(t, r)
	s.write("a.md", "---\njupyter:\n  kernelspec:\n    name: python3\n    display_name: Python 3\n---\n# Heading of md\n\n```python\nprint('in md')\n```\n")
	s.write("b.py", "# ---\n# jupyter:\n#   kernelspec:\n#     name: python3\n#     display_name: Python 3\n# ---\n\n# # Heading of py\n\nprint('in py')\n")
	for file, want := range map[string]string{"a.md": "md", "b.py": "py"} {
		_, page := s.shareReal(file)
		if !strings.Contains(page, "Heading of "+want+"<") || !strings.Contains(page, "in "+want) || !strings.Contains(page, "<h1") {
			t.Errorf("%s: %d bytes", file, len(page))
		}
	}
}

func testBroken(t *testing.T, r snapshot.Runner) {
	s := newSite(t, r)
	for file, text := range map[string]string{
		"empty.ipynb": "", "list.ipynb": "[]", "other.ipynb": `{"a": 1}`, "deep.ipynb": strings.Repeat("[", 100000),
	} {
		s.write(file, text)
		s.fails(file, nbhosting.Invalid, "could not be rendered")
	}
	for file, text := range map[string]string{"binary.py": "\x00\xff\xfe", "header.md": "---\njupyter: [\n---\n", "old.ipynb": `{"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": []}`} {
		s.write(file, text)
		_, err := s.Share(t.Context(), snapshot.Request{Key: alice, File: file})
		if err != nil && nbhosting.KindOf(err) != nbhosting.Invalid {
			t.Errorf("%s: got %v", file, err)
		}
	}
}

// testConfiguration has in the workspace what would change what nbconvert does.
func testConfiguration(t *testing.T, r snapshot.Runner) {
	s := newSite(t, r)
	for _, dir := range []string{"", "w1/", ".jupyter/"} {
		s.write(dir+"jupyter_nbconvert_config.py", "c.HTMLExporter.mathjax_url = 'CHANGED'\nraise SystemExit")
		s.write(dir+"jupyter_nbconvert_config.json", `{"HTMLExporter": {"template_name": "mine"}}`)
		s.write(dir+"nbconvert.py", "raise SystemExit")
		s.write(dir+"jupytext.toml", "formats = \"CHANGED\"")
		for _, template := range []string{"lab/index.html.j2", "templates/lab/index.html.j2", "index.html.j2", "lab/conf.json"} {
			s.write(dir+template, "CHANGED")
		}
	}
	s.write("w1/a.ipynb", notebookOf(markdown("as it is {{ 7*7 }} {% raise %}")))
	if _, page := s.shareReal("w1/a.ipynb"); strings.Contains(page, "CHANGED") || !strings.Contains(page, "as it is {{ 7*7 }} {% raise %}") {
		t.Errorf("%d bytes", len(page))
	}
}

// testConfinement runs another program in place of nbconvert.
func testConfinement(t *testing.T, r snapshot.Runner) {
	const reach = `
import json, os, socket, sys
found = []
for path in ("/run/nbhosting-share/x", os.path.dirname(sys.argv[1]) + "/x", os.path.dirname(os.__file__) + "/x", "/home/jovyan/x", "/x"):
    try:
        open(path, "w")
        found.append("written: " + path)
    except OSError:
        pass
for address in (("192.0.2.1", 80), ("127.0.0.1", 22)):
    try:
        socket.create_connection(address, 3)
        found.append("connected")
    except OSError:
        pass
found += [i for _, i in socket.if_nameindex() if i != "lo"]
for top, _, files in os.walk(os.path.dirname(os.path.dirname(os.path.dirname(sys.argv[1]))) if "root" in sys.argv[1] else "/home"):
    found += [f for f in files if f.endswith(".ipynb") or f == "db"]
found += [n for n in os.environ if "JUPYTER_CONFIG" in n]
left = [name for name in os.listdir("/tmp") if not sys.argv[1].startswith("/tmp/" + name)]
if os.getuid() == 0 or os.environ["HOME"] != "/tmp" or left:
    found.append("%d, %s, %s" % (os.getuid(), os.environ["HOME"], left))
print(json.dumps({"answer": "page"}))
print(json.dumps(found))
`
	s := newSite(t, instead{r, reach})
	s.write("a.ipynb", notebookOf())
	if _, page := s.shareReal("a.ipynb"); page != "[]\n" {
		t.Errorf("it can do: %s", page)
	}
}

// instead runs another program where Python would run that of the package.
type instead struct {
	snapshot.Runner
	program string
}

func (i instead) Run(ctx context.Context, spec runtime.Spec, out io.Writer) (runtime.Exit, error) {
	at := len(spec.Command) - 2
	spec.Command = append(append(spec.Command[:at:at], "-c", i.program), spec.Command[at+1:]...)
	var said bytes.Buffer
	exit, err := i.Runner.Run(ctx, spec, io.MultiWriter(out, &said))
	if exit.Code != 0 {
		err = errors.Join(err, errors.New(said.String()))
	}
	return exit, err
}
