package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting/internal/app/apptest"
	"github.com/nbhosting/nbhosting/internal/config"
	"github.com/nbhosting/nbhosting/internal/work"
)

// notices are what alice is told above her notebook.
func (b *bench) notices(language string) []string {
	b.t.Helper()
	a := b.ask(http.MethodGet, b.pages+about("state"), "Accept-Language", language)
	var state struct {
		Notices []struct {
			At   time.Time
			Text string
		}
	}
	if err := json.Unmarshal([]byte(a.body), &state); a.status != http.StatusOK || err != nil {
		b.t.Fatalf("got %d %s, %v", a.status, a.body, err)
	}
	var all []string
	for _, n := range state.Notices {
		all = append(all, n.Text)
	}
	return all
}

func TestStudentsAreToldOfMemoryThatWasNotThere(t *testing.T) {
	b := newBench(t)
	if got := b.notices("en"); len(got) != 0 {
		t.Errorf("told for nothing: %q", got)
	}
	dirs, err := filepath.Glob(filepath.Join(b.Config.RunDir, "*", strings.Split(b.pages, "/")[2]))
	if err != nil || len(dirs) != 1 {
		t.Fatalf("directories of the server: %q, %v", dirs, err)
	}
	file := filepath.Join(dirs[0], "memory.jsonl")
	now := time.Now().Unix()
	lines := fmt.Sprintf("{\"time\": %d, \"kernel\": \"old\", \"limit\": 1}\nnonsense\n{\"time\": %d, \"kernel\": \"k1\", \"limit\": 536870912}\n{\"time\": %d, \"kernel\": \"\", \"limit\": 0}\n", now-7200, now-60, now)
	owner := fileOwner(t, dirs[0])
	if err := os.WriteFile(file, []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(file, owner, owner); err != nil {
		t.Fatal(err)
	}
	got := b.notices("en")
	if len(got) != 2 || !strings.Contains(got[0], "more than 512\u00a0MB of memory") || !strings.Contains(got[1], "A program of yours") {
		t.Errorf("told: %q", got)
	}
	if got := b.notices("fr"); len(got) != 2 || !strings.Contains(got[0], "512") || !strings.Contains(got[0], "mémoire") {
		t.Errorf("in French: %q", got)
	}
	// Whatever a student puts there, it is told to themselves only, and leads nowhere.
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/etc/passwd", file); err != nil {
		t.Fatal(err)
	}
	if got := b.notices("en"); len(got) != 0 {
		t.Errorf("read through a link: %q", got)
	}
}

func TestStudentsAreToldOfWhatTheyKeep(t *testing.T) {
	b := &bench{site: site{apptest.New(t, func(cfg *config.Config) { cfg.Workspaces.Warn, cfg.History.Limit = 1, 1 }), t}}
	b.CreateCourse("tour", apptest.Repository(t, map[string]string{notebookFile: cell("1")}))
	b.enter()
	b.write(cell("mine"))
	b.enter() // which keeps what was written
	got := b.notices("en")
	if len(got) != 2 || !strings.Contains(got[0], "of disk. Please remove") || !strings.Contains(got[1], "history of your notebooks is full") {
		t.Errorf("told: %q", got)
	}
	if state := b.status(); !strings.Contains(fmt.Sprint(state["disk"]), "of disk") {
		t.Errorf("the state is %v", state)
	}
}

// TestATooLargeNotebook can be opened and downloaded, and its student is told that no version is kept.
func TestATooLargeNotebook(t *testing.T) {
	b := newBench(t)
	if got := b.notices("en"); len(got) != 0 {
		t.Errorf("told: %q", got)
	}
	if err := os.Truncate(b.work(), work.MaxNotebook+1); err != nil {
		t.Fatal(err)
	}
	b.enter()
	if got := b.notices("en"); len(got) != 1 || !strings.Contains(got[0], "its versions are not kept") {
		t.Errorf("told: %q", got)
	}
	if a := b.program(b.pages + about("download")); a.status != http.StatusOK || len(a.body) != work.MaxNotebook+1 {
		t.Errorf("got %d, %d bytes", a.status, len(a.body))
	}
}

func fileOwner(t *testing.T, path string) int {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return int(info.Sys().(*syscall.Stat_t).Uid)
}
