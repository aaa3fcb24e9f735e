package server

import (
	"time"

	"github.com/nbhosting/nbhosting"
)

// Reason is why a server is stopped, was found gone, or changes otherwise: a word for the log and the API.
type Reason string

const (
	Asked       Reason = "asked"         // somebody wanted it
	Idle        Reason = "idle"          // nothing was done in it for long
	Lingering   Reason = "lingering"     // it is as old as servers may be
	Outdated    Reason = "outdated"      // its image was built anew, and it was idle
	Unreachable Reason = "unreachable"   // Jupyter did not answer for long
	Paused      Reason = "paused"        // somebody had paused it, for long
	Room        Reason = "room"          // another student needed its place, and it was idle
	Gone        Reason = "gone"          // it ended by itself, or was ended from outside
	OutOfMemory Reason = "out-of-memory" // it needed more than it may use
	Replaced    Reason = "replaced"      // it did not listen any more when its student came
	NoStart     Reason = "no-start"      // it did not come up
	Adopted     Reason = "adopted"       // not stopped: it ran already when the program started
	Leftover    Reason = "leftover"      // of an earlier run of the program, half-started or half-stopped
)

// Ending is how the last server of a workspace ended.
type Ending struct {
	At     time.Time
	Reason Reason
}

// LastEnd tells how the last server of a workspace ended, as far as this run of
// the program knows.
func (m *Manager) LastEnd(key nbhosting.Key) (Ending, bool) {
	m.mu.RLock()
	e, ok := m.entries[key]
	m.mu.RUnlock()
	if !ok {
		return Ending{}, false
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.ending, !e.ending.At.IsZero()
}
