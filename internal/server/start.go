package server

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"github.com/nbhosting/nbhosting"
	"github.com/nbhosting/nbhosting/internal/jupyter"
	"github.com/nbhosting/nbhosting/internal/runtime"
)

// start starts the server of an entry, unless it has become usable meanwhile.
func (m *Manager) start(ctx context.Context, e *entry, want Wanted) (started, error) {
	e.life.Lock()
	defer e.life.Unlock()
	if s, ok := m.usable(ctx, e); ok {
		return started{server: s}, nil
	}
	if err := m.answers(ctx); err != nil {
		return started{}, err
	}
	if old := e.server(); old.ID != "" && !ended(old) {
		_ = m.discard(ctx, e, old, nbhosting.Stopped, m.whyGone(ctx, old)) // what could not be removed is in the log
	}
	ctx, cancel := context.WithTimeout(ctx, m.StartTimeout)
	defer cancel()
	s := m.newServer(want)
	begun := time.Now()
	m.set(e, s, "")
	if err := m.bringUp(ctx, e, s, want); err != nil {
		m.Logger.Error("server did not start", "id", s.ID, "course", s.Key.Course, "student", s.Key.Student,
			"after", time.Since(begun), "err", err, "output", m.lastWords(ctx, s))
		_ = m.discard(context.WithoutCancel(ctx), e, s, nbhosting.Failed, NoStart)
		return started{}, explainStart(err, want, m.StartTimeout)
	}
	s.State = nbhosting.Ready
	m.save(ctx, s)
	m.reached("ready")
	m.set(e, s, "")
	return started{server: s, created: true}, nil
}

// idLength is that of a server's id, of the letters and digits of rand.Text.
const idLength = 13

func isServerID(name string) bool {
	return len(name) == idLength && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz234567") == ""
}

func (m *Manager) newServer(want Wanted) nbhosting.Server {
	id := nbhosting.ServerID(strings.ToLower(rand.Text()[:idLength]))
	return nbhosting.Server{
		ID: id, Key: want.Key, Secret: strings.ToLower(rand.Text()), Token: rand.Text(),
		Image: want.Image, Revision: want.Revision, Dir: m.RunDir + "/" + string(id), UID: want.UID,
		State: nbhosting.Starting, StartedAt: time.Now(),
	}
}

// bringUp does the steps of a start. What it leaves behind when one fails, discard removes.
func (m *Manager) bringUp(ctx context.Context, e *entry, s nbhosting.Server, want Wanted) error {
	e.tell(Progress{Stage: StageRuntime})
	if err := m.Store.SaveServer(ctx, s); err != nil {
		return fmt.Errorf("keep the server: %w", err)
	}
	m.reached("kept")
	boot := m.boot(s, want)
	if err := m.makeDirs(s, boot); err != nil {
		return fmt.Errorf("make the server's directories: %w", err)
	}
	m.reached("directories made")
	if err := m.startInstance(ctx, m.spec(s, want, boot)); err != nil {
		return fmt.Errorf("start the instance: %w", err)
	}
	m.reached("instance runs")
	e.tell(Progress{Stage: StageJupyter})
	return m.awaitJupyter(ctx, s)
}

// pingTimeout is how long a start waits for a sign of the runtime before it begins.
const pingTimeout = 5 * time.Second

// answers returns nil if the runtime does. An engine that hangs takes every call and
// answers none: whoever waits for a start is told now rather than at its deadline.
func (m *Manager) answers(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, pingTimeout)
	defer cancel()
	if err := m.Runtime.Ping(ctx); err != nil {
		return unanswered(err)
	}
	return nil
}

// startInstance starts an instance; one that runs under its name and is another
// start's is a leftover, and replaced.
func (m *Manager) startInstance(ctx context.Context, spec runtime.Spec) error {
	instance, err := m.Runtime.Start(ctx, spec)
	if err != nil || instance.Labels[labelServer] == spec.Labels[labelServer] {
		return err
	}
	m.Logger.Warn("a leftover instance is replaced", "name", spec.Name, "id", instance.Labels[labelServer])
	if err := m.Runtime.Remove(ctx, spec.Name); err != nil {
		return fmt.Errorf("remove what runs in its place: %w", err)
	}
	_, err = m.Runtime.Start(ctx, spec)
	return err
}

// endedError is how an instance ended while it was waited for.
type endedError struct {
	code int
	oom  bool
}

func (e *endedError) Error() string {
	return fmt.Sprintf("the instance ended while it started: exit code %d, out of memory: %t", e.code, e.oom)
}

// lacksProgram tells whether what was to run is not there, or no program.
func (e *endedError) lacksProgram() bool { return e.code == 126 || e.code == 127 }

// awaitJupyter returns when Jupyter answers.
func (m *Manager) awaitJupyter(ctx context.Context, s nbhosting.Server) error {
	return m.client(s).Await(ctx, func(ctx context.Context) error {
		instance, err := m.Runtime.Inspect(ctx, instanceName(s))
		if err != nil || instance.State != runtime.Ended {
			return nil // what cannot be told now may be told later
		}
		return &endedError{code: instance.ExitCode, oom: instance.OOMKilled}
	})
}

func (m *Manager) client(s nbhosting.Server) *jupyter.Client {
	return jupyter.New(dialer(s), s.BasePath(), s.Token)
}

// lastWords returns the end of what a server printed, without its secrets, for the log.
func (m *Manager) lastWords(ctx context.Context, s nbhosting.Server) string {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), dialTimeout)
	defer cancel()
	text, err := m.Output(ctx, s, 20)
	if err != nil {
		return ""
	}
	return text
}
