package server_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/runtime"
	"github.com/nbhosting/nbhosting/internal/runtime/fake"
	"github.com/nbhosting/nbhosting/internal/server"
)

// ensure starts the server of a student.
func (b *bench) ensure(m *server.Manager, student nbhosting.Student) nbhosting.Server {
	b.t.Helper()
	s, _, err := m.Ensure(b.t.Context(), b.wanted(student), nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return s
}

func (b *bench) reconcile(m *server.Manager) map[nbhosting.ServerID]runtime.Instance {
	b.t.Helper()
	there, err := m.Reconcile(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	return there
}

// startOrphan starts something of the site's that no Manager knows, under a student's name.
func (b *bench) startOrphan(name string, labels map[string]string) {
	b.t.Helper()
	orphan := runtime.Spec{
		Name: name, Labels: labels, UID: os.Getuid(), GID: os.Getgid(), Dir: b.t.TempDir(), WorkDir: b.dir, Command: []string{"x"},
	}
	if err := os.WriteFile(filepath.Join(orphan.Dir, "jupyter_server_config.json"), []byte("{}"), 0o600); err != nil {
		b.t.Fatal(err)
	}
	if _, err := b.engine.Driver("site").Start(b.t.Context(), orphan); err != nil {
		b.t.Fatal(err)
	}
}

func TestReconcileRemovesOrphansOnly(t *testing.T) {
	b := newBench(t, jupyter)
	m := b.manager(nil)
	alice := b.ensure(m, "alice")
	b.startOrphan("orphan", nil)
	b.startOrphan("tour-x-bob", map[string]string{"nbhosting.server": "old", "nbhosting.course": "tour", "nbhosting.student": "bob"})
	there := b.reconcile(m)
	if len(there) != 1 || there[alice.ID].State != runtime.Running {
		t.Errorf("what runs: %v", there)
	}
	if list, err := b.engine.Driver("site").List(t.Context()); err != nil || len(list) != 1 {
		t.Errorf("left in the engine: %v, %v", list, err)
	}
	if _, ok := m.Lookup(alice.ID); !ok {
		t.Error("alice's server is not known any more")
	}
}

func TestReconcileFindsWhatHasEnded(t *testing.T) {
	b := newBench(t, jupyter)
	m := b.manager(nil)
	alice, bob := b.ensure(m, "alice"), b.ensure(m, "bob")
	driver := b.engine.Driver("site")
	if err := driver.Stop(t.Context(), "tour-x-alice", time.Second); err != nil { // as from outside
		t.Fatal(err)
	}
	if err := driver.Remove(t.Context(), "tour-x-bob"); err != nil {
		t.Fatal(err)
	}
	if there := b.reconcile(m); len(there) > 0 {
		t.Errorf("what runs: %v", there)
	}
	for _, s := range []nbhosting.Server{alice, bob} {
		end, ok := m.LastEnd(s.Key)
		if _, there := m.Lookup(s.ID); there || !ok || end.Reason != server.Gone {
			t.Errorf("%s's server: there %t, end %+v", s.Key, there, end)
		}
	}
	b.wantNothingLeft()
	if log := b.logged(); !strings.Contains(log, `msg=server state=stopped id=`+string(alice.ID)) || !strings.Contains(log, "why=gone") {
		t.Errorf("the log does not tell: %s", log)
	}
}

// The engine's failure is no server's end.
func TestReconcileKeepsWhatItCannotAskAbout(t *testing.T) {
	b := newBench(t, jupyter)
	m := b.manager(nil)
	alice := b.ensure(m, "alice")
	b.engine.Fail(fake.Failures{Call: func(context.Context, string) error { return errors.New("no answer") }})
	if there, err := m.Reconcile(t.Context()); err == nil {
		t.Errorf("what runs: %v", there)
	}
	if _, ok := m.Lookup(alice.ID); !ok {
		t.Error("alice's server is not known any more")
	}
}

// An engine that hangs takes calls and never answers.
func hang(ctx context.Context, _ string) error {
	<-ctx.Done()
	return ctx.Err()
}

func TestAStopEndsWhenTheEngineHangs(t *testing.T) {
	b := newBench(t, jupyter)
	m := b.manager(func(o *server.Options) { o.CallTimeout, o.StopGrace = 20*time.Millisecond, 20*time.Millisecond })
	alice := b.ensure(m, "alice")
	b.engine.Fail(fake.Failures{Call: hang})
	wantKind(t, m.Stop(t.Context(), alice.Key), nbhosting.Unavailable)
	if s, ok := m.Find(alice.Key); ok {
		t.Errorf("alice's server is %s for ever", s.State)
	}
	if _, err := m.Reconcile(t.Context()); err == nil {
		t.Error("an engine that hangs is said to be in order")
	}
	b.engine.Fail(fake.Failures{})
	b.reconcile(m)
	b.wantNothingLeft()
}

// What is left of a server is not the next one of the same name.
func TestWhatIsLeftDoesNotHarmTheNextServer(t *testing.T) {
	b := newBench(t, jupyter)
	m := b.manager(func(o *server.Options) { o.CallTimeout = 20 * time.Millisecond })
	alice := b.ensure(m, "alice")
	b.engine.Fail(fake.Failures{Call: func(ctx context.Context, method string) error {
		if method == "remove" {
			return errors.New("device busy")
		}
		return nil
	}})
	if err := m.Stop(t.Context(), alice.Key); err == nil {
		t.Fatal("a server that could not be removed is stopped")
	}
	b.engine.Fail(fake.Failures{})
	next := b.ensure(m, "alice")
	for range 2 {
		if there := b.reconcile(m); len(there) != 1 || there[next.ID].State != runtime.Running {
			t.Errorf("what runs: %v, want %s", there, next.ID)
		}
	}
	if rows, err := b.db.Servers(t.Context()); err != nil || len(rows) != 1 || rows[0].ID != next.ID {
		t.Errorf("in the database: %v, %v", rows, err)
	}
	if _, err := os.Stat(alice.Dir); err == nil {
		t.Error("the directory of the old server is left")
	}
}

func TestAStartEndsWhenTheEngineHangs(t *testing.T) {
	b := newBench(t, jupyter)
	m := b.manager(func(o *server.Options) { o.CallTimeout, o.StartTimeout = 20*time.Millisecond, 50*time.Millisecond })
	b.engine.Fail(fake.Failures{Call: hang, Start: func(ctx context.Context, _ runtime.Spec) error { return hang(ctx, "") }})
	_, _, err := m.Ensure(t.Context(), b.wanted("alice"), nil)
	wantKind(t, err, nbhosting.Timeout)
	if s, ok := m.Find(b.wanted("alice").Key); ok {
		t.Errorf("alice's server is %s for ever", s.State)
	}
	b.engine.Fail(fake.Failures{})
	b.reconcile(m)
	b.wantNothingLeft()
	b.ensure(m, "alice")
}

func TestEndEndsThatServerOnly(t *testing.T) {
	b := newBench(t, jupyter)
	m := b.manager(nil)
	old := b.ensure(m, "alice")
	if err := m.End(t.Context(), old, server.Idle); err != nil {
		t.Fatal(err)
	}
	if end, ok := m.LastEnd(old.Key); !ok || end.Reason != server.Idle {
		t.Errorf("ended as %+v, %t", end, ok)
	}
	next := b.ensure(m, "alice")
	if err := m.End(t.Context(), old, server.Idle); err != nil {
		t.Fatal(err)
	}
	if _, ok := m.Lookup(next.ID); !ok {
		t.Error("the end of the old server ended the new one")
	}
}

func TestOutputIsToldWithoutSecrets(t *testing.T) {
	b := newBench(t, func(b *bench, spec runtime.Spec) fake.Program {
		program := jupyter(b, spec)
		return func(p fake.Process) int {
			settings, err := os.ReadFile(filepath.Join(spec.Dir, "jupyter_server_config.json"))
			if err != nil {
				b.t.Error(err)
			}
			fmt.Fprintf(p.Output, "settings: %s\nlast line\n", settings)
			return program(p)
		}
	})
	m := b.manager(nil)
	s := b.ensure(m, "alice")
	text, err := m.Output(t.Context(), s, 100)
	if err != nil || !strings.Contains(text, "last line") || !strings.Contains(text, "settings:") {
		t.Errorf("got %q, %v", text, err)
	}
	if strings.Contains(text, s.Token) || strings.Contains(text, s.Secret) {
		t.Errorf("a secret is told: %s", text)
	}
}
