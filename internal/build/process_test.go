package build_test

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/nbhosting/nbhosting/internal/build"
	"github.com/nbhosting/nbhosting/internal/runtime"
	"github.com/nbhosting/nbhosting/internal/runtime/process"
)

// TestInASandbox runs a script as a site does that has no containers.
func TestInASandbox(t *testing.T) {
	driver, err := process.New(process.Options{StateDir: filepath.Join(publicDir(t), "state"), Logger: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	s := newSite(t, book(`
set +x
mkdir -p _build/html
{
	touch "$HOME/x" && echo home is writable
	touch modules/new && echo the course is writable
	touch "$0" 2>/dev/null || echo the script is not writable
	ls ../../../.. | grep '^students$' || echo nothing of the site is seen
	(echo > /dev/tcp/192.0.2.1/80) 2>/dev/null || echo no network
} > _build/html/index.html`), on(driver))
	s.commit(map[string]string{"modules/m.py": ""})
	if err := os.Mkdir(filepath.Join(s.root, "students"), 0o755); err != nil {
		t.Fatal(err)
	}
	built, log, err := s.try("book", false)
	if errors.Is(err, runtime.ErrUnavailable) {
		t.Skipf("no sandbox here: %v", err)
	}
	if err != nil || !built {
		t.Fatalf("got %t, %v\n%s", built, err, log)
	}
	want := "home is writable\nthe course is writable\nthe script is not writable\nnothing of the site is seen\nno network\n"
	if got := s.shown("index.html"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	s.wantNothingLeft()
}

var _ build.Runner = (*process.Driver)(nil)
