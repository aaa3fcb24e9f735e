package e2e_test

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/history"
)

// TestChaos has a small class work on each runtime, while faults hit that are chosen
// at random. Afterwards no save is lost that was acknowledged, all agree which servers there are,
// and everybody can work. NBHOSTING_CHAOS is for how long, NBHOSTING_CHAOS_SEED chooses
// the same faults, in the same order, again.
func TestChaos(t *testing.T) {
	e := needEngine(t)
	long, seed := 40*time.Second, uint64(time.Now().UnixNano())
	var err error
	if text := os.Getenv("NBHOSTING_CHAOS"); text != "" {
		if long, err = time.ParseDuration(text); err != nil {
			t.Fatal(err)
		}
	}
	if text := os.Getenv("NBHOSTING_CHAOS_SEED"); text != "" {
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("NBHOSTING_CHAOS_SEED=%d NBHOSTING_CHAOS=%s", seed, long)
	const servers = "servers: {network: none, memory: 400MB, start_timeout: 30s, stop_grace: 2s, parallel_starts: 2}\n"
	t.Run("docker", func(t *testing.T) {
		t.Parallel()
		s := newSite(t, "runtime: docker\ndocker: {host: \""+e.host()+"\"}\n"+servers+quick, tour(t))
		c := &chaos{site: s, engine: e, listed: e.listed, random: rand.New(rand.NewPCG(seed, 1)), students: students(3)}
		c.run(t, long, append(c.faults(), c.faultsOfContainers()...))
	})
	t.Run("process", func(t *testing.T) {
		t.Parallel()
		s := newSite(t, runtimes["process"](t)+servers+quick, tour(t))
		c := &chaos{site: s, listed: s.processes, random: rand.New(rand.NewPCG(seed, 2)), students: students(5)}
		c.run(t, long, append(c.faults(), c.faultsOfProcesses()...))
	})
}

func students(n int) (all []*worker) {
	for i := range n {
		all = append(all, &worker{name: fmt.Sprintf("student%d", i)})
	}
	return all
}

// worker is a student at work.
type worker struct {
	name  string
	tried int
	saved []string // what was acknowledged
	last  error    // of what did not work
}

// work opens a notebook and saves it, again and again, until ctx ends.
func (w *worker) work(ctx context.Context, s *site) {
	for ctx.Err() == nil {
		url, err := s.tryOpen("w1/intro", w.name)
		if err != nil {
			w.last = err
			pause(ctx, 300*time.Millisecond)
			continue
		}
		base := strings.Join(strings.SplitAfterN(url, "/", 7)[:6], "") // http://HOST/server/ID/SECRET/
		for ctx.Err() == nil && err == nil {
			mark := fmt.Sprintf("# save %d of %s", w.tried, w.name)
			w.tried++
			if err = trySave(base, intro, mark); err == nil {
				w.saved = append(w.saved, mark)
			}
			pause(ctx, 200*time.Millisecond)
		}
		w.last = err
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// chaos is a site at which students work while faults hit.
type chaos struct {
	site     *site
	engine   *engine // nil: no engine
	listed   func() ([]string, error)
	random   *rand.Rand
	students []*worker
}

// mishap is a fault that hits; it has passed when hit returns, but for what it did to a server.
type mishap struct {
	name string
	hit  func(t *testing.T)
}

func (c *chaos) run(t *testing.T, long time.Duration, faults []mishap) {
	c.site.t = t
	ctx, cancel := context.WithTimeout(t.Context(), long)
	defer cancel()
	var class sync.WaitGroup
	for _, w := range c.students {
		class.Go(func() { w.work(ctx, c.site) })
	}
	pause(ctx, 5*time.Second) // they arrive
	hits := map[string]int{}
	for ctx.Err() == nil {
		f := faults[c.random.IntN(len(faults))]
		wait := time.Duration(c.random.IntN(2000)) * time.Millisecond
		hits[f.name]++
		f.hit(t)
		pause(ctx, wait)
	}
	class.Wait()
	t.Logf("faults: %v", hits)
	c.wantOrder(t)
	c.wantSaves(t)
}

// wantOrder checks that everybody can work, and that all agree; and that nothing
// is left once all servers are stopped.
func (c *chaos) wantOrder(t *testing.T) {
	t.Helper()
	for _, w := range c.students {
		var err error
		for end := time.Now().Add(patience); ; pause(t.Context(), 300*time.Millisecond) {
			if err = c.site.works(w.name); err == nil {
				break
			}
			if time.Now().After(end) {
				t.Fatalf("in vain: %s works again: %v", w.name, err)
			}
		}
	}
	c.site.awaitAgreement(c.listed)
	for _, w := range c.students {
		c.site.run("server", "stop", "tour", w.name)
	}
	c.site.awaitAgreement(c.listed)
	if left, scratch := c.site.runDirs(), names(entriesOf(filepath.Join(c.site.root(), "scratch"))); len(left) > 0 || scratch != "" {
		t.Errorf("left: %v, %s", left, scratch)
	}
}

func entriesOf(dir string) []os.DirEntry {
	entries, _ := os.ReadDir(dir) // not there: nothing is in it
	return entries
}

// wantSaves looks for all saves that were acknowledged in the history of their notebook.
func (c *chaos) wantSaves(t *testing.T) {
	t.Helper()
	c.site.stop() // a history has one owner
	store, err := history.Open(filepath.Join(c.site.root(), "history"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	for _, w := range c.students {
		key := nbhosting.Key{Course: "tour", Student: nbhosting.Student(w.name)}
		versions, err := store.Versions(key, intro)
		if err != nil {
			t.Fatal(err)
		}
		var kept strings.Builder
		for _, v := range versions {
			text, _, err := store.Read(key, intro, v.ID)
			if err != nil {
				t.Errorf("a version of %s cannot be read: %v", w.name, err)
			}
			kept.Write(text)
		}
		now, err := os.ReadFile(c.site.workspace(w.name, intro))
		if err != nil {
			t.Error(err)
		}
		all := kept.String() + string(now)
		t.Logf("%s: %d saves tried, %d acknowledged, %d versions", w.name, w.tried, len(w.saved), len(versions))
		if len(w.saved) == 0 {
			t.Errorf("%s never came to save: %v", w.name, w.last)
		}
		for _, mark := range w.saved {
			if !strings.Contains(all, `"`+mark+`"`) {
				t.Errorf("lost: %s", mark)
			}
		}
	}
}

// faults are those that can hit every site.
func (c *chaos) faults() []mishap {
	return []mishap{
		{"nbhosting killed", func(*testing.T) { c.site.kill(); c.site.serve() }},
		{"nbhosting replaced", func(*testing.T) { _, _ = c.site.command("restart") }}, // it may be refused: then the old one goes on
		{"database locked", func(t *testing.T) {
			db, err := sql.Open("sqlite", "file:"+filepath.Join(c.site.root(), "nbhosting.db")+"?_txlock=exclusive&_pragma=busy_timeout(5000)")
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if tx, err := db.Begin(); err == nil {
				pause(t.Context(), 7*time.Second) // longer than the program waits for it
				_ = tx.Rollback()
			}
		}},
		{"server stopped", func(*testing.T) { _, _ = c.site.command("server", "stop", "tour", c.anybody().name) }},
		{"socket removed", func(*testing.T) { _ = os.Remove(c.anySocket()) }},
		{"pipe for a socket", func(*testing.T) {
			socket := c.anySocket()
			_ = os.Remove(socket)
			_ = unix.Mkfifo(socket, 0o777)
		}},
	}
}

func (c *chaos) anybody() *worker { return c.students[c.random.IntN(len(c.students))] }

// anySocket returns the path of a server's socket.
func (c *chaos) anySocket() string {
	n := c.random.IntN(1 << 30) // drawn in any case, so that the same faults follow
	ids := c.site.runDirs()
	if len(ids) == 0 {
		return filepath.Join(c.site.dir, "none", "none")
	}
	return filepath.Join(c.site.runDir(), ids[n%len(ids)], "jupyter.sock")
}

func (c *chaos) faultsOfContainers() []mishap {
	one := func(args ...string) func(*testing.T) {
		return func(*testing.T) {
			n := c.random.IntN(1 << 30)
			out, _ := c.engine.docker("ps", "--quiet").Output()
			if ids := strings.Fields(string(out)); len(ids) > 0 {
				_ = c.engine.docker(append(args, ids[n%len(ids)])...).Run() // it may have gone
			}
		}
	}
	return []mishap{
		{"container killed", one("kill")},
		{"container removed", one("rm", "--force")},
		{"container paused", one("pause")},
		{"container hangs", one("kill", "--signal=STOP")},
		{"engine killed", func(t *testing.T) { c.engine.kill(); pause(t.Context(), time.Second); bringBack(t, c.engine) }},
		{"engine hangs", func(t *testing.T) {
			c.engine.signal(syscall.SIGSTOP)
			defer c.engine.signal(syscall.SIGCONT)
			pause(t.Context(), 3*time.Second)
		}},
	}
}

func (c *chaos) faultsOfProcesses() []mishap {
	one := func(signal syscall.Signal) func(*testing.T) {
		return func(*testing.T) {
			n := c.random.IntN(1 << 30)
			if pids := c.site.mainProcesses(); len(pids) > 0 {
				_ = syscall.Kill(pids[n%len(pids)], signal) // it may have gone
			}
		}
	}
	return []mishap{{"process killed", one(syscall.SIGKILL)}, {"process ended", one(syscall.SIGTERM)}, {"process hangs", one(syscall.SIGSTOP)}}
}
