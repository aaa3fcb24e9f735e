package server

import (
	"context"
	"time"

	"github.com/nbhosting/nbhosting"
)

// Wanted says which server an opening needs.
type Wanted struct {
	Key       nbhosting.Key
	Image     string
	Network   string // empty: that of the options
	Revision  string // commit
	Course    CourseDirs
	Workspace string // on this host
	UID       int
}

// CourseDirs are a course's directories on this host, which stay in place
// whatever revision is current.
type CourseDirs struct {
	Modules string // what is current

	// For servers with a file system of their own: the revisions, and two
	// directories of links into them (see [nbhosting.CourseMount]).
	Revisions   string
	ModulesView string
	StaticView  string
}

// started is what a flight of starts brings.
type started struct {
	server  nbhosting.Server
	created bool
}

// Ensure returns the running server of a workspace, starting it if need be, and
// whether it was started now. However many call at once, one server is started,
// and it goes on starting when the callers have left. report, if not nil, is
// told how far it is. Starts take turns, and wait for room on the machine.
func (m *Manager) Ensure(ctx context.Context, want Wanted, report func(Progress)) (nbhosting.Server, bool, error) {
	if err := m.Known(); err != nil {
		return nbhosting.Server{}, false, err
	}
	e := m.entry(want.Key)
	if s, ok := m.usable(ctx, e); ok {
		return s, false, nil
	}
	flight := m.starts.DoChan(want.Key.String(), func() (any, error) {
		return m.admit(context.WithoutCancel(ctx), e, want)
	})
	for {
		progress, changed := e.progressNow()
		if report != nil && progress.Stage != StageNone {
			report(progress)
		}
		select {
		case result := <-flight:
			if result.Err != nil {
				return nbhosting.Server{}, false, result.Err
			}
			s := result.Val.(started)
			return s.server, s.created, nil
		case <-changed:
		case <-ctx.Done():
			return nbhosting.Server{}, false, ctx.Err()
		}
	}
}

// admit starts the server of an entry when it is its turn and there is room for it.
func (m *Manager) admit(ctx context.Context, e *entry, want Wanted) (started, error) {
	defer e.tell(Progress{})
	if err := m.answers(ctx); err != nil { // or each would learn it in its turn only
		return started{}, err
	}
	leave, err := m.queue.enter(ctx, want.Key.Student, e.tell)
	if err != nil {
		return started{}, err
	}
	defer leave()
	waiting, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(m.open, cancel)()
	release, err := m.takeRoom(waiting, e)
	if err != nil {
		if m.open.Err() != nil {
			err = errClosed
		}
		return started{}, err
	}
	defer release()
	end, err := m.hold.begin(ctx)
	if err != nil {
		return started{}, err
	}
	defer end()
	return m.start(ctx, e, want)
}

// Close refuses the starts that wait, and all to come. Servers go on.
func (m *Manager) Close() {
	m.close()
	m.queue.close()
	m.hold.change(func() { m.hold.closed = true })
}

// usable tells whether the entry's server is ready and still there, for somebody who
// is led to it then.
func (m *Manager) usable(ctx context.Context, e *entry) (nbhosting.Server, bool) {
	s := e.open()
	if s.State != nbhosting.Ready {
		return s, false
	}
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	conn, err := Dial(ctx, s)
	if err != nil {
		m.Logger.Warn("server does not listen any more", "id", s.ID, "course", s.Key.Course, "student", s.Key.Student, "err", err)
		return s, false
	}
	conn.Close()
	return s, true
}

// dialTimeout bounds a connection to a socket of this host: only a server whose
// queue of connections is full lets one wait.
const dialTimeout = 5 * time.Second
