package job_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/job"
	"github.com/nbhosting/nbhosting/internal/sqlite"
)

func TestJobsAreKept(t *testing.T) {
	s := newSite(t)
	id := func() nbhosting.JobID {
		m := s.manager()
		id := submit(t, m, job.Request{Course: "tour", Subject: "book", Work: say("all of\nits log")})
		follow(t, m, id, 0)
		return id
	}()
	text, j := follow(t, s.manager(), id, 0)
	if text != "all of\nits log\n" || j.State != nbhosting.JobSucceeded || j.Course != "tour" || j.Subject != "book" {
		t.Errorf("got %q of %v", text, j)
	}
}

// A program that dies leaves jobs queued and running in the database.
func TestADeadProgramsJobsAreInterrupted(t *testing.T) {
	s := newSite(t)
	db, err := sqlite.Open(t.Context(), filepath.Join(s.dir, "db"))
	if err != nil {
		t.Fatal(err)
	}
	for id, state := range map[nbhosting.JobID]nbhosting.JobState{"1": nbhosting.JobQueued, "2": nbhosting.JobRunning, "3": nbhosting.JobSucceeded} {
		if err := db.SaveJob(t.Context(), nbhosting.Job{ID: id, Kind: nbhosting.JobPull, State: state}); err != nil {
			t.Fatal(err)
		}
	}
	db.Close()
	if err := os.MkdirAll(s.logs(), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"2.log": "begun\nand th", "forgotten.log": "x"} {
		if err := os.WriteFile(filepath.Join(s.logs(), name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	m := s.manager()
	text, j := follow(t, m, "2", 0)
	if j.State != nbhosting.JobInterrupted || text != "begun\nand th" || nbhosting.KindOf(j.Err()) != nbhosting.Unavailable {
		t.Errorf("got %v %q", j, text)
	}
	if j, _ := m.Job("1"); j.State != nbhosting.JobInterrupted {
		t.Errorf("one that waited: %v", j)
	}
	if j, _ := m.Job("3"); j.State != nbhosting.JobSucceeded {
		t.Errorf("one that had ended: %v", j)
	}
	if _, err := os.Stat(filepath.Join(s.logs(), "forgotten.log")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a log that nothing leads to stays: %v", err)
	}
}

func TestCloseInterrupts(t *testing.T) {
	m := newSite(t).manager()
	running := make(chan string, 1)
	runs := submit(t, m, job.Request{Keys: []string{"k"}, Work: held("a", running, nil)})
	waits := submit(t, m, job.Request{Keys: []string{"k"}, Work: held("b", running, nil)})
	<-running
	if err := m.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, id := range []nbhosting.JobID{runs, waits} {
		if j, err := m.Job(id); err != nil || j.State != nbhosting.JobInterrupted {
			t.Errorf("got %v, %v", j, err)
		}
	}
	if _, err := m.Submit(t.Context(), job.Request{Work: say("")}); nbhosting.KindOf(err) != nbhosting.Unavailable {
		t.Errorf("a closed manager takes work: %v", err)
	}
}

func TestALogIsBounded(t *testing.T) {
	m := newSite(t).manager()
	line := bytes.Repeat([]byte("x"), 1<<20)
	line[len(line)-1] = '\n'
	id := submit(t, m, job.Request{Work: func(_ context.Context, log io.Writer) error {
		for range 20 {
			if _, err := log.Write(line); err != nil {
				return err
			}
		}
		return nil
	}})
	text, j := follow(t, m, id, 0)
	if j.State != nbhosting.JobSucceeded || len(text) > 9<<20 || !strings.HasSuffix(text, "the rest is left out.)\n") {
		t.Errorf("%s, %d bytes that end in %q", j.State, len(text), text[max(0, len(text)-60):])
	}
}

// failing is a store on a disk that has become full.
type failing struct {
	job.Store
	on bool
}

func (f *failing) SaveJob(ctx context.Context, j nbhosting.Job) error {
	if f.on {
		return errors.New("disk full")
	}
	return f.Store.SaveJob(ctx, j)
}

func TestAJobEndsAlthoughItsStateCannotBeKept(t *testing.T) {
	var store *failing
	var out bytes.Buffer
	m := newSite(t).manager(func(o *job.Options) {
		store = &failing{Store: o.Store}
		o.Store, o.Logger = store, slog.New(slog.NewTextHandler(&out, nil))
	})
	running, release := make(chan string, 1), make(chan struct{})
	id := submit(t, m, job.Request{Work: held("a", running, release)})
	<-running
	store.on = true
	close(release)
	if _, j := follow(t, m, id, 0); j.State != nbhosting.JobSucceeded || !strings.Contains(out.String(), "disk full") {
		t.Errorf("got %s, logged %q", j.State, out.String())
	}
	if _, err := m.Submit(t.Context(), job.Request{Work: say("")}); err == nil {
		t.Error("a job is taken that would be forgotten")
	}
}
