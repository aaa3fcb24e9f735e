package build_test

import (
	"context"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/build"
	"github.com/nbhosting/nbhosting/internal/runtime"
	"github.com/nbhosting/nbhosting/internal/runtime/docker"
)

const courseImage = "nbhosting/minimal-notebook"

// inContainers makes scripts run in a container engine, in a real image.
func inContainers(t *testing.T) func(*build.Options) {
	t.Helper()
	lacking := t.Skipf
	if os.Getenv("NBHOSTING_TEST_DOCKER") == "require" {
		lacking = t.Fatalf
	}
	d, err := docker.New(docker.Options{Site: "test-build", NamePrefix: "test-build-"})
	if err != nil {
		lacking("container engine: %v", err)
	}
	t.Cleanup(func() { d.Close() })
	if ok, err := d.ImageExists(t.Context(), courseImage); err != nil || !ok {
		lacking("image %s: %t, %v", courseImage, ok, err)
	}
	return func(o *build.Options) {
		o.Runner = inImage{d}
		o.Limits = runtime.Limits{MemoryBytes: 512 << 20, CPUs: 2, PIDs: 256, OpenFiles: 4096}
	}
}

// inImage is a driver for courses that name another image.
type inImage struct{ *docker.Driver }

func (i inImage) Run(ctx context.Context, spec runtime.Spec, out io.Writer) (runtime.Exit, error) {
	spec.Image = courseImage
	return i.Driver.Run(ctx, spec, out)
}

func TestInContainers(t *testing.T) {
	use := inContainers(t)
	t.Run("a notebook becomes a page", func(t *testing.T) { testNotebook(t, use) })
	t.Run("what a script can reach", func(t *testing.T) { testConfinement(t, use) })
	t.Run("too much memory", func(t *testing.T) {
		newSite(t, book("python3 -c 'x = bytearray(2 << 30)'"), use).fails(nbhosting.Invalid, "out of memory: it may use 512 MiB")
	})
	t.Run("too long", func(t *testing.T) {
		s := newSite(t, book("echo begun\nsleep 600"), use, func(o *build.Options) { o.Timeout = 5 * time.Second })
		s.fails(nbhosting.Timeout, "longer than 5s")
	})
}

func testNotebook(t *testing.T, use func(*build.Options)) {
	files := book("jupyter nbconvert --to html --execute --output-dir _build/html --output index *.ipynb")
	files["hello é.ipynb"] = `{"cells": [{"cell_type": "code", "execution_count": null, "id": "a", "metadata": {}, "outputs": [], "source": "import mine\nprint(mine.answer * 2)"}],
"metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}, "nbformat": 4, "nbformat_minor": 5}`
	files["modules/mine.py"] = "answer = 12345"
	s := newSite(t, files, use)
	log := s.build()
	if page := s.shown("index.html"); !strings.Contains(page, "24690") {
		t.Errorf("the page has %d bytes, without what the notebook computes\n%s", len(page), log)
	}
}

func testConfinement(t *testing.T, use func(*build.Options)) {
	s := newSite(t, book(`
set +x
mkdir -p _build/html
{
	id -u; pwd; echo "$HOME $PYTHONPATH"
	touch "$HOME/x" && echo home is writable
	touch modules/new && echo the course is writable
	touch /run/nbhosting-build/script 2>/dev/null || echo the script is not writable
	python3 -c 'import socket; socket.create_connection(("192.0.2.1", 80), 3)' 2>/dev/null || echo no network
	ls /sys/class/net
	grep CapEff /proc/self/status
} > _build/html/index.html`), use)
	s.commit(map[string]string{"modules/m.py": ""})
	s.build()
	want := "54321\n/home/jovyan/work\n/home/jovyan /home/jovyan/work/modules\nhome is writable\nthe course is writable\nthe script is not writable\nno network\nlo\nCapEff:\t0000000000000000\n"
	if got := s.shown("index.html"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
