package job

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"time"

	"github.com/nbhosting/nbhosting"
)

// dispatch starts the queued jobs that nothing holds back, in their order: none
// overtakes another that waits for the same key. The mutex is held.
func (m *Manager) dispatch() {
	var taken []string
	running := map[nbhosting.JobKind]int{}
	for _, e := range m.jobs {
		if e.cancel != nil {
			taken = append(taken, e.request.Keys...)
			running[e.job.Kind]++
		}
	}
	for _, e := range slices.Clone(m.wait) {
		free := !slices.ContainsFunc(e.request.Keys, func(key string) bool { return slices.Contains(taken, key) })
		taken = append(taken, e.request.Keys...)
		if free && running[e.job.Kind] < max(1, m.Parallel[e.job.Kind]) {
			running[e.job.Kind]++
			m.unqueue(e)
			m.start(e)
		}
	}
}

func (m *Manager) unqueue(e *entry) {
	m.wait = slices.DeleteFunc(m.wait, func(other *entry) bool { return other == e })
}

func (m *Manager) start(e *entry) {
	ctx, cancel := context.WithCancelCause(m.base)
	e.cancel = cancel
	e.job.State, e.job.StartedAt = nbhosting.JobRunning, time.Now()
	m.save(e.job)
	e.tell()
	m.runs.Go(func() {
		err := m.work(ctx, e)
		if cause := context.Cause(ctx); err != nil && cause != nil {
			err = cause
		}
		m.mu.Lock()
		defer m.mu.Unlock()
		cancel(nil)
		e.cancel = nil
		m.finish(e, err)
		m.dispatch()
	})
}

// work does a job's work. A panic is one job's failure, not the program's end.
func (m *Manager) work(ctx context.Context, e *entry) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return e.request.Work(ctx, e.log)
}

// finish notes how a job ended. The mutex is held.
func (m *Manager) finish(e *entry, err error) {
	nothing := errors.Is(err, ErrNothing)
	e.job.EndedAt = time.Now()
	switch {
	case err == nil || nothing:
		e.job.State = nbhosting.JobSucceeded
	case errors.Is(err, errCancelled):
		e.job.State = nbhosting.JobCancelled
	case errors.Is(err, errClosed):
		e.job.State = nbhosting.JobInterrupted
	default:
		e.job.State = nbhosting.JobFailed
		e.job.ErrorKind, e.job.Error = nbhosting.KindOf(err).String(), nbhosting.MessageOf(err)
		level := slog.LevelInfo // who asked is told, and can do something about it
		if nbhosting.KindOf(err) == nbhosting.Internal {
			level = slog.LevelError
		}
		m.Logger.Log(m.base, level, "job failed", "job", e.job.ID, "kind", e.job.Kind, "course", e.job.Course, "subject", e.job.Subject, "err", err)
	}
	e.log.end()
	if m.Ended != nil {
		m.Ended(e.job)
	}
	if nothing && e.request.Quiet {
		m.forget([]*entry{e})
	} else {
		m.save(e.job)
		m.forgetSame(e)
		m.prune(e.job)
	}
	e.tell()
}

// forgetSame forgets the job before one that nobody asked for, if it failed in
// the same way and nobody had asked for it either: what goes wrong every few
// minutes must not push away what people want to find.
func (m *Manager) forgetSame(e *entry) {
	if !e.request.Quiet || e.job.State != nbhosting.JobFailed {
		return
	}
	var last *entry
	for _, other := range m.jobs {
		if other != e && other.job.Kind == e.job.Kind && other.job.Course == e.job.Course && other.job.Ended() &&
			(last == nil || last.job.CreatedAt.Before(other.job.CreatedAt)) {
			last = other
		}
	}
	if last != nil && last.request.Quiet && last.job.State == e.job.State && last.job.Error == e.job.Error {
		m.forget([]*entry{last})
	}
}

// tell wakes those who wait for a change of the job.
func (e *entry) tell() {
	close(e.changed)
	e.changed = make(chan struct{})
}

// save keeps a job's state. That it cannot must not keep the job from its work.
func (m *Manager) save(j nbhosting.Job) {
	if err := m.Store.SaveJob(context.WithoutCancel(m.base), j); err != nil {
		m.Logger.Error("the state of a job could not be kept", "job", j.ID, "err", err)
	}
}

// prune forgets the oldest jobs like j beyond those that are kept.
func (m *Manager) prune(j nbhosting.Job) {
	var alike []*entry
	for _, e := range m.jobs {
		if e.job.Kind == j.Kind && e.job.Course == j.Course && e.job.Ended() {
			alike = append(alike, e)
		}
	}
	if len(alike) <= m.Keep {
		return
	}
	slices.SortFunc(alike, func(a, b *entry) int { return b.job.CreatedAt.Compare(a.job.CreatedAt) })
	m.forget(alike[m.Keep:])
}

func (m *Manager) forget(entries []*entry) {
	ids := make([]nbhosting.JobID, len(entries))
	for i, e := range entries {
		ids[i] = e.job.ID
	}
	if err := m.Store.DeleteJobs(context.WithoutCancel(m.base), ids); err != nil {
		m.Logger.Error("jobs could not be forgotten", "err", err)
		return
	}
	for _, e := range entries {
		delete(m.jobs, e.job.ID)
		if err := e.log.discard(); err != nil {
			m.Logger.Error("the log of a job could not be removed", "job", e.job.ID, "err", err)
		}
	}
}
