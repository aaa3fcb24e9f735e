package nbhosting

import "time"

// Action is what an opening found.
type Action string

const (
	Created  Action = "created"  // a server was started for it
	Existing Action = "existing" // the server was running
)

// Event is the fact that a student opened a notebook: one line of raw/C/events.raw.
type Event struct {
	Time     time.Time
	Key      Key
	Notebook string // path in the course, without extension
	Action   Action
}
