package job

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/nbhosting/nbhosting"
)

// Manager runs jobs. Its methods may be called by several goroutines.
type Manager struct {
	Options
	base context.Context // ends when the manager is closed
	end  context.CancelCauseFunc
	runs sync.WaitGroup

	mu   sync.Mutex
	jobs map[nbhosting.JobID]*entry
	wait []*entry // queued, in order
}

// entry is a job that this program knows of.
type entry struct {
	request Request
	log     *log

	// The manager's mutex is held for these.
	job     nbhosting.Job
	cancel  context.CancelCauseFunc // of one that runs
	changed chan struct{}           // closed at the next change of state
}

// New returns a manager that knows the jobs of earlier runs of the program; those
// that were under way then are interrupted now.
func New(ctx context.Context, o Options) (*Manager, error) {
	o.Keep = cmp.Or(o.Keep, defaultKeep)
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the directory of the logs of jobs: %w", err)
	}
	m := &Manager{Options: o, jobs: map[nbhosting.JobID]*entry{}}
	m.base, m.end = context.WithCancelCause(context.WithoutCancel(ctx))
	known, err := o.Store.Jobs(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the jobs: %w", err)
	}
	for _, j := range known {
		if !j.Ended() {
			j.State, j.EndedAt = nbhosting.JobInterrupted, time.Now()
			if err := o.Store.SaveJob(ctx, j); err != nil {
				return nil, fmt.Errorf("keep job %s: %w", j.ID, err)
			}
		}
		m.jobs[j.ID] = &entry{job: j, log: oldLog(m.logPath(j.ID)), changed: make(chan struct{})}
	}
	return m, m.removeStrayLogs()
}

func (m *Manager) logPath(id nbhosting.JobID) string { return filepath.Join(m.Dir, string(id)+".log") }

// removeStrayLogs removes the logs of jobs that were forgotten.
func (m *Manager) removeStrayLogs() error {
	files, err := os.ReadDir(m.Dir)
	for _, f := range files {
		if id, found := strings.CutSuffix(f.Name(), ".log"); found && m.jobs[nbhosting.JobID(id)] == nil {
			err = errors.Join(err, os.Remove(filepath.Join(m.Dir, f.Name())))
		}
	}
	return err
}

// Submit asks for a job. It runs as soon as others let it, whoever asked for it
// stays or not.
func (m *Manager) Submit(ctx context.Context, r Request) (nbhosting.Job, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.base.Err() != nil {
		return nbhosting.Job{}, nbhosting.Errorf(nbhosting.Unavailable, "nbhosting is about to stop, and takes no more work.")
	}
	if r.Merge {
		for _, e := range m.wait {
			if e.job.Kind == r.Kind && e.job.Course == r.Course && e.job.Subject == r.Subject {
				e.request.Quiet = e.request.Quiet && r.Quiet
				return e.job, nil
			}
		}
	}
	now := time.Now()
	e := &entry{request: r, changed: make(chan struct{}), job: nbhosting.Job{
		ID: newID(now), Kind: r.Kind, Course: r.Course, Subject: r.Subject, State: nbhosting.JobQueued, CreatedAt: now,
	}}
	var err error
	if e.log, err = newLog(m.logPath(e.job.ID)); err != nil {
		return nbhosting.Job{}, fmt.Errorf("make the log of a job: %w", err)
	}
	if err := m.Store.SaveJob(ctx, e.job); err != nil {
		return nbhosting.Job{}, errors.Join(fmt.Errorf("keep a job: %w", err), e.log.discard())
	}
	m.jobs[e.job.ID] = e
	m.wait = append(m.wait, e)
	m.dispatch()
	return e.job, nil
}

// newID returns an id that sorts by time, to the millisecond.
func newID(now time.Time) nbhosting.JobID {
	return nbhosting.JobID(fmt.Sprintf("%s-%s", now.UTC().Format("20060102-150405.000"), strings.ToLower(rand.Text()[:6])))
}

// Job returns a job, else NotFound.
func (m *Manager) Job(id nbhosting.JobID) (nbhosting.Job, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e, ok := m.jobs[id]
	if !ok {
		return nbhosting.Job{}, noJob(id)
	}
	return e.job, nil
}

func noJob(id nbhosting.JobID) error {
	return nbhosting.Errorf(nbhosting.NotFound, "There is no job %q here. Jobs that ended long ago are forgotten.", string(id))
}

// Jobs returns the jobs for which keep is true, newest first.
func (m *Manager) Jobs(keep func(nbhosting.Job) bool) []nbhosting.Job {
	m.mu.Lock()
	defer m.mu.Unlock()
	jobs := []nbhosting.Job{}
	for _, e := range m.jobs {
		if keep(e.job) {
			jobs = append(jobs, e.job)
		}
	}
	slices.SortFunc(jobs, func(a, b nbhosting.Job) int { return cmp.Compare(b.ID, a.ID) })
	return jobs
}

// Cancel ends a job that waits or runs; one that has ended is a Conflict.
func (m *Manager) Cancel(id nbhosting.JobID) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	e, ok := m.jobs[id]
	switch {
	case !ok:
		return noJob(id)
	case e.job.Ended():
		return nbhosting.Errorf(nbhosting.Conflict, "The job %s has ended already.", id)
	case e.cancel != nil:
		e.cancel(errCancelled)
	default:
		m.unqueue(e)
		m.finish(e, errCancelled)
	}
	return nil
}

// Close cancels all jobs and waits until they have ended, or ctx has. No more
// are taken.
func (m *Manager) Close(ctx context.Context) error {
	m.mu.Lock()
	m.end(errClosed)
	for _, e := range slices.Clone(m.wait) {
		m.unqueue(e)
		m.finish(e, errClosed)
	}
	m.mu.Unlock()
	ended := make(chan struct{})
	go func() {
		m.runs.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for jobs to end: %w", context.Cause(ctx))
	}
}

// Idle waits until no job waits or runs, or ctx ends.
func (m *Manager) Idle(ctx context.Context) error {
	for {
		m.mu.Lock()
		var busy *entry
		for _, e := range m.jobs {
			if !e.job.Ended() {
				busy = e
			}
		}
		if busy == nil {
			m.mu.Unlock()
			return nil
		}
		changed, id := busy.changed, busy.job.ID
		m.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("wait for job %s: %w", id, context.Cause(ctx))
		}
	}
}
