package opening

import (
	"time"

	"github.com/nbhosting/nbhosting/internal/server"
)

// Step is what an opening is at.
type Step int

const (
	StepCourse    Step = iota // which file is that notebook?
	StepWorkspace             // the student's copy
	StepServer                // one running server: from here on it may take a while
	StepQueue                 // others are started first
	StepRoom                  // the machine is full
	StepRuntime               // its container or process is being made
	StepJupyter               // Jupyter comes up
	StepDone
)

// String returns the word for s in the stream of events that pages follow.
func (s Step) String() string {
	return [...]string{"course", "workspace", "server", "queue", "room", "runtime", "jupyter", "done"}[s]
}

// Wait is what can be said of the end of StepQueue and StepRoom.
type Wait struct {
	Place int           // in the queue, from 1
	Left  time.Duration // about; 0: unknown
}

func stepOf(stage server.Stage) Step {
	switch stage {
	case server.StageQueue:
		return StepQueue
	case server.StageRoom:
		return StepRoom
	case server.StageRuntime:
		return StepRuntime
	case server.StageJupyter:
		return StepJupyter
	case server.StageNone:
	}
	return StepServer
}
