package runtimetest

import (
	"context"
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting/internal/runtime"
)

// fixture is one test of the suite: a site of its own, and directories for instances.
type fixture struct {
	*testing.T
	Harness
	site   string
	driver runtime.Runtime
	dir    string // on this host: dir is the instance's own, work its files, static somebody else's
	work   string
	static string
}

// patience is how long a test waits for something that should happen at once.
const patience = 60 * time.Second

func newFixture(t *testing.T, h Harness) *fixture {
	f := &fixture{T: t, Harness: h, site: "test-" + strings.ToLower(rand.Text()[:10])}
	base := publicDir(t)
	f.dir, f.work, f.static = filepath.Join(base, "dir"), filepath.Join(base, "work"), filepath.Join(base, "static")
	for _, dir := range []string{f.dir, f.work, f.static} {
		f.must(os.Mkdir(dir, 0o755))
	}
	f.must(os.WriteFile(filepath.Join(f.static, "data"), []byte("of the course"), 0o644))
	if os.Geteuid() == 0 {
		f.must(os.Chown(f.dir, h.UID, h.GID))
		f.must(os.Chown(f.work, h.UID, h.GID))
	}
	f.driver = h.Open(t, f.site)
	t.Cleanup(f.clearAway)
	return f
}

// clearAway ends what the test started, and looks for what is left.
func (f *fixture) clearAway() {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	instances, err := f.driver.List(ctx)
	if err != nil {
		f.Errorf("list: %v", err)
	}
	for _, i := range instances {
		if err := f.driver.Remove(ctx, i.Name); err != nil {
			f.Errorf("remove %s: %v", i.Name, err)
		}
	}
	if instances, err = f.driver.List(ctx); err != nil || len(instances) > 0 {
		f.Errorf("left behind: %v, %v", instances, err)
	}
	if f.Leftovers != nil {
		if left := f.Leftovers(f.T, f.site); len(left) > 0 {
			f.Errorf("left behind: %v", left)
		}
	}
}

// Where the mounts of an instance appear if it is confined.
const (
	dirTarget    = "/run/server"
	workTarget   = "/home/student/work"
	staticTarget = "/home/student/static"
)

// sees returns the path by which the program knows what this host knows as source.
func (f *fixture) sees(source, target string) string {
	if f.driver.Confined() {
		return target
	}
	return source
}

// spec returns an instance of the test program that listens, with more arguments.
func (f *fixture) spec(arguments ...string) runtime.Spec {
	socket := filepath.Join(f.sees(f.dir, dirTarget), runtime.SocketName)
	return runtime.Spec{
		Name:    "c1-x-student",
		Labels:  map[string]string{"course": "c1", "student": "student"},
		Image:   f.Image,
		UID:     f.UID,
		GID:     f.GID,
		Dir:     f.dir,
		Mounts:  f.mounts(),
		Env:     []string{"GREETING=good morning", "EMPTY="},
		Command: append([]string{f.Program, "-socket", socket}, arguments...),
		WorkDir: f.sees(f.work, workTarget),
		Network: runtime.NetworkNone,
	}
}

func (f *fixture) mounts() []runtime.Mount {
	return []runtime.Mount{
		{Source: f.dir, Target: dirTarget},
		{Source: f.work, Target: workTarget},
		{Source: f.static, Target: staticTarget, ReadOnly: true},
	}
}

// start starts an instance and waits until it listens.
func (f *fixture) start(spec runtime.Spec) runtime.Instance {
	f.Helper()
	i, err := f.driver.Start(f.Context(), spec)
	if err != nil {
		f.Fatalf("start: %v", err)
	}
	f.awaitListening(i.Endpoint.Address)
	return i
}

// startEnding starts an instance that ends by itself and waits for that.
func (f *fixture) startEnding(spec runtime.Spec) runtime.Instance {
	f.Helper()
	if _, err := f.driver.Start(f.Context(), spec); err != nil {
		f.Fatalf("start: %v", err)
	}
	return f.awaitEnd(spec.Name)
}

// awaitEnd waits for the instance to end.
func (f *fixture) awaitEnd(name string) runtime.Instance {
	f.Helper()
	var now runtime.Instance
	f.await("the end of "+name, func() bool {
		now = f.inspect(name)
		return now.State == runtime.Ended
	})
	return now
}

func (f *fixture) inspect(name string) runtime.Instance {
	f.Helper()
	i, err := f.driver.Inspect(f.Context(), name)
	if err != nil {
		f.Fatalf("inspect: %v", err)
	}
	return i
}

func (f *fixture) list() []runtime.Instance {
	f.Helper()
	instances, err := f.driver.List(f.Context())
	if err != nil {
		f.Fatalf("list: %v", err)
	}
	return instances
}

// await waits until the condition holds.
func (f *fixture) await(what string, holds func() bool) {
	f.Helper()
	for deadline := time.Now().Add(patience); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			f.Fatalf("waited in vain for %s", what)
		}
	}
}

func (f *fixture) must(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}
