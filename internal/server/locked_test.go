package server_test

import (
	"context"
	"database/sql"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/runtime"
	"github.com/nbhosting/nbhosting/internal/server"
)

// TestALockedDatabase has another program hold the database: servers that run are
// opened as ever, others are refused with a sentence, and what is stopped meanwhile is gone.
func TestALockedDatabase(t *testing.T) {
	b := newBench(t, jupyter)
	m := b.manager(nil)
	alice, _, err := m.Ensure(t.Context(), b.wanted("alice"), nil)
	if err != nil {
		t.Fatal(err)
	}
	unlock := b.lockDatabase()
	defer unlock()
	if again, created, err := m.Ensure(t.Context(), b.wanted("alice"), nil); err != nil || created || again.ID != alice.ID {
		t.Errorf("a server that runs: %+v, %t, %v", again, created, err)
	}
	_, _, err = m.Ensure(t.Context(), b.wanted("bob"), nil)
	wantKind(t, err, nbhosting.Unavailable)
	_ = m.Stop(t.Context(), alice.Key) // its end cannot be kept
	if list, err := b.engine.Driver("site").List(t.Context()); err != nil || len(list) != 0 || len(m.Servers()) != 0 {
		t.Errorf("what was stopped still runs: %v, %v, known: %v", list, err, m.Servers())
	}
	unlock()
	if _, err := m.Reconcile(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.wantNothingLeft()
	if _, _, err := m.Ensure(t.Context(), b.wanted("bob"), nil); err != nil {
		t.Errorf("once it is free: %v", err)
	}
}

// lockDatabase keeps all others from writing, as a program does that makes a copy.
func (b *bench) lockDatabase() (unlock func()) {
	b.t.Helper()
	other, err := sql.Open("sqlite", "file:"+filepath.Join(b.dir, "db")+"?_txlock=exclusive")
	if err != nil {
		b.t.Fatal(err)
	}
	tx, err := other.BeginTx(context.Background(), nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return func() { _ = tx.Rollback(); other.Close() } // again: no effect
}

// hungRuntime answers no call until it is told to, but ends with its caller's patience.
type hungRuntime struct {
	runtime.Runtime
	hangs chan struct{} // closed: it does not hang any more
}

func (h hungRuntime) Ping(ctx context.Context) error {
	select {
	case <-h.hangs:
		return h.Runtime.Ping(ctx)
	case <-ctx.Done():
		return runtime.ErrUnavailable
	}
}

func (h hungRuntime) Start(ctx context.Context, spec runtime.Spec) (runtime.Instance, error) {
	select {
	case <-h.hangs:
		return h.Runtime.Start(ctx, spec)
	case <-ctx.Done():
		return runtime.Instance{}, runtime.ErrUnavailable
	}
}

// TestAnEngineThatHangsIsToldAtOnce has many wait for starts on an engine that
// hangs: all are told by one sign of life that does not come, not one after another.
func TestAnEngineThatHangsIsToldAtOnce(t *testing.T) {
	b := newBench(t, jupyter)
	hung := hungRuntime{Runtime: b.engine.Driver("site"), hangs: make(chan struct{})}
	m := server.New(server.Options{
		Runtime: hung, Store: b.db, RunDir: filepath.Join(b.dir, "run"), ScratchDir: filepath.Join(b.dir, "scratch"),
		StartTimeout: time.Minute, StopGrace: time.Minute, Drain: func(context.Context, nbhosting.ServerID) {},
		Logger: slog.New(slog.DiscardHandler),
	})
	if err := m.Adopt(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	refused := make(chan error)
	students := []nbhosting.Student{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p"}
	for _, student := range students {
		go func() {
			_, _, err := m.Ensure(ctx, b.wanted(student), nil)
			refused <- err
		}()
	}
	for range students {
		wantKind(t, <-refused, nbhosting.Unavailable)
	}
	b.wantNothingLeft()
	close(hung.hangs)
	if _, _, err := m.Ensure(ctx, b.wanted("a"), nil); err != nil {
		t.Errorf("once it answers: %v", err)
	}
}
